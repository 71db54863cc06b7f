//! Where the demo keeps certificates besides ACM and IAM, as the services there tell of them.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::acm::Certificate;
use crate::certificate;
use crate::plain::Plain;

/// A classic load balancer. The certificate of its listener was deleted, and nobody noticed.
pub(super) fn classic_load_balancer(name: &str) -> Plain {
    let body = format!(
        "<DescribeLoadBalancersResponse xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/\">\
         <DescribeLoadBalancersResult><LoadBalancerDescriptions><member>\
         <LoadBalancerName>{name}</LoadBalancerName><Scheme>internet-facing</Scheme>\
         <DNSName>{name}-1234567890.{{region}}.elb.amazonaws.com</DNSName><ListenerDescriptions><member>\
         <PolicyNames><member>ELBSecurityPolicy-2016-08</member></PolicyNames><Listener>\
         <Protocol>HTTPS</Protocol><LoadBalancerPort>443</LoadBalancerPort><InstanceProtocol>HTTP</InstanceProtocol>\
         <InstancePort>80</InstancePort><SSLCertificateId>Invalid-Certificate</SSLCertificateId>\
         </Listener></member></ListenerDescriptions></member></LoadBalancerDescriptions>\
         </DescribeLoadBalancersResult></DescribeLoadBalancersResponse>"
    );
    Plain::new("elasticloadbalancing:DescribeLoadBalancers", body)
}

/// A database whose own certificate ends then, and the authority of all databases of its region.
pub(super) fn database(name: &str, server_end: DateTime<Utc>, authority_end: DateTime<Utc>) -> [Plain; 2] {
    let authority = "rds-ca-rsa2048-g1";
    let instance = format!(
        "<DescribeDBInstancesResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\">\
         <DescribeDBInstancesResult><DBInstances><DBInstance>\
         <DBInstanceIdentifier>{name}</DBInstanceIdentifier>\
         <DBInstanceArn>arn:aws:rds:{{region}}:{{account}}:db:{name}</DBInstanceArn>\
         <Engine>postgres</Engine><DBInstanceStatus>available</DBInstanceStatus>\
         <Endpoint><Address>{name}.c9akciq32rmu.{{region}}.rds.amazonaws.com</Address><Port>5432</Port></Endpoint>\
         <PubliclyAccessible>false</PubliclyAccessible><CACertificateIdentifier>{authority}</CACertificateIdentifier>\
         <CertificateDetails><CAIdentifier>{authority}</CAIdentifier><ValidTill>{}</ValidTill></CertificateDetails>\
         </DBInstance></DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>",
        time(server_end)
    );
    let certificates = format!(
        "<DescribeCertificatesResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\">\
         <DescribeCertificatesResult><Certificates><Certificate>\
         <CertificateIdentifier>{authority}</CertificateIdentifier><CertificateType>CA</CertificateType>\
         <CertificateArn>arn:aws:rds:{{region}}::cert:{authority}</CertificateArn>\
         <Thumbprint>5a1d5b7d0e8d4c0b8b3e6a3f2c1d0e9f8a7b6c5d</Thumbprint>\
         <ValidFrom>{}</ValidFrom><ValidTill>{}</ValidTill>\
         </Certificate></Certificates></DescribeCertificatesResult></DescribeCertificatesResponse>",
        time(authority_end - TimeDelta::days(5 * 365)),
        time(authority_end)
    );
    [Plain::new("rds:DescribeDBInstances", instance), Plain::new("rds:DescribeCertificates", certificates)]
}

/// A distribution with these aliases and one certificate, whichever of them it covers.
pub(super) fn distribution(id: &str, aliases: &[&str], certificate: &Certificate) -> Plain {
    let items: String = aliases.iter().map(|alias| format!("<CNAME>{alias}</CNAME>")).collect();
    let (count, certificate) = (aliases.len(), &certificate.id);
    let body = format!(
        "<DistributionList xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Marker></Marker>\
         <MaxItems>100</MaxItems><IsTruncated>false</IsTruncated><Quantity>1</Quantity><Items><DistributionSummary>\
         <Id>{id}</Id><ARN>arn:aws:cloudfront::{{account}}:distribution/{id}</ARN><Status>Deployed</Status>\
         <DomainName>d111111abcdef8.cloudfront.net</DomainName><Enabled>true</Enabled>\
         <Aliases><Quantity>{count}</Quantity><Items>{items}</Items></Aliases>\
         <Origins><Quantity>1</Quantity><Items><Origin><Id>web</Id><DomainName>origin.example.com</DomainName>\
         <CustomOriginConfig><HTTPPort>80</HTTPPort><HTTPSPort>443</HTTPSPort>\
         <OriginProtocolPolicy>https-only</OriginProtocolPolicy></CustomOriginConfig></Origin></Items></Origins>\
         <ViewerCertificate><ACMCertificateArn>arn:aws:acm:us-east-1:{{account}}:certificate/{certificate}\
         </ACMCertificateArn><SSLSupportMethod>sni-only</SSLSupportMethod>\
         <MinimumProtocolVersion>TLSv1.2_2021</MinimumProtocolVersion></ViewerCertificate>\
         </DistributionSummary></Items></DistributionList>"
    );
    Plain::new("cloudfront:ListDistributions", body)
}

/// An authority of ACM Private CA, of the account itself and not shared with it.
pub(super) fn private_authority(
    id: &str,
    name: &str,
    not_before: DateTime<Utc>,
    not_after: DateTime<Utc>,
) -> [Plain; 2] {
    let arn = format!("arn:aws:acm-pca:{{region}}:{{account}}:certificate-authority/{id}");
    let (from, to) = (not_before.timestamp(), not_after.timestamp());
    let listed = format!(
        r#"{{"CertificateAuthorities":[{{"Arn":"{arn}","OwnerAccount":"{{account}}","Type":"ROOT","Status":"ACTIVE","Serial":"1","CreatedAt":{from},"NotBefore":{from},"NotAfter":{to},"CertificateAuthorityConfiguration":{{"KeyAlgorithm":"EC_prime256v1","SigningAlgorithm":"SHA256WITHECDSA","Subject":{{"CommonName":"{name}"}}}},"UsageMode":"GENERAL_PURPOSE"}}]}}"#
    );
    let body = serde_json::json!({ "Certificate": root(name, not_before, not_after) });
    [
        Plain::new("acm-pca:ListCertificateAuthorities", listed).about("\"SELF\""),
        Plain::new("acm-pca:GetCertificateAuthorityCertificate", body.to_string()).about(id),
    ]
}

/// The authorities in a trust store of that name, behind the URL that leads to them.
pub(super) fn trusted(store: &str, authorities: &[(&str, DateTime<Utc>)]) -> [Plain; 2] {
    let life = TimeDelta::days(10 * 365);
    let bundle: String = authorities.iter().map(|(name, end)| root(name, *end - life, *end)).collect();
    let location = format!(
        "<GetTrustStoreCaCertificatesBundleResponse><GetTrustStoreCaCertificatesBundleResult>\
         <Location>{{endpoint}}/_simulator/objects/{store}-bundle</Location>\
         </GetTrustStoreCaCertificatesBundleResult></GetTrustStoreCaCertificatesBundleResponse>"
    );
    [
        Plain::new("elasticloadbalancing:GetTrustStoreCaCertificatesBundle", location).about(store),
        Plain::new("s3:GetObject", bundle).about(format!("{store}-bundle")),
    ]
}

/// Its PEM; empty, which is told as unreadable, if no certificate can hold the dates.
fn root(name: &str, not_before: DateTime<Utc>, not_after: DateTime<Utc>) -> String {
    certificate::root(name, not_before, not_after).unwrap_or_default()
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
