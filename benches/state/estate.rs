//! Two nights of a large organisation, as parts that `howler merge` reads: real findings of the demo, many times over.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use howler_reports::document::{
    CoverageStatus, Document, Finding, Measure, Partition, Place, Run, Scope, Severity, Status,
};
use howler_reports::{PartHead, Planned, Record, Spool, Told};

/// Findings of each account.
const EACH: u32 = 300;
const SERVICES: [&str; 2] = ["acm", "ec2"];
const CHECKS: [&str; 2] = ["certificate-expiry", "quota-utilization"];

/// So many findings, half of them open, on two nights.
#[derive(Clone, Copy)]
pub(crate) struct Estate {
    /// All findings.
    pub(crate) findings: u32,
    /// How many are not the same on the second night.
    pub(crate) changes: u32,
}

/// What becomes of a finding on the second night.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Same,
    Resolved,
    Opened,
    Worse,
}

impl Estate {
    fn accounts(self) -> u32 {
        self.findings.div_ceil(EACH)
    }

    /// Every so many findings one changes: of ten changes four are resolved, four opened and two worse.
    fn fate(self, number: u32) -> Fate {
        let every = self.findings / self.changes.max(1);
        // Even numbers are open on the first night.
        match (number / every % 10, number % every) {
            (0..4, 0) => Fate::Resolved,
            (4..8, 1) => Fate::Opened,
            (8..10, 0) => Fate::Worse,
            _ => Fate::Same,
        }
    }

    fn finding(self, number: u32, night: u32, like: &Like) -> Finding {
        let fate = if night == 0 { Fate::Same } else { self.fate(number) };
        let is_open = number.is_multiple_of(2) != matches!(fate, Fate::Resolved | Fate::Opened);
        let mut finding = if is_open { like.open.clone() } else { like.passed.clone() };
        if fate == Fate::Worse {
            finding.severity = Severity::Critical;
        }
        let account = account(number / EACH);
        finding.id = id(number);
        finding.scope = place(&account, SERVICES[0]);
        finding.resource.id =
            format!("arn:aws:acm:eu-west-1:{account}:certificate/{number:08x}-0000-4000-8000-{number:012x}");
        finding.resource.name = format!("service-{number}.team-{}.example.com", number % 97);
        finding.owner = Some(format!("team-{}", number % 97));
        finding.owner_via = Some("owners.toml:12".to_owned());
        if let Measure::Expiry { seconds_left, certificate, .. } = &mut finding.measure {
            *seconds_left += i64::from(number % 700_001) - i64::from(night) * 86_400;
            certificate.sha256 = Some(Random::of(number).text(64));
        }
        finding
    }

    /// Writes the part of a night (0, 1).
    pub(crate) fn write(self, night: u32, like: &Like, path: &Path) -> Result<()> {
        let mut spool = Spool::new(path.parent().context("no folder")?);
        for number in 0..self.accounts() {
            spool.add(self.account(number, night, like))?;
        }
        let units =
            (0..self.accounts()).map(|number| Place { region: None, ..place(&account(number), "sts") });
        let plan = Planned {
            digest: "estate".to_owned(),
            checks: CHECKS.map(str::to_owned).into(),
            units: units.collect(),
        };
        let head = PartHead::new("bench".to_owned(), (0, 1), plan, run(night)?, Told::default());
        let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
        head.write(&spool.close(), &mut out)?;
        Ok(out.flush()?)
    }

    fn account(self, number: u32, night: u32, like: &Like) -> Told {
        let mut told = Told::default();
        for finding in
            (number * EACH..((number + 1) * EACH).min(self.findings)).map(|it| self.finding(it, night, like))
        {
            told.tally.add_finding(&finding);
            told.findings.push(Record::of_finding(&finding));
        }
        for service in SERVICES {
            let place = place(&account(number), service);
            let scope =
                Scope { place, status: CoverageStatus::Ok, facts: 150, answered: 20, gaps: Vec::new() };
            told.tally.add_scope(&scope);
            told.scopes.push(Record::of_scope(&scope));
        }
        told
    }
}

fn account(number: u32) -> String {
    (100_000_000_000 + u64::from(number)).to_string()
}

fn place(account: &str, service: &str) -> Place {
    Place {
        partition: Some(Partition::Aws),
        account: Some(account.to_owned()),
        region: Some("eu-west-1".to_owned()),
        service: service.to_owned(),
        target: None,
    }
}

/// An id as findings have them, that follows from the number.
fn id(number: u32) -> String {
    format!("hw1-{}", Random::of(number).text(26))
}

/// Letters that look like chance, so that a document does not become smaller than a real one (xorshift).
struct Random(u64);

impl Random {
    fn of(number: u32) -> Self {
        Self(u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn text(mut self, length: usize) -> String {
        const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let mut next = || {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            char::from(LETTERS[(self.0 >> 59) as usize])
        };
        (0..length).map(|_| next()).collect()
    }
}

fn run(night: u32) -> Result<Run> {
    let begin: DateTime<Utc> = "2026-11-23T02:00:00Z".parse()?;
    let now = begin + TimeDelta::days(i64::from(night));
    Ok(Run {
        id: format!("bench-night-{night}"),
        now,
        started_at: now,
        finished_at: now + TimeDelta::minutes(20),
        api_calls: 1_000_000,
        finished: true,
        checks: Vec::new(),
        narrowed: false,
        sources: Vec::new(),
    })
}

/// A finding that is open and one that passed, as the demo has them.
pub(crate) struct Like {
    open: Finding,
    passed: Finding,
}

impl Like {
    pub(crate) fn demo(howler: &Path) -> Result<Self> {
        let mut demo = Command::new(howler);
        demo.args(["demo", "--quiet", "--format", "json", "--check", CHECKS[0]])
            .env("AWS_EC2_METADATA_DISABLED", "true");
        let document = Document::parse(&demo.output()?.stdout)?;
        let of = |status: Status| {
            let finding = document.findings.iter().find(|finding| finding.status == status);
            finding.cloned().with_context(|| format!("the demo has none with status {status:?}"))
        };
        Ok(Self { open: of(Status::Warn)?, passed: of(Status::Pass)? })
    }
}
