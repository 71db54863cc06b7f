//! One batch of alerts, posted until it is taken, refused or given up.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, StatusCode};

use super::{Alert, Alertmanager};
use crate::escape::{terminal, visible};

/// How much of an answer is read.
const MOST_BYTES: usize = 4096;
/// How much of it is told.
const MOST_COLUMNS: usize = 200;

/// What became of a batch.
#[derive(Debug)]
pub(super) enum Answer {
    /// All of it was taken.
    Taken,
    /// Something in it is not acceptable; each part of it may be.
    Refused(String),
    /// It did not arrive, and neither would another one now.
    Lost(String),
}

/// What became of one attempt.
enum Attempt {
    Over(Answer),
    /// Worth trying again, after the time that the server asks for.
    Again(String, Option<Duration>),
}

impl Alertmanager {
    pub(super) async fn post(&self, alerts: &[Alert], run: &str) -> Answer {
        let seed = (run, alerts.first().map(Alert::id));
        let mut attempt = 1;
        loop {
            match self.attempt(alerts).await {
                Attempt::Over(answer) => return answer,
                Attempt::Again(why, _) if attempt >= self.pace.attempts => {
                    return Answer::Lost(format!("{why} ({attempt} attempts)"));
                }
                Attempt::Again(_, asked) => {
                    tokio::time::sleep(self.pace.after(attempt, asked, seed)).await;
                    attempt += 1;
                }
            }
        }
    }

    async fn attempt(&self, alerts: &[Alert]) -> Attempt {
        match self.client.post(self.url.clone()).json(alerts).send().await {
            Ok(response) => self.answer(response).await,
            Err(error) if error.is_builder() => Attempt::Over(Answer::Lost(self.unreached(error))),
            Err(error) => Attempt::Again(self.unreached(error), None),
        }
    }

    async fn answer(&self, response: Response) -> Attempt {
        let status = response.status();
        let asked = retry_after(&response);
        if status.is_success() {
            return Attempt::Over(match is_web_page(&response) {
                true => {
                    Answer::Lost("answered a web page, as a login does and Alertmanager never".to_owned())
                }
                false => Answer::Taken,
            });
        }
        let why = self.refusal(response).await;
        match status {
            StatusCode::TOO_MANY_REQUESTS => Attempt::Again(why, asked),
            status if status.is_server_error() => Attempt::Again(why, asked),
            StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNPROCESSABLE_ENTITY => {
                Attempt::Over(Answer::Refused(why))
            }
            _ => Attempt::Over(Answer::Lost(why)),
        }
    }

    /// Why there was no answer. The innermost error says it best, and the address is told elsewhere.
    fn unreached(&self, error: reqwest::Error) -> String {
        if error.is_timeout() {
            return format!("no answer within {} s", self.pace.timeout.as_secs_f64());
        }
        let error = error.without_url();
        let mut innermost: &dyn std::error::Error = &error;
        while let Some(inner) = innermost.source() {
            innermost = inner;
        }
        let what = if error.is_connect() { "no connection" } else { "no answer" };
        terminal(&format!("{what}: {innermost}"), MOST_COLUMNS)
    }

    /// What the server answered. Its words are not repeated if it was sent credentials: it may repeat them itself,
    /// in any writing of them.
    async fn refusal(&self, response: Response) -> String {
        let status = response.status();
        match self.url.username().is_empty() && self.url.password().is_none() {
            true => terminal(&format!("answered {status}{}", said(response).await), MOST_COLUMNS),
            false => format!("answered {status}"),
        }
    }
}

/// Alertmanager answers nothing or JSON; a page is of something before it, and says nothing about alerts.
fn is_web_page(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).map(|kind| kind.as_bytes().to_ascii_lowercase());
    kind.is_some_and(|kind| {
        let kind = kind.trim_ascii_start();
        kind.starts_with(b"text/html") || kind.starts_with(b"application/xhtml")
    })
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get("retry-after")?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// What the server says about it: an object with a message, a string, or whatever a proxy sends.
async fn said(mut response: Response) -> String {
    let mut body = Vec::new();
    while let Ok(Some(piece)) = response.chunk().await {
        body.extend_from_slice(&piece);
        if body.len() >= MOST_BYTES {
            break;
        }
    }
    let message = match serde_json::from_slice(&body) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(value) => value.get("message").and_then(|text| text.as_str()).unwrap_or_default().to_owned(),
        Err(_) => String::from_utf8_lossy(&body).trim().to_owned(),
    };
    match message.is_empty() {
        true => String::new(),
        false => format!(": {}", visible(&message)),
    }
}
