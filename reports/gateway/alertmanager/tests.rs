//! The gateway against servers on loopback that answer as they are told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::Value;

use super::*;
use crate::Delivery;
use crate::document::Change;
use crate::document::Finding;
use crate::gateway::event::tests::notices;
use crate::gateway::http::server::{OK, Reply, Request, Server, nowhere, settings};
use crate::gateway::{News, Secret, Told, deliver};
use crate::samples::{self, Sample};

async fn deliver_to(settings: &Settings, sample: &Sample) -> Delivery {
    deliver_notices(settings, sample, notices(sample)).await
}

async fn deliver_notices(settings: &Settings, sample: &Sample, notices: Vec<Notice>) -> Delivery {
    let scan = sample.scan();
    let gateway = open(settings).unwrap();
    let envelope = Envelope::of(&scan, TimeDelta::hours(50));
    deliver(gateway.as_ref(), &mut notices.into_iter().map(Ok), &envelope, &mut (), true).await
}

fn told(sample: &Sample) -> usize {
    notices(sample).len()
}

fn alerts(request: &Request) -> Vec<Value> {
    request.json().as_array().unwrap().clone()
}

fn sizes(server: &Server) -> Vec<usize> {
    server.requests().iter().map(|request| alerts(request).len()).collect()
}

fn many(number: usize) -> Sample {
    let mut scan = samples::scan();
    scan.findings = (0..number)
        .map(|number| {
            let mut resource = samples::certificate("many.example.com", "111111111111", "eu-west-1", 0);
            resource.id = format!("arn:{number}");
            let measure = samples::expiry(howler_model::Origin::Iam, -TimeDelta::days(1), TimeDelta::days(9));
            let (status, severity) = (howler_model::Status::Fail, howler_model::Severity::High);
            Finding::from(&samples::finding("certificate-expiry", resource, status, severity, measure))
        })
        .collect();
    scan
}

/// Refuses what holds a marked resource, as Alertmanager does.
fn refusing(bad: &'static [&'static str]) -> impl Fn(usize, &Request) -> Reply + Send + 'static {
    move |_, request| {
        let is_bad = |alert: &Value| bad.contains(&alert["labels"]["resource"].as_str().unwrap());
        match alerts(request).iter().any(is_bad) {
            true => Reply::Status(400, "", r#""invalid label set""#),
            false => OK,
        }
    }
}

#[tokio::test]
async fn findings_arrive_in_one_request() {
    let server = Server::start(|_, _| OK).await;
    let scan = samples::scan();
    let delivery = deliver_to(&settings(&[&format!("{}/am/", server.url())]), &scan).await;
    assert_eq!((delivery.accepted, delivery.rejected, delivery.error), (told(&scan), 0, None));
    assert_eq!(delivery.warning, None);
    assert_eq!(delivery.target, format!("{}/am", server.url()));
    assert_eq!(sizes(&server), [told(&scan)]);
    let request = &server.requests()[0];
    assert!(request.head.starts_with("post /am/api/v2/alerts http/1.1"), "{}", request.head);
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(alerts(request)[0]["labels"]["source"], "howler");
}

#[tokio::test]
async fn what_is_sent_is_what_a_dry_run_shows() {
    let server = Server::start(|_, _| OK).await;
    let sample = samples::scan();
    deliver_to(&server.settings(), &sample).await;
    let scan = sample.scan();
    let envelope = Envelope::of(&scan, TimeDelta::hours(50));
    let bodies = open(&server.settings()).unwrap().bodies(&notices(&sample), &envelope);
    assert_eq!(bodies, [server.requests()[0].body.clone()]);
}

#[tokio::test]
async fn a_heartbeat_is_an_alert_where_it_is_wanted() {
    let server = Server::start(|_, _| OK).await;
    let settings = Settings { heartbeat: Some(true), ..server.settings() };
    let delivery = deliver_to(&settings, &samples::healthy()).await;
    assert_eq!(delivery.error, None);
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(alerts(&requests[0])[0]["labels"]["alertname"], "HowlerHeartbeat");
}

#[tokio::test]
async fn a_change_of_owner_is_one_request() {
    let server = Server::start(|_, _| OK).await;
    let sample = many(1);
    let mut notices = notices(&sample);
    notices[0].news = News::Change(Change::Moved);
    notices[0].before = Some(Told { severity: Severity::High, owner: Some("old".into()) });
    let delivery = deliver_notices(&server.settings(), &sample, notices).await;
    assert_eq!((delivery.accepted, delivery.rejected), (1, 0));
    let alerts = alerts(&server.requests()[0]);
    assert_eq!(alerts.len(), 2);
    assert_eq!((&alerts[0]["labels"]["owner"], &alerts[1]["labels"]["owner"]), (&"old".into(), &Value::Null));
    assert!(alerts[0]["endsAt"].as_str() < alerts[1]["endsAt"].as_str());
}

#[tokio::test]
async fn a_bad_alert_is_named_and_the_rest_is_delivered() {
    let server = Server::start(refusing(&["arn:7", "arn:999"])).await;
    let scan = many(1200);
    let delivery = deliver_to(&server.settings(), &scan).await;
    assert_eq!((delivery.accepted, delivery.rejected), (1198, 2));
    let error = delivery.error.unwrap();
    for number in [7, 999] {
        assert!(error.contains(&format!("alert {} refused", scan.findings[number].id)), "{error}");
    }
    assert!(error.contains("400") && error.contains("invalid label set"), "{error}");
    assert!(sizes(&server).iter().all(|size| *size <= 500));
}

#[tokio::test]
async fn a_server_that_refuses_everything_is_not_asked_for_ever() {
    let server =
        Server::start(|_, _| Reply::Status(400, "", r#"{"code":400,"message":"no\u001b[2J"}"#)).await;
    let delivery = deliver_to(&server.settings(), &many(1200)).await;
    assert_eq!((delivery.accepted, delivery.rejected), (0, 1200));
    assert!(server.requests().len() < 60, "{}", server.requests().len());
    let error = delivery.error.unwrap();
    assert!(error.contains(r"no\u{1b}[2J") && error.len() < 1000, "{error}");
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_and_not_asked_for_each_batch() {
    let server = Server::start(|_, _| Reply::Hang).await;
    let start = Instant::now();
    let delivery = deliver_to(&server.settings(), &many(2000)).await;
    assert_eq!((delivery.accepted, delivery.rejected), (0, 2000));
    let error = delivery.error.unwrap();
    assert!(error.contains("no answer within 0.3 s (3 attempts)"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_even_if_there_is_nothing_to_deliver() {
    let address = format!("http://user:hunter2@{}", nowhere().await);
    let delivery = deliver_to(&settings(&[&address]), &samples::healthy()).await;
    let error = delivery.error.unwrap();
    assert!(error.contains("no connection: Connection refused"), "{error}");
    assert!(!format!("{error}{}", delivery.target).contains("hunter2"));
}

#[tokio::test]
async fn an_empty_request_says_that_there_is_nothing_to_tell() {
    let server = Server::start(|_, _| OK).await;
    let delivery = deliver_to(&server.settings(), &samples::healthy()).await;
    assert_eq!((delivery.error, sizes(&server)), (None, vec![0]));
}

#[tokio::test]
async fn each_member_of_a_cluster_is_told_everything_and_one_is_enough() {
    let (one, two) = (Server::start(|_, _| OK).await, Server::start(|_, _| OK).await);
    let delivery = deliver_to(&settings(&[&one.url(), &two.url()]), &many(700)).await;
    assert_eq!((delivery.accepted, delivery.rejected), (700, 0));
    assert_eq!((delivery.error, delivery.warning), (None, None));
    assert_eq!(delivery.target, format!("{}, {}", one.url(), two.url()));
    assert_eq!((sizes(&one), sizes(&two)), (vec![500, 200], vec![500, 200]));

    let down = Server::start(|_, _| Reply::Status(503, "", "")).await;
    let delivery = deliver_to(&settings(&[&down.url(), &one.url()]), &many(1700)).await;
    assert_eq!((delivery.accepted, delivery.rejected, delivery.error), (1700, 0, None));
    let warning = delivery.warning.unwrap();
    assert!(warning.starts_with(&down.url()) && warning.contains("503"), "{warning}");
    assert_eq!(down.requests().len(), 3, "what is down is not waited for with each batch");
}

#[tokio::test]
async fn a_cluster_of_which_nobody_answers_is_an_error_that_names_each() {
    let down = Server::start(|_, _| Reply::Status(503, "", "")).await;
    let gone = format!("http://{}", nowhere().await);
    let delivery = deliver_to(&settings(&[&down.url(), &gone]), &many(3)).await;
    assert_eq!((delivery.accepted, delivery.rejected), (0, 3));
    let error = delivery.error.unwrap();
    assert!(error.contains(&format!("{}: answered 503", down.url())), "{error}");
    assert!(error.contains(&format!("{gone}: no connection")), "{error}");
}

#[tokio::test]
async fn a_member_that_is_back_is_told_again_in_the_next_run() {
    let server = Server::start(|number, _| if number < 3 { Reply::Status(503, "", "") } else { OK }).await;
    let gateway = open(&server.settings()).unwrap();
    let mut sample = many(2);
    let mut accepted = Vec::new();
    for run in ["one", "one", "two"] {
        sample.run.id = run.into();
        let scan = sample.scan();
        let envelope = Envelope::of(&scan, TimeDelta::hours(50));
        let mut notices = notices(&sample).into_iter().map(Ok);
        accepted.push(deliver(gateway.as_ref(), &mut notices, &envelope, &mut (), true).await.accepted);
    }
    assert_eq!(accepted, [0, 0, 2]);
}

#[tokio::test]
async fn what_only_some_members_refuse_is_a_warning() {
    let (one, two) = (Server::start(refusing(&["arn:1"])).await, Server::start(|_, _| OK).await);
    let delivery = deliver_to(&settings(&[&one.url(), &two.url()]), &many(4)).await;
    assert_eq!((delivery.accepted, delivery.rejected, delivery.error), (4, 0, None));
    assert!(delivery.warning.unwrap().starts_with(&one.url()));
}

#[test]
fn what_is_not_an_address_is_refused() {
    for addresses in [&["http://a", "ftp://user:hunter2@host"][..], &[]] {
        let error = open(&settings(addresses)).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("alertmanager") && !error.contains("hunter2"), "{error}");
    }
    let settings = Settings { bearer: Some(Secret::new("x")), ..settings(&["http://user:hunter2@host"]) };
    assert!(open(&settings).is_err());
}
