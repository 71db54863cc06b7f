//! Certificates of servers in AWS that nobody but themselves vouches for.

use chrono::{DateTime, Utc};
use howler_model::{
    Check, FactKind, Facts, Grain, Measure, Origin, Role, Severity, Status, Thresholds, Trust, Untrusted,
    Verdict,
};

use crate::shared::{Placed, placed, worst_of_each};

pub(crate) static CHECK: Check = Check {
    id: "certificate-self-signed",
    title: "Certificate that signed itself",
    why: "No client trusts a certificate that signed itself unless somebody gave it this very certificate, and such \
          clients break on the day that it is replaced. Others have learned not to check at all.",
    fix: "Replace it by a certificate of ACM, which costs nothing, or by one of a private authority that clients trust, so \
          that it can be renewed without touching them.",
    since: "0.1.0",
    grain: Grain::Account,
    needs: &[FactKind::Certificate, FactKind::Binding, FactKind::Served],
    verdicts,
};

/// What an endpoint serves is told by `certificate-untrusted`. Roots are meant to sign themselves, and so are certificates
/// of clients that somebody registered one by one: only what servers are given is told.
fn verdicts(facts: &Facts, _: &Thresholds, _: DateTime<Utc>) -> Vec<Verdict> {
    worst_of_each(placed(facts).into_iter().filter_map(judge))
}

fn judge(place: Placed<'_>) -> Option<Verdict> {
    let certificate = place.certificate;
    let is_of_server = certificate.origin == Origin::AcmImported
        || (place.bound && matches!(certificate.origin, Origin::Iam | Origin::Uploaded));
    let told = |trust: &Trust| matches!(trust, Trust::Untrusted(Untrusted::SelfSigned, _));
    let is_told = place.served.iter().any(|served| told(&served.trust));
    let subject = certificate.subject.clone().filter(|_| certificate.subject == certificate.issuer)?;
    (place.role == Role::Leaf && is_of_server && !is_told)
        .then(|| place.verdict((Status::Warn, Severity::Low), Measure::SelfSigned(subject), None))
}

#[cfg(test)]
mod tests {
    use howler_model::{Certificate, Served, Sha256};

    use super::*;
    use crate::shared::examples::{authority, binding, certificate, judge as run, served_there};

    fn of(issuer: &str, certificate: Certificate) -> Certificate {
        Certificate {
            subject: Some("CN=www".into()),
            issuer: Some(issuer.into()),
            sha256: Some(Sha256::of(b"x")),
            ..certificate
        }
    }

    fn told(certificate: Certificate, served: Vec<Served>) -> Option<Measure> {
        let findings = run(&CHECK, &Facts { certificates: vec![certificate], served, ..Facts::default() });
        findings.first().map(|finding| finding.verdict.measure.clone())
    }

    #[test]
    fn a_leaf_in_aws_that_names_itself_as_issuer_is_told() {
        let told_of = |certificate| told(certificate, vec![]);
        assert_eq!(told_of(of("CN=www", certificate("c"))), Some(Measure::SelfSigned("CN=www".into())));
        assert_eq!(told_of(of("CN=ca", certificate("c"))), None);
        assert_eq!(told_of(certificate("c")), None, "neither name is known");
        assert_eq!(told_of(of("CN=www", authority("root"))), None, "a root is meant to");
        for (origin, alone, bound) in [
            (Origin::AcmImported, true, true),
            (Origin::Iam, false, true),
            (Origin::Uploaded, false, true),
            (Origin::Service, false, false),
            (Origin::File, false, false),
        ] {
            let certificate = Certificate { origin, ..of("CN=www", certificate("c")) };
            let facts = Facts {
                certificates: vec![certificate.clone()],
                bindings: vec![binding("c", "arn:listener")],
                ..Facts::default()
            };
            assert_eq!(told_of(certificate).is_some(), alone, "{origin:?}");
            assert_eq!(run(&CHECK, &facts).len(), usize::from(bound), "{origin:?}");
        }
    }

    #[test]
    fn what_is_served_is_told_elsewhere() {
        let served = |trust| {
            let chain = vec![Certificate { origin: Origin::Served, ..of("CN=www", certificate("leaf")) }];
            vec![Served { trust, ..served_there("a.example:443", "192.0.2.1:443", chain) }]
        };
        let untrusted = Trust::Untrusted(Untrusted::SelfSigned, "no".into());
        assert_eq!(told(of("CN=www", certificate("c")), served(untrusted.clone())), None);
        assert!(told(of("CN=www", certificate("c")), served(Trust::Trusted)).is_some());
        let kept_elsewhere = Certificate { sha256: None, ..certificate("other") };
        assert_eq!(told(kept_elsewhere, served(untrusted)), None, "nobody keeps it");
    }
}
