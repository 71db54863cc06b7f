//! Handmade scans for the tests of all outputs.

mod estate;
mod hostile;
mod nouns;
mod remembered;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use chrono::TimeDelta;
use howler_model::{Finding, ScopeCoverage};

use crate::document::{self, Changes, Delivery, Run};
use crate::{Held, Reading, Record, Records, Scan, Tally};

pub(crate) use estate::{healthy, scan, troubled};
pub(crate) use hostile::{HOSTILE, hostile};
pub(crate) use nouns::{aws, certificate, expiry, finding, now, renewal, utilization};
pub(crate) use remembered::remembered;

/// Records that count how often they are read and fail where they are told to.
#[derive(Default)]
pub(crate) struct Watched {
    pub(crate) held: Held,
    /// After so many findings there is an error.
    pub(crate) readable: Option<usize>,
    pub(crate) findings_read: Arc<AtomicUsize>,
    pub(crate) scopes_read: Arc<AtomicUsize>,
}

impl Records for Watched {
    fn findings(&self) -> io::Result<Reading<'_>> {
        let watched = |(number, record): (usize, &Record)| {
            self.findings_read.fetch_add(1, Relaxed);
            match self.readable {
                Some(readable) if number >= readable => Err(io::Error::other("the disk is gone")),
                _ => Ok(record.clone()),
            }
        };
        Ok(Box::new(self.held.findings.iter().enumerate().map(watched)))
    }

    fn scopes(&self) -> io::Result<Reading<'_>> {
        let watched = |record: io::Result<Record>| {
            self.scopes_read.fetch_add(1, Relaxed);
            record
        };
        Ok(Box::new(self.held.scopes()?.map(watched)))
    }
}

/// A scan in parts that a test may change.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) run: Run,
    /// In the order of documents.
    pub(crate) findings: Vec<document::Finding>,
    /// In the order of documents.
    pub(crate) scopes: Vec<document::Scope>,
    pub(crate) changes: Option<Changes>,
    pub(crate) deliveries: Vec<Delivery>,
}

impl Sample {
    fn new(scopes: &[ScopeCoverage], findings: &[Finding]) -> Self {
        let held = Held::of(findings, scopes);
        Self {
            run: run(),
            findings: held.findings.iter().map(|record| record.finding().unwrap()).collect(),
            scopes: held.scopes.iter().map(|record| record.scope().unwrap()).collect(),
            changes: None,
            deliveries: Vec::new(),
        }
    }

    /// The scan, with its records in the order that they have here.
    pub(crate) fn scan(&self) -> Scan {
        self.scan_of(Box::new(self.held()))
    }

    pub(crate) fn held(&self) -> Held {
        let findings = self.findings.iter().map(Record::of_finding).collect();
        Held { findings, scopes: self.scopes.iter().map(Record::of_scope).collect() }
    }

    /// The scan, with its records read from elsewhere.
    pub(crate) fn scan_of(&self, records: Box<dyn Records>) -> Scan {
        let mut tally = Tally::default();
        self.findings.iter().for_each(|finding| tally.add_finding(finding));
        self.scopes.iter().for_each(|scope| tally.add_scope(scope));
        Scan {
            run: self.run.clone(),
            version: "0.1.0".into(),
            tally,
            changes: self.changes.clone(),
            deliveries: self.deliveries.clone(),
            records,
        }
    }
}

fn run() -> Run {
    Run {
        id: "sample".into(),
        now: now(),
        started_at: now() + TimeDelta::seconds(1),
        finished_at: now() + TimeDelta::milliseconds(4_250),
        api_calls: 214,
        finished: true,
        checks: Vec::new(),
        narrowed: false,
        sources: Vec::new(),
    }
}
