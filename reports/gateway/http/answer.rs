//! What an answer means, or that there is none.

use std::time::Duration;

use chrono::DateTime;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderName, RETRY_AFTER};
use reqwest::{Response, StatusCode};

use super::client::connecting;
use super::{Pace, Repeat};
use crate::escape::terminal;

/// How much of an answer is read.
const MOST_BYTES: usize = 4096;
/// How much of it is told.
const MOST_COLUMNS: usize = 200;

/// What became of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::gateway) enum Answer {
    /// All of it was taken.
    Taken,
    /// Something in it is not acceptable; each part of it may be.
    Refused(String),
    /// The server broke each time that it was sent, and did not take it: by something in it, or by all that it is sent.
    Broken(String),
    /// It did not arrive, and neither would another one now.
    Lost(String),
}

/// What became of one attempt.
pub(super) enum Attempt {
    Over(Answer),
    /// Worth trying again, after the time that the server asks for; what it is if that does not help.
    Again(fn(String) -> Answer, String, Option<Duration>),
}

/// What of the server's words is told.
pub(super) enum Hearing {
    All,
    Only(&'static [&'static str]),
}

/// What a server answered.
pub(super) async fn read(response: Response, repeat: Repeat, hearing: Hearing) -> Attempt {
    let status = response.status();
    let asked = asked(&response);
    let html = is_html(&response);
    if status.is_success() && !html {
        return Attempt::Over(Answer::Taken);
    }
    let body = body(response).await;
    if status.is_success() {
        return Attempt::Over(success(&body));
    }
    let why = terminal(&format!("answered {status}{}", told(&body, &hearing)), MOST_COLUMNS);
    match status {
        // Something before the server gave up waiting for it, or lost it: it may have taken the post.
        StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT if repeat == Repeat::Unsafe => {
            Attempt::Over(Answer::Lost(unsure(&why)))
        }
        StatusCode::INTERNAL_SERVER_ERROR => Attempt::Again(Answer::Broken, why, asked),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
            Attempt::Again(Answer::Lost, why, asked)
        }
        status if status.is_server_error() => Attempt::Again(Answer::Lost, why, asked),
        StatusCode::BAD_REQUEST
        | StatusCode::CONFLICT
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::UNPROCESSABLE_ENTITY => Attempt::Over(Answer::Refused(why)),
        _ => Attempt::Over(Answer::Lost(why)),
    }
}

/// Servers of gateways answer nothing, JSON or a word, whatever they call it; a page is of something before them.
fn success(body: &[u8]) -> Answer {
    let body = body.trim_ascii();
    match body.is_empty() || body.starts_with(b"<") {
        true => Answer::Lost("answered a web page, as a login does".to_owned()),
        false => Answer::Taken,
    }
}

/// Why there was no answer. The innermost error says it best, and the address is told elsewhere.
pub(super) fn missing(error: reqwest::Error, repeat: Repeat, pace: &Pace) -> Attempt {
    let error = error.without_url();
    let is_connect = error.is_connect();
    let why = match (error.is_timeout(), is_connect) {
        (true, true) => format!("no connection within {} s", connecting(pace).as_secs_f64()),
        (true, false) => format!("no answer within {} s", pace.timeout.as_secs_f64()),
        (false, true) => format!("no connection: {}", innermost(&error)),
        (false, false) => format!("no answer: {}", innermost(&error)),
    };
    let why = terminal(&why, MOST_COLUMNS);
    match repeat {
        _ if error.is_builder() => Attempt::Over(Answer::Lost(why)),
        Repeat::Unsafe if !is_connect => Attempt::Over(Answer::Lost(unsure(&why))),
        _ => Attempt::Again(Answer::Lost, why, None),
    }
}

fn unsure(why: &str) -> String {
    format!("{why}; it may have arrived, so it is sent once more with the next scan")
}

fn innermost(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(inner) = innermost.source() {
        innermost = inner;
    }
    innermost.to_string()
}

fn is_html(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).map(|kind| kind.as_bytes().to_ascii_lowercase());
    kind.is_some_and(|kind| {
        let kind = kind.trim_ascii_start();
        kind.starts_with(b"text/html") || kind.starts_with(b"application/xhtml")
    })
}

/// The pause that the server asks for: seconds, or an instant, which is compared with the server's own clock.
fn asked(response: &Response) -> Option<Duration> {
    let header = |name: HeaderName| response.headers().get(name)?.to_str().ok().map(str::trim);
    let asked = header(RETRY_AFTER)?;
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(asked).ok()?;
    let now = DateTime::parse_from_rfc2822(header(DATE)?).ok()?;
    Some((until - now).to_std().unwrap_or_default())
}

async fn body(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(piece)) = response.chunk().await {
        body.extend_from_slice(&piece);
        if body.len() >= MOST_BYTES {
            break;
        }
    }
    body
}

/// What is told of the server's words, if anything.
fn told(body: &[u8], hearing: &Hearing) -> String {
    let said = match hearing {
        Hearing::All => said(body),
        Hearing::Only(words) => {
            let body = String::from_utf8_lossy(body);
            words.iter().copied().filter(|word| body.contains(word)).collect::<Vec<_>>().join(", ")
        }
    };
    if said.is_empty() { said } else { format!(": {said}") }
}

/// An object with a message, a string, or whatever a proxy sends.
fn said(body: &[u8]) -> String {
    match serde_json::from_slice(body) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(value) => value.get("message").and_then(|text| text.as_str()).unwrap_or_default().to_owned(),
        Err(_) => String::from_utf8_lossy(body).trim().to_owned(),
    }
}
