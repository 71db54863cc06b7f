//! What AWS lists: one file per API, each listing a type that says its item, its action and how it is paged.
//! Whatever reads a listing in a scope shares one asking of it.

pub(crate) mod acm;
#[cfg(feature = "acmpca")]
pub(crate) mod acmpca;
#[cfg(feature = "amplify")]
pub(crate) mod amplify;
#[cfg(feature = "apigateway")]
pub(crate) mod apigateway;
#[cfg(feature = "apigatewayv2")]
pub(crate) mod apigatewayv2;
#[cfg(feature = "apprunner")]
pub(crate) mod apprunner;
#[cfg(feature = "appsync")]
pub(crate) mod appsync;
pub(crate) mod autoscaling;
#[cfg(feature = "cloudfront")]
pub(crate) mod cloudfront;
#[cfg(feature = "cognitoidentityprovider")]
pub(crate) mod cognito;
#[cfg(feature = "directory")]
pub(crate) mod directory;
#[cfg(feature = "databasemigration")]
pub(crate) mod dms;
pub(crate) mod ec2_access;
pub(crate) mod ec2_gateways;
pub(crate) mod ec2_instance_types;
pub(crate) mod ec2_instances;
pub(crate) mod ec2_network;
pub(crate) mod ec2_transit;
#[cfg(feature = "eks")]
pub(crate) mod eks;
#[cfg(feature = "elasticbeanstalk")]
pub(crate) mod elastic_beanstalk;
#[cfg(feature = "elasticloadbalancing")]
pub(crate) mod elb_classic;
pub(crate) mod elb_trust_stores;
pub(crate) mod elbv2;
#[cfg(feature = "globalaccelerator")]
pub(crate) mod global_accelerators;
pub(crate) mod iam;
#[cfg(feature = "iot")]
pub(crate) mod iot;
#[cfg(feature = "kafka")]
pub(crate) mod kafka;
#[cfg(feature = "lightsail")]
pub(crate) mod lightsail;
#[cfg(feature = "networkfirewall")]
pub(crate) mod network_firewall;
pub(crate) mod of_each;
#[cfg(feature = "opensearch")]
pub(crate) mod opensearch;
#[cfg(feature = "rds")]
pub(crate) mod rds;
#[cfg(feature = "redshift")]
pub(crate) mod redshift;
#[cfg(feature = "redshiftserverless")]
pub(crate) mod redshift_serverless;
#[cfg(feature = "rolesanywhere")]
pub(crate) mod rolesanywhere;
#[cfg(feature = "route53")]
pub(crate) mod route53;
pub(crate) mod security_policies;
#[cfg(feature = "sesv2")]
pub(crate) mod ses;
pub(crate) mod tagging;
#[cfg(feature = "transfer")]
pub(crate) mod transfer;
pub(crate) mod volumes;
#[cfg(feature = "vpclattice")]
pub(crate) mod vpc_lattice;

/// Whether something belongs to the account itself; where a server names no owner, it lists only one's own.
fn owned(owner: Option<&str>, account: &str) -> bool {
    owner.is_none_or(|owner| owner == account)
}
