//! What is remembered of a finding stays with it, whatever it is called, however bad it is and whoever owns it.

use chrono::{DateTime, TimeDelta, Utc};
use howler_simulator::acm::Certificate;
use howler_simulator::{Account, Organization, Region, Simulation, elbv2};
use serde_json::Value;

use crate::harness::nights::{self, NIGHTS};
use crate::harness::{Document, Howler, Memory, Ran, Receiver, Simulated, events, howler, now};

const REGION: &str = "eu-west-1";

/// One certificate, with that domain, which ends in 20 days.
fn organization(domain: &str) -> Organization {
    let end = now() + TimeDelta::days(20);
    let certificate = Certificate::imported("one", domain, end - TimeDelta::days(365), end);
    let certificate = certificate.used_by(elbv2::load_balancer_arn("web", "application"));
    let region = Region { certificates: vec![certificate], ..Region::default() };
    Organization::of(Account::new("111111111111", "platform").region(REGION, region))
}

fn at(night: i64) -> DateTime<Utc> {
    now() + TimeDelta::days(night)
}

/// A night in which it has this domain, and these rules hold.
fn night(
    night: i64,
    domain: &str,
    rules: &[(&str, String)],
    memory: &Memory,
    webhook: &Receiver,
) -> Document {
    let simulated = Simulated::of(Simulation::new(organization(domain), at(night)));
    let args = ["scan", "--quiet", "-r", REGION, "--check", "certificate-expiry", "--format", "json"];
    let howler = simulated.howler(&args).args(&["--now", &at(night).to_rfc3339(), "--state", &memory.text()]);
    let howler = howler.args(&["--notify", &format!("webhook={}", webhook.url()), "--fail-on", "critical"]);
    let howler = rules.iter().fold(howler, |howler, (name, text)| howler.file(name, text));
    howler.run().exits(0).document()
}

fn owners(owner: &str) -> (&'static str, String) {
    ("owners.toml", format!("default = \"{owner}\"\ntags = []\n"))
}

fn severity(severity: &str) -> (&'static str, String) {
    ("severities.toml", format!("[[severity]]\ncheck = \"certificate-expiry\"\nseverity = \"{severity}\"\n"))
}

fn suppressed(id: &str) -> (&'static str, String) {
    let until = at(100).date_naive();
    let text = format!("[[suppress]]\nid = \"{id}\"\nreason = \"r\"\nowner = \"o\"\nuntil = {until}\n");
    ("suppressions.toml", text)
}

/// The history of a finding, as JSON.
fn history(memory: &Memory, id: &str) -> Value {
    let ran = howler(&["history", "--finding", id, "--format", "json", "--state", &memory.text()]).run();
    serde_json::from_str(&ran.exits(0).stdout).unwrap()
}

#[test]
fn a_finding_reworded_rescored_or_moved_keeps_its_id_its_history_and_its_suppression() {
    let (memory, webhook) = (Memory::new(), Receiver::start());
    let first = night(0, "one.example.com", &[owners("a")], &memory, &webhook);
    let [finding] = first.findings() else { panic!("{:#}", first.0) };
    let id = finding["id"].as_str().unwrap();
    let nights: [(&str, Vec<_>); 6] = [
        // Reworded: another name, and one day less.
        ("other.example.com", vec![owners("a")]),
        ("other.example.com", vec![owners("a"), severity("high")]),
        ("other.example.com", vec![owners("b"), severity("low")]),
        ("other.example.com", vec![owners("b"), severity("low"), suppressed(id)]),
        // What hides it goes on hiding it.
        ("third.example.com", vec![owners("c"), severity("high"), suppressed(id)]),
        ("third.example.com", vec![owners("c"), severity("high")]),
    ];
    for (number, (domain, rules)) in nights.iter().enumerate() {
        let document = night(number as i64 + 1, domain, rules, &memory, &webhook);
        let [finding] = document.findings() else { panic!("{:#}", document.0) };
        assert_eq!(finding["id"], id, "night {}", number + 1);
        assert_ne!(finding["summary"], first.findings()[0]["summary"]);
    }
    let told: Vec<String> = events(&webhook.taken())
        .iter()
        .inspect(|event| assert_eq!(event.finding, id))
        .map(|event| format!("{} {} {}", event.change, event.severity, event.owner))
        .collect();
    let expected = [
        "opened medium a",
        "worse high a",
        "better low b",
        "moved low b",
        "suppressed low b",
        "reopened high c",
    ];
    assert_eq!(told, expected);
    let history = history(&memory, id);
    let [story] = &history.as_array().unwrap()[..] else { panic!("{history:#}") };
    let first_seen: DateTime<Utc> = story["first_seen"].as_str().unwrap().parse().unwrap();
    assert_eq!(first_seen, at(0), "{story:#}");
}

/// All answers of the history that people ask for.
fn answers(memory: &Memory, ids: &[String]) -> Vec<String> {
    let mut asked: Vec<Vec<&str>> =
        vec![vec![], vec!["--resource", "example"], vec!["--resource", "L-0263D0A3"]];
    asked.extend([nights::PLATFORM, nights::DATA, nights::SHOP].map(|account| vec!["--account", account]));
    asked.extend(ids.iter().map(|id| vec!["--finding", id.as_str()]));
    let answer = |of: &Vec<&str>| {
        let howler = ["json", "table"].map(|format| {
            let args = ["history", "--format", format, "--state", &memory.text()];
            howler(&args).args(of).run().exits(0).stdout
        });
        howler.concat()
    };
    asked.iter().map(answer).collect()
}

/// A night's scan, so many days after the one before.
fn scan(night: i64, days: i64, memory: &Memory, webhook: &Receiver) -> Ran {
    let at = at(night * days);
    let simulated = nights::simulated(night, at);
    let args = ["scan", "--quiet", "--org", "-r", REGION, "--format", "json"];
    let checks =
        ["--check", "certificate-expiry", "--check", "quota-utilization", "--check", "scan-coverage"];
    let howler: Howler = simulated.howler(&args).args(&checks).args(&["--now", &at.to_rfc3339()]);
    let howler = howler.args(&["--state", &memory.text(), "--notify", &format!("webhook={}", webhook.url())]);
    howler.file("owners.toml", &nights::owners(night)).run()
}

#[test]
fn a_database_made_anew_gives_the_same_answers_and_the_same_next_notices() {
    made_anew(1);
}

/// Documents are kept for 90 days, and what cannot be seen is followed for 30.
#[test]
fn a_database_made_anew_when_old_documents_are_gone_gives_the_same_answers() {
    let memory = made_anew(20);
    let kept = std::fs::read_dir(memory.path().join("scans")).unwrap();
    let documents = kept.filter(|it| it.as_ref().unwrap().path().extension().is_some_and(|it| it == "zst"));
    let documents = documents.count();
    assert!((4..8).contains(&documents), "{documents} documents");
}

/// Nights so many days apart.
fn made_anew(days: i64) -> Memory {
    let (memory, webhook) = (Memory::new(), Receiver::start());
    for night in NIGHTS.take(8) {
        scan(night, days, &memory, &webhook);
    }
    let ids: Vec<String> = events(&webhook.taken()).into_iter().map(|event| event.finding).collect();
    assert!(ids.len() > 10, "{}", ids.len());
    let before = answers(&memory, &ids);
    assert!(before.iter().all(|answer| answer.len() > 20), "{before:#?}");

    let anew = memory.copy();
    std::fs::remove_file(anew.path().join("howler.db")).unwrap();
    for left in ["howler.db-wal", "howler.db-shm"] {
        drop(std::fs::remove_file(anew.path().join(left)));
    }
    howler(&["history", "rebuild", "--state", &anew.text()]).run().exits(0);
    let misspelt = anew.path().join("misspelt");
    let ran =
        howler(&["history", "rebuild", "--no-config", "--state", misspelt.to_str().unwrap()]).run().exits(2);
    assert!(ran.stderr.contains("no scan is remembered here") && !misspelt.exists(), "{}", ran.stderr);
    anew.look();
    assert_eq!(answers(&anew, &ids), before);

    let next = |memory: &Memory| {
        let before = events(&webhook.taken()).len();
        let document = scan(9, days, memory, &webhook).document();
        let told = events(&webhook.taken()).split_off(before);
        let told: Vec<_> = told.into_iter().map(|event| (event.key, event.change, event.finding)).collect();
        (told, document.0["changes"].clone())
    };
    let (as_it_was, made_anew) = (next(&memory), next(&anew));
    assert!(!as_it_was.0.is_empty());
    assert_eq!(as_it_was, made_anew);
    memory
}
