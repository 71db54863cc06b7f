//! What is said of renewals, of what is served, and of what is wrong with certificates themselves.

use chrono::{DateTime, Utc};

use super::{count, duration, first, instant, list};
use crate::document::{Obstacle, Sighting, Validation};

/// How many addresses or certificates are named.
const SHOWN: usize = 3;

/// Why a renewal does not come, in a few words.
pub(crate) fn obstacle(obstacle: Option<Obstacle>) -> &'static str {
    match obstacle {
        None => "renewal overdue",
        Some(Obstacle::Ineligible) => "not eligible",
        Some(Obstacle::NotInUse) => "nothing uses it",
        Some(Obstacle::Failed) => "renewal failed",
        Some(Obstacle::RecordMissing) => "record missing",
        Some(Obstacle::Email) => "e-mail unanswered",
        Some(Obstacle::Unvalidated) => "not validated",
    }
}

/// Why a renewal will not come by itself.
pub(super) fn stopped(obstacle: Obstacle, failure: Option<&str>, validations: &[Validation]) -> String {
    let domains: Vec<String> = validations.iter().map(|validation| validation.domain.clone()).collect();
    let of_whom = if domains.is_empty() { "a domain".to_owned() } else { first(&domains, SHOWN) };
    match obstacle {
        Obstacle::Ineligible => "ACM will not renew it, though it is in use".into(),
        Obstacle::NotInUse => "ACM will not renew it, because nothing uses it".into(),
        Obstacle::Failed => format!("ACM failed to renew it ({})", failure.unwrap_or("it does not say why")),
        Obstacle::Email => format!("ACM cannot renew it before somebody answers the e-mail about {of_whom}"),
        Obstacle::RecordMissing => format!("ACM cannot renew it: {}", records(validations, "is not there")),
        Obstacle::Unvalidated if validations.iter().any(|validation| validation.record.is_some()) => {
            format!(
                "ACM waits to renew it until {of_whom} validates: {}",
                records(validations, looked(validations))
            )
        }
        Obstacle::Unvalidated => format!("ACM waits to renew it until {of_whom} validates"),
    }
}

fn looked(validations: &[Validation]) -> &'static str {
    match validations.iter().all(|validation| validation.published == Some(true)) {
        true => "is there",
        false => "has to be there",
    }
}

/// The first record, and how many more there are.
fn records(validations: &[Validation], state: &str) -> String {
    let mut records = validations.iter().filter_map(|validation| validation.record.as_ref());
    let Some(record) = records.next() else { return format!("the validation record {state}") };
    let more = match records.count() {
        0 => String::new(),
        more => format!(", and so with {}", count(more, "other")),
    };
    format!("the record {} CNAME {} {state}{more}", record.name, record.value)
}

/// That a renewal is late.
pub(super) fn late(due: Option<DateTime<Utc>>) -> String {
    match due {
        Some(due) => format!("should have been renewed by {}", instant(due)),
        None => "should have been renewed by now".into(),
    }
}

/// When something ends, as the end of a sentence.
pub(super) fn ending(not_after: DateTime<Utc>, seconds_left: i64) -> String {
    match seconds_left {
        ..0 => format!("it expired {} ago, at {}", duration(seconds_left), instant(not_after)),
        _ => format!("it expires in {}, at {}", duration(seconds_left), instant(not_after)),
    }
}

/// That another certificate is served than is bound.
pub(super) fn deployment(bound: &Sighting, served: &Sighting, addresses: &[String], seen: usize) -> String {
    format!(
        "serves {}, and not {} of {}; on {} of {seen} addresses: {}",
        told(served),
        told(bound),
        bound.place,
        addresses.len(),
        first(addresses, SHOWN)
    )
}

fn told(sighting: &Sighting) -> String {
    let serial = sighting.certificate.serial.as_ref();
    let serial =
        serial.map_or("a certificate".to_owned(), |serial| format!("the certificate with serial {serial}"));
    let end = sighting.not_after.map(|end| format!(" that ends at {}", instant(end)));
    format!("{serial}{}", end.unwrap_or_default())
}

/// That names are not covered.
pub(super) fn uncovered(wanted: &[String], covered: &[String]) -> String {
    format!("no certificate covers {}, they cover {}", list(wanted), list(covered))
}

/// That certificates are not there.
pub(super) fn dangling(certificates: &[String]) -> String {
    let verb = if certificates.len() == 1 { "does" } else { "do" };
    format!("uses {}, which {verb} not exist", list(certificates))
}

/// That certificates are sent in vain.
pub(super) fn needless(roots: &[String], strangers: &[String]) -> String {
    let of =
        |what: &str, names: &[String]| (!names.is_empty()).then(|| format!("{what} {}", first(names, SHOWN)));
    let parts = [of("the root", roots), of("what belongs to another chain,", strangers)];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("sends certificates that nobody needs: {}", parts.join(", and "))
}

/// What is weak.
pub(super) fn weak(key: Option<&String>, signature: Option<&String>) -> String {
    let key = key.map(|key| format!("has a key that is too short ({key})"));
    let signature = signature.map(|name| format!("is signed by a broken algorithm ({name})"));
    key.into_iter().chain(signature).collect::<Vec<_>>().join(" and ")
}

/// What is spoken or allowed.
pub(super) fn legacy(oldest: Option<&str>, only: bool) -> String {
    match (oldest, only) {
        (Some("TLSv1.2" | "TLSv1.3"), _) | (None, _) => "speaks only what current clients refuse".into(),
        (Some(oldest), true) => format!("speaks nothing newer than {oldest}"),
        (Some(oldest), false) => format!("still allows {oldest}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Cname;

    fn validation(domain: &str, published: Option<bool>) -> Validation {
        Validation {
            domain: domain.into(),
            method: Some("DNS".into()),
            status: None,
            record: Some(Cname { name: format!("_x.{domain}."), value: "_y.aws.".into() }),
            published,
        }
    }

    #[test]
    fn an_obstacle_says_what_would_remove_it() {
        let told = |obstacle, validations: &[Validation]| stopped(obstacle, None, validations);
        let gone = [validation("a.example", Some(false)), validation("b.example", Some(false))];
        assert_eq!(
            told(Obstacle::RecordMissing, &gone),
            "ACM cannot renew it: the record _x.a.example. CNAME _y.aws. is not there, and so with 1 other"
        );
        assert!(told(Obstacle::Email, &gone).ends_with("the e-mail about a.example, b.example"));
        assert!(told(Obstacle::Unvalidated, &[]).ends_with("until a domain validates"));
        assert!(told(Obstacle::Unvalidated, &[validation("a.example", None)]).ends_with("has to be there"));
        assert!(told(Obstacle::Unvalidated, &[validation("a.example", Some(true))]).ends_with("is there"));
        assert_eq!(stopped(Obstacle::Failed, Some("CAA_ERROR"), &[]), "ACM failed to renew it (CAA_ERROR)");
    }

    #[test]
    fn what_is_spoken_is_told_apart_from_what_is_allowed() {
        assert_eq!(legacy(Some("TLSv1.0"), true), "speaks nothing newer than TLSv1.0");
        assert_eq!(legacy(Some("TLSv1.0"), false), "still allows TLSv1.0");
        for odd in [Some("TLSv1.2"), None] {
            assert_eq!(legacy(odd, true), "speaks only what current clients refuse");
        }
    }
}
