//! One scan: units in, findings and coverage out, in a window that keeps memory small.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use futures::{Stream, StreamExt, stream};
use howler_model::{Facts, Finding, ScopeCoverage, Thresholds};
use howler_sources::Prober;

use crate::plan::Plan;
use crate::progress::Progress;
use crate::signals::{Signal, Signals};
use crate::unit::Unit;

/// Units that are under way at once.
const WINDOW: usize = 64;

/// What came out of all units, and the signal that ended them early, if one did.
#[derive(Default)]
pub struct Outcome {
    pub findings: Vec<Finding>,
    pub scopes: Vec<ScopeCoverage>,
    pub signal: Option<Signal>,
}

/// What every unit is scanned with.
pub struct Scanner<'a> {
    pub plan: &'a Plan,
    pub prober: &'a Prober,
    pub thresholds: Thresholds,
    pub now: DateTime<Utc>,
}

impl Scanner<'_> {
    /// Scans the units, each judged when it is done. A signal ends it; what was not done by then is a gap.
    pub async fn scan(
        &self,
        units: &[Unit],
        outcome: &mut Outcome,
        signals: &mut Signals,
        progress: &Progress,
    ) {
        let mut done = BTreeSet::new();
        let mut results = std::pin::pin!(self.results(units));
        loop {
            tokio::select! {
                result = results.next() => match result {
                    Some((unit, facts)) => {
                        done.insert(unit);
                        self.judge(facts, outcome);
                        progress.unit_done(outcome);
                    }
                    None => break,
                },
                signal = signals.next() => {
                    outcome.signal = Some(signal);
                    break;
                }
            }
        }
        let left = units.iter().enumerate().filter(|(unit, _)| !done.contains(unit));
        let scopes = left.flat_map(|(_, unit)| unit.skipped(self.plan)).collect();
        self.judge(Facts { scopes, ..Facts::default() }, outcome);
    }

    fn results<'a>(&'a self, units: &'a [Unit]) -> impl Stream<Item = (usize, Facts)> + 'a {
        let facts = move |(index, unit): (usize, &'a Unit)| async move {
            (index, unit.facts(self.plan, self.prober, self.now).await)
        };
        stream::iter(units.iter().enumerate()).map(facts).buffer_unordered(WINDOW)
    }

    /// Judges the facts of one unit and keeps no more of them than the findings and the coverage.
    pub fn judge(&self, facts: Facts, outcome: &mut Outcome) {
        for check in &self.plan.checks {
            outcome.findings.extend(check.judge(&facts, &self.thresholds, self.now));
        }
        outcome.scopes.extend(facts.scopes);
    }
}
