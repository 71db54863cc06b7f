//! The webhook against a server on loopback that holds messages to the limits.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::Value;

use super::digest::MOST_LINES;
use super::*;
use crate::document::{Change, Finding};
use crate::gateway::event::tests::notices;
use crate::gateway::http::server::{OK, Reply, Request, Server, nowhere, settings};
use crate::gateway::{News, Sent, Told, bodies, deliver};
use crate::samples::{self, HOSTILE};

const HOOK: &str = "/services/T00000000/B00000000/hunter2hunter2hunter2";
/// All of a message together, in characters.
const TOTAL: usize = 10_000;

/// Why Slack would refuse the message.
fn refusal(body: &str) -> Option<&'static str> {
    let message: Value = serde_json::from_str(body).unwrap();
    let none = Vec::new();
    let blocks = message["blocks"].as_array().unwrap_or(&none);
    let length = |block: &Value| block["text"]["text"].as_str().map_or(0, |text| text.chars().count());
    let is_bad = |block: &Value| match block["type"].as_str().unwrap() {
        "header" => !(1..=150).contains(&length(block)) || block["text"]["type"] != "plain_text",
        "section" => !(1..=3000).contains(&length(block)),
        "context" => !(1..=10).contains(&block["elements"].as_array().unwrap().len()),
        other => panic!("{other}"),
    };
    [
        (message["text"].as_str().is_none_or(str::is_empty), "no_text"),
        (blocks.len() > 50 || blocks.iter().any(is_bad), "invalid_blocks"),
        (body.chars().count() > TOTAL, "msg_blocks_too_long"),
    ]
    .into_iter()
    .find_map(|(is_wrong, what)| is_wrong.then_some(what))
}

fn accepting(_: usize, request: &Request) -> Reply {
    match refusal(&request.body) {
        None => Reply::Status(200, "content-type: text/html\r\n", "ok"),
        Some(what) => panic!("{what}: {}", request.body),
    }
}

fn of(server: &str) -> Slack {
    webhook(&settings(&[&format!("{server}{HOOK}")]), Spacing::new(1, Duration::ZERO)).unwrap()
}

/// What is sent of these notices.
fn messages(notices: &[Notice]) -> Vec<Value> {
    let scan = samples::scan().scan();
    let gateway = of("https://hooks.slack.com");
    let all = gateway.bodies(notices, &Envelope::of(&scan, TimeDelta::days(1)));
    all.iter().for_each(|body| assert_eq!(refusal(body), None, "{body}"));
    all.iter().map(|body| serde_json::from_str(body).unwrap()).collect()
}

/// All texts of a message, one line after the other.
fn text(message: &Value) -> String {
    let texts = message["blocks"].as_array().unwrap().iter().flat_map(|block| {
        let elements = block["elements"].as_array().into_iter().flatten();
        elements.chain([&block["text"]]).filter_map(|it| it["text"].as_str())
    });
    texts.collect::<Vec<_>>().join("\n")
}

async fn send(gateway: &Slack, notices: &[Notice]) -> Sent {
    let scan = samples::scan().scan();
    gateway.send(notices, &Envelope::of(&scan, TimeDelta::days(1))).await
}

/// So many findings of as many owners, in turn.
fn many(number: usize, owners: usize) -> Vec<Notice> {
    let sample = notices(&samples::scan());
    let of = |number: usize| {
        let notice = sample[number % sample.len()].clone();
        let owner = Some(format!("team-{}", number % owners));
        let finding = Finding { id: format!("hw1-{number}"), owner, ..notice.finding };
        Notice { finding, ..notice }
    };
    (0..number).map(of).collect()
}

fn with(change: Change, notice: &Notice) -> Notice {
    Notice { news: News::Change(change), ..notice.clone() }
}

#[test]
fn a_digest_is_golden() {
    let sample = notices(&samples::scan());
    let mut all: Vec<Notice> = sample.iter().zip(Change::ALL).map(|(notice, it)| with(it, notice)).collect();
    all.push(Notice { news: News::Reminder, ..sample[8].clone() });
    for notice in &mut all {
        notice.finding.owner = Some("team-web".into());
        notice.before = Some(Told { severity: crate::Severity::Low, owner: None });
    }
    let messages = messages(&all);
    assert_eq!(messages.len(), 1);
    insta::assert_snapshot!("digest", serde_json::to_string_pretty(&messages[0]).unwrap());
    insta::assert_snapshot!("digest_text", text(&messages[0]));
}

#[test]
fn each_owner_gets_one_message_with_what_is_theirs() {
    let mut all = many(60, 3);
    all[59].finding.owner = None;
    let messages = messages(&all);
    assert_eq!(messages.len(), 4);
    assert!(text(&messages[0]).starts_with("no owner: 1 finding to look at"), "{}", text(&messages[0]));
    for (number, message) in messages.iter().skip(1).enumerate() {
        assert!(text(message).starts_with(&format!("team-{number}: ")), "{}", text(message));
    }
}

#[test]
fn at_most_twenty_are_told_worst_first_and_the_others_are_counted() {
    for number in [MOST_LINES - 1, MOST_LINES, MOST_LINES + 1, 5000] {
        let message = &messages(&many(number, 1))[0];
        let text = text(message);
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("new, ")).collect();
        assert_eq!(lines.len(), number.min(MOST_LINES));
        let rank = |line: &str| {
            ["critical", "high", "medium", "low"].map(|it| line.starts_with(&format!("new, {it}")))
        };
        assert!(lines.is_sorted_by_key(|line| rank(line).iter().position(|is| *is)), "{lines:#?}");
        let more = number.saturating_sub(MOST_LINES);
        assert_eq!(text.contains(&format!("and {more} more")), more > 0, "{text}");
        assert!(text.starts_with(&format!("team-0: {number} findings to look at")), "{text}");
    }
}

#[test]
fn what_is_over_is_told_apart_and_not_crowded_out() {
    let mut all = many(40, 1);
    for notice in all.iter_mut().skip(30) {
        notice.news = News::Change(Change::Resolved);
    }
    let text = text(&messages(&all)[0]);
    assert!(text.starts_with("team-0: 30 findings to look at, 10 over"), "{text}");
    let lines = |word: &str| text.lines().filter(|line| line.starts_with(word)).count();
    assert_eq!((lines("new, "), lines("resolved, ")), (15, 5), "{text}");
    assert!(text.contains("and 15 more") && text.contains("and 5 more"), "{text}");
    let (open, ended) = (text.find("new, ").unwrap(), text.find("resolved, ").unwrap());
    assert!(open < ended);
}

#[test]
fn what_is_over_is_as_bad_as_it_was() {
    let mut notice = with(Change::Resolved, &many(1, 1)[0]);
    notice.before = Some(Told { severity: crate::Severity::Critical, owner: None });
    notice.finding.severity = crate::Severity::Info;
    let text = text(&messages(&[notice])[0]);
    assert!(text.contains("1 resolved: 1 critical") && text.contains("\nresolved, critical: "), "{text}");
}

#[test]
fn the_same_notices_are_the_same_message_in_any_order() {
    let all = many(50, 1);
    let reversed: Vec<Notice> = all.iter().rev().cloned().collect();
    assert_eq!(messages(&all), messages(&reversed));
}

#[test]
fn text_of_others_is_nowhere_where_slack_looks_for_markup() {
    let mut all = notices(&samples::hostile());
    let marks =
        ["<!channel>", "<@U012AB3CD>", "*bold* _it_ ~no~ `code`", "<https://evil.example|here>", "@here"];
    for (notice, name) in all.iter_mut().zip(marks.iter().chain(&HOSTILE).cycle()) {
        notice.finding.resource.name = (*name).to_owned();
        notice.finding.owner = Some((*name).to_owned());
    }
    let messages = messages(&all);
    assert_eq!(messages.len(), marks.len() + HOSTILE.len());
    for message in messages {
        // Notifications show this, and Slack looks for markup in it: it holds nothing but numbers and words of ours.
        assert!(message["text"].as_str().unwrap().starts_with("howler: "), "{message}");
        assert!(
            message["text"].as_str().unwrap().chars().all(|c| c.is_ascii_alphanumeric() || " :,".contains(c))
        );
        for block in message["blocks"].as_array().unwrap() {
            let is_ours = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || " *:,".contains(c));
            let text = &block["text"];
            assert!(text["type"] != "mrkdwn" || is_ours(text["text"].as_str().unwrap()), "{block}");
            let all = block.to_string();
            assert!(!all.contains('<') && !all.contains('>') && !all.contains("://"), "{block}");
            assert!(!all.chars().any(crate::escape::is_hidden), "{block}");
        }
    }
}

#[test]
fn the_worst_that_others_can_write_keeps_to_the_limits() {
    for piece in ["\"", "\\", "&", "<", "日", "é", "\u{1b}", "x"] {
        let endless = piece.repeat(10_000);
        let mut all = many(60, 1);
        for (number, notice) in all.iter_mut().enumerate() {
            notice.finding.resource.name.clone_from(&endless);
            notice.finding.owner = Some(endless.clone());
            notice.finding.measure = crate::document::Measure::ExpiryUnknown { reason: endless.clone() };
            notice.finding.scope.account = None;
            notice.finding.scope.target = Some(endless.clone());
            notice.news = if number % 2 == 0 { News::Reminder } else { News::Change(Change::Lapsed) };
        }
        assert_eq!(messages(&all).len(), 1, "and what is checked there");
    }
}

#[tokio::test]
async fn messages_arrive_no_faster_than_slack_takes_them() {
    let server = Server::start(accepting).await;
    let pause = Duration::from_millis(50);
    let gateway = Slack { spacing: Spacing::new(1, pause), ..of(&server.url()) };
    let start = Instant::now();
    assert_eq!(send(&gateway, &many(40, 4)).await, Sent::default());
    assert!(start.elapsed() >= pause * 3, "{:?}", start.elapsed());
    let requests = server.requests();
    assert_eq!(requests.len(), 4);
    assert!(requests[0].head.starts_with(&format!("post {} ", HOOK.to_lowercase())), "{}", requests[0].head);
    assert_eq!(requests[0].header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn a_limit_is_waited_for() {
    let limited = |number, _: &Request| match number {
        0 => Reply::Status(429, "retry-after: 1\r\n", "rate_limited"),
        _ => OK,
    };
    let server = Server::start(limited).await;
    let start = Instant::now();
    assert_eq!(send(&of(&server.url()), &many(5, 1)).await, Sent::default());
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_message_that_may_have_arrived_is_not_sent_again_in_this_run() {
    for reply in [|| Reply::Hang, || Reply::Reset] {
        let server = Server::start(move |number, _| if number == 1 { reply() } else { OK }).await;
        let (why, arrived) = send(&of(&server.url()), &many(9, 3)).await.lost.unwrap();
        assert!(why.contains("it may have arrived"), "{why}");
        assert_eq!(arrived, [0, 3, 6], "those of the first owner");
        assert_eq!(server.requests().len(), 2);
    }
}

#[tokio::test]
async fn a_webhook_that_was_taken_back_loses_messages_and_does_not_refuse_them() {
    for (status, word) in [
        (400, "invalid_token"),
        (403, "action_prohibited"),
        (404, "no_service"),
        (410, "channel_is_archived"),
    ] {
        let server = Server::start(move |_, _| Reply::Status(status, "", word)).await;
        let sent = send(&of(&server.url()), &many(9, 3)).await;
        assert_eq!(sent.refused, []);
        let (why, arrived) = sent.lost.unwrap();
        assert!(why.contains(word) && arrived.is_empty(), "{why}");
    }
}

#[tokio::test]
async fn a_message_that_is_refused_is_that_of_its_owner_alone() {
    let server = Server::start(|_, request| match request.body.contains("team-1:") {
        true => Reply::Status(400, "", "invalid_blocks"),
        false => OK,
    })
    .await;
    let sent = send(&of(&server.url()), &many(6, 3)).await;
    assert_eq!(sent.refused.iter().map(|(place, _)| *place).collect::<Vec<_>>(), [1, 4]);
    assert_eq!(sent.lost, None);
}

#[tokio::test]
async fn nobody_is_told_that_there_is_nothing_to_tell_but_who_wants_to() {
    let server = Server::start(accepting).await;
    let scan = samples::scan().scan();
    let envelope = Envelope::of(&scan, TimeDelta::days(1));
    for (wish, messages) in [(None, 0), (Some(false), 0), (Some(true), 1)] {
        let settings = Settings { heartbeat: wish, ..settings(&[&format!("{}{HOOK}", server.url())]) };
        let gateway = webhook(&settings, Spacing::new(1, Duration::ZERO)).unwrap();
        let delivery = deliver(&gateway, &mut std::iter::empty(), &envelope, &mut (), true).await;
        assert_eq!(delivery.error, None);
        assert_eq!(server.requests().len(), messages);
    }
    let text = server.requests()[0].json()["text"].clone();
    assert_eq!(
        text,
        "howler: scan of 2026-11-23T09:30:00Z: incomplete, 6 of 8 scopes seen: what is not told may be \
                      there all the same"
    );
}

#[tokio::test]
async fn nothing_that_is_told_holds_the_address() {
    let address = nowhere().await;
    let gateway = of(&format!("http://{address}"));
    let scan = samples::scan().scan();
    let envelope = Envelope::of(&scan, TimeDelta::days(1));
    let delivery = deliver(&gateway, &mut many(5, 1).into_iter().map(Ok), &envelope, &mut (), true).await;
    assert!(delivery.error.as_ref().unwrap().contains("no connection"), "{delivery:?}");
    let told = bodies(&gateway, &mut many(5, 1).into_iter().map(Ok), &envelope).unwrap();
    assert!(!format!("{delivery:?}{told:?}").contains("hunter2"));
    assert!(delivery.target.starts_with("127.0.0.1#"), "{}", delivery.target);
    let other = of("http://127.0.0.1:1/other");
    assert_ne!(other.target(), delivery.target, "two webhooks can be told apart");
}

#[test]
fn what_is_no_webhook_or_would_be_read_on_the_way_is_refused_without_repeating_it() {
    for addresses in [
        &[][..],
        &["hunter2"],
        &["http://hooks.slack.com/services/hunter2"],
        &["ftp://hooks.slack.com/services/hunter2"],
        &["https://hooks.slack.com/services/hunter2", "https://hooks.slack.com/services/hunter2"],
    ] {
        let error = open(&settings(addresses)).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("slack") && !error.contains("hunter2"), "{error}");
    }
    assert!(open(&settings(&["https://hooks.slack.com/services/hunter2"])).is_ok());
}
