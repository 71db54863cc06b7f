//! Where facts come from: AWS, live TLS endpoints, files. The only asynchronous room; no verdicts here.

mod aws;
mod error;
mod source;

pub use aws::{Account, AccountRegion, Calls, RegionStatus, RoleArn, Session, Settings, StandIn};
pub use error::Error;
pub use source::{Gather, GatherAws, Gathered, Source};

/// Every source. A file of this room that defines one has its line here.
pub static SOURCES: &[&Source] = &[&aws::acm_certificates::SOURCE, &aws::ebs_quotas::SOURCE];
