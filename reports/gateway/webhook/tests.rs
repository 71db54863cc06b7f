//! The gateway against a server on loopback, and its events against what CloudEvents 1.0 demands.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::{Command, Stdio};

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::Delivery;
use crate::document::Change;
use crate::escape;
use crate::gateway::event::tests::notices;
use crate::gateway::http::server::{OK, Reply, Server, settings};
use crate::gateway::{News, Secret, deliver};
use crate::samples::{self, Sample};

async fn deliver_to(settings: &Settings, sample: &Sample, notices: Vec<Notice>) -> Delivery {
    let scan = sample.scan();
    let gateway = open(settings).unwrap();
    let envelope = Envelope::of(&scan, TimeDelta::hours(50));
    deliver(gateway.as_ref(), &mut notices.into_iter().map(Ok), &envelope, &mut (), true).await
}

fn events(sample: &Sample, notices: &[Notice]) -> Vec<Value> {
    let scan = sample.scan();
    let gateway = open(&settings(&["http://host"])).unwrap();
    let bodies = gateway.bodies(notices, &Envelope::of(&scan, TimeDelta::hours(50)));
    let batches = bodies.iter().map(|body| serde_json::from_str::<Vec<Value>>(body).unwrap());
    batches.flatten().collect()
}

/// What the specification says of the attributes that are used.
fn is_cloud_event(event: &Value) {
    let text = |name: &str| event[name].as_str().unwrap_or_else(|| panic!("{name} of {event:#}")).to_owned();
    assert_eq!(text("specversion"), "1.0");
    assert_eq!(text("datacontenttype"), "application/json");
    for name in ["id", "source", "type", "subject", "time"] {
        assert!(!text(name).is_empty() && !text(name).chars().any(char::is_control), "{name} of {event:#}");
    }
    assert!(DateTime::parse_from_rfc3339(&text("time")).is_ok());
    let of_uris = |c: char| c.is_ascii_alphanumeric() || "-._~/%".contains(c);
    assert!(text("source").chars().all(of_uris), "{event:#}");
    assert!(text("type").starts_with("io.howler."));
    let names = event.as_object().unwrap().keys();
    assert!(names.clone().all(|name| name.chars().all(|c| c.is_ascii_lowercase())), "{names:?}");
    assert!(event["data"].is_object());
    assert!(event::text(event).len() <= cloud_event::MOST);
}

#[tokio::test]
async fn events_arrive_in_batches_and_the_scan_is_the_last() {
    let server = Server::start(|_, _| OK).await;
    let sample = samples::scan();
    let mut notices = notices(&sample);
    while notices.len() < 101 {
        notices.extend_from_within(..);
    }
    notices.truncate(101);
    let delivery = deliver_to(&server.settings(), &sample, notices).await;
    assert_eq!((delivery.accepted, delivery.rejected, delivery.error), (101, 0, None));
    let requests = server.requests();
    let sizes: Vec<_> = requests.iter().map(|request| request.json().as_array().unwrap().len()).collect();
    assert_eq!(sizes, [50, 50, 1, 1]);
    for request in &requests {
        assert_eq!(request.header("content-type"), Some(CONTENT_TYPE));
        assert_eq!(request.header("howler-signature"), None);
        request.json().as_array().unwrap().iter().for_each(is_cloud_event);
    }
    let last = &requests[3].json()[0];
    assert_eq!((&last["type"], &last["id"]), (&"io.howler.scan.finished".into(), &sample.run.id.into()));
    assert_eq!(last["data"]["complete"], false);
}

#[tokio::test]
async fn a_heartbeat_that_is_not_wanted_is_not_sent() {
    let server = Server::start(|_, _| OK).await;
    let settings = Settings { heartbeat: Some(false), ..server.settings() };
    let delivery = deliver_to(&settings, &samples::healthy(), Vec::new()).await;
    assert_eq!((delivery.error, server.requests().len()), (None, 0));
}

#[test]
fn each_event_says_what_happened_to_which_finding() {
    let sample = samples::scan();
    let mut notice = notices(&sample).remove(0);
    for news in Change::ALL.map(News::Change).into_iter().chain([News::Reminder]) {
        notice.news = news;
        let event = &events(&sample, std::slice::from_ref(&notice))[0];
        assert_eq!(event["type"], format!("io.howler.finding.{}", news.as_str()));
        assert_eq!(event["id"], notice.key);
        assert_eq!(event["source"], "/howler/111111111111");
        assert_eq!(event["subject"], notice.finding.resource.id);
        assert_eq!(event["data"]["finding"]["id"], notice.finding.id);
        assert_eq!(event["data"]["run"], sample.run.id);
    }
}

#[test]
fn whatever_others_write_the_event_is_a_good_one() {
    let sample = samples::hostile();
    let mut notices = notices(&sample);
    for (number, notice) in notices.iter_mut().enumerate() {
        notice.finding.affects =
            (0..400 * (number % 12)).map(|it| format!("\u{202e}\"{it}").repeat(60)).collect();
        notice.finding.resource.id.push_str(&"\u{1b}é\"".repeat(2_000));
        notice.finding.scope.target = notice.finding.resource.id.clone().into();
    }
    let events = events(&sample, &notices);
    assert!(events.len() > 3);
    for event in &events {
        is_cloud_event(event);
    }
    notices[0].finding.scope.account = None;
    let outside = &self::events(&sample, &notices)[0];
    is_cloud_event(outside);
    assert!(outside["source"].as_str().unwrap().contains("%1B%C3%A9%22"), "{outside:#}");
    let scan = sample.scan();
    let gateway = open(&settings(&["http://host"])).unwrap();
    let bodies = gateway.bodies(&notices, &Envelope::of(&scan, TimeDelta::hours(50)));
    assert!(!bodies.concat().chars().any(escape::is_hidden));
}

#[tokio::test]
async fn a_body_is_signed_with_its_time() {
    let server = Server::start(|_, _| OK).await;
    let settings = Settings { signing: Some(Secret::new("hunter2")), ..server.settings() };
    let sample = samples::scan();
    deliver_to(&settings, &sample, notices(&sample)).await;
    for request in server.requests() {
        let header = request.header("howler-signature").unwrap();
        let seconds: i64 = header.strip_prefix("t=").unwrap().split_once(',').unwrap().0.parse().unwrap();
        assert!((0..5).contains(&(seconds - sample.run.finished_at.timestamp())), "{header}");
        let signed = format!("{seconds}.{}", request.body);
        assert_eq!(header, format!("t={seconds},v1={}", hmac_of_another("hunter2", &signed)));
    }
}

#[tokio::test]
async fn what_takes_long_is_signed_at_its_time_and_ends() {
    let server = Server::start(|_, _| OK).await;
    let settings = Settings { signing: Some(Secret::new("hunter2")), ..server.settings() };
    let sample = samples::scan();
    let (gateway, scan) = (open(&settings).unwrap(), sample.scan());
    let mut envelope = Envelope::of(&scan, TimeDelta::hours(50));
    let soon = || samples::now() + TimeDelta::minutes(20) + TimeDelta::seconds(5);
    let late = || samples::now() + TimeDelta::minutes(31);
    for (clock, accepted) in [(soon as fn() -> DateTime<Utc>, 60), (late, 0)] {
        envelope.clock = Some(clock);
        let mut notices = numbered(&sample, 60).into_iter().map(Ok);
        let delivery = deliver(gateway.as_ref(), &mut notices, &envelope, &mut (), true).await;
        assert_eq!((delivery.accepted, delivery.rejected), (accepted, 60 - accepted));
        assert_eq!(delivery.error.is_some_and(|why| why.contains("30 minutes")), accepted == 0);
    }
    assert_eq!(server.requests().len(), 3);
    for request in server.requests() {
        let header = request.header("howler-signature").unwrap();
        let at: i64 = header.strip_prefix("t=").unwrap().split_once(',').unwrap().0.parse().unwrap();
        let late = at - sample.run.finished_at.timestamp();
        assert!((20 * 60..20 * 60 + 10).contains(&late), "{late} s");
    }
}

#[tokio::test]
async fn what_cannot_be_read_keeps_nothing_else_from_being_told() {
    let server = Server::start(|_, _| OK).await;
    let sample = samples::scan();
    let (gateway, scan) = (open(&server.settings()).unwrap(), sample.scan());
    let envelope = Envelope::of(&scan, TimeDelta::hours(50));
    let mut settled = Settled::default();
    let gone = std::iter::once_with(|| Err(std::io::Error::other("a document is gone")));
    let mut notices = numbered(&sample, 60).into_iter().map(Ok).chain(gone);
    let delivery = deliver(gateway.as_ref(), &mut notices, &envelope, &mut settled, true).await;
    assert_eq!((delivery.accepted, settled.taken.len()), (60, 60));
    assert!(delivery.error.unwrap().contains("a document is gone"));
    assert!(!server.requests().iter().any(|request| request.body.contains("scan.finished")));
}

/// OpenSSL's HMAC-SHA256, in hexadecimal digits.
fn hmac_of_another(key: &str, text: &str) -> String {
    use std::io::Write;
    let mut openssl = Command::new("openssl");
    openssl.args(["dgst", "-sha256", "-hmac", key, "-r"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = openssl.spawn().expect("openssl is missing");
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap().split_whitespace().next().unwrap().to_owned()
}

#[tokio::test]
async fn a_lost_answer_is_not_followed_by_the_same_events() {
    let server = Server::start(|_, _| Reply::Hang).await;
    let sample = samples::scan();
    let delivery = deliver_to(&server.settings(), &sample, notices(&sample)).await;
    assert_eq!((delivery.accepted, server.requests().len()), (0, 1));
    assert!(delivery.error.unwrap().contains("it may have arrived"));
}

#[tokio::test]
async fn a_bad_event_is_named_and_the_rest_is_delivered() {
    let sample = samples::scan();
    let notices = notices(&sample);
    let bad = notices[1].key.clone();
    let picky = bad.clone();
    let server = Server::start(move |_, request| match request.body.contains(&picky) {
        true => Reply::Status(422, "", "no"),
        false => OK,
    })
    .await;
    let all = notices.len();
    let delivery = deliver_to(&server.settings(), &sample, notices).await;
    assert_eq!((delivery.accepted, delivery.rejected), (all - 1, 1));
    assert!(delivery.error.unwrap().contains(&format!("event {bad} refused, answered 422")));
}

/// What was told for good.
#[derive(Default)]
struct Settled {
    taken: Vec<String>,
    refused: Vec<String>,
}

impl crate::gateway::Settle for Settled {
    fn settle(&mut self, taken: &[&Notice], refused: &[&Notice]) -> std::io::Result<()> {
        self.taken.extend(taken.iter().map(|notice| notice.key.clone()));
        self.refused.extend(refused.iter().map(|notice| notice.key.clone()));
        Ok(())
    }
}

/// So many notices, each with a key of its own.
fn numbered(sample: &Sample, number: usize) -> Vec<Notice> {
    let one = notices(sample).remove(0);
    (0..number).map(|number| Notice { key: format!("key-{number:04}."), ..one.clone() }).collect()
}

async fn settled(gateway: &dyn Gateway, sample: &Sample, notices: Vec<Notice>) -> (Delivery, Settled) {
    let (scan, mut settled) = (sample.scan(), Settled::default());
    let envelope = Envelope::of(&scan, TimeDelta::hours(50));
    let delivery = deliver(gateway, &mut notices.into_iter().map(Ok), &envelope, &mut settled, true).await;
    (delivery, settled)
}

#[tokio::test]
async fn a_server_that_takes_nothing_at_all_loses_nothing() {
    // A wrong secret to sign with is a 400 at many receivers.
    let server = Server::start(|_, _| Reply::Status(400, "", "")).await;
    let sample = samples::scan();
    for number in [1, 2, 20, 21, 50] {
        let gateway = open(&server.settings()).unwrap();
        let (delivery, settled) = settled(gateway.as_ref(), &sample, numbered(&sample, number)).await;
        assert_eq!((delivery.accepted, delivery.rejected), (0, number));
        assert!(delivery.error.unwrap().contains("400"));
        assert_eq!((settled.taken.len(), settled.refused.len()), (0, 0), "{number} wait for the next run");
    }
}

#[tokio::test]
async fn a_bad_event_that_comes_alone_is_known_by_those_that_were_taken_before() {
    let server = Server::start(|_, request| match request.body.contains("key-0050.") {
        true => Reply::Status(400, "", ""),
        false => OK,
    })
    .await;
    let sample = samples::scan();
    let gateway = open(&server.settings()).unwrap();
    let (delivery, settled) = settled(gateway.as_ref(), &sample, numbered(&sample, 51)).await;
    assert_eq!((delivery.accepted, settled.taken.len()), (50, 50));
    assert_eq!(settled.refused, ["key-0050."]);
    assert!(server.requests().last().unwrap().body.contains("io.howler.scan.finished"));
}

#[tokio::test]
async fn good_events_among_very_many_bad_ones_arrive_in_the_end() {
    let bad = |key: &str| key.ends_with(['1', '3', '5', '7', '9']);
    let server = Server::start(move |_, request| {
        let keys = request.json();
        let mut keys = keys.as_array().unwrap().iter().map(|event| event["id"].as_str().unwrap().to_owned());
        if keys.any(|key| bad(key.trim_end_matches('.'))) { Reply::Status(400, "", "") } else { OK }
    })
    .await;
    let sample = samples::scan();
    let mut waiting = numbered(&sample, 120);
    let mut refused = Vec::new();
    for _ in 0..10 {
        let gateway = open(&server.settings()).unwrap();
        let (_, settled) = settled(gateway.as_ref(), &sample, waiting.clone()).await;
        waiting.retain(|it| !settled.taken.contains(&it.key) && !settled.refused.contains(&it.key));
        refused.extend(settled.refused);
    }
    assert!(refused.iter().all(|key| bad(key.trim_end_matches('.'))), "good ones are given up: {refused:?}");
    assert_eq!((refused.len(), waiting.len()), (60, 0));
}

#[tokio::test]
async fn an_event_that_breaks_the_server_keeps_no_other_waiting() {
    let server = Server::start(|_, request| match request.body.contains("key-0007.") {
        true => Reply::Status(500, "", ""),
        false => OK,
    })
    .await;
    let sample = samples::scan();
    let gateway = open(&server.settings()).unwrap();
    let (delivery, settled) = settled(gateway.as_ref(), &sample, numbered(&sample, 120)).await;
    assert_eq!((delivery.accepted, delivery.rejected), (119, 1));
    assert!(delivery.error.unwrap().contains("500"));
    assert_eq!((settled.taken.len(), settled.refused.len()), (119, 0), "it is sent again");
}

#[tokio::test]
async fn nothing_of_the_address_but_its_host_is_told() {
    let server = Server::start(|_, _| Reply::Status(403, "", "hunter2, hunter3, hunter4")).await;
    let address = format!("http://user:hunter2@{}/hunter3?key=hunter4", server.address);
    let sample = samples::scan();
    let delivery = deliver_to(&settings(&[&address]), &sample, notices(&sample)).await;
    assert!(server.requests()[0].head.starts_with("post /hunter3?key=hunter4 "));
    assert!(delivery.target.starts_with("127.0.0.1#"), "{}", delivery.target);
    assert_eq!(delivery.error.as_deref(), Some("answered 403 Forbidden"));
    assert!(!format!("{delivery:?}").contains("hunter"), "{delivery:?}");
}

#[test]
fn what_it_cannot_be_opened_with_is_refused() {
    let refused = |settings: Settings| {
        let error = open(&settings).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("webhook") && !error.contains("hunter2"), "{error}");
    };
    refused(settings(&[]));
    refused(settings(&["http://a", "http://hunter2"]));
    refused(settings(&["hunter2"]));
    refused(Settings { signing: Some(Secret::new("")), ..settings(&["http://a"]) });
}
