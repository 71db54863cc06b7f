//! Checks and what they find.

use chrono::{DateTime, Utc};

use crate::{
    FactKind, Facts, FindingId, Measure, Owner, Rescored, Resource, Severity, Suppressed, Thresholds, Unsure,
};

/// The name of a check, in kebab-case.
pub type CheckId = &'static str;

/// The result of a comparison; how bad it is, [`Severity`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// As it should be.
    Pass,
    /// Past the first threshold.
    Warn,
    /// Past the last threshold, or wrong.
    Fail,
    /// Could not be judged. Never green.
    Unknown,
    /// Somebody said, with a reason and until a date, that this need not be told.
    Suppressed,
}

impl Status {
    /// All statuses, in the order of documents.
    pub const ALL: [Self; 5] = [Self::Fail, Self::Warn, Self::Unknown, Self::Suppressed, Self::Pass];

    /// The name in documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::Suppressed => "suppressed",
        }
    }
}

/// What a check has to see before it can judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grain {
    /// The facts of one account, all its regions together.
    Account,
    /// All accounts.
    Estate,
}

/// What a check says about one resource; [`Check::judge`] makes a [`Finding`] of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// What it is about.
    pub resource: Resource,
    /// The result of the comparison.
    pub status: Status,
    /// How bad it is.
    pub severity: Severity,
    /// The numbers and names behind it.
    pub measure: Measure,
    /// When it becomes an outage, if that is known.
    pub deadline: Option<DateTime<Utc>>,
    /// What would be hit: ARNs and endpoints that use the resource.
    pub affects: Vec<String>,
}

/// A pure judgement from facts to verdicts, documented where it is defined.
pub struct Check {
    /// Its name, for `--check` and in documents.
    pub id: CheckId,
    /// What it finds, in a few words.
    pub title: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What to do about it.
    pub fix: &'static str,
    /// The version of howler that had it first.
    pub since: &'static str,
    /// What it has to see at once.
    pub grain: Grain,
    /// The facts that it reads.
    pub needs: &'static [FactKind],
    /// The judgement; `now` is the only clock there is.
    pub verdicts: fn(&Facts, &Thresholds, DateTime<Utc>) -> Vec<Verdict>,
}

impl Check {
    /// Judges the facts.
    #[must_use]
    pub fn judge(&self, facts: &Facts, thresholds: &Thresholds, now: DateTime<Utc>) -> Vec<Finding> {
        let verdicts = (self.verdicts)(facts, thresholds, now);
        verdicts.into_iter().map(|verdict| Finding::new(self, verdict)).collect()
    }
}

/// One thing to know, with an id that stays the same from scan to scan.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The id.
    pub id: FindingId,
    /// The check that found it.
    pub check: CheckId,
    /// What it found, in a few words: the check's title.
    pub title: &'static str,
    /// What to do about it: the check's fix.
    pub fix: &'static str,
    /// The verdict.
    pub verdict: Verdict,
    /// Who should hear of it.
    pub owner: Option<Owner>,
    /// That it need not be told; its status then says so too.
    pub suppressed: Option<Suppressed>,
    /// That somebody gave it another severity.
    pub rescored: Option<Rescored>,
    /// What a rule might say of it, were all known that rules ask for.
    pub unsure: Unsure,
}

impl Finding {
    fn new(check: &Check, verdict: Verdict) -> Self {
        Self {
            id: FindingId::of(check.id, &verdict.resource),
            check: check.id,
            title: check.title,
            fix: check.fix,
            verdict,
            owner: None,
            suppressed: None,
            rescored: None,
            unsure: Unsure::default(),
        }
    }
}
