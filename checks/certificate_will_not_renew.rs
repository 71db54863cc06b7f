//! Certificates that ACM will not renew by itself unless somebody helps.

use chrono::{DateTime, Utc};
use howler_model::{Check, FactKind, Facts, Grain, Thresholds, Verdict};

use crate::shared::{Placed, end, obstacle, placed, renewal_measure, worst_of_each};

pub(crate) static CHECK: Check = Check {
    id: "certificate-will-not-renew",
    title: "ACM will not renew the certificate by itself",
    why: "ACM renews what it issued only while it is in use and every domain validates. A CNAME record that was tidied \
          away, an e-mail that nobody answers or a certificate authority that lost its permission stops the renewal \
          weeks before anything fails, and nobody notices until the certificate has expired.",
    fix: "Put the CNAME record of each domain back, exactly as ACM names it; where a domain is validated by e-mail, \
          have the mail sent again (`aws acm resend-validation-email`) and click the link in it, or move to a \
          certificate that is validated by DNS. For a private certificate give ACM back its permission on the private \
          CA. What nothing uses can be deleted.",
    since: "0.1.0",
    grain: Grain::Account,
    needs: &[FactKind::Certificate, FactKind::Binding, FactKind::Served],
    verdicts,
};

/// What has expired is told by `certificate-expiry`; what somebody imports, nobody expects ACM to renew.
fn verdicts(facts: &Facts, _: &Thresholds, now: DateTime<Utc>) -> Vec<Verdict> {
    worst_of_each(placed(facts).into_iter().filter_map(|place| judge(place, now)))
}

fn judge(place: Placed<'_>, now: DateTime<Utc>) -> Option<Verdict> {
    let not_after = end(place.certificate)?;
    let (obstacle, graded, validations) = obstacle(&place, now)?;
    let measure = renewal_measure(place.certificate, not_after, now, None, Some(obstacle), validations);
    Some(place.verdict(graded, measure, Some(not_after)))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use howler_model::{
        Certificate, CertificateUsage, Cname, Measure, Obstacle, Origin, Renewal, Severity, Status,
        Validation,
    };

    use super::*;
    use crate::shared::examples::{binding, certificate, judge, lasting};

    const FAIL: (Status, Severity) = (Status::Fail, Severity::High);

    fn renewal(status: Option<&str>, validations: Vec<Validation>) -> Renewal {
        let status = status.map(str::to_owned);
        Renewal { eligible: true, status, failure: None, updated: None, validations }
    }

    fn validation(method: &str, status: &str, published: Option<bool>) -> Validation {
        Validation {
            domain: "www.example.com".into(),
            method: Some(method.into()),
            status: Some(status.into()),
            record: Some(Cname {
                name: "_x.www.example.com.".into(),
                value: "_y.acm-validations.aws.".into(),
            }),
            published,
        }
    }

    /// Issued by ACM, in use, with so many of 198 days left.
    fn issued(renewal: Renewal, left: i64) -> Certificate {
        Certificate {
            origin: Origin::AcmIssued,
            validity: lasting(TimeDelta::days(198), TimeDelta::days(left)),
            usage: CertificateUsage::By(vec!["arn:lb".into()]),
            renewal: Some(renewal),
            ..certificate("arn:c")
        }
    }

    type Told = Option<(Obstacle, (Status, Severity), usize)>;

    /// The obstacle, how bad it is, and how many domains are told.
    fn told(certificate: Certificate) -> Told {
        let findings = judge(&CHECK, &Facts { certificates: vec![certificate], ..Facts::default() });
        let verdict = &findings.first()?.verdict;
        let Measure::Renewal { obstacle: Some(obstacle), validations, .. } = &verdict.measure else {
            panic!("no obstacle: {verdict:?}")
        };
        Some((*obstacle, (verdict.status, verdict.severity), validations.len()))
    }

    fn of(status: Option<&str>, validations: Vec<Validation>) -> Told {
        told(issued(renewal(status, validations), 40))
    }

    #[test]
    fn a_pending_validation_says_what_it_waits_for() {
        let pending = |validations| of(Some("PENDING_VALIDATION"), validations);
        let dns = |published| validation("DNS", "PENDING_VALIDATION", published);
        let done = validation("DNS", "SUCCESS", Some(true));
        let warn = |severity| (Status::Warn, severity);
        assert_eq!(pending(vec![done.clone(), dns(Some(false))]), Some((Obstacle::RecordMissing, FAIL, 1)));
        assert_eq!(pending(vec![dns(None)]), Some((Obstacle::Unvalidated, warn(Severity::Medium), 1)));
        assert_eq!(pending(vec![dns(Some(true))]), Some((Obstacle::Unvalidated, warn(Severity::Low), 1)));
        assert_eq!(pending(vec![]), Some((Obstacle::Unvalidated, warn(Severity::Medium), 0)));
        let mail = validation("EMAIL", "PENDING_VALIDATION", None);
        assert_eq!(pending(vec![done, mail]), Some((Obstacle::Email, (Status::Fail, Severity::Medium), 1)));
    }

    #[test]
    fn a_record_that_is_gone_is_told_before_the_renewal_begins() {
        let gone = validation("DNS", "SUCCESS", Some(false));
        assert_eq!(of(None, vec![gone.clone()]), Some((Obstacle::RecordMissing, FAIL, 1)));
        assert_eq!(of(None, vec![validation("DNS", "SUCCESS", None)]), None);
        assert_eq!(of(Some("SUCCESS"), vec![validation("DNS", "SUCCESS", Some(true))]), None);
    }

    #[test]
    fn a_failed_renewal_and_one_that_acm_will_not_try_are_told() {
        assert_eq!(of(Some("FAILED"), vec![]), Some((Obstacle::Failed, FAIL, 0)));
        assert_eq!(of(Some("PENDING_AUTO_RENEWAL"), vec![]), None);
        let ineligible = Renewal { eligible: false, ..renewal(None, vec![]) };
        let told_of = |origin| told(Certificate { origin, ..issued(ineligible.clone(), 150) });
        let medium = (Status::Fail, Severity::Medium);
        assert_eq!(told_of(Origin::AcmIssued), Some((Obstacle::Ineligible, medium, 0)));
        assert_eq!(told_of(Origin::AcmPrivate), Some((Obstacle::Ineligible, medium, 0)));
        assert_eq!(told_of(Origin::AcmImported), None, "nobody expects it");
        assert_eq!(told_of(Origin::AcmAcme), None, "its client renews it");
        assert_eq!(told(issued(ineligible.clone(), -1)), None, "it has expired, which is told elsewhere");
    }

    #[test]
    fn what_nothing_uses_for_certain_is_low_and_told_when_acm_would_begin() {
        let unused = |left| Certificate {
            usage: CertificateUsage::Unused,
            ..issued(Renewal { eligible: false, ..renewal(None, vec![]) }, left)
        };
        let low = Some((Obstacle::NotInUse, (Status::Warn, Severity::Low), 0));
        assert_eq!((told(unused(61)), told(unused(60))), (None, low));
        let facts = Facts {
            certificates: vec![unused(60)],
            bindings: vec![binding("arn:c", "arn:listener")],
            ..Facts::default()
        };
        let bound = judge(&CHECK, &facts).remove(0).verdict;
        assert_eq!((bound.severity, bound.affects), (Severity::Medium, vec!["arn:listener".to_owned()]));
    }
}
