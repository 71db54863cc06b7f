//! Where facts come from: AWS, live TLS endpoints, files. The only asynchronous room; no verdicts here.

mod aws;
mod dns;
mod endpoints;
mod error;
mod files;
mod passwords;
mod paths;
mod places;
mod probing;
mod source;
mod tls;
mod x509;

pub use aws::{
    Account, AccountRegion, Calls, Entered, ExternalId, Member, ParentId, RegionStatus, Regions, Role,
    RoleArn, RoleName, Row, ServiceTraffic, Session, Settings, SlowBucket, StandIn, THROTTLED_FOR, Traffic,
};
pub use endpoints::Prober;
pub use error::Error;
pub use files::present;
pub use passwords::Passwords;
pub use places::{CERTIFICATE_PLACES, CertificatePlace, Proof, Seen};
pub use probing::Probing;
pub use source::{Asked, Gather, GatherAws, Gathered, Source};
pub use tls::{Limits, Network, Private, TrustAnchors};

/// The IAM actions that finding accounts and regions needs, beside those of the sources.
pub const IDENTITY_ACTIONS: [&str; 2] = ["ec2:DescribeRegions", "sts:GetCallerIdentity"];

/// The IAM actions that finding the accounts of a whole organisation needs, in its management account or in one
/// that administers it.
pub const ORGANIZATION_ACTIONS: [&str; 1] = ["organizations:ListAccounts"];

/// The IAM actions that finding the accounts of one part of an organisation needs, there too.
pub const UNIT_ACTIONS: [&str; 2] =
    ["organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent"];

/// The IAM action that choosing accounts by tag needs beside those, there too.
pub const TAG_ACTIONS: [&str; 1] = ["organizations:ListTagsForResource"];

/// Every source. A file of this room that defines one has its line here.
pub static SOURCES: &[&Source] = &[
    &aws::acm_certificates::SOURCE,
    &aws::acm_quotas::SOURCE,
    #[cfg(feature = "amplify")]
    &aws::amplify_domains::SOURCE,
    #[cfg(feature = "apigateway")]
    &aws::apigateway_client_certificates::SOURCE,
    #[cfg(feature = "apigateway")]
    &aws::apigateway_domains::SOURCE,
    #[cfg(all(feature = "apigatewayv2", feature = "s3"))]
    &aws::apigateway_trust_stores::SOURCE,
    #[cfg(feature = "apigatewayv2")]
    &aws::apigatewayv2_domains::SOURCE,
    #[cfg(feature = "apprunner")]
    &aws::app_runner_domains::SOURCE,
    #[cfg(feature = "appsync")]
    &aws::appsync_domains::SOURCE,
    &aws::autoscaling_quotas::SOURCE,
    &aws::client_vpns::SOURCE,
    #[cfg(feature = "cloudfront")]
    &aws::cloudfront::SOURCE,
    #[cfg(feature = "cognitoidentityprovider")]
    &aws::cognito_domains::SOURCE,
    #[cfg(feature = "directory")]
    &aws::directory_certificates::SOURCE,
    #[cfg(feature = "databasemigration")]
    &aws::dms_certificates::SOURCE,
    &aws::ebs_quotas::SOURCE,
    &aws::ec2_addresses::SOURCE,
    &aws::ec2_quotas::SOURCE,
    #[cfg(feature = "eks")]
    &aws::eks_clusters::SOURCE,
    #[cfg(feature = "elasticbeanstalk")]
    &aws::elastic_beanstalk::SOURCE,
    #[cfg(feature = "elasticloadbalancing")]
    &aws::elb_classic_listeners::SOURCE,
    &aws::elb_listeners::SOURCE,
    &aws::elb_quotas::SOURCE,
    &aws::elb_trust_stores::SOURCE,
    #[cfg(feature = "globalaccelerator")]
    &aws::global_accelerators::SOURCE,
    &aws::global_tags::SOURCE,
    &aws::iam_certificates::SOURCE,
    &aws::iam_oidc_providers::SOURCE,
    &aws::iam_quotas::SOURCE,
    &aws::iam_saml_providers::SOURCE,
    &aws::iam_signing_certificates::SOURCE,
    #[cfg(feature = "iot")]
    &aws::iot_authorities::SOURCE,
    #[cfg(feature = "iot")]
    &aws::iot_devices::SOURCE,
    #[cfg(feature = "iot")]
    &aws::iot_domains::SOURCE,
    #[cfg(feature = "lightsail")]
    &aws::lightsail::SOURCE,
    #[cfg(feature = "kafka")]
    &aws::msk_clusters::SOURCE,
    #[cfg(feature = "networkfirewall")]
    &aws::network_firewalls::SOURCE,
    #[cfg(feature = "opensearch")]
    &aws::opensearch_domains::SOURCE,
    #[cfg(feature = "acmpca")]
    &aws::private_authorities::SOURCE,
    #[cfg(feature = "rds")]
    &aws::rds_certificates::SOURCE,
    #[cfg(feature = "redshift")]
    &aws::redshift_domains::SOURCE,
    #[cfg(feature = "redshiftserverless")]
    &aws::redshift_serverless_domains::SOURCE,
    &aws::resource_tags::SOURCE,
    #[cfg(feature = "rolesanywhere")]
    &aws::roles_anywhere::SOURCE,
    #[cfg(feature = "rolesanywhere")]
    &aws::roles_anywhere_subjects::SOURCE,
    #[cfg(feature = "route53")]
    &aws::route53_records::SOURCE,
    #[cfg(feature = "sesv2")]
    &aws::ses_certificates::SOURCE,
    &aws::site_to_site_vpns::SOURCE,
    #[cfg(feature = "transfer")]
    &aws::transfer::SOURCE,
    &aws::verified_access::SOURCE,
    #[cfg(feature = "vpclattice")]
    &aws::vpc_lattice::SOURCE,
    &aws::vpc_quotas::SOURCE,
    &endpoints::SOURCE,
    &paths::SOURCE,
];
