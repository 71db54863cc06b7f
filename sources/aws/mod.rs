//! Facts from AWS: one file per source here; how AWS is reached is in `access`, what it lists in `listings`, and
//! how limits and usage come together in `quota`.

mod access;
pub(crate) mod acm_certificates;
pub(crate) mod acm_quotas;
pub(crate) mod autoscaling_quotas;
mod certificate;
#[cfg(feature = "cloudfront")]
pub(crate) mod cloudfront;
#[cfg(feature = "directory")]
pub(crate) mod directory_certificates;
#[cfg(feature = "databasemigration")]
pub(crate) mod dms_certificates;
pub(crate) mod ebs_quotas;
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
pub(crate) mod iam_quotas;
#[cfg(feature = "lightsail")]
pub(crate) mod lightsail;
mod listings;
#[cfg(feature = "kafka")]
pub(crate) mod msk_clusters;
#[cfg(feature = "networkfirewall")]
pub(crate) mod network_firewalls;
mod quota;
#[cfg(feature = "rds")]
pub(crate) mod rds_certificates;
pub(crate) mod resource_tags;
#[cfg(feature = "sesv2")]
pub(crate) mod ses_certificates;
#[cfg(feature = "transfer")]
pub(crate) mod transfer;
#[cfg(feature = "vpclattice")]
pub(crate) mod vpc_lattice;
pub(crate) mod vpc_quotas;

pub use access::{
    Account, AccountRegion, Calls, Entered, ExternalId, Member, ParentId, RegionStatus, Regions, Role,
    RoleArn, RoleName, ServiceTraffic, Session, Settings, SlowBucket, StandIn, THROTTLED_FOR, Traffic,
};
pub use quota::Row;
