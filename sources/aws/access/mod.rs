//! How AWS is reached: credentials, one paced and counted call, whole listings, each asked once.

mod account_region;
mod call;
mod listing;
mod session;
mod watch;

pub use account_region::AccountRegion;
pub(crate) use listing::{Listing, Page, listing};
pub use session::{Account, RegionStatus, RoleArn, Session, Settings, StandIn};
pub use watch::Calls;
