//! A notice as alerts: labels that stay the same as long as the finding does, annotations that may change.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::document::{Coverage, Finding, Measure, Partition, Severity};
use crate::escape::{annotation, label};
use crate::gateway::{Envelope, Notice, Told};
use crate::wording::{Remediation, first, instant, number, observed, percent};

/// How many of the things that a finding affects are told.
const MOST_AFFECTED: usize = 10;

/// One element of the array that Alertmanager takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Alert {
    labels: Labels,
    annotations: BTreeMap<&'static str, String>,
    #[serde(rename = "startsAt")]
    starts_at: String,
    #[serde(rename = "endsAt")]
    ends_at: String,
}

/// The identity of an alert.
type Labels = BTreeMap<&'static str, String>;

/// The alerts of a notice: one; or two, if what Alertmanager was told before has other labels, and ends by this.
pub(super) fn of(notice: &Notice, envelope: &Envelope<'_>) -> Vec<Alert> {
    let Notice { finding, news, before, .. } = notice;
    let now = envelope.run.now;
    let current = Told::of(finding);
    if news.is_end() {
        return vec![alert(notice, before.as_ref().unwrap_or(&current), now, now)];
    }
    let is_another = |before: &&Told| labels(finding, before) != labels(finding, &current);
    let ended = before.as_ref().filter(is_another).map(|before| alert(notice, before, now, now));
    ended.into_iter().chain([alert(notice, &current, now, now + envelope.lease)]).collect()
}

/// The sign of life: its end is the news.
pub(super) fn heartbeat(envelope: &Envelope<'_>) -> Alert {
    let now = envelope.run.now;
    let labels = [("alertname", "HowlerHeartbeat"), ("severity", "none"), ("source", "howler")];
    Alert {
        labels: labels.map(|(name, value)| (name, value.to_owned())).into(),
        annotations: escaped(pulse(envelope), annotation),
        starts_at: instant(now),
        ends_at: instant(now + envelope.lease),
    }
}

fn pulse(envelope: &Envelope<'_>) -> Vec<(&'static str, String)> {
    let Coverage { requested, ok, .. } = &envelope.coverage;
    let how = if envelope.complete { "complete" } else { "incomplete" };
    let open: usize = envelope.summary.open_by_severity.values().sum();
    vec![
        ("summary", format!("howler scanned; the scan was {how}")),
        ("complete", envelope.complete.to_string()),
        ("scopes_requested", requested.to_string()),
        ("scopes_ok", ok.to_string()),
        ("findings_open", open.to_string()),
        ("run", envelope.run.id.clone()),
        ("version", envelope.version.to_owned()),
    ]
}

/// Both times are always sent: without a start Alertmanager takes the end for it. It refuses a start after the end, and
/// keeps the earliest start that it has seen.
fn alert(notice: &Notice, told: &Told, now: DateTime<Utc>, ends_at: DateTime<Utc>) -> Alert {
    Alert {
        labels: labels(&notice.finding, told),
        annotations: escaped(annotations(notice, told, now), annotation),
        starts_at: instant(notice.since.min(now)),
        ends_at: instant(ends_at),
    }
}

/// Alertmanager drops empty values, and an empty annotation says nothing.
fn escaped<Pairs: IntoIterator<Item = (&'static str, String)>>(
    pairs: Pairs,
    escape: fn(&str) -> String,
) -> BTreeMap<&'static str, String> {
    let told = pairs.into_iter().filter(|(_, text)| !text.is_empty());
    told.map(|(name, text)| (name, escape(&text))).collect()
}

/// The identity of the alert: nothing that changes from scan to scan, but for what was told of severity and owner.
fn labels(finding: &Finding, told: &Told) -> Labels {
    let scope = &finding.scope;
    let labels = [
        ("alertname", alertname(finding)),
        ("severity", severity(told.severity).to_owned()),
        ("source", "howler".to_owned()),
        ("check", finding.check.clone()),
        ("partition", scope.partition.map_or("", Partition::as_str).to_owned()),
        ("account", scope.account.clone().unwrap_or_default()),
        ("region", scope.region.clone().unwrap_or_default()),
        ("service", scope.service.clone()),
        ("resource", finding.resource.id.clone()),
        ("owner", told.owner.clone().unwrap_or_default()),
        ("howler_id", finding.id.clone()),
    ];
    escaped(labels, label)
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

fn annotations(notice: &Notice, told: &Told, now: DateTime<Utc>) -> Vec<(&'static str, String)> {
    let Notice { finding, news, since, confirmed_at, .. } = notice;
    let mut pairs = vec![
        ("summary", finding.summary.clone()),
        ("description", format!("{}: {} in {}", finding.title, finding.resource.id, finding.scope)),
        ("observed", observed(finding)),
        ("remediation", finding.remediation.as_ref().map(fix).unwrap_or_default()),
        ("deadline", finding.deadline.map(instant).unwrap_or_default()),
        ("affects", first(&finding.affects, MOST_AFFECTED)),
        ("howler_severity", told.severity.as_str().to_owned()),
        ("howler_status", finding.status.as_str().to_owned()),
        ("first_seen", instant(*since)),
    ];
    if *confirmed_at < now {
        pairs.push(("last_confirmed", instant(*confirmed_at)));
    }
    if news.is_end() {
        pairs.push(("ended", news.as_str().to_owned()));
    }
    pairs.extend(numbers(&finding.measure));
    pairs
}

fn fix(Remediation { text, command }: &Remediation) -> String {
    let run = command.as_ref().map(|command| format!(" Run: {command}")).unwrap_or_default();
    format!("{text}{run}")
}

/// The number that a receiver may want to show by itself.
fn numbers(measure: &Measure) -> Option<(&'static str, String)> {
    const DAY: i64 = 86_400;
    match measure {
        Measure::Expiry { seconds_left, .. } | Measure::Renewal { seconds_left, .. } => {
            Some(("days_left", seconds_left.div_euclid(DAY).to_string()))
        }
        Measure::Utilization { usage, limit, .. } => {
            let percent = percent(*usage, *limit)?;
            Some(("usage_percent", number(percent as f64)))
        }
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::document::Change;
    use crate::gateway::News;
    use crate::gateway::event::tests::notices;
    use crate::samples::{self, Sample};

    const DAY: TimeDelta = TimeDelta::days(1);

    fn alerts(sample: &Sample, notices: &[Notice]) -> Vec<Alert> {
        let scan = sample.scan();
        let envelope = Envelope::of(&scan, TimeDelta::hours(50));
        notices.iter().flat_map(|notice| of(notice, &envelope)).collect()
    }

    fn batch(sample: &Sample) -> Vec<Alert> {
        alerts(sample, &notices(sample))
    }

    fn one() -> Notice {
        notices(&samples::scan()).remove(0)
    }

    fn told(notice: &Notice) -> Vec<Alert> {
        alerts(&samples::scan(), std::slice::from_ref(notice))
    }

    fn before(severity: Severity, owner: Option<&str>) -> Option<Told> {
        Some(Told { severity, owner: owner.map(str::to_owned) })
    }

    #[test]
    fn the_first_alert_is_golden() {
        let alerts = batch(&samples::scan());
        insta::assert_snapshot!("alert", serde_json::to_string_pretty(&alerts[0]).unwrap());
    }

    #[test]
    fn an_alert_is_the_same_in_the_next_scan() {
        let (today, mut tomorrow) = (samples::scan(), samples::scan());
        tomorrow.run.now += DAY;
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
    fn an_alert_starts_when_the_finding_did_and_lives_as_long_as_its_lease() {
        let mut notice = one();
        let alert = &told(&notice)[0];
        assert_eq!(alert.starts_at, "2026-11-20T09:30:00Z");
        assert_eq!(alert.ends_at, "2026-11-25T11:30:00Z");
        assert_eq!(alert.annotations["first_seen"], alert.starts_at);
        assert!(!alert.annotations.contains_key("last_confirmed"));
        assert!(!alert.annotations.contains_key("ended"));
        // A clock that was put back: a start after the end would be refused.
        notice.since = samples::now() + DAY;
        notice.news = News::Change(Change::Resolved);
        let alert = &told(&notice)[0];
        assert_eq!(
            (alert.starts_at.as_str(), alert.ends_at.as_str()),
            ("2026-11-23T09:30:00Z", "2026-11-23T09:30:00Z")
        );
    }

    #[test]
    fn what_was_not_seen_again_goes_on_and_says_when_it_was_seen() {
        let mut notice = one();
        notice.news = News::Standing;
        let seen = told(&notice);
        notice.confirmed_at -= DAY * 2;
        let unseen = told(&notice);
        assert_eq!(unseen[0].annotations["last_confirmed"], "2026-11-21T09:30:00Z");
        assert_eq!((&unseen[0].labels, &unseen[0].ends_at), (&seen[0].labels, &seen[0].ends_at));
    }

    #[test]
    fn an_end_is_told_by_the_labels_that_were_told() {
        for change in [Change::Resolved, Change::Suppressed, Change::Lapsed] {
            let mut notice = one();
            notice.news = News::Change(change);
            notice.finding.owner = Some("new".into());
            notice.finding.severity = Severity::Low;
            notice.before = before(Severity::Critical, Some("old"));
            let alerts = told(&notice);
            let [alert] = &alerts[..] else { panic!("one end: {alerts:?}") };
            assert_eq!((&*alert.labels["owner"], &*alert.labels["severity"]), ("old", "critical"));
            assert_eq!(alert.ends_at, "2026-11-23T09:30:00Z");
            assert_eq!(alert.annotations["ended"], change.as_str());
            assert_eq!(alert.annotations["howler_severity"], "critical", "as bad as it was");
        }
    }

    #[test]
    fn another_owner_or_level_ends_the_old_alert_and_begins_a_new_one() {
        for (was, owner, alerts) in [
            (Severity::Critical, Some("team"), 1),
            // The same level: nobody is called twice.
            (Severity::High, Some("team"), 1),
            (Severity::Medium, Some("team"), 2),
            (Severity::Critical, Some("other"), 2),
            (Severity::Critical, None, 2),
        ] {
            let mut notice = one();
            notice.news = News::Change(Change::Moved);
            notice.finding.severity = Severity::Critical;
            notice.finding.owner = Some("team".into());
            notice.before = before(was, owner);
            let told = told(&notice);
            assert_eq!(told.len(), alerts, "{was:?} {owner:?}");
            let now = told.last().unwrap();
            assert_eq!((&*now.labels["owner"], &*now.labels["severity"]), ("team", "critical"));
            assert_eq!(now.ends_at, "2026-11-25T11:30:00Z");
            if let [old, _] = &told[..] {
                assert_eq!(old.ends_at, "2026-11-23T09:30:00Z");
                assert_eq!(old.labels.get("owner").map(String::as_str), owner);
                assert_eq!(old.labels["howler_id"], now.labels["howler_id"]);
            }
        }
    }

    #[test]
    fn the_heartbeat_tells_what_was_seen() {
        let sample = samples::scan();
        let scan = sample.scan();
        let beat = heartbeat(&Envelope::of(&scan, TimeDelta::hours(50)));
        assert_eq!(beat.labels["alertname"], "HowlerHeartbeat");
        assert_eq!((&*beat.labels["severity"], &*beat.labels["source"]), ("none", "howler"));
        assert_eq!(beat.ends_at, "2026-11-25T11:30:00Z");
        assert_eq!(beat.annotations["complete"], "false");
        assert!(beat.annotations["scopes_ok"].parse::<usize>().unwrap() > 0);
        assert_ne!(beat.annotations["scopes_ok"], beat.annotations["scopes_requested"]);
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
