//! Certificates that end before they begin, so that they are never valid.

use chrono::{DateTime, Utc};
use howler_model::{Check, FactKind, Facts, Grain, Measure, Severity, Thresholds, Verdict};

use crate::shared::{Placed, end, placed, start, until, worst_of_each};

pub(crate) static CHECK: Check = Check {
    id: "certificate-dates-inverted",
    title: "Certificate that ends before it begins",
    why: "The two dates were put in the wrong order when it was issued: there is no second in which any client accepts \
          it, and waiting for its first day does not help.",
    fix: "Have it issued again, with the dates in their order; correct the script or the template that made it.",
    since: "0.1.0",
    grain: Grain::Account,
    needs: &[FactKind::Certificate, FactKind::Binding, FactKind::Served],
    verdicts,
};

/// Once its end is past, `certificate-expiry` tells it; until then `certificate-not-valid-yet` leaves it to this check.
fn verdicts(facts: &Facts, _: &Thresholds, now: DateTime<Utc>) -> Vec<Verdict> {
    worst_of_each(placed(facts).into_iter().filter_map(|place| judge(place, now)))
}

fn judge(place: Placed<'_>, now: DateTime<Utc>) -> Option<Verdict> {
    let (not_before, not_after) = (start(place.certificate)?, end(place.certificate)?);
    let graded = place.out_of_date(Severity::High);
    let is_told = until(not_after, now).num_seconds() < 0;
    (not_before > not_after && !is_told)
        .then(|| place.verdict(graded, Measure::DatesInverted { not_before, not_after }, None))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use howler_model::{Certificate, CertificateUsage, Status, Validity};

    use super::*;
    use crate::shared::examples::{certificate, judge as run, now};

    fn told(begins: i64, ends: i64, usage: CertificateUsage) -> Option<(Status, Severity)> {
        let at = |seconds| now() + TimeDelta::seconds(seconds);
        let validity = Validity::Until { not_before: Some(at(begins)), not_after: at(ends) };
        let certificates = vec![Certificate { validity, usage, ..certificate("c") }];
        let findings = run(&CHECK, &Facts { certificates, ..Facts::default() });
        findings.first().map(|finding| (finding.verdict.status, finding.verdict.severity))
    }

    #[test]
    fn the_wrong_order_is_told_until_the_end_is_past() {
        let unknown = || CertificateUsage::Unknown;
        assert_eq!(told(2, 1, unknown()), Some((Status::Fail, Severity::High)));
        assert_eq!(told(2, 1, CertificateUsage::Unused), Some((Status::Fail, Severity::Low)));
        assert_eq!(told(1, 0, unknown()), Some((Status::Fail, Severity::High)));
        assert_eq!(told(1, -1, unknown()), None);
        assert_eq!(told(1, 1, unknown()), None, "one second is a life");
        assert_eq!(told(-1, 1, unknown()), None);
    }
}
