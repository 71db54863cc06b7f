//! How long it takes to remember very many findings, and how much memory.
//!
//! `cargo run --release -p howler-state --example speed -- FOLDER [FINDINGS]` remembers two scans, the second with ten
//! thousand changes, tells a webhook and an Alertmanager that take everything, and makes the index anew. Each step is
//! a process of its own, so that its peak is its own.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use howler_reports::document::Run;
use howler_reports::gateway::{Keeps, Notice, Settle};
use howler_reports::{Kept, Reading, Record, Records, Scan, Severity, Tally, keep};
use howler_state::{Audience, Keep, Memory, Of, Owners};

const STEPS: [&str; 9] = [
    "read first",
    "remember first",
    "tell first",
    "read second",
    "remember second",
    "tell second",
    "history",
    "rebuild",
    "history",
];
/// Every thirtieth finding changes from one scan to the next.
const CHANGING: u64 = 30;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = PathBuf::from(arguments.first().unwrap());
    let findings = arguments.get(1).map_or(300_000, |number| number.parse().unwrap());
    match arguments.get(2) {
        Some(step) => run(step, &folder),
        None => all(&folder, findings),
    }
}

fn all(folder: &Path, findings: u64) {
    std::fs::create_dir_all(folder).unwrap();
    for night in [0, 1] {
        let scan = scan(night, findings);
        let mut out = io::BufWriter::new(std::fs::File::create(document(folder, night)).unwrap());
        keep(&scan, &mut out).unwrap();
    }
    for step in STEPS {
        let program = std::env::current_exe().unwrap();
        let mut command = Command::new(program);
        assert!(
            command.arg(folder).arg(findings.to_string()).arg(step).status().unwrap().success(),
            "{step}"
        );
    }
    let size = |name: &str| std::fs::metadata(folder.join("state").join(name)).unwrap().len() >> 20;
    println!(
        "database {} MiB, document {} MiB",
        size("howler.db"),
        std::fs::metadata(document(folder, 1)).unwrap().len() >> 20
    );
}

fn document(folder: &Path, night: i64) -> PathBuf {
    folder.join(format!("night-{night}.ndjson.zst"))
}

fn run(step: &str, folder: &Path) {
    let state = folder.join("state");
    let began = Instant::now();
    let night = i64::from(step.ends_with("second"));
    let open = || Memory::open(&state, "the benchmark", Duration::ZERO).unwrap();
    let scan = || Kept::open(&document(folder, night)).unwrap().into_scan();
    let said = match step.split(' ').next().unwrap() {
        "read" => scan().records.findings().unwrap().map(|record| record.unwrap().json.len()).sum::<usize>(),
        "remember" => {
            let audiences = [audience("webhook", Keeps::Nothing), audience("alertmanager", Keeps::Leases)];
            let (mut memory, scan, keep) = (open(), scan(), Keep::default());
            let changes = memory.remember(&scan, &audiences, &keep).unwrap();
            memory.prune(&keep, scan.run.now).unwrap();
            changes.findings.len()
        }
        "tell" => tell(&open(), &scan()),
        "history" => open().history(&Of::Resource("quota-299")).unwrap().len(),
        _ => Memory::rebuild(&state, "the benchmark", Duration::ZERO, &mut |_, _| {}).unwrap() as usize,
    };
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    // Hundredths of a second of the processor, of all threads.
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let ticks: Vec<f64> = stat.split(' ').skip(13).take(2).map(|ticks| ticks.parse().unwrap()).collect();
    let busy = ticks.iter().sum::<f64>() / 100.0;
    println!("{step}: {said} in {:.2} s, busy {busy:.2} s, {peak}", began.elapsed().as_secs_f64());
}

fn tell(memory: &Memory, scan: &Scan) -> usize {
    let mut number = 0;
    for audience in [audience("webhook", Keeps::Nothing), audience("alertmanager", Keeps::Leases)] {
        let mut ledger = memory.ledger(&audience).unwrap();
        let mut notices = memory.notices(&audience, scan).unwrap();
        loop {
            let batch: Vec<Notice> = notices.by_ref().take(100).map(Result::unwrap).collect();
            if batch.is_empty() {
                break;
            }
            number += batch.len();
            ledger.settle(&batch.iter().collect::<Vec<_>>(), &[]).unwrap();
        }
    }
    number
}

fn audience(gateway: &str, keeps: Keeps) -> Audience {
    Audience {
        key: gateway.into(),
        gateway: gateway.into(),
        target: "localhost".into(),
        keeps,
        at_least: Severity::Low,
        owners: Owners::All,
        remind_after: Some(TimeDelta::days(7)),
    }
}

/// Findings that are made when they are read.
struct Made {
    night: u64,
    findings: u64,
}

fn scan(night: i64, findings: u64) -> Scan {
    let now: DateTime<Utc> = "2026-11-01T02:00:00Z".parse().unwrap();
    let now = now + TimeDelta::days(night);
    let run = Run {
        id: format!("night-{night}"),
        now,
        started_at: now,
        finished_at: now,
        api_calls: 0,
        finished: true,
        checks: vec!["quota-utilization".into()],
        narrowed: false,
        sources: Vec::new(),
    };
    let records = Made { night: night.cast_unsigned(), findings };
    let mut tally = Tally::default();
    records.findings().unwrap().for_each(|record| tally.add_finding(&record.unwrap().finding().unwrap()));
    records.scopes().unwrap().for_each(|record| tally.add_scope(&record.unwrap().scope().unwrap()));
    Scan {
        run,
        version: "0.1.0".into(),
        tally,
        changes: None,
        deliveries: Vec::new(),
        records: Box::new(records),
    }
}

fn place(number: u64) -> String {
    let account = number % 1000;
    format!(
        r#""partition":"aws","account":"{account:012}","region":"eu-west-1","service":"vpc","target":null"#
    )
}

impl Records for Made {
    fn findings(&self) -> io::Result<Reading<'_>> {
        Ok(Box::new((0..self.findings).map(|number| Ok(finding(number, self.night)))))
    }

    fn scopes(&self) -> io::Result<Reading<'_>> {
        let scope = |number| {
            let json = format!(r#"{{{},"status":"ok","facts":300,"answered":5,"gaps":[]}}"#, place(number));
            Ok(Record { key: "".into(), json: json.into() })
        };
        Ok(Box::new((0..1000).map(scope)))
    }
}

fn finding(number: u64, night: u64) -> Record {
    let changes = number.is_multiple_of(CHANGING) && night == 1;
    let open = number.is_multiple_of(2) != changes;
    let (status, severity) = if open { ("warn", "medium") } else { ("pass", "info") };
    let usage = if changes { 47 } else { 46 };
    let id = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let json = format!(
        r#"{{"id":"hw1-{id:016x}{number:010}","check":"quota-utilization","title":"A quota is nearly used up","status":"{status}","severity":"{severity}","summary":"Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances {number}: {usage} of 50 vCPU used (92 %)","scope":{{{}}},"resource":{{"kind":"quota","id":"ec2/L-{number:08}","name":"Running On-Demand Standard instances quota-{number}"}},"measure":{{"kind":"utilization","usage":{usage},"limit":50,"utilization_ratio":0.92,"unit":"vCPU","limit_by":"applied","usage_by":"counted","observed_at":"2026-11-23T09:30:00Z"}},"deadline":null,"owner":"team-{}","owner_via":"owners.toml:12","suppression":null,"rescored":null,"affects":["arn:aws:ec2:eu-west-1:111111111111:something/that-is-affected-{number}"],"remediation":{{"text":"Ask for a higher quota in time, as an increase may take days; or delete what is not used any more.","command":"aws service-quotas request-service-quota-increase --region us-east-1 --service-code ec2 --quota-code L-{number:08} --desired-value 77"}}}}"#,
        place(number),
        number % 50
    );
    Record { key: "".into(), json: json.into() }
}
