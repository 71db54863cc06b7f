//! Certificates that nothing uses, for certain.

use chrono::{DateTime, Utc};
use howler_model::{
    Check, FactKind, Facts, Grain, Measure, Origin, Role, Severity, Status, Thresholds, Validity, Verdict,
};

use crate::shared::{end, placed, worst_of_each};

pub(crate) static CHECK: Check = Check {
    id: "certificate-unused",
    title: "Certificate that nothing uses",
    why: "It counts against quotas, its key may lie about somewhere, and its end alarms people for nothing. ACM does not \
          renew it, so that whoever wants to use it later finds it expired.",
    fix: "Delete it (`aws acm delete-certificate`, `aws iam delete-server-certificate`) unless somebody has plans for it.",
    since: "0.1.0",
    grain: Grain::Account,
    needs: &[FactKind::Certificate, FactKind::Binding, FactKind::Served],
    verdicts,
};

/// What is not issued yet cannot be used, and is told by `certificate-expiry`. What a service made nobody can delete, and
/// authorities are kept for those who trust them.
fn verdicts(facts: &Facts, _: &Thresholds, _: DateTime<Utc>) -> Vec<Verdict> {
    let unused = placed(facts)
        .into_iter()
        .filter(|place| place.unused && place.role == Role::Leaf)
        .filter(|place| place.certificate.origin != Origin::Service)
        .filter(|place| place.certificate.validity != Validity::NotIssued);
    worst_of_each(unused.map(|place| {
        let measure = Measure::Unused(end(place.certificate));
        place.verdict((Status::Warn, Severity::Info), measure, None)
    }))
}

#[cfg(test)]
mod tests {
    use howler_model::{Certificate, CertificateUsage, Sha256};

    use super::*;
    use crate::shared::examples::{binding, certificate, judge as run, now, served_there};

    fn of(usage: CertificateUsage) -> Certificate {
        Certificate { usage, sha256: Some(Sha256::of(b"x")), ..certificate("arn:c") }
    }

    fn count(facts: Facts) -> usize {
        run(&CHECK, &facts).len()
    }

    #[test]
    fn only_what_is_unused_for_certain_is_told() {
        let kept = |certificate| Facts { certificates: vec![certificate], ..Facts::default() };
        let unused = || kept(of(CertificateUsage::Unused));
        let verdict = run(&CHECK, &unused()).remove(0).verdict;
        assert_eq!((verdict.status, verdict.severity), (Status::Warn, Severity::Info));
        assert_eq!(verdict.measure, Measure::Unused(Some(now() + chrono::TimeDelta::days(60))));
        assert_eq!(count(kept(of(CertificateUsage::Unknown))), 0);
        assert_eq!(count(kept(of(CertificateUsage::By(vec![])))), 0);
        assert_eq!(count(Facts { bindings: vec![binding("arn:c", "arn:listener")], ..unused() }), 0);
        let served =
            vec![served_there("a.example:443", "192.0.2.1:443", vec![of(CertificateUsage::Unknown)])];
        assert_eq!(count(Facts { served, ..unused() }), 0, "an endpoint serves it");
        let requested = Certificate { validity: Validity::NotIssued, ..of(CertificateUsage::Unused) };
        assert_eq!(count(kept(requested)), 0);
        let made = Certificate { origin: Origin::Service, ..of(CertificateUsage::Unused) };
        assert_eq!(count(kept(made)), 0, "nobody can delete it");
        let trusted = Certificate { role: Role::TrustStore, ..of(CertificateUsage::Unused) };
        assert_eq!(count(kept(trusted)), 0, "it proves nothing by itself");
    }
}
