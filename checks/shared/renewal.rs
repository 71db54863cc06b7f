//! What stands between a certificate of ACM and its renewal.

use chrono::{DateTime, TimeDelta, Utc};
use howler_model::{Certificate, Measure, Obstacle, Origin, Renewal, Severity, Status, Validation};

use crate::shared::{Placed, end, until};

/// The earliest that ACM begins to renew.
const ACM_BEGINS: TimeDelta = TimeDelta::days(60);

/// Why ACM will not renew a certificate that has not ended: how bad that is, and the domains that have to do with it.
pub(crate) fn obstacle(place: &Placed<'_>, now: DateTime<Utc>) -> Option<(Obstacle, Grade, Vec<Validation>)> {
    let renewal = place.certificate.renewal.as_ref().filter(|_| is_by_acm(place.certificate))?;
    let left = end(place.certificate).map(|end| until(end, now)).filter(|left| *left >= TimeDelta::zero())?;
    let bad = |obstacle, severity| Some((obstacle, (Status::Fail, severity), Vec::new()));
    match renewal.status.as_deref() {
        // Whether it will be used by then, nobody knows long before.
        _ if place.unused => (left <= ACM_BEGINS).then_some((Obstacle::NotInUse, LATER, Vec::new())),
        Some("FAILED") => bad(Obstacle::Failed, Severity::High),
        Some("PENDING_VALIDATION") => Some(pending(renewal)),
        _ if !renewal.eligible => bad(Obstacle::Ineligible, Severity::Medium),
        _ => missing(&renewal.validations),
    }
}

/// How bad something is.
type Grade = (Status, Severity);

const LATER: Grade = (Status::Warn, Severity::Low);

/// Whether ACM issued a certificate, and renews it by itself.
pub(crate) fn is_by_acm(certificate: &Certificate) -> bool {
    matches!(certificate.origin, Origin::AcmIssued | Origin::AcmPrivate)
}

/// A record that was looked for and is not there stops the renewal, begun or not.
fn missing(validations: &[Validation]) -> Option<(Obstacle, Grade, Vec<Validation>)> {
    let missing: Vec<_> =
        validations.iter().filter(|validation| validation.published == Some(false)).cloned().collect();
    (!missing.is_empty()).then_some((Obstacle::RecordMissing, (Status::Fail, Severity::High), missing))
}

fn pending(renewal: &Renewal) -> (Obstacle, Grade, Vec<Validation>) {
    let is_open = |validation: &&Validation| validation.status.as_deref() != Some("SUCCESS");
    let open: Vec<Validation> = renewal.validations.iter().filter(is_open).cloned().collect();
    let by_mail = open.iter().any(|validation| validation.method.as_deref() == Some("EMAIL"));
    let all_there = !open.is_empty() && open.iter().all(|validation| validation.published == Some(true));
    if let Some(missing) = missing(&open) {
        return missing;
    }
    match (by_mail, all_there) {
        (true, _) => (Obstacle::Email, (Status::Fail, Severity::Medium), open),
        // ACM looks for the records from time to time, and will find them.
        (_, true) => (Obstacle::Unvalidated, LATER, open),
        _ => (Obstacle::Unvalidated, (Status::Warn, Severity::Medium), open),
    }
}

/// What is told of it. The renewal was `due` then, if it is merely late.
pub(crate) fn measure(
    certificate: &Certificate,
    not_after: DateTime<Utc>,
    now: DateTime<Utc>,
    due: Option<DateTime<Utc>>,
    obstacle: Option<Obstacle>,
    validations: Vec<Validation>,
) -> Measure {
    let renewal = certificate.renewal.as_ref();
    Measure::Renewal {
        obstacle,
        not_after,
        seconds_left: until(not_after, now).num_seconds(),
        due,
        status: renewal.and_then(|renewal| renewal.status.clone()),
        failure: renewal.and_then(|renewal| renewal.failure.clone()),
        validations,
        certificate: Box::new(certificate.identity()),
    }
}
