//! Judgement: facts in, findings out. Pure: no I/O, no clock, no AWS, and no words but the checks' own documentation.
//!
//! Each file beside this one is a check, named after its id, and has one line in [`CHECKS`]. What several
//! checks need is in `shared/`.

use howler_model::Check;

mod certificate_chain;
mod certificate_dangling;
mod certificate_dates_inverted;
mod certificate_expiry;
mod certificate_name_mismatch;
mod certificate_no_expiry;
mod certificate_not_served;
mod certificate_not_valid_yet;
mod certificate_older_served;
mod certificate_renewal_overdue;
mod certificate_self_signed;
mod certificate_uncovered_name;
mod certificate_untrusted;
mod certificate_unused;
mod certificate_weak;
mod certificate_will_not_renew;
mod quota_utilization;
mod scan_coverage;
mod shared;
mod suppression_expired;
mod tls_legacy_protocol;

/// All checks, in the order of the documentation.
pub static CHECKS: &[&Check] = &[
    &certificate_expiry::CHECK,
    &certificate_renewal_overdue::CHECK,
    &certificate_will_not_renew::CHECK,
    &certificate_older_served::CHECK,
    &certificate_not_served::CHECK,
    &certificate_not_valid_yet::CHECK,
    &certificate_dates_inverted::CHECK,
    &certificate_no_expiry::CHECK,
    &certificate_name_mismatch::CHECK,
    &certificate_uncovered_name::CHECK,
    &certificate_dangling::CHECK,
    &certificate_untrusted::CHECK,
    &certificate_chain::CHECK,
    &certificate_self_signed::CHECK,
    &certificate_weak::CHECK,
    &tls_legacy_protocol::CHECK,
    &certificate_unused::CHECK,
    &quota_utilization::CHECK,
    &scan_coverage::CHECK,
    &suppression_expired::CHECK,
];

/// The check with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Check> {
    CHECKS.iter().copied().find(|check| check.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::TimeDelta;
    use howler_model::{
        Certificate, CertificateUsage, Facts, Origin, Renewal, Served, Severity, Sha256, Status, Trust,
        Untrusted, Validity,
    };

    use super::*;
    use crate::shared::examples::{bound_at, certificate, lasting, now, served_there};

    /// The checks that tell people something of the facts.
    fn told(facts: &Facts) -> Vec<&'static str> {
        let judged = CHECKS.iter().flat_map(|check| check.judge(facts, &Default::default(), now()));
        let is_heard = |verdict: &howler_model::Verdict| {
            verdict.status != Status::Pass && verdict.severity > Severity::Info
        };
        judged.filter(|finding| is_heard(&finding.verdict)).map(|finding| finding.check).collect()
    }

    fn kept(certificate: Certificate) -> Facts {
        Facts { certificates: vec![certificate], ..Facts::default() }
    }

    fn sealed(id: &str, der: &[u8], left: i64) -> Certificate {
        let validity = lasting(TimeDelta::days(90), TimeDelta::days(left));
        Certificate { sha256: Some(Sha256::of(der)), validity, ..certificate(id) }
    }

    /// A certificate of an account, bound to an endpoint that serves this.
    fn deployed(certificate: Certificate, leaf: Certificate, trust: Trust) -> Facts {
        let served = served_there("www.example.com:443", "192.0.2.1:443", vec![leaf]);
        Facts {
            bindings: vec![bound_at(&certificate.resource.id, "arn:lb", &["www.example.com:443"])],
            served: vec![Served { trust, ..served }],
            ..kept(certificate)
        }
    }

    /// The ids that the names of the files beside this one stand for.
    fn files() -> BTreeSet<String> {
        std::fs::read_dir(env!("CARGO_MANIFEST_DIR"))
            .unwrap()
            .filter_map(|entry| entry.unwrap().file_name().into_string().unwrap().strip_suffix(".rs").map(id))
            .filter(|id| id != "lib")
            .collect()
    }

    fn id(stem: &str) -> String {
        stem.replace('_', "-")
    }

    #[test]
    fn every_file_is_a_check_with_a_line_in_the_list() {
        let files = files();
        assert!(files.len() >= 20, "the folder was not read: {files:?}");
        for id in &files {
            assert!(find(id).is_some(), "{}.rs has no line in CHECKS", id.replace('-', "_"));
        }
        for check in CHECKS {
            assert!(files.contains(check.id), "the check {} is not in a file of its name", check.id);
        }
        assert_eq!(files.len(), CHECKS.len(), "a check is in the list twice");
    }

    #[test]
    fn every_check_is_documented() {
        for check in CHECKS {
            for (what, text) in [("title", check.title), ("why", check.why), ("fix", check.fix)] {
                assert!(!text.trim().is_empty(), "{} has no {what}", check.id);
                assert!(!text.contains('\n') && !text.contains("  "), "{}: {what} is not one line", check.id);
            }
            assert!(check.title.len() <= 60, "{}: the title does not fit a table", check.id);
            assert!(!check.title.ends_with('.'), "{}: a title is not a sentence", check.id);
            assert!(check.why.ends_with('.') && check.fix.ends_with('.'), "{}", check.id);
            assert_eq!(check.since, "0.1.0", "{}", check.id);
            assert!(!check.needs.is_empty(), "{} reads no facts", check.id);
        }
    }

    #[test]
    fn no_facts_give_no_findings() {
        for check in CHECKS {
            assert_eq!(check.judge(&Facts::default(), &Default::default(), now()), [], "{}", check.id);
        }
    }

    #[test]
    fn one_fault_is_told_once() {
        let in_days = |days| now() + TimeDelta::days(days);
        let inverted = Validity::Until { not_before: Some(in_days(90)), not_after: in_days(80) };
        assert_eq!(
            told(&kept(Certificate { validity: inverted, ..certificate("c") })),
            ["certificate-dates-inverted"]
        );

        let name = || Some("CN=www".to_owned());
        let selfish = |id| Certificate { subject: name(), issuer: name(), ..sealed(id, b"x", 60) };
        let untrusted = Trust::Untrusted(Untrusted::SelfSigned, String::new());
        assert_eq!(told(&deployed(selfish("arn:c"), selfish("leaf"), untrusted)), ["certificate-untrusted"]);

        let expired = || sealed("arn:c", b"x", -1);
        assert_eq!(told(&deployed(expired(), expired(), Trust::OutOfDate)), ["certificate-expiry"]);

        let (new, old) = (sealed("arn:c", b"new", 80), sealed("leaf", b"old", 60));
        assert_eq!(told(&deployed(new, old, Trust::Trusted)), ["certificate-older-served"]);
    }

    #[test]
    fn one_reason_why_a_renewal_does_not_come_is_told_once() {
        let of = |eligible, status: Option<&str>, usage| {
            let status = status.map(str::to_owned);
            let renewal = Renewal { eligible, status, failure: None, updated: None, validations: vec![] };
            let validity = lasting(TimeDelta::days(198), TimeDelta::days(40));
            let issued = Certificate { origin: Origin::AcmIssued, validity, ..certificate("c") };
            told(&kept(Certificate { renewal: Some(renewal), usage, ..issued }))
        };
        let used = || CertificateUsage::By(vec!["arn:lb".into()]);
        assert_eq!(of(true, Some("PENDING_VALIDATION"), used()), ["certificate-will-not-renew"]);
        assert_eq!(of(true, None, used()), ["certificate-renewal-overdue"]);
        assert_eq!(of(false, None, CertificateUsage::Unused), ["certificate-will-not-renew"]);
        assert_eq!(of(true, Some("SUCCESS"), used()), [""; 0]);
    }

    #[test]
    fn an_unknown_id_is_not_found() {
        assert!(find("certificate-expiry").is_some());
        assert!(find("certificate_expiry").is_none());
        assert!(find("").is_none());
    }
}
