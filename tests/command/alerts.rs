//! The demo's findings in a real Alertmanager. It compares with its own clock, so here howler's clock runs too.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::harness::{Alertmanager, Document, Ran, Webhook, free_port, howler, until};

/// Runs the demo, tells its findings to an Alertmanager, and gives its document too.
fn demo(url: &str, args: &[&str]) -> (Ran, Document) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    let output = format!("json={}", path.display());
    let demo = howler(&["demo", "--quiet", "--notify", &format!("alertmanager={url}"), "-o", &output]);
    let ran = demo.args(args).run();
    let document = Document::parse(&fs::read_to_string(path).unwrap());
    (ran, document)
}

/// The findings that somebody should hear of. A quota of which a number is missing is the echo of a gap, which is a
/// finding of its own.
fn told(document: &Document) -> Vec<&Value> {
    let is_told = |it: &&Value| {
        it["status"] != "pass" && it["severity"] != "info" && it["measure"]["kind"] != "utilization-unknown"
    };
    document.findings().iter().filter(is_told).collect()
}

fn label<'a>(alert: &'a Value, name: &str) -> &'a str {
    alert["labels"][name].as_str().unwrap_or_default()
}

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

fn fingerprints(alerts: &[Value]) -> BTreeSet<String> {
    alerts.iter().map(|alert| alert["fingerprint"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn findings_arrive_with_their_labels_and_times() {
    let webhook = Webhook::start();
    let alertmanager = Alertmanager::start(&webhook.url());
    let (ran, document) = demo(alertmanager.url(), &[]);
    let ran = ran.exits(3);
    assert_eq!(ran.stderr, "");
    let alerts = alertmanager.alerts();
    let told = told(&document);
    assert!(told.len() > 5, "{}", told.len());
    assert_eq!(alerts.len(), told.len());
    let now = time(&document.0["run"]["now"]);
    for finding in told {
        let id = finding["id"].as_str().unwrap();
        let alert = alerts.iter().find(|alert| label(alert, "howler_id") == id);
        let alert = alert.unwrap_or_else(|| panic!("no alert for {finding:#}"));
        let scope = &finding["scope"];
        for (name, value) in [
            ("check", &finding["check"]),
            ("account", &scope["account"]),
            ("region", &scope["region"]),
            ("service", &scope["service"]),
            ("partition", &scope["partition"]),
            ("resource", &finding["resource"]["id"]),
        ] {
            assert_eq!(label(alert, name), value.as_str().unwrap_or_default(), "{name} of {id}");
        }
        let severity = match finding["severity"].as_str().unwrap() {
            "critical" | "high" => "critical",
            "medium" | "low" => "warning",
            _ => "info",
        };
        assert_eq!(label(alert, "severity"), severity);
        assert!(label(alert, "alertname").starts_with("Howler"), "{alert:#}");
        assert_eq!(alert["annotations"]["summary"], finding["summary"]);
        // Two nights and some slack: one night may be missed.
        assert_eq!(time(&alert["startsAt"]), now);
        assert_eq!(time(&alert["endsAt"]), now + TimeDelta::hours(50));
    }
}

#[test]
fn a_second_run_makes_no_second_alert_and_tells_nobody_twice() {
    // Each demo makes certificates of its own.
    const QUOTAS: [&str; 4] = ["--check", "quota-utilization", "--check", "scan-coverage"];
    let webhook = Webhook::start();
    let alertmanager = Alertmanager::start(&webhook.url());
    demo(alertmanager.url(), &QUOTAS).0.exits(3);
    let first = alertmanager.alerts();
    until("all notifications", || (webhook.posted().len() >= first.len()).then_some(()));
    let told = webhook.posted().len();
    demo(alertmanager.url(), &QUOTAS).0.exits(3);
    let second = alertmanager.alerts();
    assert!(!first.is_empty());
    assert_eq!(second.len(), first.len());
    assert_eq!(fingerprints(&second), fingerprints(&first));
    // The groups are looked at every second.
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(webhook.posted().len(), told);
}

#[test]
fn a_stopped_alertmanager_is_told_in_one_line() {
    let url = format!("http://127.0.0.1:{}", free_port());
    let (ran, document) = demo(&url, &[]);
    let ran = ran.exits(4);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("howler: alertmanager at "), "{}", ran.stderr);
    assert!(ran.stderr.contains(&url), "{}", ran.stderr);
    assert!(ran.stdout.contains("edge.platform.example.com"), "the report is written all the same");
    assert!(document.0["deliveries"][0]["error"].is_string(), "{:#}", document.0["deliveries"]);
}
