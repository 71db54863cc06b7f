//! The result of a scan: the one thing that every report reads.

use chrono::{DateTime, Utc};

use crate::{Coverage, Finding, ScopeCoverage, Severity, Status};

/// When and how a scan ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// A name for this scan that no other has.
    pub id: String,
    /// The version of howler.
    pub version: String,
    /// The time that everything is judged by.
    pub now: DateTime<Utc>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: DateTime<Utc>,
    /// Calls that went to AWS, retries counted.
    pub api_calls: u64,
    /// Whether it ended by itself and not by a signal.
    pub finished: bool,
}

/// How a gateway took the findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The name of the gateway.
    pub gateway: String,
    /// Where, without credentials.
    pub target: String,
    /// Findings that it accepted.
    pub accepted: usize,
    /// Findings that it did not.
    pub rejected: usize,
    /// Why not.
    pub error: Option<String>,
}

/// Findings, coverage and the facts of the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// When and how it ran.
    pub run: Run,
    /// What was asked for and seen, in the order of scopes.
    pub scopes: Vec<ScopeCoverage>,
    /// What was found, worst first.
    pub findings: Vec<Finding>,
    /// How the gateways took it.
    pub deliveries: Vec<Delivery>,
}

/// Findings counted by status and, for those that are open, by severity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// In the order of [`Status::ALL`].
    pub by_status: Vec<(Status, usize)>,
    /// Open findings, in the order of [`Severity::ALL`].
    pub open_by_severity: Vec<(Severity, usize)>,
}

impl Scan {
    /// A scan in its final order: findings worst first, then soonest, then by place; scopes by place.
    #[must_use]
    pub fn new(run: Run, mut scopes: Vec<ScopeCoverage>, mut findings: Vec<Finding>) -> Self {
        scopes.sort_by(|a, b| a.scope.cmp(&b.scope));
        findings.sort_by(|a, b| rank(a).cmp(&rank(b)));
        Self { run, scopes, findings, deliveries: Vec::new() }
    }

    /// How many scopes came out how.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        Coverage::of(&self.scopes)
    }

    /// Whether everything that should have been seen was seen.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.run.finished && self.coverage().is_complete()
    }

    /// The worst severity among failed and warned findings.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        let judged = self.findings.iter().filter(|f| matches!(f.verdict.status, Status::Fail | Status::Warn));
        judged.map(|finding| finding.verdict.severity).max()
    }

    /// Findings counted by status and severity.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let with = |status| self.findings.iter().filter(|f| f.verdict.status == status).count();
        let open =
            |severity| self.findings.iter().filter(|f| f.is_open() && f.verdict.severity == severity).count();
        Summary {
            by_status: Status::ALL.into_iter().map(|status| (status, with(status))).collect(),
            open_by_severity: Severity::ALL.into_iter().map(|severity| (severity, open(severity))).collect(),
        }
    }
}

/// The order of findings: open before closed, severity, deadline, fullest quota, then place and check.
fn rank(finding: &Finding) -> impl Ord + use<'_> {
    let verdict = &finding.verdict;
    let fullness = verdict.measure.utilization().map_or(0, |ratio| (ratio * 1e6) as i64);
    (
        !finding.is_open(),
        std::cmp::Reverse(verdict.severity),
        verdict.deadline.is_none(),
        verdict.deadline,
        -fullness,
        &verdict.resource,
        finding.check,
    )
}
