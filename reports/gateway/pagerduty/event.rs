//! A notice as an event: a trigger with everything that whoever is woken up should know, or a resolve.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::document::{Finding, Measure, Severity, Status};
use crate::escape::{annotation, cut_bytes, visible};
use crate::gateway::Notice;
use crate::wording::{first, instant, number, observed, percent};

/// The longest summary. PagerDuty counts characters, of which there are never more than bytes.
const SUMMARY: usize = 1024;
/// The longest key of an alert.
const DEDUP: usize = 255;
/// The longest of the other words.
const WORD: usize = 256;
/// How many of the things that a finding affects are told.
const MOST_AFFECTED: usize = 10;

/// What PagerDuty takes in one request.
#[derive(Serialize)]
pub(super) struct Event<'a> {
    routing_key: &'a str,
    event_action: &'static str,
    dedup_key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    payload: Option<Payload>,
    client: &'static str,
}

/// What an alert says, in the words of PagerDuty's common event format.
#[derive(Serialize)]
struct Payload {
    summary: String,
    source: String,
    severity: &'static str,
    timestamp: String,
    component: String,
    group: String,
    class: String,
    custom_details: BTreeMap<&'static str, String>,
}

impl<'a> Event<'a> {
    /// What is told of a finding. Below the severity that it is told from, it is over.
    pub(super) fn of(notice: &Notice, at_least: Severity, key: &'a str) -> Self {
        // The most severe stands first.
        let is_over = notice.news.is_end() || notice.finding.severity > at_least;
        Self {
            routing_key: key,
            event_action: if is_over { "resolve" } else { "trigger" },
            dedup_key: cut_bytes(visible(&notice.finding.id), DEDUP),
            payload: (!is_over).then(|| payload(notice)),
            client: "howler",
        }
    }

    /// The request.
    pub(super) fn body(&self) -> String {
        // A struct of text always is JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn payload(notice: &Notice) -> Payload {
    let finding = &notice.finding;
    let word = |text: &str| cut_bytes(annotation(text), WORD);
    Payload {
        summary: cut_bytes(annotation(&finding.summary), SUMMARY),
        source: word(&finding.scope.to_string()),
        severity: severity(finding),
        timestamp: instant(notice.at),
        component: word(&finding.resource.name),
        group: word(finding.scope.account.as_deref().unwrap_or(&finding.scope.service)),
        class: word(&finding.check),
        custom_details: details(notice),
    }
}

/// What could not be judged is a warning, however severe it may turn out.
fn severity(finding: &Finding) -> &'static str {
    match (finding.status, finding.severity) {
        (Status::Unknown, Severity::Critical | Severity::High | Severity::Medium) => "warning",
        (_, Severity::Critical) => "critical",
        (_, Severity::High) => "error",
        (_, Severity::Medium) => "warning",
        (_, Severity::Low | Severity::Info) => "info",
    }
}

fn details(notice: &Notice) -> BTreeMap<&'static str, String> {
    let Notice { finding, since, at, confirmed_at, .. } = notice;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let remediation = finding.remediation.as_ref();
    let mut pairs = vec![
        ("title", finding.title.clone()),
        ("owner", text(&finding.owner)),
        ("account", text(&finding.scope.account)),
        ("region", text(&finding.scope.region)),
        ("resource", finding.resource.id.clone()),
        ("observed", observed(finding)),
        ("deadline", finding.deadline.map(instant).unwrap_or_default()),
        ("affects", first(&finding.affects, MOST_AFFECTED)),
        ("remediation", remediation.map(|it| it.text.clone()).unwrap_or_default()),
        ("command", remediation.and_then(|it| it.command.clone()).unwrap_or_default()),
        ("howler_id", finding.id.clone()),
        ("howler_severity", finding.severity.as_str().to_owned()),
        ("first_seen", instant(*since)),
    ];
    pairs.extend((confirmed_at < at).then(|| ("last_confirmed", instant(*confirmed_at))));
    pairs.extend(numbers(&finding.measure));
    let said = pairs.into_iter().filter(|(_, text)| !text.is_empty());
    said.map(|(name, text)| (name, annotation(&text))).collect()
}

/// The numbers that rules of PagerDuty may compare.
fn numbers(measure: &Measure) -> Vec<(&'static str, String)> {
    const DAY: i64 = 86_400;
    match measure {
        Measure::Expiry { seconds_left, .. } | Measure::Renewal { seconds_left, .. } => {
            vec![("days_left", seconds_left.div_euclid(DAY).to_string())]
        }
        Measure::Utilization { usage, limit, .. } => {
            let percent = percent(*usage, *limit).map(|percent| ("usage_percent", number(percent as f64)));
            let both = [("usage", number(*usage)), ("limit", number(*limit))];
            both.into_iter().chain(percent).collect()
        }
        _ => Vec::new(),
    }
}
