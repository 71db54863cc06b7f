//! The integration against a server on loopback that holds events to the documented limits.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;

use super::*;
use crate::Scan;
use crate::document::{Change, Status};
use crate::gateway::event::tests::notices;
use crate::gateway::http::server::{Reply, Request, Server, nowhere, settings};
use crate::gateway::{News, Sent, bodies, deliver};
use crate::samples;

const ROUTING_KEY: &str = "0123456789abcdef0123456789ABCDEF";
const ACCEPTED: Reply = Reply::Status(202, "", r#"{"status":"success","message":"Event processed"}"#);
const BODY: usize = 512 * 1024;
/// As documented, and not as the code has them.
const SUMMARY: usize = 1024;
const DEDUP: usize = 255;

/// Why PagerDuty would refuse the event.
fn refusal(body: &str) -> Option<&'static str> {
    let event: Value = serde_json::from_str(body).unwrap();
    let length = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
    let payload = &event["payload"];
    let is_trigger = event["event_action"] == "trigger";
    [
        (body.len() > BODY, "body"),
        (length(&event["routing_key"]) != KEY, "routing_key"),
        (
            !["trigger", "acknowledge", "resolve"].contains(&event["event_action"].as_str().unwrap()),
            "event_action",
        ),
        (!(1..=DEDUP).contains(&length(&event["dedup_key"])), "dedup_key"),
        (is_trigger && !(1..=SUMMARY).contains(&length(&payload["summary"])), "summary"),
        (is_trigger && length(&payload["source"]) == 0, "source"),
        (
            is_trigger
                && !["critical", "error", "warning", "info"].contains(&payload["severity"].as_str().unwrap()),
            "severity",
        ),
    ]
    .into_iter()
    .find_map(|(is_wrong, what)| is_wrong.then_some(what))
}

fn accepting(_: usize, request: &Request) -> Reply {
    match refusal(&request.body) {
        None => ACCEPTED,
        Some(what) => panic!("{what}: {}", request.body),
    }
}

fn of(server: &str) -> PagerDuty {
    let settings = Settings { at_least: Some(Severity::Low), ..settings(&[ROUTING_KEY, server]) };
    integration(&settings, Spacing::new(1000, Duration::ZERO)).unwrap()
}

async fn send(gateway: &PagerDuty, notices: &[Notice]) -> Sent {
    let scan = samples::scan().scan();
    gateway.send(notices, &Envelope::of(&scan, TimeDelta::days(1))).await
}

fn body(notice: &Notice, at_least: Severity) -> Value {
    serde_json::from_str(&Event::of(notice, at_least, ROUTING_KEY).body()).unwrap()
}

fn first() -> Notice {
    notices(&samples::scan()).swap_remove(0)
}

#[test]
fn a_trigger_is_golden() {
    let notice = notices(&samples::scan()).into_iter().find(|it| it.finding.status == Status::Fail).unwrap();
    insta::assert_snapshot!("trigger", serde_json::to_string_pretty(&body(&notice, Severity::Low)).unwrap());
}

#[test]
fn what_is_over_is_resolved_by_the_key_that_it_was_opened_by() {
    let opened = body(&first(), Severity::Low);
    assert_eq!(opened["event_action"], "trigger");
    for change in Change::ALL {
        let told = body(&Notice { news: News::Change(change), ..first() }, Severity::Low);
        assert_eq!(told["event_action"], if change.is_end() { "resolve" } else { "trigger" }, "{change:?}");
        assert_eq!(told["dedup_key"], opened["dedup_key"]);
        assert_eq!(told.get("payload").is_some(), !change.is_end());
    }
}

#[test]
fn what_is_not_severe_enough_any_more_is_resolved() {
    let mut notice = Notice { news: News::Change(Change::Better), ..first() };
    for (severity, action) in [
        (Severity::Critical, "trigger"),
        (Severity::High, "trigger"),
        (Severity::Medium, "resolve"),
        (Severity::Info, "resolve"),
    ] {
        notice.finding.severity = severity;
        assert_eq!(body(&notice, Severity::High)["event_action"], action, "{severity:?}");
    }
}

#[test]
fn severities_are_those_of_pagerduty_and_what_is_unknown_is_a_warning() {
    use Severity::*;
    let mut notice = first();
    for (status, severity, word) in [
        (Status::Fail, Critical, "critical"),
        (Status::Fail, High, "error"),
        (Status::Warn, Medium, "warning"),
        (Status::Warn, Low, "info"),
        (Status::Unknown, Critical, "warning"),
        (Status::Unknown, High, "warning"),
        (Status::Unknown, Low, "info"),
    ] {
        (notice.finding.status, notice.finding.severity) = (status, severity);
        assert_eq!(body(&notice, Info)["payload"]["severity"], word, "{status:?} {severity:?}");
    }
}

#[test]
fn when_it_was_last_seen_is_told_only_if_that_was_earlier() {
    let mut notice = first();
    let details = |notice: &Notice| body(notice, Severity::Low)["payload"]["custom_details"].clone();
    assert_eq!(details(&notice)["first_seen"], "2026-11-20T09:30:00Z");
    assert_eq!(details(&notice).get("last_confirmed"), None);
    notice.confirmed_at -= TimeDelta::days(1);
    assert_eq!(details(&notice)["last_confirmed"], "2026-11-22T09:30:00Z");
}

#[test]
fn texts_are_as_long_as_they_may_be_and_no_longer() {
    for (length, told) in [(SUMMARY - 1, SUMMARY - 1), (SUMMARY, SUMMARY), (SUMMARY + 1, SUMMARY - 2)] {
        let mut notice = first();
        notice.finding.summary = "x".repeat(length);
        let summary = body(&notice, Severity::Low)["payload"]["summary"].as_str().unwrap().chars().count();
        assert_eq!(summary, told, "{length}: two characters make room for the mark of the cut");
    }
    for (length, told) in [(DEDUP - 1, DEDUP - 1), (DEDUP, DEDUP), (DEDUP + 1, DEDUP - 2)] {
        let mut notice = first();
        notice.finding.id = "x".repeat(length);
        assert_eq!(body(&notice, Severity::Low)["dedup_key"].as_str().unwrap().chars().count(), told);
    }
}

#[test]
fn the_worst_that_others_can_write_keeps_to_the_limits() {
    let hostile = notices(&samples::hostile());
    assert!(hostile.len() > 20);
    let mut quotes = first();
    let endless = "\"\\\u{1b}".repeat(400_000);
    quotes.finding.summary.clone_from(&endless);
    quotes.finding.resource.name.clone_from(&endless);
    quotes.finding.resource.id.clone_from(&endless);
    quotes.finding.owner = Some(endless.clone());
    quotes.finding.affects = vec![endless; 3];
    for notice in hostile.iter().chain([&quotes]) {
        let body = Event::of(notice, Severity::Low, ROUTING_KEY).body();
        assert_eq!(refusal(&body), None);
        assert!(body.len() < BODY / 4, "{}", body.len());
        assert!(!body.contains("{{") && !body.chars().any(crate::escape::is_hidden));
    }
}

#[tokio::test]
async fn each_notice_is_an_event_of_its_own() {
    let server = Server::start(accepting).await;
    let all = notices(&samples::scan());
    assert_eq!(send(&of(&server.url()), &all).await, Sent::default());
    let requests = server.requests();
    assert_eq!(requests.len(), all.len());
    for (request, notice) in requests.iter().zip(&all) {
        assert!(request.head.starts_with("post /v2/enqueue "), "{}", request.head);
        assert_eq!(request.header("content-type"), Some("application/json"));
        assert_eq!(request.json()["routing_key"], ROUTING_KEY);
        assert_eq!(request.json()["dedup_key"], notice.finding.id);
    }
}

#[tokio::test]
async fn an_event_that_is_refused_is_one_and_the_others_are_accepted() {
    let all = notices(&samples::scan());
    let bad = all[2].finding.id.clone();
    let server = Server::start(move |_, request| match request.json()["dedup_key"] == bad {
        true => Reply::Status(400, "", r#"{"errors":["'payload.summary' is too long"]}"#),
        false => ACCEPTED,
    })
    .await;
    let sent = send(&of(&server.url()), &all).await;
    assert_eq!(sent.refused, [(2, "answered 400 Bad Request: summary".to_owned())]);
    assert_eq!(sent.lost, None);
}

#[tokio::test]
async fn a_key_that_was_taken_back_loses_events_and_does_not_refuse_them() {
    let refusing =
        |_, _: &Request| Reply::Status(400, "", r#"{"errors":["'routing_key' is invalid: 0123"]}"#);
    let server = Server::start(refusing).await;
    let sent = send(&of(&server.url()), &notices(&samples::scan())).await;
    assert_eq!(sent.refused, []);
    assert_eq!(sent.lost, Some(("answered 400 Bad Request: routing_key".to_owned(), Vec::new())));
}

#[tokio::test]
async fn what_was_accepted_before_the_server_went_down_is_known() {
    let down = |number, _: &Request| if number < 3 { ACCEPTED } else { Reply::Status(503, "", "") };
    let server = Server::start(down).await;
    let (why, arrived) = send(&of(&server.url()), &notices(&samples::scan())).await.lost.unwrap();
    assert_eq!(arrived, [0, 1, 2]);
    assert_eq!(why, "answered 503 Service Unavailable (3 attempts)");
    assert_eq!(server.requests().len(), 3 + 3, "nothing is sent to a server that is down");
}

#[tokio::test]
async fn a_limit_is_waited_for() {
    let limited = |number, _: &Request| if number == 0 { Reply::Status(429, "", "") } else { ACCEPTED };
    let server = Server::start(limited).await;
    let start = std::time::Instant::now();
    assert_eq!(send(&of(&server.url()), &[first()]).await, Sent::default());
    let least = settings(&[]).pace.pause * PATIENCE / 2;
    assert!(start.elapsed() >= least, "{:?} of {least:?}", start.elapsed());
}

#[tokio::test]
async fn nothing_that_is_told_holds_the_key() {
    let address = nowhere().await;
    let gateway = of(&format!("http://{address}"));
    let scan: Scan = samples::scan().scan();
    let envelope = Envelope::of(&scan, TimeDelta::days(1));
    let mut all = notices(&samples::scan()).into_iter().map(Ok);
    let delivery = deliver(&gateway, &mut all, &envelope, &mut (), true).await;
    assert!(delivery.error.as_ref().unwrap().contains("no connection"), "{delivery:?}");
    assert_eq!(delivery.target, format!("{address}#{}", Secret::new(ROUTING_KEY).mark()));
    let told = bodies(&gateway, &mut notices(&samples::scan()).into_iter().map(Ok), &envelope).unwrap();
    assert_eq!(told.len(), notices(&samples::scan()).len());
    assert!(
        told.iter().all(|body| refusal(body).is_none()),
        "they are as they would be sent, but for the key"
    );
    assert!(!format!("{delivery:?}{told:?}").to_lowercase().contains(&ROUTING_KEY.to_lowercase()));
}

#[test]
fn what_is_no_key_or_would_be_read_on_the_way_is_refused_without_repeating_it() {
    let short = &ROUTING_KEY[1..];
    let long = format!("{ROUTING_KEY}0");
    let odd = format!("{short}-");
    for addresses in [
        &[][..],
        &[short],
        &[&long],
        &[&odd],
        &[ROUTING_KEY, "http://events.example.com"],
        &[ROUTING_KEY, "events.example.com"],
        &[ROUTING_KEY, "https://a.example", "https://b.example"],
    ] {
        let error = open(&settings(addresses)).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("pagerduty") && !error.contains(short), "{error}");
    }
    let opened = open(&settings(&[ROUTING_KEY])).unwrap();
    assert_eq!(opened.target(), format!("events.pagerduty.com#{}", Secret::new(ROUTING_KEY).mark()));
    let european = open(&settings(&[ROUTING_KEY, "https://events.eu.pagerduty.com/"])).unwrap();
    assert!(european.target().starts_with("events.eu.pagerduty.com#"), "{}", european.target());
}
