//! Certificates that should have renewed themselves by now.

use chrono::{DateTime, TimeDelta, Utc};
use howler_model::{
    Certificate, Check, FactKind, Facts, Grain, MANUAL_LIFETIME, Origin, Role, Severity, Status, Thresholds,
    Verdict,
};

use crate::shared::{Placed, end, is_by_acm, obstacle, placed, renewal_measure, until, worst_of_each};

/// ACM says that it begins so long before the end, or earlier.
const ACM_BEGINS: TimeDelta = TimeDelta::days(45);

/// It never begins earlier: what it said before is about an earlier renewal.
const EARLIEST: TimeDelta = TimeDelta::days(60);

/// What lives no longer is renewed at half of its life.
const SHORT: TimeDelta = TimeDelta::days(10);

pub(crate) static CHECK: Check = Check {
    id: "certificate-renewal-overdue",
    title: "Certificate should have renewed itself by now",
    why: "ACM and ACME clients renew with a third of the lifetime left, or half of a life of a few days; ACM no later \
          than 45 days before the end. What is past that by a scan or two has a renewal that does not work, weeks before \
          anybody is refused.",
    fix: "See why the renewal did not come. In ACM: what `aws acm describe-certificate` says of the renewal and of the \
          validation of each domain. On a host: the log of the ACME client and its timer (`certbot renew --dry-run`); a \
          server that was not reloaded serves the old certificate for as long as it runs.",
    since: "0.1.0",
    grain: Grain::Account,
    needs: &[FactKind::Certificate, FactKind::Binding, FactKind::Served],
    verdicts,
};

/// Where it is known what stands in the way, `certificate-will-not-renew` tells it; what has expired is told by
/// `certificate-expiry`.
fn verdicts(facts: &Facts, thresholds: &Thresholds, now: DateTime<Utc>) -> Vec<Verdict> {
    worst_of_each(placed(facts).into_iter().filter_map(|place| judge(place, thresholds, now)))
}

fn judge(place: Placed<'_>, thresholds: &Thresholds, now: DateTime<Utc>) -> Option<Verdict> {
    let certificate = place.certificate;
    let not_after = end(certificate)?;
    let lifetime = certificate.validity.lifetime();
    let due_left = due(&place, lifetime)?;
    // A healthy renewer is a little late, and was seen before it was.
    let grace = thresholds.scan_interval * 2;
    let grace = lifetime.map_or(grace, |lifetime| grace.min(lifetime / 20));
    let left = until(not_after, now);
    let is_late = left >= TimeDelta::zero() && left < due_left - grace;
    if !is_late || obstacle(&place, now).is_some() {
        return None;
    }
    let severity = if is_by_acm(certificate) { Severity::Medium } else { Severity::Low };
    let due = not_after.checked_sub_signed(due_left);
    let measure = renewal_measure(certificate, not_after, now, due, None, Vec::new());
    Some(place.verdict((Status::Warn, severity), measure, Some(not_after)))
}

/// What is left of a certificate when it renews itself, if anything does that.
///
/// Of what ACM has not issued only short lives are taken for renewed by a program: whoever renews by hand once a year
/// is not late a third of a year before the end.
fn due(place: &Placed<'_>, lifetime: Option<TimeDelta>) -> Option<TimeDelta> {
    let third = |lifetime: TimeDelta| if lifetime < SHORT { lifetime / 2 } else { lifetime / 3 };
    if is_by_acm(place.certificate) {
        let due = lifetime.map_or(ACM_BEGINS, |lifetime| third(lifetime).min(ACM_BEGINS));
        return Some(due).filter(|_| !place.unused && is_tried(place.certificate));
    }
    let by_client = matches!(place.certificate.origin, Origin::AcmAcme | Origin::Served | Origin::File);
    let lifetime = lifetime.filter(|lifetime| *lifetime <= MANUAL_LIFETIME)?;
    (by_client && place.role == Role::Leaf && !place.unused).then(|| third(lifetime))
}

/// Whether ACM would renew it and does not say that it has. What it said of the last renewal says nothing of this one.
fn is_tried(certificate: &Certificate) -> bool {
    let begins = end(certificate).and_then(|end| end.checked_sub_signed(EARLIEST));
    certificate.renewal.as_ref().is_some_and(|renewal| {
        let before = renewal.updated.zip(begins).is_some_and(|(updated, begins)| updated < begins);
        renewal.eligible && (before || renewal.status.as_deref() != Some("SUCCESS"))
    })
}

#[cfg(test)]
mod tests {
    use howler_model::{CertificateUsage, Measure, Renewal};

    use super::*;
    use crate::shared::examples::{certificate, judge as run, lasting, now};

    fn of(origin: Origin, lifetime: f64, left: f64) -> Certificate {
        let days = |days: f64| TimeDelta::seconds((days * 86_400.0) as i64);
        let status = Some("PENDING_AUTO_RENEWAL".to_owned());
        let renewal = Renewal { eligible: true, status, failure: None, updated: None, validations: vec![] };
        Certificate {
            origin,
            validity: lasting(days(lifetime), days(left)),
            renewal: is_acm(origin).then_some(renewal),
            ..certificate("arn:c")
        }
    }

    fn is_acm(origin: Origin) -> bool {
        matches!(origin, Origin::AcmIssued | Origin::AcmPrivate)
    }

    fn told(certificate: Certificate) -> Option<(Status, Severity)> {
        let findings = run(&CHECK, &Facts { certificates: vec![certificate], ..Facts::default() });
        findings.first().map(|finding| (finding.verdict.status, finding.verdict.severity))
    }

    #[test]
    fn acm_is_late_after_its_45_days_and_two_scans() {
        let medium = Some((Status::Warn, Severity::Medium));
        for (lifetime, left, expected) in
            [(198.0, 43.1, None), (198.0, 42.9, medium), (198.0, 0.0, medium), (198.0, -0.1, None)]
        {
            for origin in [Origin::AcmIssued, Origin::AcmPrivate] {
                assert_eq!(told(of(origin, lifetime, left)), expected, "{origin:?} {left}");
            }
        }
        assert_eq!(told(of(Origin::AcmIssued, 47.0, 16.0)), None, "a third of a short life comes later");
        let done = |status: &str| {
            let mut certificate = of(Origin::AcmIssued, 198.0, 20.0);
            certificate.renewal.as_mut().unwrap().status = Some(status.into());
            told(certificate)
        };
        assert_eq!(done("SUCCESS"), None);
        assert_eq!(done("PENDING_VALIDATION"), None, "what is known to stand in the way is told elsewhere");
        let unused = Certificate { usage: CertificateUsage::Unused, ..of(Origin::AcmIssued, 198.0, 20.0) };
        assert_eq!(told(unused), None);
    }

    #[test]
    fn no_healthy_client_is_late_and_what_is_not_acms_is_low() {
        let low = Some((Status::Warn, Severity::Low));
        for origin in [Origin::Served, Origin::File, Origin::AcmAcme] {
            for (lifetime, left, expected) in [
                (90.0, 30.0, None),
                (90.0, 28.1, None),
                (90.0, 27.9, low),
                (47.0, 14.0, None),
                (47.0, 13.0, low),
                (6.67, 3.1, None),
                (6.67, 2.9, low),
                (398.0, 1.0, None),
            ] {
                assert_eq!(told(of(origin, lifetime, left)), expected, "{origin:?} {lifetime} {left}");
            }
        }
        for origin in [Origin::AcmImported, Origin::Iam, Origin::Uploaded, Origin::Service, Origin::AcmPca] {
            assert_eq!(told(of(origin, 90.0, 10.0)), None, "{origin:?}");
        }
    }

    #[test]
    fn it_says_when_the_renewal_was_due() {
        let certificates = vec![of(Origin::Served, 90.0, 20.0)];
        let verdict = run(&CHECK, &Facts { certificates, ..Facts::default() }).remove(0).verdict;
        let Measure::Renewal { obstacle: None, due, seconds_left, .. } = verdict.measure else {
            panic!("another measure")
        };
        assert_eq!(due, Some(now() - TimeDelta::days(10)));
        assert_eq!(seconds_left, 20 * 86_400);
        assert_eq!(verdict.deadline, Some(now() + TimeDelta::days(20)));
    }

    #[test]
    fn far_dates_do_not_overflow() {
        use howler_model::Validity;
        let (least, most) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        for (not_before, not_after) in [(least, most), (most, least), (least, least)] {
            let validity = Validity::Until { not_before: Some(not_before), not_after };
            told(Certificate { validity, ..of(Origin::AcmIssued, 1.0, 1.0) });
        }
    }
}
