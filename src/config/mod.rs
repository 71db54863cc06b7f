//! The configuration: defaults, then `howler.toml`, then `HOWLER_` variables, then flags; the later one holds.

mod file;
mod flags;
mod key;
mod layers;
mod load;
mod notify;
mod rules;
mod secret;
mod tag;
mod value;

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::TimeDelta;
use howler_model::{AccountId, Severity, Thresholds};
use howler_reports::gateway::Pace;
use howler_sources::{ExternalId, Network, ParentId, RoleArn, RoleName};

use crate::args::RegionChoice;

pub use flags::{delivered, flags, probed};
pub use key::{KEYS, Key, Sample};
pub use layers::{Entry, Layers};
#[cfg(test)]
pub use load::check;
pub use load::{FILE_NAME, load, without_file};
pub use notify::Target;
#[cfg(test)]
pub use notify::targets;
pub use rules::{RulesAt, RulesFiles, rules, rules_files, units};
pub use tag::Tag;
pub use value::Value;

/// What holds in the end.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    pub accounts: Accounts,
    /// Empty for all that are enabled.
    pub regions: Vec<RegionChoice>,
    /// Checks that are left out.
    pub skipped: Vec<String>,
    /// Sources that are asked only by name.
    pub with: Vec<String>,
    pub probing: Probing,
    pub thresholds: Thresholds,
    pub fail_on: Severity,
    /// Where findings are delivered.
    pub notify: Vec<Target>,
    pub delivery: Delivery,
    pub state: State,
    pub rules: RulesAt,
}

/// How findings are delivered.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    pub pace: Pace,
    /// Gateways that keep nothing hear again of what stays open; never if none.
    pub remind: Option<TimeDelta>,
    /// How long an alert lives without being sent again; two scan intervals and a bit if none.
    pub lease: Option<TimeDelta>,
}

/// Whether and how endpoints are asked that are found in AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probing {
    pub on: bool,
    /// Where private addresses may be asked.
    pub allowed: Vec<Network>,
    /// Endpoints a second.
    pub rate: u32,
    /// Of addresses that are found without one.
    pub ports: Vec<u16>,
}

impl Default for Probing {
    fn default() -> Self {
        Self { on: false, allowed: Vec::new(), rate: 50, ports: vec![443] }
    }
}

/// What is remembered of scans, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The folder, or that of the platform.
    pub path: Option<PathBuf>,
    pub keep: TimeDelta,
    pub follow: TimeDelta,
    pub spool: TimeDelta,
    /// Bytes.
    pub spool_most: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            accounts: Accounts::default(),
            regions: Vec::new(),
            skipped: Vec::new(),
            with: Vec::new(),
            probing: Probing::default(),
            thresholds: Thresholds::default(),
            fail_on: Severity::High,
            notify: Vec::new(),
            delivery: Delivery { pace: Pace::default(), remind: Some(TimeDelta::days(7)), lease: None },
            state: State {
                path: None,
                keep: TimeDelta::days(90),
                follow: TimeDelta::days(30),
                spool: TimeDelta::days(14),
                spool_most: 64 << 20,
            },
            rules: RulesAt::default(),
        }
    }
}

/// Which accounts are scanned, and as whom.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Accounts {
    /// All of the organisation.
    pub organization: bool,
    /// All in these parts of it.
    pub units: Vec<ParentId>,
    pub ids: Vec<AccountId>,
    /// All of the organisation that have all of these.
    pub tags: Vec<Tag>,
    /// Roles beside those of the accounts above.
    pub roles: Vec<RoleArn>,
    /// Left out of all of these.
    pub left_out: Vec<AccountId>,
    /// Roles that are taken one after another before any other.
    pub via: Vec<RoleArn>,
    /// The role that is taken in an account that is known by its id alone.
    pub role_name: RoleName,
    pub external_id: Option<ExternalId>,
    pub external_ids: BTreeMap<AccountId, ExternalId>,
}

impl Accounts {
    /// Whether anybody is chosen by account; otherwise the caller's own account is meant.
    pub fn are_chosen(&self) -> bool {
        self.lists_organization() || !self.units.is_empty() || !self.ids.is_empty()
    }

    /// Whether all accounts of the organisation are looked at.
    pub fn lists_organization(&self) -> bool {
        self.organization || (!self.tags.is_empty() && self.units.is_empty())
    }

    /// The external id for an account: its own, or the one for all.
    pub fn external_id_of(&self, account: &AccountId) -> Option<ExternalId> {
        self.external_ids.get(account).or(self.external_id.as_ref()).cloned()
    }
}
