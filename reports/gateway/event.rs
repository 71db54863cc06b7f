//! What machines are told: a notice, or a scan, as one JSON object that a webhook or a service of AWS carries.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Envelope, Notice, Told};
use crate::document::Finding;
use crate::escape;

/// How many items of a list and how many bytes of a text are left, step by step, until an event fits.
const CUTS: [(usize, usize); 4] = [(200, 4096), (50, 1024), (10, 256), (4, 64)];

/// A notice, as it stands in the JSON.
#[derive(Serialize)]
struct Event<'a> {
    /// What happened: `opened`, `worse`, `reminder` and the like.
    change: &'static str,
    /// How bad it is; of what is over, how bad it was. What ends can be chosen by what began.
    severity: &'static str,
    /// The same however often it is sent.
    key: &'a str,
    since: DateTime<Utc>,
    at: DateTime<Utc>,
    confirmed_at: DateTime<Utc>,
    before: Option<&'a Told>,
    /// The scan that it comes from.
    run: &'a str,
    finding: &'a Finding,
}

/// A notice as an event of at most so many bytes (at least 32 KiB), as [`text`] writes it. Where that is too few, long
/// lists and texts are cut, and `shortened` is true.
pub(super) fn of_notice(notice: &Notice, envelope: &Envelope<'_>, most: usize) -> Value {
    let event = Event {
        change: notice.news.as_str(),
        severity: notice.severity().as_str(),
        key: &notice.key,
        since: notice.since,
        at: notice.at,
        confirmed_at: notice.confirmed_at,
        before: notice.before.as_ref(),
        run: &envelope.run.id,
        finding: &notice.finding,
    };
    // A finding is a tree of structs with text keys, which always is a value.
    let mut event = serde_json::to_value(event).unwrap_or_default();
    for (items, bytes) in CUTS {
        if text(&event).len() <= most {
            break;
        }
        shorten(&mut event, items, bytes);
        event["shortened"] = json!(true);
    }
    event
}

/// A scan as an event: that it took place, and what it saw.
pub(super) fn of_scan(envelope: &Envelope<'_>) -> Value {
    json!({
        "run": envelope.run,
        "version": envelope.version,
        "complete": envelope.complete,
        "coverage": envelope.coverage,
        "summary": envelope.summary,
    })
}

/// An event as it is sent: JSON in which nothing is hidden.
pub(super) fn text(event: &Value) -> String {
    escape::json(&event.to_string())
}

/// Cuts lists and texts, wherever they are.
fn shorten(value: &mut Value, items: usize, bytes: usize) {
    match value {
        Value::String(text) => *text = escape::cut_bytes(std::mem::take(text), bytes),
        Value::Array(list) => {
            list.truncate(items);
            list.iter_mut().for_each(|item| shorten(item, items, bytes));
        }
        Value::Object(fields) => fields.values_mut().for_each(|field| shorten(field, items, bytes)),
        _ => {}
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::document::{Change, Severity};
    use crate::gateway::News;
    use crate::samples::{self, Sample};

    /// One notice for each finding that is worth telling.
    pub(crate) fn notices(sample: &Sample) -> Vec<Notice> {
        let at = sample.run.now;
        let open = sample.findings.iter().filter(|finding| finding.is_worth_telling());
        open.map(|finding| {
            let news = News::Change(Change::Opened);
            let key = Notice::key(&finding.id, news, at);
            Notice {
                key,
                news,
                since: at - TimeDelta::days(3),
                at,
                confirmed_at: at,
                before: None,
                finding: finding.clone(),
            }
        })
        .collect()
    }

    #[test]
    fn an_event_holds_the_finding_as_the_document_does() {
        let sample = samples::scan();
        let scan = sample.scan();
        let envelope = Envelope::of(&scan, TimeDelta::hours(24));
        for notice in notices(&sample) {
            let event = of_notice(&notice, &envelope, 64 * 1024);
            assert_eq!(event["finding"], serde_json::to_value(&notice.finding).unwrap());
            assert_eq!(event["change"], "opened");
            assert_eq!(event["key"], notice.key);
            assert_eq!(event["run"], sample.run.id);
            assert!(event.get("shortened").is_none(), "{event:#}");
        }
        let event = of_scan(&envelope);
        assert_eq!(event["complete"], false);
        assert!(event["coverage"]["denied"].as_u64().unwrap() > 0, "{event:#}");
    }

    #[test]
    fn what_is_over_is_as_bad_as_it_was() {
        let sample = samples::scan();
        let scan = sample.scan();
        let envelope = Envelope::of(&scan, TimeDelta::hours(24));
        let mut notice = notices(&sample).remove(0);
        notice.before = Some(Told { severity: Severity::Critical, owner: None });
        notice.finding.severity = Severity::Info;
        assert_eq!(of_notice(&notice, &envelope, 64 * 1024)["severity"], "info");
        notice.news = News::Change(Change::Resolved);
        let event = of_notice(&notice, &envelope, 64 * 1024);
        assert_eq!((&event["severity"], &event["finding"]["severity"]), (&"critical".into(), &"info".into()));
    }

    #[test]
    fn an_event_fits_and_says_what_is_missing() {
        let sample = samples::hostile();
        let scan = sample.scan();
        let envelope = Envelope::of(&scan, TimeDelta::hours(24));
        let mut notice = notices(&sample).remove(0);
        notice.finding.affects = (0..100).map(|_| "\u{1b}".repeat(1_000)).collect();
        notice.finding.summary = "\u{1b}\"".repeat(10_000);
        let event = of_notice(&notice, &envelope, 32 * 1024);
        assert!(text(&event).len() <= 32 * 1024, "{}", text(&event).len());
        assert_eq!(event["shortened"], true);
        assert_eq!(event["finding"]["id"], notice.finding.id, "what it goes by is whole");
        let whole = text(&of_notice(&notice, &envelope, usize::MAX)).len();
        assert!(of_notice(&notice, &envelope, whole).get("shortened").is_none(), "exactly as many fit");
        assert_eq!(of_notice(&notice, &envelope, whole - 1)["shortened"], true);
    }

    #[test]
    fn nothing_is_hidden_in_what_is_sent() {
        let sample = samples::hostile();
        let scan = sample.scan();
        let envelope = Envelope::of(&scan, TimeDelta::hours(24));
        for notice in notices(&sample) {
            let event = of_notice(&notice, &envelope, 64 * 1024);
            let sent = text(&event);
            assert!(!sent.chars().any(escape::is_hidden), "{sent}");
            assert_eq!(serde_json::from_str::<Value>(&sent).unwrap(), event);
        }
    }
}
