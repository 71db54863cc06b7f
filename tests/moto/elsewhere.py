"""Puts certificates where AWS keeps and uses them besides ACM and IAM, and prints, as JSON, what a scan has to find.

    elsewhere.py http://127.0.0.1:5000

Every entry names its place as howler's catalog does. Ids and ends are those that boto3 reads back from the server.
What the server keeps no date of has none here, and must have none in the scan.
"""

import json
import sys
from datetime import datetime, timedelta, timezone

import boto3
from certificates import certificate, der, digest, federation, key_of, pem, private
from cryptography import x509

REGION, EDGE = "eu-west-1", "us-east-1"
KEY = key_of("EC-P-256")


class Server:
    """The server, and what was made on it so far."""

    def __init__(self, url):
        self.url, self.made, self.number = url, [], 0

    def client(self, service, region=REGION):
        keys = {"aws_access_key_id": "moto", "aws_secret_access_key": "moto"}
        return boto3.client(service, region_name=region, endpoint_url=self.url, **keys)

    def issue(self, name):
        """A certificate with an end that no other has."""
        self.number += 1
        end = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=40 + 9 * self.number)
        return certificate(name, KEY, end)

    def imported(self, name, region=REGION):
        """A certificate of ACM: its ARN."""
        acm = self.client("acm", region)
        made = acm.import_certificate(Certificate=pem(self.issue(name)), PrivateKey=private(KEY))
        return made["CertificateArn"]

    def tell(self, place, region, identity, not_after, sha256=None, used_by=()):
        entry = {"place": place, "region": region, "id": identity, "used_by": list(used_by)}
        self.made.append(entry | {"not_after": not_after and written(not_after), "sha256": sha256})

    def kept(self, place, region, identity, body, used_by=()):
        """A certificate whose body the server gives back."""
        read = x509.load_pem_x509_certificate(body.encode())
        self.tell(place, region, identity, read.not_valid_after_utc, digest(read), used_by)

    def bound(self, place, arn, user, region=REGION):
        """A certificate of ACM, and what uses it."""
        listed = self.client("acm", region).describe_certificate(CertificateArn=arn)["Certificate"]
        self.tell(place, region, arn, listed["NotAfter"], used_by=[user])


def written(instant):
    return instant.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def classic_listener(server):
    elb, arn = server.client("elb"), server.imported("classic.example.com")
    listener = {"LoadBalancerPort": 443, "InstancePort": 80, "Protocol": "HTTPS", "SSLCertificateId": arn}
    elb.create_load_balancer(LoadBalancerName="classic", Listeners=[listener], AvailabilityZones=[f"{REGION}a"])
    [balancer] = elb.describe_load_balancers()["LoadBalancerDescriptions"]
    listener = balancer["ListenerDescriptions"][0]["Listener"]
    user = f"arn:aws:elasticloadbalancing:{REGION}:123456789012:loadbalancer/{balancer['LoadBalancerName']}"
    server.bound("elb_classic_listener", listener["SSLCertificateId"], f"{user}#{listener['LoadBalancerPort']}")


def newer_listener(server):
    ec2, elb = server.client("ec2"), server.client("elbv2")
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]][:2]
    default, further = server.imported("shop.example.com"), server.imported("api.example.com")
    [balancer] = elb.create_load_balancer(Name="shop", Subnets=subnets)["LoadBalancers"]
    [listener] = elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": default}],
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}],
    )["Listeners"]
    elb.add_listener_certificates(ListenerArn=listener["ListenerArn"], Certificates=[{"CertificateArn": further}])
    listed = elb.describe_listener_certificates(ListenerArn=listener["ListenerArn"])["Certificates"]
    assert {one["CertificateArn"] for one in listed} == {default, further}
    for one in listed:
        server.bound("elbv2_listener", one["CertificateArn"], listener["ListenerArn"])


def unused(server):
    """One that nothing uses, in each region."""
    for region in [REGION, EDGE]:
        arn = server.imported("spare.example.com", region)
        listed = server.client("acm", region).describe_certificate(CertificateArn=arn)["Certificate"]
        server.tell("acm_certificate", region, arn, listed["NotAfter"])


def distribution(server):
    cloudfront, arn = server.client("cloudfront"), server.imported("cdn.example.com", EDGE)
    origin = {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}
    forwarded = {"QueryString": False, "Cookies": {"Forward": "none"}}
    cloudfront.create_distribution(
        DistributionConfig={
            "CallerReference": "one",
            "Comment": "",
            "Enabled": True,
            "Aliases": {"Quantity": 1, "Items": ["cdn.example.com"]},
            "Origins": {
                "Quantity": 1,
                "Items": [{"Id": "web", "DomainName": "origin.example.com", "CustomOriginConfig": origin}],
            },
            "DefaultCacheBehavior": {
                "TargetOriginId": "web",
                "ViewerProtocolPolicy": "https-only",
                "ForwardedValues": forwarded,
                "MinTTL": 0,
            },
            "ViewerCertificate": {"ACMCertificateArn": arn, "MinimumProtocolVersion": "TLSv1.2_2021"},
        }
    )
    [listed] = cloudfront.list_distributions()["DistributionList"]["Items"]
    server.bound("cloudfront_viewer", listed["ViewerCertificate"]["ACMCertificateArn"], listed["ARN"], EDGE)


def gateway_domains(server):
    rest, regional = server.client("apigateway"), server.imported("rest.example.com")
    types = {"types": ["REGIONAL"]}
    rest.create_domain_name(
        domainName="rest.example.com", regionalCertificateArn=regional, endpointConfiguration=types
    )
    [listed] = rest.get_domain_names()["items"]
    arn = f"arn:aws:apigateway:{REGION}::/domainnames/{listed['domainName']}"
    server.bound("apigateway_domain", listed["regionalCertificateArn"], arn)
    http, own = server.client("apigatewayv2"), server.imported("http.example.com")
    configuration = {"CertificateArn": own, "EndpointType": "REGIONAL", "SecurityPolicy": "TLS_1_2"}
    http.create_domain_name(DomainName="http.example.com", DomainNameConfigurations=[configuration])
    [listed] = http.get_domain_names()["Items"]
    server.bound(
        "apigatewayv2_domain", listed["DomainNameConfigurations"][0]["CertificateArn"], listed["DomainNameArn"]
    )


def search_domain(server):
    opensearch, arn = server.client("opensearch"), server.imported("logs.example.com")
    options = {"CustomEndpointEnabled": True, "CustomEndpoint": "logs.example.com", "CustomEndpointCertificateArn": arn}
    opensearch.create_domain(DomainName="logs", DomainEndpointOptions=options)
    [listed] = opensearch.describe_domains(DomainNames=["logs"])["DomainStatusList"]
    certificate_arn = listed["DomainEndpointOptions"]["CustomEndpointCertificateArn"]
    server.bound("opensearch_endpoint", certificate_arn, listed["ARN"])


def file_server(server):
    transfer, arn = server.client("transfer"), server.imported("files.example.com")
    made = transfer.create_server(
        Certificate=arn, Protocols=["FTPS"], EndpointType="PUBLIC", IdentityProviderType="SERVICE_MANAGED", Domain="S3"
    )
    described = transfer.describe_server(ServerId=made["ServerId"])["Server"]
    server.bound("transfer_server", described["Certificate"], described["Arn"])


def lattice_service(server):
    lattice, arn = server.client("vpc-lattice"), server.imported("service.example.com")
    made = lattice.create_service(name="service", certificateArn=arn, customDomainName="service.example.com")
    described = lattice.get_service(serviceIdentifier=made["id"])
    server.bound("vpc_lattice_service", described["certificateArn"], described["arn"])


def iot(server):
    iot, arn = server.client("iot"), server.imported("iot.example.com")
    iot.create_domain_configuration(
        domainConfigurationName="devices", domainName="iot.example.com", serverCertificateArns=[arn], serviceType="DATA"
    )
    described = iot.describe_domain_configuration(domainConfigurationName="devices")
    bound = described["serverCertificates"][0]["serverCertificateArn"]
    server.bound("iot_domain", bound, described["domainConfigurationArn"])
    body = pem(server.issue("device"))
    made = iot.register_certificate_without_ca(certificatePem=body, status="ACTIVE")
    described = iot.describe_certificate(certificateId=made["certificateId"])["certificateDescription"]
    server.kept("iot_certificate", REGION, described["certificateArn"], described["certificatePem"])


def private_authority(server):
    pca = server.client("acm-pca")
    settings = {
        "KeyAlgorithm": "RSA_2048",
        "SigningAlgorithm": "SHA256WITHRSA",
        "Subject": {"CommonName": "Root of the tests"},
    }
    made = pca.create_certificate_authority(
        CertificateAuthorityConfiguration=settings, CertificateAuthorityType="ROOT"
    )
    authority = {"CertificateAuthorityArn": made["CertificateAuthorityArn"]}
    request = pca.get_certificate_authority_csr(**authority)["Csr"]
    issued = pca.issue_certificate(
        **authority,
        Csr=request.encode(),
        SigningAlgorithm="SHA256WITHRSA",
        TemplateArn="arn:aws:acm-pca:::template/RootCACertificate/V1",
        Validity={"Value": 700, "Type": "DAYS"},
    )
    body = pca.get_certificate(**authority, CertificateArn=issued["CertificateArn"])["Certificate"]
    pca.import_certificate_authority_certificate(**authority, Certificate=body.encode())
    body = pca.get_certificate_authority_certificate(**authority)["Certificate"]
    [listed] = pca.list_certificate_authorities()["CertificateAuthorities"]
    server.kept("acm_pca_ca", REGION, listed["Arn"], body)


def identities(server):
    iam = server.client("iam", EDGE)
    signer = server.issue("idp.example.com")
    metadata = federation("idp.example.com", signer)
    arn = iam.create_saml_provider(SAMLMetadataDocument=metadata, Name="idp")["SAMLProviderArn"]
    [listed] = iam.list_saml_providers()["SAMLProviderList"]
    server.tell("iam_saml_provider", "global", arn, listed["ValidUntil"])
    assert der(signer) in iam.get_saml_provider(SAMLProviderArn=arn)["SAMLMetadataDocument"]
    server.kept("iam_saml_provider", "global", f"{arn}#signing#{digest(signer)}", pem(signer), [arn])
    user = iam.create_user(UserName="soap")["User"]["Arn"]
    iam.upload_signing_certificate(UserName="soap", CertificateBody=pem(server.issue("soap")))
    [listed] = iam.list_signing_certificates(UserName="soap")["Certificates"]
    server.kept(
        "iam_signing_certificate", "global", f"{user}#{listed['CertificateId']}", listed["CertificateBody"]
    )


def user_pool(server):
    cognito, signer = server.client("cognito-idp"), server.issue("login.example.com")
    pool = cognito.create_user_pool(PoolName="people")["UserPool"]
    metadata = federation("login.example.com", signer)
    cognito.create_identity_provider(
        UserPoolId=pool["Id"], ProviderName="corp", ProviderType="SAML", ProviderDetails={"MetadataFile": metadata}
    )
    described = cognito.describe_identity_provider(UserPoolId=pool["Id"], ProviderName="corp")["IdentityProvider"]
    assert der(signer) in described["ProviderDetails"]["MetadataFile"]
    identity = f"{pool['Arn']}/identityProvider/corp#{digest(signer)}"
    server.kept("cognito_saml", REGION, identity, pem(signer), [pool["Arn"]])


def without_dates(server):
    """A database and a cluster: this server tells no end of the one, and keeps no certificate of the other."""
    rds = server.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="orders", DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage=20,
        MasterUsername="howler", MasterUserPassword="12345678", CACertificateIdentifier="rds-ca-rsa2048-g1",
    )
    [listed] = rds.describe_db_instances()["DBInstances"]
    assert "CertificateDetails" not in listed
    server.tell("rds_instance", REGION, listed["DBInstanceArn"], None, used_by=[listed["DBInstanceArn"]])
    eks = server.client("eks")
    role = "arn:aws:iam::123456789012:role/eks"
    eks.create_cluster(name="shop", roleArn=role, resourcesVpcConfig={"subnetIds": []})
    described = eks.describe_cluster(name="shop")["cluster"]
    server.tell("eks_cluster_ca", REGION, described["arn"], None, used_by=[described["arn"]])


def main(url):
    server = Server(url)
    everything = [
        unused, classic_listener, newer_listener, distribution, gateway_domains, search_domain, file_server, lattice_service,
        iot, private_authority, identities, user_pool, without_dates,
    ]
    for make in everything:
        make(server)
    print(json.dumps(server.made))


main(sys.argv[1])
