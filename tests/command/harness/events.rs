//! CloudEvents as a webhook takes them in.

use serde_json::Value;

use super::nights::{Heard, about};
use super::receiver::Post;

/// What an event tells of a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Event {
    pub(crate) key: String,
    pub(crate) change: String,
    pub(crate) finding: String,
    pub(crate) resource: String,
    /// How bad it is, or was before it ended.
    pub(crate) severity: String,
    pub(crate) owner: String,
}

impl Event {
    fn read(event: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (data, kind) = (&event["data"], text(&event["type"]));
        let change = kind.strip_prefix("io.howler.finding.")?.to_owned();
        let finding = &data["finding"];
        assert_eq!(data["change"], change, "{event:#}");
        assert_eq!(data["key"], event["id"], "{event:#}");
        Some(Self {
            key: text(&event["id"]),
            change,
            finding: text(&finding["id"]),
            resource: text(&finding["resource"]["id"]),
            severity: text(&data["severity"]),
            owner: text(&finding["owner"]),
        })
    }

    pub(crate) fn heard(&self, night: i64) -> Heard {
        let Self { change, resource, severity, owner, .. } = self.clone();
        Heard { night, what: about(&resource), change, severity, owner }
    }
}

/// What posts tell of findings, in order; signs of life left out.
pub(crate) fn events(posts: &[Post]) -> Vec<Event> {
    let batches = posts.iter().map(|post| match post.json() {
        Value::Array(events) => events,
        one => vec![one],
    });
    batches.flatten().filter_map(|event| Event::read(&event)).collect()
}
