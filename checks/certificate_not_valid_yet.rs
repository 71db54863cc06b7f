//! Certificates whose first valid second is still to come.

use chrono::{DateTime, TimeDelta, Utc};
use howler_model::{Check, FactKind, Facts, Grain, Measure, Severity, Thresholds, Validity, Verdict};

use crate::shared::{Placed, placed, until, worst_of_each};

pub(crate) static CHECK: Check = Check {
    id: "certificate-not-valid-yet",
    title: "Certificate not valid yet",
    why: "Clients refuse a certificate before its first valid second just as they refuse an expired one. It was \
          deployed too early, or the clock of the machine that issued it runs ahead.",
    fix: "Put the previous certificate back until the new one is valid, or have the issuer sign a new one that \
          is valid now. If the date is an accident, first correct the clock (NTP) of the machine that issued it.",
    since: "0.1.0",
    grain: Grain::Account,
    needs: &[FactKind::Certificate, FactKind::Binding, FactKind::Served],
    verdicts,
};

/// Nothing is said of certificates that are valid already: `certificate-expiry` lists them all. One that never will be is
/// told by `certificate-dates-inverted`.
fn verdicts(facts: &Facts, _: &Thresholds, now: DateTime<Utc>) -> Vec<Verdict> {
    worst_of_each(placed(facts).into_iter().filter_map(|place| judge(place, now)))
}

fn judge(place: Placed<'_>, now: DateTime<Utc>) -> Option<Verdict> {
    let Validity::Until { not_before: Some(not_before), not_after } = place.certificate.validity else {
        return None;
    };
    let left = until(not_before, now);
    let graded = place.out_of_date(Severity::High);
    let measure = Measure::NotYetValid { not_before, seconds_until: left.num_seconds() };
    (left > TimeDelta::zero() && not_before <= not_after).then(|| place.verdict(graded, measure, None))
}

#[cfg(test)]
mod tests {
    use howler_model::{Certificate, CertificateUsage, Finding, Served, Status, Trust};

    use super::*;
    use crate::shared::examples::{authority, binding, certificate, judge, now, served};

    fn starting(seconds: i64, from: Certificate) -> Certificate {
        let not_before = now() + TimeDelta::seconds(seconds);
        let validity =
            Validity::Until { not_before: Some(not_before), not_after: not_before + TimeDelta::days(90) };
        Certificate { validity, ..from }
    }

    fn kept(certificate: Certificate) -> Vec<Finding> {
        judge(&CHECK, &Facts { certificates: vec![certificate], ..Facts::default() })
    }

    fn grades(findings: &[Finding]) -> Vec<(&str, Status, Severity)> {
        findings
            .iter()
            .map(|f| (f.verdict.resource.id.as_str(), f.verdict.status, f.verdict.severity))
            .collect()
    }

    #[test]
    fn it_is_valid_from_its_first_second() {
        assert_eq!(kept(starting(-1, certificate("c"))), []);
        assert_eq!(kept(starting(0, certificate("c"))), []);
        let early = kept(starting(1, certificate("c")));
        assert_eq!(grades(&early), [("c", Status::Fail, Severity::High)]);
        let not_before = now() + TimeDelta::seconds(1);
        assert_eq!(early[0].verdict.measure, Measure::NotYetValid { not_before, seconds_until: 1 });
        assert_eq!(early[0].verdict.deadline, None);
    }

    #[test]
    fn what_nothing_uses_is_low_until_a_binding_names_it() {
        let certificates =
            vec![Certificate { usage: CertificateUsage::Unused, ..starting(60, certificate("arn:c")) }];
        let mut facts = Facts { certificates, ..Facts::default() };
        assert_eq!(grades(&judge(&CHECK, &facts)), [("arn:c", Status::Fail, Severity::Low)]);
        facts.bindings.push(binding("arn:c", "arn:listener"));
        let bound = judge(&CHECK, &facts);
        assert_eq!(grades(&bound), [("arn:c", Status::Fail, Severity::High)]);
        assert_eq!(bound[0].verdict.affects, ["arn:listener"]);
    }

    #[test]
    fn a_served_chain_is_judged_by_whether_a_path_goes_round_its_member() {
        let chain = || vec![certificate("leaf"), starting(60, authority("a.example:443/ca"))];
        let with = |trust| {
            let served = vec![Served { trust, ..served("a.example:443", "192.0.2.1:443", chain()) }];
            judge(&CHECK, &Facts { served, ..Facts::default() })
        };
        assert_eq!(grades(&with(Trust::OutOfDate)), [("a.example:443/ca", Status::Fail, Severity::High)]);
        assert_eq!(grades(&with(Trust::Trusted)), [("a.example:443/ca", Status::Warn, Severity::Low)]);
    }

    #[test]
    fn an_endpoint_is_one_finding_about_the_addresses_that_serve_it_too_early() {
        let on =
            |seconds, address| served("a.example:443", address, vec![starting(seconds, certificate("x"))]);
        let served = vec![on(60, "192.0.2.2:443"), on(60, "192.0.2.1:443"), on(-60, "192.0.2.3:443")];
        let findings = judge(&CHECK, &Facts { served, ..Facts::default() });
        assert_eq!(grades(&findings), [("a.example:443", Status::Fail, Severity::High)]);
        assert_eq!(findings[0].verdict.affects, ["192.0.2.1:443", "192.0.2.2:443"]);
    }

    #[test]
    fn odd_dates_are_no_panic() {
        let (least, most) = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC);
        for (not_before, not_after, findings) in [(most, least, 0), (most, most, 1), (least, most, 0)] {
            let validity = Validity::Until { not_before: Some(not_before), not_after };
            assert_eq!(kept(Certificate { validity, ..certificate("c") }).len(), findings);
        }
        for validity in [
            Validity::NoExpiry,
            Validity::NotIssued,
            Validity::Unknown("?".into()),
            Validity::Until { not_before: None, not_after: now() },
        ] {
            assert_eq!(kept(Certificate { validity, ..certificate("c") }), []);
        }
    }
}
