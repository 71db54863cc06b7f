//! The words that findings are told in; no output escapes here, each does so where it writes.

mod numbers;
mod remediation;

use chrono::{DateTime, SecondsFormat, Utc};
use howler_model::{Finding, Measure, Reason, Unseen, Untrusted};

pub(crate) use numbers::{count, duration, number, percent, ratio_percent, short_duration};
pub use remediation::Remediation;
pub(crate) use remediation::of_reason;

/// What a finding says, as one sentence without its place. Holds untrusted text.
pub(crate) fn summary(finding: &Finding) -> String {
    let name = &finding.verdict.resource.name;
    match &finding.verdict.measure {
        Measure::Gap(unseen) => gap(unseen, &name.clone()),
        measure => format!("{name}: {}", observed(measure)),
    }
}

fn gap(unseen: &Unseen, place: &str) -> String {
    format!("{} {} in {place}: what it would have shown is unknown", unseen.action, reason(unseen))
}

/// What was measured, as the end of a sentence. Holds untrusted text.
pub(crate) fn observed(measure: &Measure) -> String {
    match measure {
        Measure::Expiry { not_after, seconds_left, lifetime_left, .. } => {
            expiry(*not_after, *seconds_left, *lifetime_left)
        }
        Measure::NoExpiry => "has no expiration date".into(),
        Measure::NotIssued => "is requested and not issued yet".into(),
        Measure::ExpiryUnknown(why) => format!("its expiration date is unknown: {why}"),
        Measure::NotYetValid { not_before, seconds_until } => {
            format!("is not valid for another {}, until {}", duration(*seconds_until), instant(*not_before))
        }
        Measure::Name { wanted, covered } => name(wanted, covered),
        Measure::Chain { untrusted: None, reason } if reason.is_empty() => "its chain is trusted".into(),
        Measure::Chain { untrusted: None, reason } => format!("its chain: {reason}"),
        Measure::Chain { untrusted: Some(why), reason } => {
            format!("clients do not trust its chain: {} ({reason})", untrusted(*why))
        }
        Measure::Utilization { usage, limit, unit, .. } => {
            let used = format!("{} of {} used", number(*usage), quantity(*limit, unit));
            percent(*usage, *limit).map_or(used.clone(), |percent| format!("{used} ({percent} %)"))
        }
        Measure::UtilizationUnknown { usage, limit, unit, unseen } => {
            half_known(*usage, *limit, unit, unseen)
        }
        Measure::Gap(unseen) => format!("{} {}", unseen.action, reason(unseen)),
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

fn name(wanted: &str, covered: &[String]) -> String {
    const SHOWN: usize = 5;
    let names = covered.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match covered.len() {
        0 => format!("its certificate covers no name, {wanted} is asked for"),
        n if n > SHOWN => {
            format!("its certificate covers {names} and {} more, {wanted} is asked for", n - SHOWN)
        }
        _ => format!("its certificate covers {names}, {wanted} is asked for"),
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
