//! What a key and a signature are called, by their object identifiers: parsers report misleading sizes.

use x509_parser::asn1_rs::{FromDer, Oid};
use x509_parser::public_key::{PublicKey, RSAPublicKey};
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

/// The name of a public key (`RSA-2048`, `EC-P-256`, `Ed25519`), or its object identifier.
pub(super) fn key_name(spki: &[u8]) -> Option<String> {
    let (_, spki) = SubjectPublicKeyInfo::from_der(spki).ok()?;
    let id = spki.algorithm.algorithm.to_id_string();
    Some(match id.as_str() {
        "1.2.840.113549.1.1.1" => rsa("RSA", spki.parsed().ok()),
        "1.2.840.113549.1.1.10" => rsa("RSA-PSS", rsa_pss(&spki)),
        "1.2.840.10045.2.1" => curve(&spki.algorithm),
        "1.2.840.10040.4.1" => "DSA".to_owned(),
        _ => ALGORITHMS.iter().find(|row| row.0 == id).map_or(id, |row| row.1.to_owned()),
    })
}

/// The name of a signature algorithm (`sha256WithRSAEncryption`), or its object identifier.
pub(super) fn signature_name(algorithm: &[u8]) -> Option<String> {
    let (_, algorithm) = AlgorithmIdentifier::from_der(algorithm).ok()?;
    let id = algorithm.algorithm.to_id_string();
    Some(ALGORITHMS.iter().find(|row| row.0 == id).map_or(id, |row| row.1.to_owned()))
}

fn rsa(kind: &str, key: Option<PublicKey<'_>>) -> String {
    match key {
        Some(PublicKey::RSA(key)) => format!("{kind}-{}", bits(key.modulus)),
        _ => kind.to_owned(),
    }
}

/// A PSS key has the form of an RSA key.
fn rsa_pss<'a>(spki: &'a SubjectPublicKeyInfo<'_>) -> Option<PublicKey<'a>> {
    let key = RSAPublicKey::from_der(&spki.subject_public_key.data);
    key.ok().map(|(_, key)| PublicKey::RSA(key))
}

/// Bits of an unsigned number without its leading zeros.
fn bits(number: &[u8]) -> usize {
    match number.iter().position(|byte| *byte != 0).and_then(|start| number.get(start..)) {
        Some(number @ [first, ..]) => number.len() * 8 - first.leading_zeros() as usize,
        _ => 0,
    }
}

fn curve(algorithm: &AlgorithmIdentifier<'_>) -> String {
    let oid = algorithm.parameters.as_ref().and_then(|any| Oid::try_from(any).ok());
    let Some(id) = oid.map(|oid| oid.to_id_string()) else {
        return "EC-explicit".to_owned();
    };
    format!("EC-{}", CURVES.iter().find(|row| row.0 == id).map_or(id.as_str(), |row| row.1))
}

const CURVES: &[(&str, &str)] = &[
    ("1.2.840.10045.3.1.1", "P-192"),
    ("1.3.132.0.33", "P-224"),
    ("1.2.840.10045.3.1.7", "P-256"),
    ("1.3.132.0.34", "P-384"),
    ("1.3.132.0.35", "P-521"),
    ("1.3.132.0.10", "secp256k1"),
    ("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1"),
    ("1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1"),
    ("1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1"),
];

const ALGORITHMS: &[(&str, &str)] = &[
    ("1.2.840.113549.1.1.2", "md2WithRSAEncryption"),
    ("1.2.840.113549.1.1.4", "md5WithRSAEncryption"),
    ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption"),
    ("1.2.840.113549.1.1.14", "sha224WithRSAEncryption"),
    ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption"),
    ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption"),
    ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption"),
    ("1.2.840.113549.1.1.10", "rsassaPss"),
    ("1.2.840.10045.4.1", "ecdsa-with-SHA1"),
    ("1.2.840.10045.4.3.1", "ecdsa-with-SHA224"),
    ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256"),
    ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384"),
    ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512"),
    ("1.2.840.10040.4.3", "dsa-with-SHA1"),
    ("2.16.840.1.101.3.4.3.2", "dsa-with-SHA256"),
    ("1.3.101.110", "X25519"),
    ("1.3.101.111", "X448"),
    ("1.3.101.112", "Ed25519"),
    ("1.3.101.113", "Ed448"),
    ("2.16.840.1.101.3.4.3.17", "ML-DSA-44"),
    ("2.16.840.1.101.3.4.3.18", "ML-DSA-65"),
    ("2.16.840.1.101.3.4.3.19", "ML-DSA-87"),
];

#[cfg(test)]
mod tests {
    use super::bits;

    #[test]
    fn a_number_has_no_leading_bits() {
        assert_eq!(bits(&[0x00, 0x7f, 0xff]), 15);
        assert_eq!(bits(&[0x80, 0x00]), 16);
        assert_eq!((bits(&[0, 0]), bits(&[])), (0, 0));
    }
}
