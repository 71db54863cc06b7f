//! A finding as an alert: labels that stay the same as long as the finding does, annotations that may change.

use std::collections::BTreeMap;
use std::io;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::document::{Finding, Measure, Partition, Severity};
use crate::escape::{annotation, label};
use crate::gateway::Batch;
use crate::wording::{Remediation, instant, number, observed, percent};

/// How long an alert outlives the two scans that should have extended or resolved it.
const SLACK: TimeDelta = TimeDelta::hours(2);
/// The longest time between scans that is believed.
const LONGEST_INTERVAL: TimeDelta = TimeDelta::days(366);
/// How many of the things that a finding affects are told.
const MOST_AFFECTED: usize = 10;

/// One element of the array that Alertmanager takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Alert {
    labels: BTreeMap<&'static str, String>,
    annotations: BTreeMap<&'static str, String>,
    #[serde(rename = "startsAt")]
    starts_at: String,
    #[serde(rename = "endsAt")]
    ends_at: String,
}

impl Alert {
    /// The id of the finding.
    pub(super) fn id(&self) -> &str {
        self.labels.get("howler_id").map_or("", String::as_str)
    }
}

/// The open findings as alerts, worst first, made while they are read; nothing is read after them.
pub(super) fn of<'a>(
    batch: &Batch<'a>,
) -> io::Result<impl Iterator<Item = io::Result<Alert>> + Send + use<'a>> {
    let now = batch.scan.run.now;
    let ends_at = ends_at(now, batch.interval);
    let findings = batch.scan.records.findings()?.map(|record| record?.finding());
    // What cannot be read is passed on as an error, and not passed over.
    let open = findings.take_while(|finding| finding.as_ref().map_or(true, Finding::is_open));
    let told = open.filter(|finding| finding.as_ref().map_or(true, Finding::is_worth_telling));
    Ok(told.map(move |finding| Ok(alert(&finding?, now, ends_at))))
}

/// Without an end Alertmanager resolves an alert after five minutes, so one scan may be missed before it does.
fn ends_at(now: DateTime<Utc>, interval: TimeDelta) -> DateTime<Utc> {
    now + interval.clamp(TimeDelta::zero(), LONGEST_INTERVAL) * 2 + SLACK
}

fn alert(finding: &Finding, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Alert {
    // Alertmanager drops empty values, and an empty annotation says nothing.
    let escaped = |pairs: Vec<(&'static str, String)>, escape: fn(&str) -> String| {
        pairs
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(name, text)| (name, escape(&text)))
            .collect()
    };
    Alert {
        labels: escaped(labels(finding), label),
        annotations: escaped(annotations(finding), annotation),
        // Both are always sent: without a start Alertmanager takes the end for it. The earliest start is kept.
        starts_at: instant(starts_at),
        ends_at: instant(ends_at),
    }
}

/// The identity of the alert: nothing that changes from scan to scan, but for the severity.
fn labels(finding: &Finding) -> Vec<(&'static str, String)> {
    let scope = &finding.scope;
    vec![
        ("alertname", alertname(finding)),
        ("severity", severity(finding.severity).to_owned()),
        ("source", "howler".to_owned()),
        ("check", finding.check.clone()),
        ("partition", scope.partition.map_or("", Partition::as_str).to_owned()),
        ("account", scope.account.clone().unwrap_or_default()),
        ("region", scope.region.clone().unwrap_or_default()),
        ("service", scope.service.clone()),
        ("resource", finding.resource.id.clone()),
        ("owner", finding.owner.clone().unwrap_or_default()),
        ("howler_id", finding.id.clone()),
    ]
}

/// One name for each check: `certificate-expiry` is `HowlerCertificateExpiry`, expired or not.
fn alertname(finding: &Finding) -> String {
    if let Measure::Gap { .. } = finding.measure {
        return "HowlerScanIncomplete".to_owned();
    }
    let words = finding.check.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    });
    std::iter::once("Howler".to_owned()).chain(words).collect()
}

/// The three levels that Alertmanager is commonly routed by.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "critical",
        Severity::Medium | Severity::Low => "warning",
        Severity::Info => "info",
    }
}

fn annotations(finding: &Finding) -> Vec<(&'static str, String)> {
    let mut pairs = vec![
        ("summary", finding.summary.clone()),
        ("description", format!("{}: {} in {}", finding.title, finding.resource.id, finding.scope)),
        ("observed", observed(finding)),
        ("remediation", finding.remediation.as_ref().map(fix).unwrap_or_default()),
        ("deadline", finding.deadline.map(instant).unwrap_or_default()),
        ("affects", affected(&finding.affects)),
        ("howler_severity", finding.severity.as_str().to_owned()),
        ("howler_status", finding.status.as_str().to_owned()),
    ];
    pairs.extend(numbers(&finding.measure));
    pairs
}

fn fix(Remediation { text, command }: &Remediation) -> String {
    let run = command.as_ref().map(|command| format!(" Run: {command}")).unwrap_or_default();
    format!("{text}{run}")
}

fn affected(all: &[String]) -> String {
    let told = all.iter().take(MOST_AFFECTED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(MOST_AFFECTED) {
        0 => told,
        more => format!("{told} and {more} more"),
    }
}

/// The number that a receiver may want to show by itself.
fn numbers(measure: &Measure) -> Option<(&'static str, String)> {
    const DAY: i64 = 86_400;
    match measure {
        Measure::Expiry { seconds_left, .. } => Some(("days_left", seconds_left.div_euclid(DAY).to_string())),
        Measure::Utilization { usage, limit, .. } => {
            let percent = percent(*usage, *limit)?;
            Some(("usage_percent", number(percent as f64)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{self, Sample};

    fn batch(sample: &Sample) -> Vec<Alert> {
        let scan = sample.scan();
        let alerts = of(&Batch { scan: &scan, interval: TimeDelta::days(1) }).unwrap();
        alerts.collect::<io::Result<_>>().unwrap()
    }

    #[test]
    fn the_first_alert_is_golden() {
        let alerts = batch(&samples::scan());
        insta::assert_snapshot!("alert", serde_json::to_string_pretty(&alerts[0]).unwrap());
    }

    #[test]
    fn each_open_finding_is_an_alert_of_its_own_and_no_other_is() {
        let scan = samples::scan();
        let alerts = batch(&scan);
        let open: Vec<_> =
            scan.findings.iter().filter(|f| f.is_worth_telling()).map(|f| f.id.as_str()).collect();
        assert_eq!(alerts.iter().map(Alert::id).collect::<Vec<_>>(), open);
        assert!(open.len() < scan.findings.len(), "the sample has passes");
        assert!(batch(&samples::healthy()).is_empty());
    }

    #[test]
    fn an_alert_is_the_same_in_the_next_scan() {
        let (today, mut tomorrow) = (samples::scan(), samples::scan());
        tomorrow.run.now += TimeDelta::days(1);
        for finding in &mut tomorrow.findings {
            finding.resource.name.push_str(" renamed");
            finding.title = "Another title".into();
            if let Measure::Expiry { seconds_left, .. } = &mut finding.measure {
                *seconds_left -= 86_400 * 100; // what was about to expire has expired
            }
        }
        let labels = |scan| batch(scan).into_iter().map(|alert| alert.labels).collect::<Vec<_>>();
        assert_eq!(labels(&today), labels(&tomorrow));
        assert_ne!(batch(&today)[0].ends_at, batch(&tomorrow)[0].ends_at);
    }

    #[test]
    fn an_alert_outlives_two_scans() {
        let alert = &batch(&samples::scan())[0];
        assert_eq!(alert.starts_at, "2026-11-23T09:30:00Z");
        assert_eq!(alert.ends_at, "2026-11-25T11:30:00Z");
        assert_eq!(ends_at(samples::now(), TimeDelta::MAX), samples::now() + TimeDelta::days(732) + SLACK);
    }

    #[test]
    fn names_come_from_checks_and_never_from_data() {
        let names: Vec<_> =
            batch(&samples::scan()).iter().map(|alert| alert.labels["alertname"].clone()).collect();
        for name in [
            "HowlerCertificateExpiry",
            "HowlerCertificateNameMismatch",
            "HowlerQuotaUtilization",
            "HowlerScanIncomplete",
        ] {
            assert!(names.iter().any(|known| known == name), "{name} in {names:?}");
        }
    }

    #[test]
    fn hostile_text_is_one_line_cut_and_without_templates() {
        for alert in batch(&samples::hostile()) {
            let Alert { labels, annotations, .. } = &alert;
            assert!(labels.values().all(|value| !value.is_empty() && value.len() <= 256), "{labels:?}");
            assert!(annotations.values().all(|value| value.len() <= 4096 && !value.contains("{{")));
            let all = labels.values().chain(annotations.values());
            assert!(!all.flat_map(|value| value.chars()).any(crate::escape::is_hidden), "{alert:?}");
        }
    }
}
