//! Messages and their limits.

#![allow(clippy::unwrap_used)]

use chrono::TimeDelta;
use serde_json::Value;

use super::*;
use crate::document::{Change, Severity};
use crate::gateway::event::tests::notices;
use crate::gateway::{News, Secret, Told};
use crate::samples::{self, Sample};

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:howler";

fn opened(address: &str) -> Opened {
    open(&Settings { addresses: vec![Secret::new(address)], ..Settings::default() })
}

/// The entries of all requests.
fn entries(sample: &Sample, topic: &str, change: impl Fn(&mut Notice)) -> Vec<Value> {
    let mut notices = notices(sample);
    notices.iter_mut().for_each(change);
    let scan = sample.scan();
    let envelope = Envelope::of(&scan, TimeDelta::hours(24));
    let gateway = opened(topic).ok().unwrap();
    let bodies = notices.chunks(MOST).flat_map(|part| gateway.bodies(part, &envelope));
    let bodies: Vec<Value> = bodies.map(|body| serde_json::from_str(&body).unwrap()).collect();
    assert!(bodies.iter().all(|body| body["TopicArn"] == topic));
    bodies.iter().flat_map(|body| body["PublishBatchRequestEntries"].as_array().unwrap().clone()).collect()
}

#[test]
fn a_topic_is_an_arn() {
    assert_eq!(opened(TOPIC).ok().unwrap().target(), TOPIC);
    for bad in
        ["howler", "arn:aws:sns:eu-west-1:123456789012:howler:6d1d2f", "arn:aws:sqs:eu-west-1:123456789012:a"]
    {
        assert!(opened(bad).is_err(), "{bad}");
    }
    assert!(open(&Settings::default()).is_err());
}

#[test]
fn people_get_words_and_programs_the_event() {
    let entries = entries(&samples::scan(), TOPIC, |_| {});
    let expired =
        entries.iter().find(|it| it["Message"].as_str().unwrap().contains("www.example.com")).unwrap();
    insta::assert_snapshot!(expired["Subject"].as_str().unwrap(), @"critical, opened: certificate-expiry www.example.com");
    let texts: Value = serde_json::from_str(expired["Message"].as_str().unwrap()).unwrap();
    insta::assert_snapshot!(texts["default"].as_str().unwrap());
    for protocol in ["sqs", "lambda", "http", "https", "firehose"] {
        let event: Value = serde_json::from_str(texts[protocol].as_str().unwrap()).unwrap();
        assert_eq!(event["finding"]["severity"], "critical", "{protocol}");
    }
    let attributes = &expired["MessageAttributes"];
    let value = |name: &str| attributes[name]["StringValue"].as_str().unwrap();
    assert_eq!((value("severity"), value("owner"), value("change")), ("critical", "team-web", "opened"));
    assert_eq!((value("account"), value("region"), value("service")), ("111111111111", "eu-west-1", "acm"));
    let outside = entries.iter().find(|it| it["Subject"].as_str().unwrap().contains("legacy")).unwrap();
    assert!(outside["MessageAttributes"].get("account").is_none(), "no value is no attribute");
}

#[test]
fn who_hears_of_a_beginning_hears_of_its_end() {
    let passed = |notice: &mut Notice| {
        notice.news = News::Change(Change::Resolved);
        notice.before = Some(Told { severity: Severity::Critical, owner: None });
        notice.finding.severity = Severity::Info;
    };
    for entry in entries(&samples::scan(), TOPIC, passed) {
        assert_eq!(entry["MessageAttributes"]["severity"]["StringValue"], "critical");
        assert!(entry["Subject"].as_str().unwrap().starts_with("critical, resolved: "), "{entry:#}");
    }
}

#[test]
fn what_is_over_needs_nothing_to_be_done() {
    let resolved = |notice: &mut Notice| notice.news = News::Change(Change::Resolved);
    for entry in entries(&samples::scan(), TOPIC, resolved) {
        let texts: Value = serde_json::from_str(entry["Message"].as_str().unwrap()).unwrap();
        let words = texts["default"].as_str().unwrap();
        assert!(words.contains(", resolved: ") && !words.contains("What to do"), "{words}");
    }
}

#[test]
fn hostile_text_keeps_within_the_limits() {
    for entry in entries(&samples::hostile(), TOPIC, |_| {}) {
        let subject = entry["Subject"].as_str().unwrap();
        assert!(subject.len() < 100 && subject.bytes().all(|byte| (b' '..0x7f).contains(&byte)), "{subject}");
        assert!(subject.starts_with(|letter: char| letter.is_ascii_alphabetic()));
        assert!(entry["Message"].as_str().unwrap().len() <= MOST_BYTES);
        let texts: Value = serde_json::from_str(entry["Message"].as_str().unwrap()).unwrap();
        let hidden = |text: &str| text.chars().any(|it| it != '\n' && escape::is_hidden(it));
        assert!(!hidden(texts["default"].as_str().unwrap()) && !hidden(texts["sqs"].as_str().unwrap()));
        for value in entry["MessageAttributes"].as_object().unwrap().values() {
            let value = value["StringValue"].as_str().unwrap();
            assert!(!value.is_empty() && value.len() <= 256 && !hidden(value), "{value}");
        }
    }
}

#[test]
fn the_longest_message_that_there_can_be_fits() {
    let quotes = |notice: &mut Notice| {
        notice.finding.affects = vec!["\"\\".repeat(2_000); 50];
        notice.finding.summary = "\"\\".repeat(10_000);
        notice.finding.owner = Some("\"".repeat(5_000));
    };
    let sample = samples::scan();
    let mut notices = notices(&sample);
    notices.iter_mut().for_each(quotes);
    let scan = sample.scan();
    let envelope = Envelope::of(&scan, TimeDelta::hours(24));
    let messages: Vec<_> = notices.iter().map(|it| Message::of_notice(it, &envelope, true)).collect();
    assert!(messages.iter().all(|message| message.size() <= MOST_BYTES));
    let batches = batches(&messages);
    assert!(batches.len() > 1, "too much for one request");
    for batch in batches {
        assert!(batch.iter().map(|place| messages[*place].size()).sum::<usize>() <= MOST_BYTES);
    }
}

#[test]
fn an_ordered_topic_is_told_what_a_message_goes_by() {
    let sample = samples::scan();
    let notices = notices(&sample);
    let entries = entries(&sample, &format!("{TOPIC}.fifo"), |_| {});
    for (entry, notice) in entries.iter().zip(&notices) {
        assert_eq!(entry["MessageGroupId"], notice.finding.id);
        assert_eq!(entry["MessageDeduplicationId"], notice.key);
    }
    assert!(self::entries(&sample, TOPIC, |_| {}).iter().all(|entry| entry.get("MessageGroupId").is_none()));
}
