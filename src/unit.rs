//! The unit of work: one account with all its regions, one endpoint, or one path. Plain data, so that it can be
//! handed to any worker.

use std::fmt;
use std::path::PathBuf;

use howler_model::{AccountId, Endpoint, Partition, Region, Scope, ScopeCoverage, Service, Unseen};
use howler_sources::Role;

use crate::plan::missed;

/// What is scanned in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    Account(Entrant),
    Endpoint(Endpoint),
    Path(PathBuf),
}

/// Units of one lane are worked on by workers of that lane, so that none waits for those of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Endpoints. They wait for answers and hold next to nothing, so that many may be under way.
    Endpoints,
    /// Accounts and paths. What they hold in memory says how many may be.
    Rest,
}

impl Lane {
    pub const ALL: [Self; 2] = [Self::Endpoints, Self::Rest];
}

/// An account and how it is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entrant {
    pub account: AccountId,
    pub partition: Partition,
    /// None for the caller's own credentials.
    pub role: Option<Role>,
    /// Its tags in the organisation, where rules ask for them: keys and values; none if they could not be read.
    /// Untrusted text.
    pub tags: Option<Vec<(String, String)>>,
}

impl Unit {
    /// The scope that stands for the unit where nothing of it is seen.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Account(Entrant { account, partition, .. }) => account_scope(*partition, account.clone()),
            Self::Endpoint(endpoint) => Scope::outside(endpoint.to_string(), Service::TLS),
            Self::Path(path) => Scope::outside(path.display().to_string(), Service::FILE),
        }
    }

    /// Which workers it is for.
    pub fn lane(&self) -> Lane {
        match self {
            Self::Endpoint(_) => Lane::Endpoints,
            Self::Account(_) | Self::Path(_) => Lane::Rest,
        }
    }

    /// The tags of its account; none if they could not be read.
    pub fn account_tags(&self) -> Option<&[(String, String)]> {
        match self {
            Self::Account(entrant) => entrant.tags.as_deref(),
            Self::Endpoint(_) | Self::Path(_) => Some(&[]),
        }
    }

    /// The coverage where nothing of it is seen.
    pub fn unseen(&self, why: Unseen) -> ScopeCoverage {
        missed(self.scope(), why)
    }
}

/// The scope that stands for a whole account.
pub fn account_scope(partition: Partition, account: AccountId) -> Scope {
    Scope::aws(partition, account, Region::GLOBAL, Service::STS)
}

impl fmt::Display for Unit {
    /// The name of the unit, which no other has.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.scope().fmt(out)
    }
}
