//! What people say about findings: who owns them, and that they need not be told until some day.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::{Severity, Status};

/// Tags of resources: keys and values by ARN. Untrusted text.
pub type Tags = BTreeMap<String, Vec<(String, String)>>;

/// Who should hear of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The name, as gateways route by it.
    pub name: String,
    /// How it was found, for people: `owners.toml:12`, `tag team of arn:...`, `default`.
    pub via: String,
    /// Whether somebody else might own it, were all tags known.
    pub unsure: bool,
}

/// What a rule might say of a finding, were all tags and the accounts of all organisational units known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unsure {
    /// Another severity.
    pub severity: bool,
    /// That it need not be told.
    pub suppression: bool,
}

/// That a finding need not be told, with what has to be said for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// Why.
    pub reason: String,
    /// Who says so.
    pub owner: String,
    /// The last day of it.
    pub until: NaiveDate,
    /// What it would be otherwise.
    pub status: Status,
}

/// An entry of a suppression file: findings that match it need not be told until it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The file that it stands in, as it was named.
    pub file: String,
    /// What it matches, in one line, the same as long as nobody changes that.
    pub selector: String,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub owner: String,
    /// The last day of it.
    pub until: NaiveDate,
}

/// That a finding counts for more or less than its check said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rescored {
    /// What the check said.
    pub from: Severity,
    /// The rule, for people: `severities.toml:7`.
    pub via: String,
}
