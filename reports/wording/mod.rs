//! The words that findings are told in; no output escapes here, each does so where it writes.

mod certificates;
mod numbers;
mod remediation;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

use crate::document::{Finding, Measure, Reason, Status, Unseen, Untrusted};
pub(crate) use certificates::obstacle;
pub(crate) use numbers::{count, duration, number, percent, ratio_percent, short_duration};
pub use remediation::Remediation;
pub(crate) use remediation::{ASSUME_ROLE, of_reason};

/// What a finding says, as one sentence. Holds untrusted text.
pub(crate) fn summary(finding: &Finding) -> String {
    let name = &finding.resource.name;
    match &finding.measure {
        Measure::Gap { unseen } => {
            format!("{} {} in {name}: what it would have shown is unknown", unseen.action, reason(unseen))
        }
        _ => format!("{name}: {}", observed(finding)),
    }
}

/// What was measured, as the end of a sentence. Holds untrusted text.
pub(crate) fn observed(finding: &Finding) -> String {
    match &finding.measure {
        Measure::Expiry { not_after, seconds_left, lifetime_left_ratio, scanned_too_seldom, .. } => {
            let seldom =
                if *scanned_too_seldom { "; it is scanned too seldom for so short a life" } else { "" };
            expiry(*not_after, *seconds_left, *lifetime_left_ratio) + seldom
        }
        Measure::NoExpiry => "has no expiration date".into(),
        Measure::NotIssued => "is requested and not issued yet".into(),
        Measure::ExpiryUnknown { reason } if reason.is_empty() => "its expiration date is unknown".into(),
        Measure::ExpiryUnknown { reason } => format!("its expiration date is unknown: {reason}"),
        Measure::NotYetValid { not_before, seconds_until } => {
            format!("is not valid for another {}, until {}", duration(*seconds_until), instant(*not_before))
        }
        Measure::Name { wanted, covered } => name(finding.status, wanted, covered),
        Measure::Chain { untrusted: None, reason, .. } if reason.is_empty() => {
            "its chain leads to a trust anchor, dates aside".into()
        }
        Measure::Chain { untrusted: None, reason, .. } => format!("its chain: {reason}"),
        Measure::Chain { untrusted: Some(why), reason, missing } => {
            let missing = missing
                .as_ref()
                .map(|issuer| format!("; the certificate of its issuer {issuer} is not sent"));
            format!(
                "clients do not trust its chain: {} ({reason}){}",
                untrusted(*why),
                missing.unwrap_or_default()
            )
        }
        Measure::Renewal { obstacle, not_after, seconds_left, due, failure, validations, .. } => {
            let stopped = obstacle.map(|it| certificates::stopped(it, failure.as_deref(), validations));
            let why = stopped.unwrap_or_else(|| certificates::late(*due));
            format!("{why}; {}", certificates::ending(*not_after, *seconds_left))
        }
        Measure::Deployment { bound, served, addresses, seen } => {
            certificates::deployment(bound, served, addresses, *seen)
        }
        Measure::UncoveredNames { wanted, covered } => certificates::uncovered(wanted, covered),
        Measure::Dangling { certificates } => certificates::dangling(certificates),
        Measure::NeedlessChain { roots, strangers } => certificates::needless(roots, strangers),
        Measure::Weak { key, signature } => certificates::weak(key.as_ref(), signature.as_ref()),
        Measure::SelfSigned { subject } => format!("signed itself, as {subject}"),
        Measure::DatesInverted { not_before, not_after } => {
            let (begin, end) = (instant(*not_before), instant(*not_after));
            format!("is never valid: it ends at {end}, before it begins at {begin}")
        }
        Measure::LegacyProtocol { oldest, only } => certificates::legacy(oldest.as_deref(), *only),
        Measure::Unused { not_after: Some(end) } => {
            format!("nothing uses it; its end is at {}", instant(*end))
        }
        Measure::Unused { not_after: None } => "nothing uses it".into(),
        Measure::Utilization { usage, limit, unit, .. } => {
            let used = format!("{} of {} used", number(*usage), quantity(*limit, unit));
            percent(*usage, *limit).map_or(used.clone(), |percent| format!("{used} ({percent} %)"))
        }
        Measure::UtilizationUnknown { usage, limit, unit, unseen } => {
            half_known(*usage, *limit, unit, unseen)
        }
        Measure::Suppression { until, days_left, reason, owner } => {
            format!("{} (said by {owner}: {reason})", suppression(*until, *days_left))
        }
        Measure::Gap { unseen } => format!("{} {}", unseen.action, reason(unseen)),
    }
}

fn suppression(until: NaiveDate, days_left: i64) -> String {
    let days = |number: i64| if number == 1 { "1 day".to_owned() } else { format!("{number} days") };
    match days_left {
        i64::MIN..0 => format!(
            "expired {} ago, its last day was {until}: what it hid is told again",
            days(days_left.saturating_neg())
        ),
        0 => format!("ends today, {until}: what it hides is told again then"),
        _ => format!("ends in {}, on {until}: what it hides is told again then", days(days_left)),
    }
}

fn expiry(not_after: DateTime<Utc>, seconds_left: i64, lifetime_left: Option<f64>) -> String {
    let at = instant(not_after);
    if seconds_left < 0 {
        return format!("expired {} ago, at {at}", duration(seconds_left));
    }
    let share = lifetime_left.map(|ratio| format!(", with {} % of its life left", ratio_percent(ratio)));
    format!("expires in {}, at {at}{}", duration(seconds_left), share.unwrap_or_default())
}

fn name(status: Status, wanted: &str, covered: &[String]) -> String {
    match status {
        Status::Pass => format!("its certificate covers {wanted}"),
        Status::Unknown => format!("it is unknown whether its certificate covers {wanted}"),
        _ => format!("its certificate does not cover {wanted}, it covers {}", list(covered)),
    }
}

fn list(names: &[String]) -> String {
    const SHOWN: usize = 5;
    if names.is_empty() { "no name at all".into() } else { first(names, SHOWN) }
}

/// The first so many, and how many more there are.
pub(crate) fn first(all: &[String], most: usize) -> String {
    let told = all.iter().take(most).map(String::as_str).collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(most) {
        0 => told,
        more => format!("{told} and {more} more"),
    }
}

fn half_known(usage: Option<f64>, limit: Option<f64>, unit: &str, unseen: &Unseen) -> String {
    let known = match (usage, limit) {
        (Some(usage), _) => format!("{} used, the limit is unknown", quantity(usage, unit)),
        (None, Some(limit)) => format!("the usage is unknown, the limit is {}", quantity(limit, unit)),
        (None, None) => "usage and limit are unknown".into(),
    };
    format!("{known}: {} {}", unseen.action, reason(unseen))
}

/// A number with its unit; things that are merely counted have none.
fn quantity(value: f64, unit: &str) -> String {
    match unit {
        "" | "count" => number(value),
        unit => format!("{} {unit}", number(value)),
    }
}

/// An instant as RFC 3339 in UTC, to the second.
pub(crate) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A day as RFC 3339 in UTC.
pub(crate) fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

/// Why something was not seen, as the end of a sentence: with the service's code, without its message.
pub(crate) fn reason(unseen: &Unseen) -> String {
    let why = reason_words(unseen.reason);
    let code = unseen.code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
    match unseen.attempts {
        0 | 1 => format!("{why}{code}"),
        attempts => format!("{why}{code} after {attempts} attempts"),
    }
}

fn reason_words(reason: Reason) -> &'static str {
    match reason {
        Reason::Denied => "was denied",
        Reason::DeniedByScp => "was denied by a service control policy",
        Reason::Disabled => "is not enabled",
        Reason::Throttled => "was throttled",
        Reason::Timeout => "did not answer in time",
        Reason::Network => "could not be reached",
        Reason::Credentials => "had no valid credentials",
        Reason::Malformed => "gave an answer that cannot be understood",
        Reason::PagingLoop => "lists its pages without end",
        Reason::Failed => "failed",
        Reason::NoData => "has no value",
        Reason::Skipped => "was skipped",
        Reason::LeftOut => "was left out",
    }
}

/// Why a chain is not trusted, in a few words.
pub(crate) fn untrusted(why: Untrusted) -> &'static str {
    match why {
        Untrusted::SelfSigned => "self-signed",
        Untrusted::UnknownIssuer => "unknown issuer",
        Untrusted::BadSignature => "bad signature",
        Untrusted::BadChain => "bad chain",
        Untrusted::Malformed => "malformed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn told(check: &str, status: Status) -> String {
        let mut finding =
            samples::scan().findings.into_iter().find(|finding| finding.check == check).unwrap();
        finding.status = status;
        summary(&finding)
    }

    #[test]
    fn a_summary_is_a_sentence_that_fits_its_status() {
        let check = "certificate-name-mismatch";
        let name = "legacy.example.com:443: its certificate does not cover legacy.example.com, it covers \
                    www.example.com, example.com";
        assert_eq!(told(check, Status::Fail), name);
        assert_eq!(
            told(check, Status::Pass),
            "legacy.example.com:443: its certificate covers legacy.example.com"
        );
        assert!(told(check, Status::Unknown).contains("unknown whether"));
    }

    #[test]
    fn summaries_are_golden() {
        let findings = [samples::scan().findings, samples::troubled().findings].concat();
        let all: Vec<String> = findings.iter().map(summary).collect();
        insta::assert_snapshot!("summaries", all.join("\n"));
    }

    #[test]
    fn a_suppression_says_when_it_ends_or_ended() {
        let day = "2026-12-01".parse().unwrap();
        assert!(suppression(day, -1).starts_with("expired 1 day ago, its last day was 2026-12-01: "));
        assert!(suppression(day, -20).starts_with("expired 20 days ago"));
        assert!(suppression(day, 0).starts_with("ends today, 2026-12-01"));
        assert!(suppression(day, 14).starts_with("ends in 14 days, on 2026-12-01"));
    }

    #[test]
    fn many_names_are_cut() {
        let names: Vec<String> = (0..7).map(|number| number.to_string()).collect();
        assert_eq!(list(&names), "0, 1, 2, 3, 4 and 2 more");
        assert_eq!(list(&[]), "no name at all");
    }
}
