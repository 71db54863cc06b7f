//! Gateways that are services of AWS: SNS and EventBridge of a server that is not ours, and a Security Hub that keeps
//! to what its documentation says.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::Path;

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Authority, Deliveries, Document, Howler, Ran, SecurityHub, Simulated, howler};

/// The management account of the demo, and another one.
const MANAGEMENT: &str = "111111111111";
const OTHER: &str = "222222222222";
const ROLES: [&str; 4] =
    ["--role", "arn:aws:iam::222222222222:role/howler", "--role", "arn:aws:iam::333333333333:role/howler"];

/// A scan of the whole demo that delivers to these services and remembers it.
fn scan(simulated: &Simulated, services: &[(&str, &str)], notify: &str, state: &Path) -> Howler {
    let args = ["--notify", notify, "--state", state.to_str().unwrap(), "--format", "json"];
    services.iter().fold(simulated.scan(&ROLES).args(&args), |howler, (name, url)| {
        howler.env(&format!("AWS_ENDPOINT_URL_{name}"), url)
    })
}

/// The ids of all that somebody should hear of.
fn worth_telling(document: &Document) -> BTreeSet<String> {
    let told = |finding: &&Value| {
        let is_open = ["fail", "warn", "unknown"].contains(&finding["status"].as_str().unwrap());
        let echo = finding["measure"]["kind"] == "utilization-unknown"
            && finding["measure"]["unseen"]["action"] != finding["check"];
        is_open && finding["severity"] != "info" && !echo
    };
    document.findings().iter().filter(told).map(|it| it["id"].as_str().unwrap().to_owned()).collect()
}

/// The one delivery of a scan.
#[track_caller]
fn delivery(ran: &Ran) -> Value {
    let document = ran.document();
    let deliveries = document.0["deliveries"].as_array().unwrap();
    assert_eq!(deliveries.len(), 1, "{deliveries:?}");
    deliveries[0].clone()
}

#[track_caller]
fn assert_taken(ran: &Ran) -> BTreeSet<String> {
    let worth = worth_telling(&ran.document());
    let delivery = delivery(ran);
    assert!(delivery["error"].is_null(), "{delivery:#}");
    assert_eq!(delivery["accepted"], worth.len());
    worth
}

fn of_message(message: &Value) -> Value {
    serde_json::from_str(message["Message"].as_str().unwrap()).unwrap()
}

#[test]
fn a_topic_passes_on_every_finding_once_and_filters_them() {
    let (moto, simulated, state) =
        (Deliveries::start(), Simulated::demo(Vec::new()), TempDir::new().unwrap());
    let notify = format!("sns={}", moto.arn("topic"));
    let night = || scan(&simulated, &[("SNS", moto.url())], &notify, state.path()).run();
    let worth = assert_taken(&night());
    let messages = moto.read("all");
    let ids: Vec<String> =
        messages.iter().map(|it| of_message(it)["finding"]["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), worth.len(), "none twice");
    assert_eq!(ids.into_iter().collect::<BTreeSet<_>>(), worth);
    let severe =
        messages.iter().filter(|it| it["MessageAttributes"]["severity"]["Value"] == "critical").count();
    let critical = moto.read("critical");
    assert_eq!((critical.len(), severe > 0), (severe, true));
    assert!(critical.iter().all(|it| of_message(it)["finding"]["severity"] == "critical"));
    assert_eq!(delivery(&night())["accepted"], 0, "nothing changed");
    assert!(moto.read("all").is_empty());
}

#[test]
fn an_ordered_topic_and_a_bus_take_it_too() {
    let (moto, simulated) = (Deliveries::start(), Simulated::demo(Vec::new()));
    let state = || TempDir::new().unwrap();
    let notify = format!("sns={}", moto.arn("fifo"));
    let worth = assert_taken(&scan(&simulated, &[("SNS", moto.url())], &notify, state().path()).run());
    let keys: BTreeSet<_> = moto.read("ordered").iter().map(|it| of_message(it)["key"].to_string()).collect();
    assert_eq!(keys.len(), worth.len());
    let notify = format!("eventbridge={}", moto.arn("bus"));
    let worth =
        assert_taken(&scan(&simulated, &[("EVENTBRIDGE", moto.url())], &notify, state().path()).run());
    let events = moto.read("events");
    let ids: BTreeSet<_> =
        events.iter().map(|it| it["detail"]["finding"]["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!((events.len(), ids), (worth.len(), worth));
    assert!(events.iter().all(|it| it["detail-type"] == "Howler Finding" && it["source"] == "howler"));
}

#[test]
fn a_bus_hears_of_every_scan_so_that_silence_is_not_success() {
    let (moto, simulated, state) =
        (Deliveries::start(), Simulated::demo(Vec::new()), TempDir::new().unwrap());
    let notify = format!("eventbridge={}", moto.arn("scans"));
    for _ in 0..2 {
        let ran = scan(&simulated, &[("EVENTBRIDGE", moto.url())], &notify, state.path()).run();
        let scans = moto.read("scans");
        assert_eq!(scans.len(), 1);
        assert_eq!(scans[0]["detail"]["run"]["id"], ran.document().0["run"]["id"]);
        assert_eq!(scans[0]["detail"]["coverage"], ran.document().0["coverage"]);
    }
}

#[test]
fn a_topic_that_is_not_there_keeps_what_it_is_to_be_told() {
    let (moto, simulated, state) =
        (Deliveries::start(), Simulated::demo(Vec::new()), TempDir::new().unwrap());
    let notify = format!("sns={}-later", moto.arn("topic"));
    let night = |url: &str| scan(&simulated, &[("SNS", url)], &notify, state.path()).run();
    let ran = night(moto.url()).exits(4);
    let lost = delivery(&ran);
    assert!(lost["error"].as_str().unwrap().contains("NotFound"), "{lost:#}");
    assert_eq!(
        (&lost["accepted"], &lost["rejected"]),
        (&json!(0), &json!(worth_telling(&ran.document()).len()))
    );
    let again = delivery(&night("http://127.0.0.1:1").exits(4));
    assert_eq!(again["rejected"], lost["rejected"], "nothing was forgotten");
}

#[test]
fn security_hub_has_each_finding_in_its_own_account_and_region() {
    let (hub, simulated, state) =
        (SecurityHub::start(MANAGEMENT), Simulated::demo(Vec::new()), TempDir::new().unwrap());
    let ran = scan(&simulated, &[("SECURITYHUB", &hub.url())], "security-hub=regions", state.path()).run();
    let worth = assert_taken(&ran);
    assert_eq!(hub.refused(), Vec::<String>::new());
    let imported = hub.imported();
    let ids: BTreeSet<String> = imported.keys().map(|(_, _, id)| id.clone()).collect();
    assert_eq!((ids, imported.len()), (worth.clone(), worth.len()));
    let findings: BTreeMap<String, Value> = ran
        .document()
        .findings()
        .iter()
        .map(|it| (it["id"].as_str().unwrap().to_owned(), it.clone()))
        .collect();
    for (account, region, id) in imported.keys() {
        let scope = &findings[id]["scope"];
        assert_eq!(scope["account"].as_str().unwrap_or(MANAGEMENT), account);
        let own = scope["region"].as_str().filter(|region| *region != "global").unwrap_or("us-east-1");
        assert_eq!(own, region);
    }
    let accounts: BTreeSet<_> = imported.keys().map(|(account, _, _)| account).collect();
    assert_eq!(accounts.len(), 3, "{accounts:?}");
}

#[test]
fn an_account_without_security_hub_is_told_and_keeps_no_other_waiting() {
    let (hub, simulated, state) =
        (SecurityHub::start(MANAGEMENT), Simulated::demo(Vec::new()), TempDir::new().unwrap());
    hub.unsubscribe(OTHER);
    // A server that fails once is asked again.
    hub.fail(1);
    let ran = scan(&simulated, &[("SECURITYHUB", &hub.url())], "security-hub=eu-west-1", state.path());
    let ran = ran.env("HOWLER_DELIVERY__PAUSE_SECONDS", "0.01").run().exits(4);
    let delivery = delivery(&ran);
    let error = delivery["error"].as_str().unwrap();
    assert!(error.contains("222222222222/eu-west-1") && error.contains("not subscribed"), "{error}");
    let there: BTreeSet<_> =
        hub.imported().keys().map(|(account, region, _)| (account.clone(), region.clone())).collect();
    let at = |account: &str| (account.to_owned(), "eu-west-1".to_owned());
    assert_eq!(there, BTreeSet::from([at(MANAGEMENT), at("333333333333")]));
    assert_eq!(delivery["accepted"], hub.imported().len());
    assert_eq!(delivery["rejected"], worth_telling(&ran.document()).len() - hub.imported().len());
    assert_eq!(error.matches("not subscribed").count(), 1, "told once and not for each finding");
}

/// A file with a certificate that is scanned night after night.
struct Nights {
    hub: SecurityHub,
    simulated: Simulated,
    authority: Authority,
    state: TempDir,
    number: i64,
}

impl Nights {
    fn new() -> Self {
        Self {
            hub: SecurityHub::start(MANAGEMENT),
            simulated: Simulated::demo(Vec::new()),
            authority: Authority::new(),
            state: TempDir::new().unwrap(),
            number: 0,
        }
    }

    /// Scans a certificate that ends in so many days; the state of its finding, and whether all was delivered.
    #[track_caller]
    fn scan(&mut self, days: i64) -> (Value, bool) {
        let file = self.authority.folder().join("served.pem");
        let leaf = self.authority.sign(&format!("night-{}.example.com", self.number), days);
        fs::copy(leaf.certificate, &file).unwrap();
        // Findings are only updated by what is newer.
        self.number += 1;
        let at = (Utc::now() + TimeDelta::minutes(self.number)).to_rfc3339();
        let paths = [file.to_str().unwrap(), self.state.path().to_str().unwrap()];
        let args = ["scan", "--now", &at, "--format", "json", "--file", paths[0], "--state", paths[1]];
        let howler = self.simulated.howler(&args).args(&["--check", "certificate-expiry"]);
        let howler = howler.args(&["--notify", "security-hub=eu-west-1"]);
        let ran = howler.env("AWS_ENDPOINT_URL_SECURITYHUB", &self.hub.url()).run();
        let imported = self.hub.imported();
        let [finding] = &imported.values().collect::<Vec<_>>()[..] else { panic!("{imported:#?}") };
        assert_eq!(finding["AwsAccountId"], MANAGEMENT, "whoever scans has what is in no account");
        (finding["RecordState"].clone(), delivery(&ran)["error"].is_null())
    }
}

#[test]
fn what_is_over_is_archived() {
    let mut nights = Nights::new();
    for (days, record) in [(2, "ACTIVE"), (2, "ACTIVE"), (80, "ARCHIVED"), (2, "ACTIVE")] {
        assert_eq!(nights.scan(days), (json!(record), true), "night {}", nights.number);
    }
    assert_eq!((nights.hub.refused(), nights.hub.requests()), (Vec::new(), 4));
}

#[test]
fn an_end_that_could_not_be_told_is_told_later() {
    let mut nights = Nights::new();
    assert_eq!(nights.scan(2), (json!("ACTIVE"), true));
    nights.hub.unsubscribe(MANAGEMENT);
    assert_eq!(nights.scan(80), (json!("ACTIVE"), false));
    nights.hub.subscribe_all();
    assert_eq!(nights.scan(80), (json!("ARCHIVED"), true));
    let requests = nights.hub.requests();
    nights.scan(80);
    assert_eq!(nights.hub.requests(), requests, "nothing is left to be told");
}

#[test]
fn a_dry_run_shows_what_would_be_sent() {
    let (hub, simulated, state) =
        (SecurityHub::start(MANAGEMENT), Simulated::demo(Vec::new()), TempDir::new().unwrap());
    let at = state.path().to_str().unwrap();
    let scanned = simulated.scan(&ROLES).args(&["--state", at, "--format", "json"]).run().document();
    let args = ["notify", "--dry-run", "--state", at, "--notify", "security-hub=regions"];
    let ran = simulated.howler(&args).env("AWS_ENDPOINT_URL_SECURITYHUB", &hub.url()).run().exits(0);
    let bodies = ran.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let findings = bodies.map(|body| body["Findings"].as_array().unwrap().len());
    assert_eq!(findings.sum::<usize>(), worth_telling(&scanned).len());
    assert_eq!(hub.requests(), 0);
}

#[test]
fn the_policy_names_what_is_delivered_to_and_nothing_else() {
    let statements = |notify: &[&str]| {
        let args = notify.iter().flat_map(|it| ["--notify", it]).collect::<Vec<_>>();
        let policy = howler(&["policy", "iam", "--partition", "aws-cn"]).args(&args).run().exits(0);
        Document::parse(&policy.stdout).0["Statement"].as_array().unwrap()[1..].to_vec()
    };
    let (topic, other) = ("arn:aws-cn:sns:cn-north-1:1:a", "arn:aws-cn:sns:cn-north-1:1:b");
    let (first, second) = (format!("sns={topic}"), format!("sns={other}"));
    let all = statements(&[&first, &second, "eventbridge=alerts", "security-hub=regions", "slack=https://h"]);
    let told = |it: &Value| json!([it["Action"], it["Resource"]]);
    assert_eq!(
        all.iter().map(told).collect::<Vec<_>>(),
        [
            json!(["sns:Publish", [topic, other]]),
            json!(["events:PutEvents", "arn:aws-cn:events:*:*:event-bus/alerts"]),
            json!(["securityhub:BatchImportFindings", "arn:aws-cn:securityhub:*:*:product/*/default"]),
        ]
    );
    assert!(statements(&["webhook=https://h"]).is_empty());
}

/// Something of AWS that whoever runs the live tests has made, with the credentials of the environment.
fn live(gateway: &str, name: &str) {
    let address = env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let (authority, state) = (Authority::new(), TempDir::new().unwrap());
    let leaf = authority.sign("live.example.com", 2);
    let notify = format!("{gateway}={address}");
    let args =
        ["scan", "--file", leaf.certificate.to_str().unwrap(), "--format", "json", "--notify", &notify];
    let howler = howler(&args).args(&["--state", state.path().to_str().unwrap()]);
    let aws = env::vars().filter(|(name, _)| name.starts_with("AWS_"));
    let ran = aws.fold(howler, |howler, (name, value)| howler.env(&name, &value)).run();
    let delivery = delivery(&ran);
    assert!(delivery["error"].is_null() && delivery["accepted"] == 1, "{delivery:#}");
}

#[test]
#[ignore = "live: set HOWLER_LIVE_SNS to the ARN of a topic, and AWS credentials that may publish to it"]
fn live_sns_takes_a_message() {
    live("sns", "HOWLER_LIVE_SNS");
}

#[test]
#[ignore = "live: set HOWLER_LIVE_EVENTBRIDGE to a bus, and AWS credentials that may put events on it"]
fn live_eventbridge_takes_an_event() {
    live("eventbridge", "HOWLER_LIVE_EVENTBRIDGE");
}

#[test]
#[ignore = "live: set HOWLER_LIVE_SECURITY_HUB to a region, and AWS credentials that may import findings there"]
fn live_security_hub_takes_a_finding() {
    live("security-hub", "HOWLER_LIVE_SECURITY_HUB");
}
