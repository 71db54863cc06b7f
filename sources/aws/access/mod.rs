//! How AWS is reached: credentials, one paced and counted call, whole listings, each asked once.

mod account;
mod account_region;
mod call;
mod clock;
mod closed;
mod credentials;
mod delivery;
mod enter;
mod files;
mod http;
mod listing;
mod organization;
mod pace;
mod paging;
mod places;
mod rates;
mod regions;
mod role;
mod session;
mod traffic;
mod tries;
mod walk;
mod watch;
mod wire;

pub use account::Account;
pub use account_region::AccountRegion;
pub use enter::Entered;
pub(crate) use listing::{Listing, Page, listing};
pub use organization::{Member, ParentId};
pub use regions::{RegionStatus, Regions};
pub use role::{ExternalId, Role, RoleArn, RoleName};
pub use session::{Session, Settings, StandIn, THROTTLED_FOR};
pub use traffic::{Calls, ServiceTraffic, SlowBucket, Traffic};
