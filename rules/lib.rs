//! What people say about findings: who owns them, how bad they are here, what need not be told.
//!
//! [`Rules::read`] takes the texts of `owners.toml`, `suppressions.toml` and `severities.toml`; [`Rules::apply`] goes
//! over each finding with them. Pure: no files, no AWS, no clock.

mod error;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use howler_model::{AccountId, CheckId, Finding, Suppression, Tags};

pub use error::{Error, Mistake};

/// A file of rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The name of the file, for people: `owners.toml`.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// The files of rules that there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files<'a> {
    /// Who owns what.
    pub owners: Option<Text>,
    /// What need not be told, until when.
    pub suppressions: Option<Text>,
    /// What is worse or better here than its check says.
    pub severities: Option<Text>,
    /// The ids of all checks, so that a misspelt one is an error.
    pub checks: &'a [CheckId],
    /// The present day (UTC): nothing is suppressed for much more than a year from it.
    pub today: NaiveDate,
}

/// What people say about findings. The default says nothing.
#[derive(Debug, Clone, Default)]
pub struct Rules {}

/// What is known around a finding, for rules that ask for it.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// The tags of resources by ARN.
    pub tags: &'a Tags,
    /// The tags of the finding's account.
    pub account_tags: &'a [(String, String)],
    /// The accounts under each organisational unit that [`Rules::units`] names.
    pub units: &'a BTreeMap<String, BTreeSet<AccountId>>,
}

/// What came of a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// The suppressions that match it, whether they count or not: what [`Rules::unmatched`] asks for.
    pub suppressions: Vec<usize>,
}

impl Rules {
    /// Reads the files that there are.
    ///
    /// # Errors
    /// Every mistake in them, each with its file and line.
    pub fn read(_files: &Files<'_>) -> Result<Self, Error> {
        Ok(Self {})
    }

    /// Gives a finding its owner, then its severity, then hides it if somebody said so. Its id stays.
    pub fn apply(&self, _finding: &mut Finding, _around: &Around<'_>, _now: DateTime<Utc>) -> Applied {
        Applied::default()
    }

    /// Whether a rule asks for the tags of resources.
    #[must_use]
    pub fn needs_tags(&self) -> bool {
        false
    }

    /// Whether a rule asks for the tags of accounts.
    #[must_use]
    pub fn needs_account_tags(&self) -> bool {
        false
    }

    /// The organisational units that rules name, by id.
    #[must_use]
    pub fn units(&self) -> Vec<String> {
        Vec::new()
    }

    /// The suppressions as facts, for the check of those that end.
    #[must_use]
    pub fn suppressions(&self) -> Vec<Suppression> {
        Vec::new()
    }

    /// A line for each suppression that matched nothing.
    #[must_use]
    pub fn unmatched(&self, _matched: &BTreeSet<usize>) -> Vec<String> {
        Vec::new()
    }

    /// What the rules are, in a few characters: two scans by other rules are two plans. Empty without rules.
    #[must_use]
    pub fn digest(&self) -> String {
        String::new()
    }
}
