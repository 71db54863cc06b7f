//! Scans made by hand, a state folder, and gateways that take what they are told.

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use howler_reports::document::{Change, Changes, Finding, Place, Run, Scope};
use howler_reports::gateway::{Keeps, News, Notice, Settle};
use howler_reports::{Delivery, Held, Record, Scan, Severity, Status, Tally};
use howler_state::{Audience, Keep, Memory, Of, Owners, Story};
use tempfile::TempDir;

/// The time of a scan: days after the first.
pub fn day(days: i64) -> DateTime<Utc> {
    let first: DateTime<Utc> = "2026-11-01T02:00:00Z".parse().unwrap();
    first + TimeDelta::days(days)
}

pub fn place(account: &str, service: &str) -> Place {
    let region = if service == "sts" { "global" } else { "eu-west-1" };
    let json = serde_json::json!({
        "partition": "aws", "account": account, "region": region, "service": service, "target": null
    });
    serde_json::from_value(json).unwrap()
}

/// A warning about a quota in the first account.
pub fn finding(id: &str) -> Finding {
    let json = serde_json::json!({
        "id": id, "check": "quota-utilization", "title": "t", "status": "warn", "severity": "medium",
        "summary": format!("{id} is nearly used up"), "scope": place("111111111111", "vpc"),
        "resource": {"kind": "quota", "id": format!("vpc/{id}"), "name": format!("Quota {id}")},
        "measure": {"kind": "no-expiry"}, "deadline": null, "owner": "web", "affects": [], "remediation": null
    });
    serde_json::from_value(json).unwrap()
}

pub fn rated(id: &str, severity: Severity) -> Finding {
    Finding { severity, ..finding(id) }
}

/// The same, judged and fine.
pub fn passed(id: &str) -> Finding {
    Finding { status: Status::Pass, severity: Severity::Info, ..finding(id) }
}

pub fn used(id: &str, usage: u32) -> Finding {
    let json = serde_json::json!({
        "kind": "utilization", "usage": usage, "limit": 10, "utilization_ratio": 0.5, "unit": "count",
        "limit_by": "applied", "usage_by": "counted", "observed_at": "2026-11-01T02:00:00Z"
    });
    Finding { measure: serde_json::from_value(json).unwrap(), ..finding(id) }
}

pub fn suppressed(id: &str) -> Finding {
    let suppression =
        serde_json::json!({"reason": "r", "owner": "o", "until": "2027-01-01", "status": "warn"});
    let suppression = serde_json::from_value(suppression).unwrap();
    Finding { status: Status::Suppressed, suppression: Some(suppression), ..finding(id) }
}

pub fn scope(place: Place, status: &str) -> Scope {
    let mut json = serde_json::to_value(place).unwrap();
    let answered = i64::from(status == "ok" || status == "partial");
    json["status"] = status.into();
    json["facts"] = 0.into();
    json["answered"] = answered.into();
    json["gaps"] = serde_json::json!([]);
    serde_json::from_value(json).unwrap()
}

/// A scan that saw all of the first account.
pub fn scan(at: DateTime<Utc>, findings: Vec<Finding>) -> Scan {
    seen(at, findings, vec![scope(place("111111111111", "vpc"), "ok")])
}

/// A scan that saw no more than these scopes.
pub fn seen(at: DateTime<Utc>, findings: Vec<Finding>, scopes: Vec<Scope>) -> Scan {
    let mut tally = Tally::default();
    findings.iter().for_each(|finding| tally.add_finding(finding));
    scopes.iter().for_each(|scope| tally.add_scope(scope));
    let mut held = Held {
        findings: findings.iter().map(Record::of_finding).collect(),
        scopes: scopes.iter().map(Record::of_scope).collect(),
    };
    held.findings.sort_unstable();
    let run = Run {
        id: format!("run-{}", at.timestamp_millis()),
        now: at,
        started_at: at,
        finished_at: at,
        api_calls: 0,
        finished: true,
        checks: vec!["quota-utilization".into(), "scan-coverage".into()],
        narrowed: false,
        sources: Vec::new(),
    };
    Scan {
        run,
        version: "0.1.0".into(),
        tally,
        changes: None,
        deliveries: Vec::new(),
        records: Box::new(held),
    }
}

pub fn audience(gateway: &str, keeps: Keeps) -> Audience {
    Audience {
        key: format!("{gateway} 1"),
        gateway: gateway.into(),
        target: "example.com".into(),
        keeps,
        at_least: Severity::Low,
        owners: Owners::All,
        remind_after: None,
    }
}

/// The three kinds of gateway.
pub fn all_kinds() -> Vec<Audience> {
    vec![
        audience("webhook", Keeps::Nothing),
        audience("pagerduty", Keeps::State),
        audience("alertmanager", Keeps::Leases),
    ]
}

/// A process that another test starts holds all locks for a moment.
const PATIENCE: Duration = Duration::from_secs(10);

/// A state folder, and who is told.
pub struct World {
    pub temp: TempDir,
    pub audiences: Vec<Audience>,
    pub keep: Keep,
}

/// In memory where that is to be had: these tests write very often down to the disk.
fn quick_folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

impl World {
    pub fn new(audiences: Vec<Audience>) -> Self {
        Self { temp: quick_folder(), audiences, keep: Keep::default() }
    }

    pub fn folder(&self) -> PathBuf {
        self.temp.path().join("state")
    }

    pub fn open(&self) -> Memory {
        Memory::open(&self.folder(), "a test", PATIENCE).unwrap()
    }

    /// Remembers a scan and tells nobody.
    pub fn remember(&self, scan: &Scan) -> Changes {
        let mut memory = self.open();
        let changes = memory.remember(scan, &self.audiences, &self.keep).unwrap();
        memory.prune(&self.keep, scan.run.now).unwrap();
        changes
    }

    /// Remembers a scan and tells everybody, who take all of it.
    pub fn night(&self, scan: &Scan) -> (Changes, Vec<Vec<Notice>>) {
        let changes = self.remember(scan);
        (changes, self.audiences.iter().map(|audience| self.tell(audience, scan, usize::MAX)).collect())
    }

    pub fn due(&self, audience: &Audience, scan: &Scan) -> Vec<Notice> {
        self.open().notices(audience, scan).unwrap().map(Result::unwrap).collect()
    }

    /// Tells a gateway, which takes so many notices and then breaks down.
    pub fn tell(&self, audience: &Audience, scan: &Scan, most: usize) -> Vec<Notice> {
        let mut memory = self.open();
        let (mut ledger, notices) =
            (memory.ledger(audience).unwrap(), memory.notices(audience, scan).unwrap());
        let mut taken = Vec::new();
        let mut rejected = 0;
        for notice in notices {
            let notice = notice.unwrap();
            if taken.len() == most {
                rejected += 1;
                continue;
            }
            ledger.settle(&[&notice], &[]).unwrap();
            taken.push(notice);
        }
        let delivery = Delivery {
            gateway: audience.gateway.clone(),
            target: audience.target.clone(),
            accepted: taken.len(),
            rejected,
            error: (rejected > 0).then(|| "down".into()),
            warning: None,
        };
        memory.told(&[(audience.clone(), delivery)]).unwrap();
        taken
    }

    pub fn rebuild(&self) -> u64 {
        Memory::rebuild(&self.folder(), "a test", PATIENCE, &mut |_, _| {}).unwrap()
    }

    pub fn history(&self) -> Vec<Story> {
        self.open().history(&Of::Resource("")).unwrap()
    }

    pub fn check_integrity(&self) {
        let db = rusqlite::Connection::open(self.folder().join("howler.db")).unwrap();
        let word: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(word, "ok");
    }
}

pub fn changed(changes: &Changes) -> Vec<(&str, Change)> {
    changes.findings.iter().map(|changed| (changed.id.as_str(), changed.change)).collect()
}

pub fn news(notices: &[Notice]) -> Vec<(&str, News)> {
    notices.iter().map(|notice| (notice.finding.id.as_str(), notice.news)).collect()
}
