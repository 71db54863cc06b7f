//! An incoming webhook of Slack, with the limits of its documentation and the one that is not in it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::Value;

use super::limits::{Answer, Rate, length, serve};
use super::receiver::Post;

/// Where messages are posted.
const PATH: &str = "/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX";
/// Characters of all blocks together: the least at which Slack was seen to refuse a message.
pub(crate) const TOTAL: usize = 12_000;

struct State {
    messages: Vec<Value>,
    refused: Vec<String>,
    limited: usize,
    rate: Rate,
}

pub(crate) struct Slack {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Slack {
    /// One that takes one message a second.
    pub(crate) fn start() -> Self {
        let rate = Rate { most: 1, within: Duration::from_millis(900), taken: Vec::new() };
        let state = State { messages: Vec::new(), refused: Vec::new(), limited: 0, rate };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        let address = serve(move |post| shared.lock().unwrap().answer(post));
        Self { address, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// Everything that stands in the channel, in order.
    pub(crate) fn messages(&self) -> Vec<Value> {
        self.state().messages.clone()
    }

    /// The texts of each message, line by line.
    pub(crate) fn texts(&self) -> Vec<String> {
        self.messages().iter().map(text).collect()
    }

    /// Why it refused what it refused.
    pub(crate) fn refused(&self) -> Vec<String> {
        self.state().refused.clone()
    }

    /// How often somebody came too early.
    pub(crate) fn limited(&self) -> usize {
        self.state().limited
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl State {
    fn answer(&mut self, post: &Post) -> Answer {
        if !post.line.starts_with(&format!("POST {PATH} ")) {
            return (404, "", "no_service".to_owned());
        }
        let message = match message(post) {
            Ok(message) => message,
            Err(why) => {
                self.refused.push(why.to_owned());
                return (400, "", why.to_owned());
            }
        };
        if self.rate.is_exceeded() {
            self.limited += 1;
            return (429, "Retry-After: 1\r\n", "rate_limited".to_owned());
        }
        self.messages.push(message);
        (200, "", "ok".to_owned())
    }
}

/// The message of a body, or what Slack calls its fault.
fn message(post: &Post) -> Result<Value, &'static str> {
    let message: Value = serde_json::from_str(&post.body).map_err(|_| "invalid_payload")?;
    let blocks = message["blocks"].as_array().map_or(&[][..], Vec::as_slice);
    if blocks.is_empty() && length(&message["text"]) == 0 {
        return Err("no_text");
    }
    if blocks.len() > 50 || !blocks.iter().all(is_block) {
        return Err("invalid_blocks");
    }
    match message["blocks"].to_string().chars().count() > TOTAL {
        true => Err("msg_blocks_too_long"),
        false => Ok(message),
    }
}

fn is_block(block: &Value) -> bool {
    let is_text = |text: &Value, most: usize| {
        ["plain_text", "mrkdwn"].iter().any(|kind| text["type"] == *kind)
            && (1..=most).contains(&length(&text["text"]))
    };
    match block["type"].as_str() {
        Some("header") => is_text(&block["text"], 150) && block["text"]["type"] == "plain_text",
        Some("section") => is_text(&block["text"], 3000),
        Some("context") => block["elements"]
            .as_array()
            .is_some_and(|all| (1..=10).contains(&all.len()) && all.iter().all(|text| is_text(text, 3000))),
        Some("divider") => true,
        _ => false,
    }
}

fn text(message: &Value) -> String {
    let blocks = message["blocks"].as_array().into_iter().flatten();
    let texts = blocks.flat_map(|block| {
        let elements = block["elements"].as_array().into_iter().flatten();
        std::iter::once(&block["text"]).chain(elements).filter_map(|text| text["text"].as_str())
    });
    texts.collect::<Vec<_>>().join("\n")
}
