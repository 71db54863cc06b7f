//! PagerDuty's Events API v2, as far as its documentation says what it takes, refuses, drops and when it is too much.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};

use super::limits::{Answer, Rate, length, serve};
use super::receiver::Post;

/// Events of one key in a minute.
pub(crate) const A_MINUTE: usize = 120;
/// Bytes of a body.
pub(crate) const BODY: usize = 512 * 1024;

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Became {
    /// Somebody is called.
    Opened,
    /// It was noted at an alert that is open: nobody is called.
    Noted,
    Resolved,
    /// Nothing: there is no such open alert of that key.
    Dropped,
}

/// An event that was accepted.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    pub(crate) became: Became,
    pub(crate) event: Value,
}

#[derive(Default)]
struct State {
    /// The alerts that are open, by routing key and key of the alert.
    open: BTreeMap<(String, String), Value>,
    heard: Vec<Heard>,
    refused: Vec<String>,
    rates: BTreeMap<String, Rate>,
}

pub(crate) struct PagerDuty {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl PagerDuty {
    pub(crate) fn start() -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let address = serve(move |post| shared.lock().unwrap().answer(post));
        Self { address, state }
    }

    /// Where events go, for the second address of the gateway.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything that it accepted, in order.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.state().heard.clone()
    }

    /// What became of everything that it accepted, in order.
    pub(crate) fn became(&self) -> Vec<Became> {
        self.heard().into_iter().map(|heard| heard.became).collect()
    }

    /// The last events of the alerts that are open.
    pub(crate) fn open(&self) -> Vec<Value> {
        self.state().open.values().cloned().collect()
    }

    /// Why it refused what it refused.
    pub(crate) fn refused(&self) -> Vec<String> {
        self.state().refused.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl State {
    fn answer(&mut self, post: &Post) -> Answer {
        if !post.line.starts_with("POST /v2/enqueue ") {
            return (404, "", String::new());
        }
        let event = match event(post) {
            Ok(event) => event,
            Err(why) => {
                let errors = json!({ "status": "invalid event", "message": "Event object is invalid", "errors": [why] });
                self.refused.push(why);
                return (400, "", errors.to_string());
            }
        };
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        let (routing, key) = (text("routing_key"), text("dedup_key"));
        let rate = || Rate { most: A_MINUTE, within: Duration::from_secs(60), taken: Vec::new() };
        if self.rates.entry(routing.clone()).or_insert_with(rate).is_exceeded() {
            return (429, "", json!({ "status": "throttle exceeded" }).to_string());
        }
        let became = self.take((routing, key.clone()), &event);
        self.heard.push(Heard { became, event });
        (202, "", json!({ "status": "success", "message": "Event processed", "dedup_key": key }).to_string())
    }

    fn take(&mut self, alert: (String, String), event: &Value) -> Became {
        match event["event_action"].as_str() {
            Some("trigger") => match self.open.insert(alert, event.clone()) {
                None => Became::Opened,
                Some(_) => Became::Noted,
            },
            Some("resolve") if self.open.remove(&alert).is_some() => Became::Resolved,
            _ => Became::Dropped,
        }
    }
}

/// The event of a body, or why it is none.
fn event(post: &Post) -> Result<Value, String> {
    let must = |is_so: bool, why: &str| is_so.then_some(()).ok_or_else(|| why.to_owned());
    must(post.body.len() <= BODY, "the body is larger than 512 KB")?;
    let event: Value = serde_json::from_str(&post.body).map_err(|error| error.to_string())?;
    let key = event["routing_key"].as_str().unwrap_or_default();
    must(
        key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        "'routing_key' is invalid",
    )?;
    must(
        event["dedup_key"].is_null() || (1..=255).contains(&length(&event["dedup_key"])),
        "'dedup_key' is too long",
    )?;
    let action = event["event_action"].as_str().unwrap_or_default();
    must(["trigger", "acknowledge", "resolve"].contains(&action), "'event_action' is invalid")?;
    must(action == "trigger" || length(&event["dedup_key"]) > 0, "'dedup_key' is missing")?;
    if action == "trigger" {
        let payload = &event["payload"];
        let severity = payload["severity"].as_str().unwrap_or_default();
        must((1..=1024).contains(&length(&payload["summary"])), "'payload.summary' is missing or too long")?;
        must(length(&payload["source"]) > 0, "'payload.source' is missing")?;
        must(["critical", "error", "warning", "info"].contains(&severity), "'payload.severity' is invalid")?;
        must(is_time(&payload["timestamp"]), "'payload.timestamp' is invalid")?;
        let details = &payload["custom_details"];
        must(details.is_null() || details.is_object(), "'payload.custom_details' is no object")?;
    }
    Ok(event)
}

fn is_time(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| chrono::DateTime::parse_from_rfc3339(text).is_ok())
}
