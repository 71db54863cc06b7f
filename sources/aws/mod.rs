//! Facts from AWS: one file per source here; how AWS is reached is in `access`, what it lists in `listings`, and
//! how limits and usage come together in `quota`.

mod access;
pub(crate) mod acm_certificates;
pub(crate) mod acm_quotas;
#[cfg(feature = "amplify")]
pub(crate) mod amplify_domains;
#[cfg(any(feature = "apigateway", feature = "apigatewayv2"))]
mod apigateway;
#[cfg(feature = "apigateway")]
pub(crate) mod apigateway_client_certificates;
#[cfg(feature = "apigateway")]
pub(crate) mod apigateway_domains;
#[cfg(all(feature = "apigatewayv2", feature = "s3"))]
pub(crate) mod apigateway_trust_stores;
#[cfg(feature = "apigatewayv2")]
pub(crate) mod apigatewayv2_domains;
#[cfg(feature = "apprunner")]
pub(crate) mod app_runner_domains;
#[cfg(feature = "appsync")]
pub(crate) mod appsync_domains;
pub(crate) mod autoscaling_quotas;
mod certificate;
pub(crate) mod client_vpns;
#[cfg(feature = "cloudfront")]
pub(crate) mod cloudfront;
#[cfg(feature = "cognitoidentityprovider")]
pub(crate) mod cognito_domains;
#[cfg(feature = "directory")]
pub(crate) mod directory_certificates;
#[cfg(feature = "databasemigration")]
pub(crate) mod dms_certificates;
mod domain;
pub(crate) mod ebs_quotas;
pub(crate) mod ec2_addresses;
pub(crate) mod ec2_quotas;
#[cfg(feature = "eks")]
pub(crate) mod eks_clusters;
#[cfg(feature = "elasticbeanstalk")]
pub(crate) mod elastic_beanstalk;
#[cfg(feature = "elasticloadbalancing")]
pub(crate) mod elb_classic_listeners;
pub(crate) mod elb_listeners;
pub(crate) mod elb_quotas;
pub(crate) mod elb_trust_stores;
#[cfg(feature = "globalaccelerator")]
pub(crate) mod global_accelerators;
pub(crate) mod global_tags;
pub(crate) mod iam_certificates;
pub(crate) mod iam_oidc_providers;
pub(crate) mod iam_quotas;
pub(crate) mod iam_saml_providers;
pub(crate) mod iam_signing_certificates;
#[cfg(feature = "iot")]
pub(crate) mod iot_authorities;
#[cfg(feature = "iot")]
pub(crate) mod iot_devices;
#[cfg(feature = "iot")]
pub(crate) mod iot_domains;
#[cfg(feature = "lightsail")]
pub(crate) mod lightsail;
mod listings;
#[cfg(feature = "kafka")]
pub(crate) mod msk_clusters;
#[cfg(feature = "networkfirewall")]
pub(crate) mod network_firewalls;
#[cfg(feature = "opensearch")]
pub(crate) mod opensearch_domains;
#[cfg(feature = "acmpca")]
pub(crate) mod private_authorities;
mod quota;
#[cfg(feature = "rds")]
pub(crate) mod rds_certificates;
#[cfg(any(feature = "redshift", feature = "redshiftserverless"))]
mod redshift;
#[cfg(feature = "redshift")]
pub(crate) mod redshift_domains;
#[cfg(feature = "redshiftserverless")]
pub(crate) mod redshift_serverless_domains;
pub(crate) mod resource_tags;
#[cfg(feature = "rolesanywhere")]
pub(crate) mod roles_anywhere;
#[cfg(feature = "rolesanywhere")]
pub(crate) mod roles_anywhere_subjects;
#[cfg(feature = "route53")]
pub(crate) mod route53_records;
#[cfg(feature = "sesv2")]
pub(crate) mod ses_certificates;
pub(crate) mod site_to_site_vpns;
#[cfg(feature = "transfer")]
pub(crate) mod transfer;
pub(crate) mod verified_access;
#[cfg(feature = "vpclattice")]
pub(crate) mod vpc_lattice;
pub(crate) mod vpc_quotas;

pub use access::{
    Account, AccountRegion, Calls, Entered, ExternalId, Member, ParentId, RegionStatus, Regions, Role,
    RoleArn, RoleName, ServiceTraffic, Session, Settings, SlowBucket, StandIn, THROTTLED_FOR, Traffic,
};
pub use quota::Row;
