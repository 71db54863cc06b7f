//! Ten nights in which certificates are renewed, quotas rise and fall, an account is blind and an owner changes:
//! everybody hears of it once, and nobody hears that what could not be seen is over.

use std::collections::{BTreeMap, BTreeSet};
use std::thread::sleep;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::harness::nights::{self, BLIND, Heard, NIGHTS, REGION, about, assert_heard};
use crate::harness::pagerduty::PagerDuty;
use crate::harness::slack::Slack;
use crate::harness::{Alertmanager, Howler, Memory, Ran, Receiver, Webhook, events, howler, now};

const CHECKS: [&str; 4] = ["certificate-expiry", "quota-utilization", "scan-coverage", "suppression-expired"];
/// The time between two nights on the clock of the real Alertmanager, around those in which an account is blind.
const NIGHT: Duration = Duration::from_secs(7);
/// How long an alert lives there: longer than a night, shorter than the three from the last sight of the blind account
/// to the next.
const LEASE: Duration = Duration::from_secs(16);

/// A scan of everything on a night, which remembers and tells.
pub(crate) fn scan(
    night: i64,
    howler: Howler,
    memory: &Memory,
    config: &str,
    ends: bool,
    begin: DateTime<Utc>,
) -> Ran {
    let howler = howler.args(&["--quiet", "--org", "-r", REGION, "--state", &memory.text()]);
    let howler = CHECKS.iter().fold(howler, |howler, check| howler.args(&["--check", check]));
    let howler = howler.file("howler.toml", config).file("owners.toml", &nights::owners(night));
    let rules = nights::suppressions(night, begin, ends);
    let howler = if rules.is_empty() { howler } else { howler.file("suppressions.toml", &rules) };
    howler.run()
}

/// All of it was seen and told, but for what is blind that night.
#[track_caller]
fn assert_well(night: i64, ran: &Ran) {
    let is_well = if BLIND.contains(&night) { ran.code == 3 } else { [0, 1].contains(&ran.code) };
    assert!(is_well, "night {night}: {} {}", ran.code, ran.stderr);
}

/// All ten nights on a clock of their own, told to gateways that this configuration names.
fn on_a_given_clock(memory: &Memory, config: &str, env: &[(&str, &str)], mut after: impl FnMut(i64)) {
    let begin = now();
    for night in NIGHTS {
        let at = begin + TimeDelta::days(night);
        let simulated = nights::simulated(night, at);
        let howler =
            simulated.howler(&["scan", "--now", &at.to_rfc3339()]).env(nights::MANUAL.0, nights::MANUAL.1);
        let howler = env.iter().fold(howler, |howler, (name, value)| howler.env(name, value));
        assert_well(night, &scan(night, howler, memory, config, true, begin));
        after(night);
    }
}

#[test]
fn a_webhook_slack_and_pagerduty_hear_of_every_change_once() {
    let (memory, webhook, slack, pagerduty) =
        (Memory::new(), Receiver::start(), Slack::start(), PagerDuty::start());
    let config = format!(
        "[notify]\nwebhook = {{ url = \"{}\", at_least = \"low\" }}\nslack = {{ env = \"SLACK\", at_least = \"low\" }}\n\
         pagerduty = {{ urls = [{{ env = \"PAGERDUTY\" }}, \"{}\"], at_least = \"high\" }}\n",
        webhook.url(),
        pagerduty.url()
    );
    let env = [("SLACK", slack.url()), ("PAGERDUTY", "0123456789abcdef0123456789abcdef".to_owned())];
    let env = env.each_ref().map(|(name, value)| (*name, value.as_str()));
    let mut received = [const { Vec::new() }; 3];
    let mut read = [0; 3];
    let (mut keys, mut names) = (BTreeSet::new(), BTreeMap::new());
    on_a_given_clock(&memory, &config, &env, |night| {
        let (posts, messages, pages) = (webhook.taken(), slack.messages(), pagerduty.heard());
        let from_webhook = &posts[read[0]..];
        for event in events(from_webhook) {
            assert!(keys.insert(event.key.clone()), "night {night}: told twice: {event:?}");
            let heard = event.heard(night);
            names.insert(event.finding, heard.what.clone());
            received[0].push(heard);
        }
        received[1].extend(messages[read[1]..].iter().flat_map(|message| digest(night, message)));
        received[2].extend(pages[read[2]..].iter().map(|heard| paged(night, &heard.event, &names)));
        assert!(!from_webhook.is_empty(), "night {night}: no sign of life");
        read = [posts.len(), messages.len(), pages.len()];
    });
    let nothing: [String; 0] = [];
    assert_eq!((slack.refused(), pagerduty.refused()), (nothing.clone().into(), nothing.into()));
    let expected = nights::expected(true);
    assert_heard("webhook", &expected, &received[0]);
    assert_heard("slack", &expected, &received[1]);
    assert_heard("pagerduty", &pages(&expected), &received[2]);
    assert!(
        slack.messages().len() < expected.len(),
        "a digest for each owner, not a message for each finding"
    );
    assert_eq!(memory.look().waiting, 0);
    assert_remembered(&memory, &names, &expected);
}

/// What a message of Slack says: its owner in the head, then a line for each finding.
pub(crate) fn digest(night: i64, message: &Value) -> Vec<Heard> {
    const WORDS: [(&str, &str); 8] = [
        ("still open", "reminder"),
        ("new", "opened"),
        ("back", "reopened"),
        ("worse", "worse"),
        ("better", "better"),
        ("moved here", "moved"),
        ("suppressed", "suppressed"),
        ("resolved", "resolved"),
    ];
    let blocks = message["blocks"].as_array().unwrap();
    let texts: Vec<&str> = blocks.iter().filter_map(|block| block["text"]["text"].as_str()).collect();
    let (owner, _) = texts[0].split_once(": ").unwrap();
    let heard = |line: &str| {
        let (head, name) = line.split_once(": ")?;
        let (word, severity) = head.split_once(", ")?;
        let (_, change) = WORDS.iter().find(|(told, _)| *told == word)?;
        let severity = severity.split([',', ' ']).next().unwrap();
        let what = match name.split_once(".example.com") {
            Some((what, _)) if !what.contains(' ') => what,
            _ if name.contains("Elastic IP") => "addresses",
            _ if name.contains("sts:AssumeRole") => "role",
            _ => "suppression",
        };
        Some(Heard {
            night,
            what: what.to_owned(),
            change: (*change).to_owned(),
            severity: severity.to_owned(),
            owner: owner.to_owned(),
        })
    };
    texts.iter().flat_map(|text| text.lines()).filter_map(heard).collect()
}

/// What PagerDuty should be asked for: to trigger what is high or worse, again when that changes, and to resolve it.
fn pages(changes: &[Heard]) -> Vec<Heard> {
    let mut open = BTreeMap::<String, (String, String)>::new();
    let mut pages = Vec::new();
    for change in changes {
        let is_end = ["resolved", "suppressed"].contains(&change.change.as_str());
        let is_paged = ["critical", "high"].contains(&change.severity.as_str()) && !is_end;
        let is_new = is_paged
            && open.insert(change.what.clone(), (change.severity.clone(), change.owner.clone()))
                != Some((change.severity.clone(), change.owner.clone()));
        let asked = match (is_paged, is_new) {
            (true, true) => "trigger",
            (false, _) if open.remove(&change.what).is_some() => "resolve",
            _ => continue,
        };
        pages.push(page(change.night, &change.what, asked));
    }
    pages
}

/// What PagerDuty was asked for.
fn paged(night: i64, event: &Value, names: &BTreeMap<String, String>) -> Heard {
    let key = event["dedup_key"].as_str().unwrap();
    let what = names.get(key).unwrap_or_else(|| panic!("nobody heard of {event:#}"));
    page(night, what, event["event_action"].as_str().unwrap())
}

fn page(night: i64, what: &str, asked: &str) -> Heard {
    Heard {
        night,
        what: what.to_owned(),
        change: asked.to_owned(),
        severity: String::new(),
        owner: String::new(),
    }
}

/// The history says of each finding what was told, in the same order.
fn assert_remembered(memory: &Memory, names: &BTreeMap<String, String>, expected: &[Heard]) {
    for (id, what) in names {
        let ran = howler(&["history", "--finding", id, "--format", "json", "--state", &memory.text()]).run();
        let history: Value = serde_json::from_str(&ran.exits(0).stdout).unwrap();
        let events = history[0]["events"].as_array().unwrap_or_else(|| panic!("{history:#}"));
        let remembered: Vec<&str> = events.iter().map(|event| event["change"].as_str().unwrap()).collect();
        let told: Vec<&str> = expected
            .iter()
            .filter(|it| it.what == *what && it.change != "reminder")
            .map(|it| it.change.as_str())
            .collect();
        assert_eq!(remembered, told, "{what}");
    }
}

/// What an Alertmanager notifies of: it knows an alert by its labels, of which severity and owner may change.
fn alerts(changes: &[Heard]) -> Vec<Heard> {
    let mut told = BTreeMap::<String, Heard>::new();
    let mut heard = Vec::new();
    for change in changes.iter().filter(|it| it.change != "reminder") {
        let severity =
            if ["critical", "high"].contains(&change.severity.as_str()) { "critical" } else { "warning" };
        let firing = Heard { change: "firing".into(), severity: severity.into(), ..change.clone() };
        let is_end = ["resolved", "suppressed"].contains(&change.change.as_str());
        let before = told.get(&change.what).cloned();
        let is_same = |before: &Heard| (&before.severity, &before.owner) == (&firing.severity, &firing.owner);
        if !is_end && before.as_ref().is_some_and(is_same) {
            continue;
        }
        heard.extend(before.map(|it| Heard { night: change.night, change: "resolved".into(), ..it }));
        told.remove(&change.what);
        if !is_end {
            told.insert(change.what.clone(), firing.clone());
            heard.push(firing);
        }
    }
    heard
}

/// What an Alertmanager said of one alert.
fn notified(night: i64, alert: &Value) -> Heard {
    let label = |name: &str| alert["labels"][name].as_str().unwrap_or_default().to_owned();
    let change = alert["status"].as_str().unwrap().to_owned();
    Heard {
        night,
        what: about(&label("resource")),
        change,
        severity: label("severity"),
        owner: label("owner"),
    }
}

fn all_notified(webhook: &Webhook, from: usize, night: i64) -> Vec<Heard> {
    let posts = webhook.posted().split_off(from);
    posts.iter().flat_map(|post| post["alerts"].as_array().unwrap()).map(|it| notified(night, it)).collect()
}

/// The blind account is seen by its old alerts: alive, and marked as not confirmed.
fn assert_carried_forward(alertmanager: &Alertmanager) {
    let alive = alertmanager.alerts();
    for what in ["shop", "till", "vault"] {
        let is = |it: &&Value| about(it["labels"]["resource"].as_str().unwrap()) == what;
        let alert = alive.iter().find(is).unwrap_or_else(|| panic!("{what} is gone: {alive:#?}"));
        assert!(alert["annotations"]["last_confirmed"].is_string(), "{alert:#}");
    }
}

#[test]
fn a_real_alertmanager_notifies_of_every_change_once() {
    let (memory, webhook) = (Memory::new(), Webhook::start());
    let alertmanager = Alertmanager::start(&webhook.url());
    let config = format!(
        "[notify]\nalertmanager = {{ url = \"{}\", at_least = \"low\" }}\n[delivery]\nlease_seconds = {}\n",
        alertmanager.url(),
        LEASE.as_secs()
    );
    let expected = alerts(&nights::expected(false));
    let (mut received, mut read, mut last) = (Vec::new(), 0, Instant::now());
    for night in NIGHTS {
        if BLIND.contains(&(night - 1)) || BLIND.contains(&night) {
            sleep(NIGHT.saturating_sub(last.elapsed()));
        }
        last = Instant::now();
        let simulated = nights::simulated(night, Utc::now());
        let ran = scan(
            night,
            simulated.howler(&["scan"]).env(nights::MANUAL.0, nights::MANUAL.1),
            &memory,
            &config,
            false,
            Utc::now(),
        );
        assert_well(night, &ran);
        if BLIND.contains(&night) {
            assert_carried_forward(&alertmanager);
        }
        let due = expected.iter().filter(|heard| heard.night == night).count();
        // What does not come is told by the list in the end.
        let patience = Instant::now() + Duration::from_secs(15);
        while webhook.posted().len() < read + due && Instant::now() < patience {
            sleep(Duration::from_millis(50));
        }
        // The groups are looked at every second.
        sleep(Duration::from_millis(1_500));
        received.extend(all_notified(&webhook, read, night));
        read = webhook.posted().len();
    }
    assert_heard("alertmanager", &expected, &received);
    memory.look();
}
