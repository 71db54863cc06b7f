//! A notice, or a scan, as a CloudEvent 1.0.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::document::Place;
use crate::escape::{cut_bytes, visible};
use crate::gateway::{Envelope, Notice, event};
use crate::wording::instant;

/// What every receiver of CloudEvents has to take, in bytes.
#[cfg(test)]
pub(super) const MOST: usize = 64 * 1024;
/// What of it is left to the data.
const DATA: usize = 60 * 1024;
/// The longest of the texts of others beside the data, in bytes.
const ATTRIBUTE: usize = 512;

/// What happened to a finding. Its id is the notice's key: whoever has seen it need not look at it again.
pub(super) fn of_notice(notice: &Notice, envelope: &Envelope<'_>) -> Value {
    let finding = &notice.finding;
    let said = Said {
        id: &notice.key,
        source: source(&finding.scope),
        kind: format!("io.howler.finding.{}", notice.news.as_str()),
        subject: &finding.resource.id,
        time: notice.at,
    };
    said.with(event::of_notice(notice, envelope, DATA))
}

/// That a scan took place, and what it saw.
pub(super) fn of_scan(envelope: &Envelope<'_>) -> Value {
    let said = Said {
        id: &envelope.run.id,
        source: "/howler".to_owned(),
        kind: "io.howler.scan.finished".to_owned(),
        subject: &envelope.run.id,
        time: envelope.run.finished_at,
    };
    said.with(event::of_scan(envelope))
}

/// The attributes of an event that differ.
struct Said<'a> {
    id: &'a str,
    source: String,
    kind: String,
    subject: &'a str,
    time: DateTime<Utc>,
}

impl Said<'_> {
    fn with(self, data: Value) -> Value {
        let text = |text: &str| Value::String(cut_bytes(visible(text), ATTRIBUTE));
        let mut event = Map::new();
        let mut set = |name: &str, value: Value| drop(event.insert(name.to_owned(), value));
        set("specversion", "1.0".into());
        set("id", text(self.id));
        set("source", self.source.into());
        set("type", self.kind.into());
        // An attribute that is there is not empty.
        if !self.subject.is_empty() {
            set("subject", text(self.subject));
        }
        set("time", instant(self.time).into());
        set("datacontenttype", "application/json".into());
        set("data", data);
        Value::Object(event)
    }
}

/// Where it happened, as a path: `/howler/123456789012`, `/howler/tls/api.example.com%3A443`.
fn source(place: &Place) -> String {
    let parts = match (&place.account, &place.target) {
        (Some(account), _) => vec![account.as_str()],
        (None, Some(target)) => vec![place.service.as_str(), target],
        (None, None) => vec![place.service.as_str()],
    };
    let parts = parts.into_iter().filter(|part| !part.is_empty()).map(encoded);
    std::iter::once("/howler".to_owned()).chain(parts).collect::<Vec<_>>().join("/")
}

/// A part of a path, in which nothing has a meaning of its own.
fn encoded(part: &str) -> String {
    let part = cut_bytes(part.to_owned(), ATTRIBUTE);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    part.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
