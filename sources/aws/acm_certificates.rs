//! Certificates in ACM.
//!
//! The listing has the dates and most else, 1,000 certificates a call. A description has the rest (renewal,
//! validation, users, issuer) at one call a certificate and about ten calls a second, so that it is asked for only
//! where somebody may soon have to act on it. Bodies are read where they are compared with what is served.

mod body;

use std::collections::BTreeMap;

use aws_sdk_acm::types::{
    CertificateDetail, CertificateKeyPairOrigin, CertificateStatus, CertificateSummary, CertificateType,
    DomainValidation, RenewalEligibility,
};
use chrono::{DateTime, TimeDelta, Utc};
use howler_model::{
    Certificate, CertificateUsage, Cname, FactKind, Origin, Reason, Renewal, Resource, Role, Service, Unseen,
    Validation, Validity,
};

use super::AccountRegion;
use super::access::Listing;
use super::certificate::time;
use super::listings::acm::ListCertificates;
use super::listings::of_each::{Of, of_each};
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("acm");
const DESCRIBE: &str = "acm:DescribeCertificate";

/// A certificate that ends within this time is described. ACM begins to renew 60 days before the end or later.
const NEAR: TimeDelta = TimeDelta::days(60);

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "acm-certificates",
    title: "ACM certificates with renewal, use and validation",
    service: SERVICE,
    kinds: &[FactKind::Certificate],
    actions: || vec![ListCertificates::ACTION, DESCRIBE, body::GET],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(listed) = gathered.note(None, at.list::<ListCertificates>().await) else {
        return gathered;
    };
    let worth_it = listed.iter().filter(|summary| is_worth_describing(summary, at.now()));
    let described = of_each(worth_it, |summary| describe(at, summary)).await;
    let details = details(described, &mut gathered);
    for summary in listed.iter() {
        let Some(arn) = summary.certificate_arn() else {
            let words = "a certificate without an ARN";
            gathered.miss(None, Unseen::new(Reason::Malformed, ListCertificates::ACTION, words));
            continue;
        };
        let name = summary.domain_name().unwrap_or(arn);
        let resource = at.resource(SERVICE, "acm-certificate", arn, name);
        gathered.facts.certificates.push(certificate(resource, summary, details.get(arn)));
    }
    if at.wants_bodies() {
        body::read(at, &listed, &mut gathered).await;
    }
    gathered
}

/// Whether more than the listing says is needed: names are cut off there, or the certificate is neither issued nor
/// simply expired, or it ends soon (or nobody knows when) and may be in use.
fn is_worth_describing(summary: &CertificateSummary, now: DateTime<Utc>) -> bool {
    let cut_off = summary.has_additional_subject_alternative_names() == Some(true);
    let odd = !matches!(summary.status(), Some(CertificateStatus::Issued | CertificateStatus::Expired));
    let near = summary.not_after().and_then(time).is_none_or(|end| end - now <= NEAR);
    cut_off || odd || (near && usage(summary, None) != CertificateUsage::Unused)
}

async fn describe(at: &AccountRegion, summary: &CertificateSummary) -> Result<CertificateDetail, Unseen> {
    let arn = summary.certificate_arn().unwrap_or_default();
    let request = at.acm().describe_certificate().certificate_arn(arn);
    let answer = at.call(DESCRIBE, || request.clone().send()).await?;
    answer
        .certificate
        .ok_or_else(|| Unseen::new(Reason::Malformed, DESCRIBE, "the answer has no certificate in it"))
}

/// The descriptions by ARN; each that failed is a gap, the facts of the listing stay.
fn details(
    described: Result<Vec<Of<CertificateSummary, CertificateDetail>>, Unseen>,
    gathered: &mut Gathered,
) -> BTreeMap<String, CertificateDetail> {
    let described = gathered.note(None, described).unwrap_or_default();
    let one = |of: Of<CertificateSummary, CertificateDetail>| {
        let arn = of.parent.certificate_arn?;
        let detail = gathered.note(Some(&arn), of.answer)?;
        Some((arn, detail))
    };
    described.into_iter().filter_map(one).collect()
}

fn certificate(
    resource: Resource,
    summary: &CertificateSummary,
    detail: Option<&CertificateDetail>,
) -> Certificate {
    Certificate {
        subject: detail.and_then(|detail| detail.subject.clone()),
        issuer: detail.and_then(|detail| detail.issuer.clone()),
        names: names(summary, detail),
        serial: detail.and_then(|detail| detail.serial()).map(serial),
        key: summary.key_algorithm().map(|key| key_name(key.as_str())),
        signature: detail.and_then(|detail| detail.signature_algorithm.clone()),
        usage: usage(summary, detail),
        renewal: renewal(summary, detail),
        ..Certificate::dated(resource, Role::Leaf, origin(summary), validity(summary, detail))
    }
}

/// What ACM does not say that it issued, somebody must renew.
fn origin(summary: &CertificateSummary) -> Origin {
    match (summary.certificate_key_pair_origin(), summary.r#type()) {
        (Some(CertificateKeyPairOrigin::Acme), _) => Origin::AcmAcme,
        (_, Some(CertificateType::AmazonIssued)) => Origin::AcmIssued,
        (_, Some(CertificateType::Private)) => Origin::AcmPrivate,
        _ => Origin::AcmImported,
    }
}

/// The dates decide, not the status: expired certificates have been seen as ISSUED.
fn validity(summary: &CertificateSummary, detail: Option<&CertificateDetail>) -> Validity {
    use CertificateStatus::{Failed, PendingValidation, ValidationTimedOut};
    let start = summary.not_before().or(detail.and_then(|detail| detail.not_before()));
    let end = summary.not_after().or(detail.and_then(|detail| detail.not_after()));
    match (end, summary.status()) {
        (Some(end), _) => match time(end) {
            Some(not_after) => Validity::between(start.and_then(time), not_after),
            None => Validity::Unknown(format!("its end is out of range: {} s after 1970", end.secs())),
        },
        (None, Some(PendingValidation | ValidationTimedOut | Failed)) => Validity::NotIssued,
        (None, status) => {
            let status = status.map_or("no status", |status| status.as_str());
            Validity::Unknown(format!("ACM gives no end for it ({status})"))
        }
    }
}

fn names(summary: &CertificateSummary, detail: Option<&CertificateDetail>) -> Vec<String> {
    let described = detail.map(|detail| detail.subject_alternative_names()).unwrap_or_default();
    let listed = summary.subject_alternative_name_summaries();
    match (described, listed) {
        ([], []) => summary.domain_name.iter().cloned().collect(),
        ([], listed) => listed.to_vec(),
        (described, _) => described.to_vec(),
    }
}

/// ACM writes `0a:1b:...`; in one piece it is what the certificate itself says.
pub(super) fn serial(text: &str) -> String {
    let digits = text.replace(':', "").to_ascii_lowercase();
    let mut rest = digits.as_str();
    while let Some(shorter) = rest.strip_prefix("00").filter(|shorter| !shorter.is_empty()) {
        rest = shorter;
    }
    rest.to_owned()
}

/// `RSA_2048` and `RSA-2048` (ACM writes both) and `EC_prime256v1` as certificates elsewhere are named.
pub(super) fn key_name(key: &str) -> String {
    match key {
        "EC_prime256v1" => "EC-P-256".to_owned(),
        "EC_secp384r1" => "EC-P-384".to_owned(),
        "EC_secp521r1" => "EC-P-521".to_owned(),
        other => other.replace('_', "-"),
    }
}

/// What is served outside AWS (exported, or from an ACME client) is not known to be unused when AWS does not use it.
fn usage(summary: &CertificateSummary, detail: Option<&CertificateDetail>) -> CertificateUsage {
    let users = detail.map(|detail| detail.in_use_by()).unwrap_or_default();
    let outside = origin(summary) == Origin::AcmAcme || summary.exported() == Some(true);
    match (users, summary.in_use()) {
        ([], Some(true)) => CertificateUsage::By(Vec::new()),
        ([], Some(false)) if !outside => CertificateUsage::Unused,
        ([], _) => CertificateUsage::Unknown,
        (users, _) => CertificateUsage::By(users.to_vec()),
    }
}

fn renewal(summary: &CertificateSummary, detail: Option<&CertificateDetail>) -> Option<Renewal> {
    let described = detail.and_then(|detail| detail.renewal_eligibility());
    let eligibility = described.or(summary.renewal_eligibility())?;
    let begun = detail.and_then(|detail| detail.renewal_summary());
    let failure = begun.and_then(|begun| begun.renewal_status_reason());
    let failure = failure.or(detail.and_then(|detail| detail.failure_reason()));
    let first = detail.map(|detail| detail.domain_validation_options()).unwrap_or_default();
    let again = begun.map(|begun| begun.domain_validation_options()).filter(|again| !again.is_empty());
    Some(Renewal {
        eligible: *eligibility == RenewalEligibility::Eligible,
        status: begun.map(|begun| begun.renewal_status().as_str().to_owned()),
        failure: failure.map(|reason| reason.as_str().to_owned()),
        updated: begun.map(|begun| begun.updated_at()).and_then(time),
        validations: again.unwrap_or(first).iter().map(validation).collect(),
    })
}

fn validation(of: &DomainValidation) -> Validation {
    let record = of
        .resource_record()
        .map(|record| Cname { name: record.name().to_owned(), value: record.value().to_owned() });
    Validation {
        domain: of.domain_name().to_owned(),
        method: of.validation_method().map(|method| method.as_str().to_owned()),
        status: of.validation_status().map(|status| status.as_str().to_owned()),
        record,
        published: None,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_acm::primitives::DateTime as SdkTime;
    use aws_sdk_acm::types::builders::{CertificateDetailBuilder, CertificateSummaryBuilder};
    use aws_sdk_acm::types::{
        DomainStatus, DomainValidation, FailureReason, KeyAlgorithm, RenewalStatus, RenewalSummary,
        ValidationMethod,
    };
    use howler_model::{Partition, Scope};

    use super::*;

    const NOW: i64 = 1_800_000_000;
    const DAY: i64 = 86_400;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(NOW, 0).unwrap()
    }

    /// Issued by Amazon, in use, with a year to go.
    fn summary() -> CertificateSummaryBuilder {
        CertificateSummary::builder()
            .certificate_arn("arn:c")
            .domain_name("a.example")
            .status(CertificateStatus::Issued)
            .r#type(CertificateType::AmazonIssued)
            .in_use(true)
            .not_before(SdkTime::from_secs(NOW - 30 * DAY))
            .not_after(SdkTime::from_secs(NOW + 365 * DAY))
    }

    fn detail() -> CertificateDetailBuilder {
        CertificateDetail::builder().certificate_arn("arn:c")
    }

    fn fact(summary: &CertificateSummary, detail: Option<&CertificateDetail>) -> Certificate {
        let account = "123456789012".parse().unwrap();
        let scope = Scope::aws(Partition::Aws, account, "eu-west-1".parse().unwrap(), SERVICE);
        let (id, name) = ("arn:c".to_owned(), "a.example".to_owned());
        certificate(Resource { scope, kind: "acm-certificate", id, name }, summary, detail)
    }

    fn ends_in(seconds: i64) -> CertificateSummaryBuilder {
        summary().not_after(SdkTime::from_secs(NOW + seconds))
    }

    #[test]
    fn only_what_may_need_somebody_soon_is_described() {
        let worth = |summary: CertificateSummaryBuilder| is_worth_describing(&summary.build(), now());
        assert!(!worth(summary()));
        assert!(!worth(ends_in(60 * DAY + 1)));
        assert!(worth(ends_in(60 * DAY)));
        assert!(worth(ends_in(-DAY).status(CertificateStatus::Expired)));
        assert!(!worth(ends_in(-DAY).status(CertificateStatus::Expired).in_use(false)));
        assert!(!worth(ends_in(60 * DAY).in_use(false)));
        assert!(worth(ends_in(60 * DAY).in_use(false).exported(true)));
        assert!(worth(summary().set_not_after(None)));
        assert!(worth(
            summary().set_not_after(None).status(CertificateStatus::PendingValidation).in_use(false)
        ));
        assert!(worth(summary().status(CertificateStatus::Revoked)));
        assert!(worth(summary().has_additional_subject_alternative_names(true)));
        assert!(!worth(summary().has_additional_subject_alternative_names(false)));
    }

    #[test]
    fn the_dates_decide_and_a_missing_end_is_never_a_date() {
        let of = |summary: CertificateSummaryBuilder| fact(&summary.build(), None).validity;
        let start = DateTime::from_timestamp(NOW - 30 * DAY, 0);
        assert_eq!(
            of(ends_in(5)),
            Validity::Until { not_before: start, not_after: now() + TimeDelta::seconds(5) }
        );
        assert_eq!(
            of(ends_in(-1)),
            Validity::Until { not_before: start, not_after: now() - TimeDelta::seconds(1) }
        );
        assert_eq!(of(summary().not_after(SdkTime::from_secs(253_402_300_799))), Validity::NoExpiry);
        assert!(matches!(of(summary().not_after(SdkTime::from_secs(i64::MAX))), Validity::Unknown(_)));
        let without = |status: CertificateStatus| of(summary().set_not_after(None).status(status));
        for status in [
            CertificateStatus::PendingValidation,
            CertificateStatus::ValidationTimedOut,
            CertificateStatus::Failed,
        ] {
            assert_eq!(without(status), Validity::NotIssued);
        }
        for status in [CertificateStatus::Issued, CertificateStatus::Expired, CertificateStatus::Revoked] {
            assert!(matches!(without(status), Validity::Unknown(_)));
        }
        let described = detail().not_after(SdkTime::from_secs(NOW)).build();
        let described = fact(&summary().set_not_after(None).build(), Some(&described)).validity;
        assert_eq!(described, Validity::Until { not_before: start, not_after: now() });
    }

    #[test]
    fn use_is_unused_only_if_acm_says_so_and_nothing_is_outside_aws() {
        let of = |summary: CertificateSummaryBuilder, users: &[&str]| {
            let users = users.iter().map(|&user| user.to_owned()).collect();
            fact(&summary.build(), Some(&detail().set_in_use_by(Some(users)).build())).usage
        };
        assert_eq!(of(summary(), &["arn:lb"]), CertificateUsage::By(vec!["arn:lb".to_owned()]));
        assert_eq!(of(summary().in_use(false), &["arn:lb"]), CertificateUsage::By(vec!["arn:lb".to_owned()]));
        assert_eq!(of(summary(), &[]), CertificateUsage::By(vec![]));
        assert_eq!(of(summary().in_use(false), &[]), CertificateUsage::Unused);
        assert_eq!(of(summary().set_in_use(None), &[]), CertificateUsage::Unknown);
        assert_eq!(of(summary().in_use(false).exported(true), &[]), CertificateUsage::Unknown);
        let acme = summary().in_use(false).certificate_key_pair_origin(CertificateKeyPairOrigin::Acme);
        assert_eq!(of(acme, &[]), CertificateUsage::Unknown);
    }

    #[test]
    fn who_renews_follows_from_type_and_key_pair() {
        let of = |summary: CertificateSummaryBuilder| origin(&summary.build());
        assert_eq!(of(summary()), Origin::AcmIssued);
        assert_eq!(of(summary().r#type(CertificateType::Private)), Origin::AcmPrivate);
        assert_eq!(of(summary().r#type(CertificateType::Imported)), Origin::AcmImported);
        assert_eq!(of(summary().set_type(None)), Origin::AcmImported);
        assert_eq!(
            of(summary().certificate_key_pair_origin(CertificateKeyPairOrigin::Acme)),
            Origin::AcmAcme
        );
        let managed = summary().certificate_key_pair_origin(CertificateKeyPairOrigin::AwsManaged);
        assert_eq!(of(managed), Origin::AcmIssued);
    }

    #[test]
    fn names_come_from_the_fullest_list() {
        let listed = summary().subject_alternative_name_summaries("b.example").build();
        assert_eq!(fact(&summary().build(), None).names, ["a.example"]);
        assert_eq!(fact(&listed, None).names, ["b.example"]);
        let described =
            detail().subject_alternative_names("b.example").subject_alternative_names("c.example");
        assert_eq!(fact(&listed, Some(&described.build())).names, ["b.example", "c.example"]);
    }

    #[test]
    fn the_description_adds_renewal_and_identity() {
        let domain = DomainValidation::builder()
            .domain_name("a.example")
            .validation_method(ValidationMethod::Dns)
            .validation_status(DomainStatus::Failed)
            .build()
            .unwrap();
        let renewal = RenewalSummary::builder()
            .renewal_status(RenewalStatus::PendingValidation)
            .domain_validation_options(domain.clone())
            .renewal_status_reason(FailureReason::CaaError)
            .updated_at(SdkTime::from_secs(NOW))
            .build()
            .unwrap();
        let detail = detail()
            .serial("00:0A:bC")
            .issuer("Amazon")
            .subject("CN=a.example")
            .domain_validation_options(domain)
            .renewal_summary(renewal)
            .build();
        let eligible = summary().renewal_eligibility(RenewalEligibility::Eligible).build();
        let certificate = fact(&eligible, Some(&detail));
        assert_eq!(
            certificate.renewal,
            Some(Renewal {
                eligible: true,
                status: Some("PENDING_VALIDATION".to_owned()),
                failure: Some("CAA_ERROR".to_owned()),
                updated: Some(now()),
                validations: vec![Validation {
                    domain: "a.example".to_owned(),
                    method: Some("DNS".to_owned()),
                    status: Some("FAILED".to_owned()),
                    record: None,
                    published: None,
                }],
            })
        );
        assert_eq!(certificate.serial.as_deref(), Some("0abc"));
        assert_eq!(certificate.issuer.as_deref(), Some("Amazon"));
        assert_eq!(fact(&summary().build(), None).renewal, None);
        let ineligible = summary().renewal_eligibility(RenewalEligibility::Ineligible).build();
        assert!(!fact(&ineligible, None).renewal.unwrap().eligible);
    }

    #[test]
    fn keys_have_the_names_that_certificates_have_elsewhere() {
        let names: Vec<String> = KeyAlgorithm::values().iter().map(|key| key_name(key)).collect();
        assert_eq!(
            names,
            ["EC-P-256", "EC-P-384", "EC-P-521", "RSA-1024", "RSA-2048", "RSA-3072", "RSA-4096"]
        );
        assert_eq!(key_name("RSA-2048"), "RSA-2048");
    }
}
