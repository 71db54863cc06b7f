//! Facts from AWS: one file per source here; how AWS is reached is in `access`, what it lists in `listings`, and
//! how limits and usage come together in `quota`.

mod access;
pub(crate) mod acm_certificates;
pub(crate) mod ebs_quotas;
mod listings;
mod quota;

pub use access::{Account, AccountRegion, Calls, RegionStatus, RoleArn, Session, Settings, StandIn};
