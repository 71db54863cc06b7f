//! What one unit of a scan came to, in words.

use howler_model as model;
use serde::{Deserialize, Serialize};

use crate::document::{Finding, Scope};
use crate::{Held, Record, Tally};

/// The records of one unit and what they add up to, in no order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// What they add up to.
    pub tally: Tally,
    /// What was found.
    pub findings: Vec<Record>,
    /// What was seen and what was not.
    pub scopes: Vec<Record>,
}

impl Told {
    /// Findings and coverage in words.
    #[must_use]
    pub fn of(findings: &[model::Finding], scopes: &[model::ScopeCoverage]) -> Self {
        let mut told = Self::default();
        for finding in findings.iter().map(Finding::from) {
            told.tally.add_finding(&finding);
            told.findings.push(Record::of_finding(&finding));
        }
        for scope in scopes.iter().map(Scope::from) {
            told.tally.add_scope(&scope);
            told.scopes.push(Record::of_scope(&scope));
        }
        told
    }
}

/// What a unit told, in order.
impl From<Told> for Held {
    fn from(told: Told) -> Self {
        let Told { mut findings, mut scopes, .. } = told;
        findings.sort_unstable();
        scopes.sort_unstable();
        Self { findings, scopes }
    }
}
