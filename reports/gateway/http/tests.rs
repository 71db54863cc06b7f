//! Posts against a server on loopback that answers as it is told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::{Duration, Instant};

use super::server::{OK, Reply, Server, nowhere, settings};
use super::*;
use crate::gateway::Sent;

fn post() -> Post {
    Post { body: "{}".into(), content_type: "application/json", headers: Vec::new(), notices: vec![0, 1] }
}

fn http(address: &str) -> Http {
    Http::open("test", &Secret::new(address), &settings(&[address])).unwrap()
}

async fn send(server: &Server, repeat: Repeat) -> Answer {
    http(&server.url()).send(3, &post(), repeat).await
}

fn why(answer: Answer) -> String {
    match answer {
        Answer::Refused(why) | Answer::Broken(why) | Answer::Lost(why) => why,
        Answer::Taken => panic!("taken"),
    }
}

#[tokio::test]
async fn a_post_arrives_as_it_was_made() {
    let server = Server::start(|_, _| OK).await;
    let mut post = post();
    post.headers.push(("howler-test", Secret::new("sign")));
    let http = http(&format!("{}/x/", server.url())).at("/api");
    assert_eq!(http.send(3, &post, Repeat::Safe).await, Answer::Taken);
    assert_eq!(http.target(), format!("{}/x", server.url()));
    let request = &server.requests()[0];
    assert!(request.head.starts_with("post /x/api http/1.1"), "{}", request.head);
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("howler-test"), Some("sign"));
    assert!(request.header("user-agent").unwrap().starts_with("howler/"));
    assert_eq!(request.body, "{}");
}

#[tokio::test]
async fn each_status_has_its_meaning() {
    for (status, attempts, is_refused) in [
        (302, 1, false),
        (400, 1, true),
        (401, 1, false),
        (403, 1, false),
        (404, 1, false),
        (408, 3, false),
        (409, 1, true),
        (413, 1, true),
        (415, 1, false),
        (422, 1, true),
        (429, 3, false),
        (500, 3, false),
        (502, 3, false),
        (503, 3, false),
        (504, 3, false),
    ] {
        let server = Server::start(move |_, _| Reply::Status(status, "", "no \u{202e}")).await;
        let answer = send(&server, Repeat::Safe).await;
        assert_eq!(matches!(answer, Answer::Refused(_)), is_refused, "{status}: {answer:?}");
        let why = why(answer);
        assert!(why.starts_with(&format!("answered {status} ")) && why.contains(r": no \u{202e}"), "{why}");
        assert_eq!(why.ends_with("(3 attempts)"), attempts == 3, "{why}");
        assert_eq!(server.requests().len(), attempts, "{status}");
    }
}

#[tokio::test]
async fn what_is_safe_is_repeated_until_it_is_answered() {
    for reply in [|| Reply::Status(503, "", ""), || Reply::Hang, || Reply::Reset] {
        let server = Server::start(move |number, _| if number < 2 { reply() } else { OK }).await;
        assert_eq!(send(&server, Repeat::Safe).await, Answer::Taken);
        assert_eq!(server.requests().len(), 3);
    }
}

#[tokio::test]
async fn what_may_have_arrived_is_not_repeated_where_somebody_would_be_told_twice() {
    for reply in
        [|| Reply::Hang, || Reply::Reset, || Reply::Status(502, "", ""), || Reply::Status(504, "", "")]
    {
        let server = Server::start(move |_, _| reply()).await;
        let answer = send(&server, Repeat::Unsafe).await;
        assert!(matches!(&answer, Answer::Lost(why) if why.contains("it may have arrived")), "{answer:?}");
        assert_eq!(server.requests().len(), 1);
    }
    // These say that it was not taken.
    for status in [408, 429, 500, 503] {
        let refusing = move |number, _: &_| if number == 0 { Reply::Status(status, "", "") } else { OK };
        let server = Server::start(refusing).await;
        assert_eq!(send(&server, Repeat::Unsafe).await, Answer::Taken, "{status}");
    }
}

#[tokio::test]
async fn a_connection_that_the_server_may_have_left_is_not_used_where_nothing_can_be_repeated() {
    let server = Server::start(|_, _| Reply::Leave).await;
    let http = http(&server.url());
    for number in 0..20 {
        assert_eq!(http.send(3, &post(), Repeat::Unsafe).await, Answer::Taken, "{number}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_asked_again_in_any_case() {
    let address = nowhere().await;
    let start = Instant::now();
    let answer = http(&format!("http://user:hunter2@{address}")).send(3, &post(), Repeat::Unsafe).await;
    let why = why(answer);
    assert!(why.starts_with("no connection: Connection refused") && why.ends_with("(3 attempts)"), "{why}");
    assert!(start.elapsed() >= Duration::from_millis(30), "two pauses of at least 10 and 20 ms");
}

#[tokio::test]
async fn a_server_that_asks_for_patience_gets_it_up_to_a_limit() {
    for (headers, least, most) in [
        ("retry-after: 1\r\n", 1_000, 1_400),
        (
            "retry-after: Mon, 23 Nov 2026 09:30:01 GMT\r\ndate: Mon, 23 Nov 2026 09:30:00 GMT\r\n",
            1_000,
            1_400,
        ),
        ("retry-after: 9999\r\n", 1_500, 2_000),
        // In the past, and without a clock to compare with.
        ("retry-after: Mon, 23 Nov 2026 09:29:00 GMT\r\ndate: Mon, 23 Nov 2026 09:30:00 GMT\r\n", 0, 900),
        ("retry-after: Mon, 23 Nov 2026 09:30:01 GMT\r\n", 0, 900),
    ] {
        let patience = move |number, _: &_| if number == 0 { Reply::Status(429, headers, "") } else { OK };
        let server = Server::start(patience).await;
        let start = Instant::now();
        assert_eq!(send(&server, Repeat::Unsafe).await, Answer::Taken);
        let took = start.elapsed().as_millis();
        assert!((least..most).contains(&took), "{headers}: {took} ms");
    }
}

#[tokio::test]
async fn a_web_page_is_not_a_delivery_and_a_word_is() {
    let html = "content-type: Text/HTML; charset=utf-8\r\n";
    for (body, is_taken) in [("<html>", false), ("", false), (" \n<!doctype", false), ("ok", true)] {
        let server = Server::start(move |_, _| Reply::Status(200, html, body)).await;
        let answer = send(&server, Repeat::Safe).await;
        assert_eq!(answer == Answer::Taken, is_taken, "{body}: {answer:?}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn credentials_in_an_answer_are_told_in_no_writing_of_them() {
    // As given, decoded, and as the header has them: a proxy repeats whichever it logs.
    for body in ["no hunter%212", "no hunter!2", "no al%69ce", "no alice", "Basic YWxpY2U6aHVudGVyITI="] {
        let server = Server::start(move |_, _| Reply::Status(403, "", body)).await;
        let http = http(&format!("http://al%69ce:hunter%212@{}", server.address));
        let why = why(http.send(3, &post(), Repeat::Safe).await);
        assert_eq!(why, "answered 403 Forbidden");
        assert_eq!(http.target(), server.url());
        assert_eq!(server.requests()[0].header("authorization"), Some("basic ywxpy2u6ahvudgvyiti="));
    }
}

#[tokio::test]
async fn a_bearer_is_sent_and_not_told() {
    let server = Server::start(|_, _| Reply::Status(401, "", "Bearer hunter2, invalid_auth")).await;
    let bearer = Some(Secret::new("hunter2"));
    let settings = Settings { bearer, ..server.settings() };
    let http = Http::open("test", &settings.addresses[0], &settings).unwrap();
    assert_eq!(why(http.send(3, &post(), Repeat::Safe).await), "answered 401 Unauthorized");
    let http = http.telling(&["invalid_auth", "no_team"]);
    assert_eq!(why(http.send(3, &post(), Repeat::Safe).await), "answered 401 Unauthorized: invalid_auth");
    assert_eq!(server.requests()[0].header("authorization"), Some("bearer hunter2"));
}

#[tokio::test]
async fn of_an_address_that_is_a_secret_only_the_host_is_told() {
    let server = Server::start(|_, _| Reply::Status(404, "", "no hunter2")).await;
    let targets = ["hunter2", "hunter3"].map(|secret| {
        let http = http(&format!("{}/services/{secret}", server.url())).confidential();
        http.target().to_owned()
    });
    assert!(targets.iter().all(|target| target.contains("127.0.0.1") && !target.contains("hunter")));
    assert_ne!(targets[0], targets[1]);
    let http = http(&format!("{}/services/hunter2", server.url())).confidential();
    assert_eq!(why(http.send(3, &post(), Repeat::Safe).await), "answered 404 Not Found");
}

#[test]
fn what_is_no_address_is_refused_without_repeating_it() {
    let refused = |address: &str, change: fn(&mut Settings)| {
        let mut settings = settings(&[address]);
        change(&mut settings);
        let opened = Http::open("test", &settings.addresses[0], &settings);
        let error = opened.map(|_| ()).unwrap_err().to_string();
        assert!(!error.contains("hunter2") && error.contains("test"), "{error}");
    };
    for address in [
        "",
        "user:hunter2@localhost:9093",
        "ftp://user:hunter2@host",
        "http://user:hunter2@host/?x=1",
        "http://user:hunter2@host/#x",
        "http://user:hunter2@host:99999",
    ] {
        refused(address, |_| ());
    }
    refused("http://host", |settings| settings.bearer = Some(Secret::new("hunter2\n")));
    refused("http://user@host", |settings| settings.bearer = Some(Secret::new("hunter2")));
    refused("https://host", |settings| settings.trust = b"hunter2".to_vec());
}

#[tokio::test]
async fn posts_follow_one_another_until_one_is_lost() {
    let server = Server::start(|number, _| match number {
        1 => Reply::Status(400, "", "bad"),
        2 => Reply::Status(403, "", "stop"),
        _ => OK,
    })
    .await;
    let posts = [[0, 1], [2, 3], [4, 5], [6, 7]].map(|notices| Post { notices: notices.into(), ..post() });
    let sent = http(&server.url()).send_all(&posts, Repeat::Safe).await;
    let bad = "answered 400 Bad Request: bad".to_owned();
    let lost = Some(("answered 403 Forbidden: stop".to_owned(), vec![0, 1]));
    assert_eq!(sent, Sent { refused: vec![(2, bad.clone()), (3, bad)], lost, ..Sent::default() });
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_bad_notice_is_found_and_a_server_that_refuses_all_is_not_asked_for_ever() {
    let numbers = |places: &[usize]| Post { body: format!("{places:?}"), ..post() };
    let server = Server::start(|_, request| match request.json().as_array().unwrap().contains(&7.into()) {
        true => Reply::Status(400, "", "bad"),
        false => OK,
    })
    .await;
    let sent = http(&server.url()).send_in_halves(100, numbers, Repeat::Safe).await;
    let bad = "answered 400 Bad Request: bad".to_owned();
    assert_eq!(sent, Sent { refused: vec![(7, bad.clone())], ..Sent::default() });

    let server = Server::start(|_, _| Reply::Status(400, "", "bad")).await;
    let http = http(&server.url());
    let sent = http.send_in_halves(500, numbers, Repeat::Safe).await;
    let (why, arrived) = sent.lost.unwrap();
    assert!(why.contains(&bad) && arrived.is_empty() && sent.refused.is_empty(), "{why}");
    assert!(server.requests().len() < 60, "{}", server.requests().len());

    let sent = http.send_in_halves(1, numbers, Repeat::Safe).await;
    assert_eq!(sent, Sent { lost: Some((bad, Vec::new())), ..Sent::default() }, "of one nobody knows");
}
