//! The gateway against a server on loopback that answers as it is told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::document::Finding;
use crate::gateway::{self, Batch, Pace};
use crate::samples::{self, Sample, Watched};
use crate::{Delivery, Scan};

/// What was asked, and how it is answered.
#[derive(Debug, Clone)]
struct Request {
    head: String,
    alerts: Vec<Value>,
}

enum Reply {
    Status(u16, &'static str, &'static str),
    Hang,
}

const OK: Reply = Reply::Status(200, "", "");

/// A server that answers each request, counted from 0, by the rule.
async fn server(
    rule: impl Fn(usize, &Request) -> Reply + Send + 'static,
) -> (String, Arc<Mutex<Vec<Request>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let log = Arc::new(Mutex::new(Vec::new()));
    let seen = log.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let request = read(&mut stream).await;
            let number = seen.lock().unwrap().len();
            let reply = rule(number, &request);
            seen.lock().unwrap().push(request);
            match reply {
                Reply::Status(status, header, body) => {
                    let length = body.len();
                    let head = format!(
                        "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n{header}\r\n"
                    );
                    stream.write_all((head + body).as_bytes()).await.unwrap();
                }
                Reply::Hang => drop(tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_secs(60)).await;
                    drop(stream);
                })),
            }
        }
    });
    (format!("127.0.0.1:{}", address.port()), log)
}

async fn read(stream: &mut TcpStream) -> Request {
    let mut bytes = Vec::new();
    loop {
        stream.read_buf(&mut bytes).await.unwrap();
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap().to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if bytes.len() >= end + 4 + length.parse::<usize>().unwrap() {
            let alerts = serde_json::from_slice(&bytes[end + 4..]).unwrap();
            return Request { head, alerts };
        }
    }
}

fn pace() -> Pace {
    let pause = Duration::from_millis(20);
    Pace {
        timeout: Duration::from_millis(300),
        attempts: 3,
        pause,
        longest_pause: Duration::from_millis(1500),
    }
}

async fn deliver(address: &str, sample: &Sample) -> Delivery {
    deliver_scan(address, &sample.scan()).await
}

async fn deliver_scan(address: &str, scan: &Scan) -> Delivery {
    let gateway = gateway::open(&format!("alertmanager={address}"), pace()).unwrap();
    gateway.deliver(&Batch { scan, interval: TimeDelta::days(1) }).await
}

fn open(scan: &Sample) -> usize {
    scan.findings.iter().filter(|finding| finding.is_worth_telling()).count()
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
        match request.alerts.iter().any(is_bad) {
            true => Reply::Status(400, "", r#""invalid label set""#),
            false => OK,
        }
    }
}

#[tokio::test]
async fn findings_arrive_in_one_request() {
    let (address, log) = server(|_, _| OK).await;
    let scan = samples::scan();
    let delivery = deliver(&format!("http://{address}/"), &scan).await;
    assert_eq!((delivery.accepted, delivery.rejected, delivery.error), (open(&scan), 0, None));
    assert_eq!(delivery.target, format!("http://{address}"));
    let requests = log.lock().unwrap();
    assert_eq!(requests.len(), 1);
    assert!(requests[0].head.starts_with("post /api/v2/alerts http/1.1"), "{}", requests[0].head);
    assert!(requests[0].head.contains("content-type: application/json"));
    assert_eq!(requests[0].alerts.len(), open(&scan));
    assert_eq!(requests[0].alerts[0]["labels"]["source"], "howler");
}

#[tokio::test]
async fn the_prefix_is_kept_and_credentials_are_sent_and_never_told() {
    let (address, log) = server(|_, _| Reply::Status(403, "", "no hunter2 here")).await;
    let delivery = deliver(&format!("http://user:hunter2@{address}/am/x/"), &samples::scan()).await;
    let head = log.lock().unwrap()[0].head.clone();
    assert!(head.starts_with("post /am/x/api/v2/alerts "), "{head}");
    assert!(head.contains("authorization: basic dxnlcjpodw50zxiy"), "{head}");
    assert_eq!(delivery.target, format!("http://{address}/am/x"));
    assert!(!format!("{delivery:?}").contains("hunter2"), "{delivery:?}");
    assert_eq!(log.lock().unwrap().len(), 1, "a refusal of the sender is not tried again");
}

#[tokio::test]
async fn credentials_in_an_answer_are_told_in_no_writing_of_them() {
    // As given, decoded, and as the header has them: a proxy repeats whichever it logs.
    for body in ["no hunter%212", "no hunter!2", "no al%69ce", "no alice", "Basic YWxpY2U6aHVudGVyITI="] {
        let (address, _) = server(move |_, _| Reply::Status(403, "", body)).await;
        let delivery = deliver(&format!("http://al%69ce:hunter%212@{address}"), &samples::scan()).await;
        let error = delivery.error.unwrap();
        assert!(error.starts_with("answered 403 Forbidden"), "{error}");
        for secret in ["hunter", "alice", "al%69ce", "YWxp"] {
            assert!(!error.contains(secret), "{error}");
        }
    }
}

#[tokio::test]
async fn a_web_page_is_not_a_delivery() {
    let page = |_, _: &Request| Reply::Status(200, "content-type: Text/HTML; charset=utf-8\r\n", "<html>");
    let (address, log) = server(page).await;
    let delivery = deliver(&format!("http://{address}"), &samples::scan()).await;
    assert_eq!((delivery.accepted, delivery.rejected), (0, open(&samples::scan())));
    assert!(delivery.error.unwrap().contains("answered a web page"));
    assert_eq!(log.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_bad_alert_is_named_and_the_rest_is_delivered() {
    let (address, log) = server(refusing(&["arn:7", "arn:999"])).await;
    let scan = many(1200);
    let delivery = deliver(&format!("http://{address}"), &scan).await;
    assert_eq!((delivery.accepted, delivery.rejected), (1198, 2));
    let error = delivery.error.unwrap();
    for number in [7, 999] {
        assert!(error.contains(scan.findings[number].id.as_str()), "{error}");
    }
    assert!(error.contains("400") && error.contains("invalid label set"), "{error}");
    assert!(log.lock().unwrap().iter().all(|request| request.alerts.len() <= 500));
}

#[tokio::test]
async fn alerts_are_posted_while_they_are_read_and_nothing_is_read_after_them() {
    let mut sample = many(700);
    let passed = samples::healthy().findings;
    sample.findings.extend(std::iter::repeat_n(passed[0].clone(), 5_000));
    let records = Watched { held: sample.held(), ..Watched::default() };
    let read = records.findings_read.clone();
    let (progress, counts) = (read.clone(), Arc::new(Mutex::new(Vec::new())));
    let seen = counts.clone();
    let (address, _) = server(move |_, _| {
        seen.lock().unwrap().push(progress.load(Relaxed));
        OK
    })
    .await;
    let delivery = deliver_scan(&format!("http://{address}"), &sample.scan_of(Box::new(records))).await;
    assert_eq!((delivery.accepted, delivery.rejected, delivery.error), (700, 0, None));
    assert_eq!(*counts.lock().unwrap(), [500, 701], "findings read when each request came");
    assert_eq!(read.load(Relaxed), 701);
}

#[tokio::test]
async fn a_batch_that_is_just_full_is_not_followed_by_an_empty_one() {
    let (address, log) = server(|_, _| OK).await;
    let delivery = deliver(&format!("http://{address}"), &many(1000)).await;
    assert_eq!(delivery.accepted, 1000);
    assert_eq!(log.lock().unwrap().iter().map(|it| it.alerts.len()).collect::<Vec<_>>(), [500, 500]);
}

#[tokio::test]
async fn findings_that_cannot_be_read_are_told_and_count_as_not_delivered() {
    let (address, _) = server(|_, _| OK).await;
    let sample = many(1200);
    let records = Watched { held: sample.held(), readable: Some(900), ..Watched::default() };
    let delivery = deliver_scan(&format!("http://{address}"), &sample.scan_of(Box::new(records))).await;
    assert_eq!((delivery.accepted, delivery.rejected), (500, 700));
    assert_eq!(delivery.error.unwrap(), "findings could not be read: the disk is gone");
}

#[tokio::test]
async fn a_server_that_refuses_everything_is_not_asked_for_ever() {
    let (address, log) =
        server(|_, _| Reply::Status(400, "", r#"{"code":400,"message":"no\u001b[2J"}"#)).await;
    let delivery = deliver(&format!("http://{address}"), &many(1200)).await;
    assert_eq!((delivery.accepted, delivery.rejected), (0, 1200));
    assert!(log.lock().unwrap().len() < 100, "{}", log.lock().unwrap().len());
    let error = delivery.error.unwrap();
    assert!(error.contains(r"no\u{1b}[2J") && error.len() < 1000, "{error}");
}

#[tokio::test]
async fn a_failing_server_is_tried_again() {
    let (address, log) = server(|number, _| if number == 0 { Reply::Status(503, "", "") } else { OK }).await;
    let delivery = deliver(&format!("http://{address}"), &samples::scan()).await;
    assert_eq!((delivery.rejected, delivery.error), (0, None));
    assert_eq!(log.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_server_that_asks_for_patience_gets_it() {
    let patience = |number, _: &Request| match number {
        0 => Reply::Status(429, "retry-after: 1\r\n", ""),
        _ => OK,
    };
    let (address, _) = server(patience).await;
    let start = Instant::now();
    let delivery = deliver(&format!("http://{address}"), &samples::scan()).await;
    assert_eq!(delivery.error, None);
    assert!(start.elapsed() >= Duration::from_secs(1), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_and_not_asked_for_each_batch() {
    let (address, log) = server(|_, _| Reply::Hang).await;
    let start = Instant::now();
    let delivery = deliver(&format!("http://{address}"), &many(2000)).await;
    assert_eq!((delivery.accepted, delivery.rejected), (0, 2000));
    let error = delivery.error.unwrap();
    assert!(error.contains("no answer within 0.3 s (3 attempts)"), "{error}");
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
    assert!(log.lock().unwrap().len() <= 3);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_even_if_there_is_nothing_to_deliver() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let delivery = deliver(&format!("http://user:hunter2@{address}"), &samples::healthy()).await;
    let error = delivery.error.unwrap();
    assert!(error.starts_with("no connection: Connection refused"), "{error}");
    assert!(!error.contains("hunter2"));
}

#[tokio::test]
async fn a_redirect_is_not_a_delivery() {
    let (address, log) = server(|_, _| Reply::Status(302, "location: /login\r\n", "")).await;
    let delivery = deliver(&format!("http://{address}"), &samples::scan()).await;
    assert_eq!(delivery.accepted, 0);
    assert!(delivery.error.unwrap().contains("302"));
    assert_eq!(log.lock().unwrap().len(), 1);
}

#[test]
fn what_is_not_an_address_is_refused_without_repeating_it() {
    for text in [
        "",
        "pagerduty=http://user:hunter2@host",
        "alertmanager",
        "alertmanager=",
        "alertmanager=user:hunter2@localhost:9093",
        "alertmanager=ftp://user:hunter2@host",
        "alertmanager=http://user:hunter2@host/?x=1",
        "alertmanager=http://user:hunter2@host:99999",
    ] {
        let error = gateway::open(text, Pace::default()).map(|_| ()).unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
        assert!(error.contains("alertmanager"), "{error}");
    }
}
