"""Certificates of every key type, each with an end of its own, to the second."""

import base64
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

KEYS = {
    "RSA-1024": lambda: rsa.generate_private_key(65537, 1024),
    "RSA-2048": lambda: rsa.generate_private_key(65537, 2048),
    "RSA-3072": lambda: rsa.generate_private_key(65537, 3072),
    "RSA-4096": lambda: rsa.generate_private_key(65537, 4096),
    "EC-P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EC-P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "EC-P-521": lambda: ec.generate_private_key(ec.SECP521R1()),
}
BEGINNING = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
SAML = (
    '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" '
    'xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="https://{host}/"><md:IDPSSODescriptor '
    'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo>'
    "<ds:X509Data><ds:X509Certificate>{body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    '<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://{host}/sso"/>'
    "</md:IDPSSODescriptor></md:EntityDescriptor>"
)
MADE = {}  # keys are slow to make: one of each type is enough


def key_of(kind):
    return MADE.setdefault(kind, KEYS[kind]())


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def private(key):
    traditional = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, traditional, serialization.NoEncryption()).decode()


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(domain, key, not_after, issuer=None, authority=False):
    """Self-signed, or signed by the issuer: its name and its key."""
    issued_by, signing_key = issuer or (domain, key)
    builder = x509.CertificateBuilder(
        issuer_name=name(issued_by),
        subject_name=name(domain),
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=BEGINNING,
        not_valid_after=not_after,
    )
    builder = builder.add_extension(x509.BasicConstraints(authority, None), critical=True)
    if not authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(domain)]), critical=False)
    return builder.sign(signing_key, hashes.SHA256())


def ends(number):
    """An end that no other certificate has: far ones are GeneralizedTime, near ones UTCTime. Moto imports none that
    has expired."""
    if number % 7 == 6:
        return datetime(2051 + number, 6, 7, 8, 9, 10, tzinfo=timezone.utc)
    return datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=3 + 11 * number, seconds=number)


def digest(made):
    return made.fingerprint(hashes.SHA256()).hex()


def der(made):
    return base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()


def federation(host, signer):
    """The metadata of a SAML provider, as long as IAM wants it at least."""
    return SAML.format(host=host, body=der(signer)).ljust(1000)


def told(arn, region, made, of=None):
    """What a scan has to say of a certificate, as its PEM says it when it is read back."""
    read = x509.load_pem_x509_certificate(pem(made).encode())
    end = read.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    of_it = digest(read)
    return {"id": arn if of is None else f"{of}#{of_it}", "region": region, "not_after": end, "sha256": of_it}


def acm_certificates(place):
    acm = place.client("acm")
    kinds = list(KEYS)

    def one(number):
        kind, domain = kinds[number % len(kinds)], f"c{number}.{place.region}.example.com"
        made = certificate(domain, key_of(kind), ends(number))
        owner = f"team-{number % 3}"
        answer = acm.import_certificate(
            Certificate=pem(made), PrivateKey=private(key_of(kind)), Tags=[{"Key": "team", "Value": owner}]
        )
        return told(answer["CertificateArn"], place.region, made) | {"key": kind, "owner": owner}

    listed = place.make(21, one)
    place.uses("acm/L-F141DD1D", len(listed))
    place.uses("acm/L-D2CB7DE9", len(listed))
    return listed


def iam_certificates(place):
    iam = place.client("iam")
    root, middle = key_of("RSA-2048"), key_of("EC-P-256")
    far = datetime(2036, 1, 1, tzinfo=timezone.utc)
    authority = certificate("Root of the tests", root, far, authority=True)
    between = certificate("Between", middle, far, ("Root of the tests", root), authority=True)

    def one(number):
        domain = f"iam{number}.example.com"
        end = BEGINNING + timedelta(days=30 + 97 * number)  # the first ones have expired
        made = certificate(domain, key_of("RSA-2048"), end, ("Between", middle))
        answer = iam.upload_server_certificate(
            ServerCertificateName=f"iam{number}",
            CertificateBody=pem(made),
            PrivateKey=private(key_of("RSA-2048")),
            CertificateChain=pem(between) + pem(authority),
        )
        arn = answer["ServerCertificateMetadata"]["Arn"]
        return [told(arn, "global", made), *(told(arn, "global", issuer, arn) for issuer in [between, authority])]

    chains = place.make(12, one)
    place.uses("iam/L-BF35879D", len(chains))
    return [certificate for chain in chains for certificate in chain]
