//! A scan as every report reads it: totals at once, findings and scopes one by one.

use std::io;

use crate::document::{Changes, Delivery, Finding, Run, Scope};
use crate::{Record, Tally};

/// Where records are read from, as often as somebody asks, in their order.
pub trait Records: Send + Sync {
    /// All findings, from the first.
    ///
    /// # Errors
    /// Those of where they are kept.
    fn findings(&self) -> io::Result<Reading<'_>>;

    /// All scopes, from the first.
    ///
    /// # Errors
    /// Those of where they are kept.
    fn scopes(&self) -> io::Result<Reading<'_>>;
}

/// Records one by one.
pub type Reading<'a> = Box<dyn Iterator<Item = io::Result<Record>> + Send + 'a>;

/// What was found and seen, the totals of it, and the facts of the run.
pub struct Scan {
    /// When and how it ran.
    pub run: Run,
    /// The version of howler.
    pub version: String,
    /// All that is counted of the records.
    pub tally: Tally,
    /// What changed since earlier scans; none if nobody remembers them.
    pub changes: Option<Changes>,
    /// How the gateways took it.
    pub deliveries: Vec<Delivery>,
    /// What was found, worst first, and what was asked for and seen, by place.
    pub records: Box<dyn Records>,
}

impl Scan {
    /// Whether everything that should have been seen was seen.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.run.finished && self.tally.is_complete()
    }
}

/// Records held in memory: small scans and tests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// In their order.
    pub findings: Vec<Record>,
    /// In their order.
    pub scopes: Vec<Record>,
}

impl Held {
    /// Holds findings and scopes, of the model or of a document, and puts them in order.
    #[must_use]
    pub fn of(
        findings: impl IntoIterator<Item = impl Into<Finding>>,
        scopes: impl IntoIterator<Item = impl Into<Scope>>,
    ) -> Self {
        let findings = findings.into_iter().map(|finding| Record::of_finding(&finding.into()));
        let scopes = scopes.into_iter().map(|scope| Record::of_scope(&scope.into()));
        let mut held = Self { findings: findings.collect(), scopes: scopes.collect() };
        held.findings.sort_unstable();
        held.scopes.sort_unstable();
        held
    }
}

impl Records for Held {
    fn findings(&self) -> io::Result<Reading<'_>> {
        Ok(Box::new(self.findings.iter().cloned().map(Ok)))
    }

    fn scopes(&self) -> io::Result<Reading<'_>> {
        Ok(Box::new(self.scopes.iter().cloned().map(Ok)))
    }
}
