//! Certificates for distributions and container services.

use aws_sdk_lightsail::types::{
    Certificate as Detail, CertificateSummary, DomainValidationRecord, RenewalStatus,
};
use howler_model::{
    Certificate, CertificateUsage, Cname, Origin, Reason, Renewal, Resource, Role, Unseen, Validation,
    Validity,
};

use super::{SERVICE, names, validity};
use crate::aws::AccountRegion;
use crate::aws::access::Listing;
use crate::aws::acm_certificates::{key_name, serial};
use crate::aws::certificate::time;
use crate::aws::listings::lightsail::GetCertificates;
use crate::source::Gathered;

pub(super) async fn add(at: &AccountRegion, gathered: &mut Gathered) {
    let listed = gathered.note(None, at.list::<GetCertificates>().await).unwrap_or_default();
    for summary in listed.iter() {
        let Some(arn) = summary.certificate_arn() else {
            let words = "a certificate without an ARN";
            gathered.miss(None, Unseen::new(Reason::Malformed, GetCertificates::ACTION, words));
            continue;
        };
        let name = summary.domain_name().or(summary.certificate_name()).unwrap_or(arn);
        let resource = at.resource(SERVICE, "lightsail-certificate", arn, name);
        gathered.facts.certificates.push(fact(resource, summary));
    }
}

fn fact(resource: Resource, summary: &CertificateSummary) -> Certificate {
    let Some(detail) = summary.certificate_detail() else {
        let validity = Validity::Unknown("Lightsail gives no details of it".to_owned());
        return Certificate {
            names: names(summary.domain_name(), &[]),
            ..Certificate::dated(resource, Role::Leaf, Origin::Service, validity)
        };
    };
    let status = detail.status().map(|status| status.as_str());
    let validity = validity(detail.not_before(), detail.not_after(), status);
    Certificate {
        issuer: detail.issuer_ca().map(str::to_owned),
        names: names(detail.domain_name(), detail.subject_alternative_names()),
        serial: detail.serial_number().map(serial),
        key: detail.key_algorithm().map(key_name),
        usage: match detail.in_use_resource_count() {
            0 => CertificateUsage::Unused,
            _ => CertificateUsage::By(Vec::new()),
        },
        renewal: renewal(detail),
        ..Certificate::dated(resource, Role::Leaf, Origin::Service, validity)
    }
}

fn renewal(detail: &Detail) -> Option<Renewal> {
    let eligible = detail.eligible_to_renew()?.eq_ignore_ascii_case("ELIGIBLE");
    let begun = detail.renewal_summary();
    let failure = begun.and_then(|begun| begun.renewal_status_reason()).or(detail.request_failure_reason());
    let again = begun.map(|begun| begun.domain_validation_records()).filter(|again| !again.is_empty());
    let records = again.unwrap_or(detail.domain_validation_records());
    Some(Renewal {
        eligible,
        status: begun.and_then(|begun| begun.renewal_status()).map(|status| words(status).to_owned()),
        failure: failure.map(str::to_owned),
        updated: begun.and_then(|begun| begun.updated_at()).and_then(time),
        validations: records.iter().map(validation).collect(),
    })
}

/// A state in the words of ACM, which renews for Lightsail.
fn words(status: &RenewalStatus) -> &str {
    match status {
        RenewalStatus::Failed => "FAILED",
        RenewalStatus::PendingAutoRenewal => "PENDING_AUTO_RENEWAL",
        RenewalStatus::PendingValidation => "PENDING_VALIDATION",
        RenewalStatus::Success => "SUCCESS",
        other => other.as_str(),
    }
}

fn validation(of: &DomainValidationRecord) -> Validation {
    let record = of.resource_record().and_then(|record| {
        let (name, value) = (record.name()?.to_owned(), record.value()?.to_owned());
        (record.r#type() == Some("CNAME")).then_some(Cname { name, value })
    });
    Validation {
        domain: of.domain_name().unwrap_or_default().to_owned(),
        method: Some("DNS".to_owned()),
        status: of.validation_status().map(|status| status.as_str().to_owned()),
        record,
        published: None,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_lightsail::primitives::DateTime as SdkTime;
    use aws_sdk_lightsail::types::builders::CertificateBuilder;
    use aws_sdk_lightsail::types::{
        CertificateDomainValidationStatus, CertificateStatus, RenewalSummary, ResourceRecord,
    };
    use howler_model::{Partition, Scope};

    use super::*;

    fn detail() -> CertificateBuilder {
        Detail::builder()
            .domain_name("shop.example")
            .status(CertificateStatus::Issued)
            .in_use_resource_count(1)
    }

    fn of(detail: Option<Detail>) -> Certificate {
        let account = "123456789012".parse().unwrap();
        let scope = Scope::aws(Partition::Aws, account, "eu-west-1".parse().unwrap(), SERVICE);
        let (id, name) = ("arn:c".to_owned(), "shop.example".to_owned());
        let summary =
            CertificateSummary::builder().domain_name("shop.example").set_certificate_detail(detail).build();
        fact(Resource { scope, kind: "lightsail-certificate", id, name }, &summary)
    }

    #[test]
    fn use_is_as_many_resources_as_lightsail_says() {
        assert_eq!(of(Some(detail().build())).usage, CertificateUsage::By(vec![]));
        assert_eq!(of(Some(detail().in_use_resource_count(0).build())).usage, CertificateUsage::Unused);
        assert_eq!(of(None).usage, CertificateUsage::Unknown);
    }

    #[test]
    fn without_details_only_its_name_is_known() {
        let fact = of(None);
        assert!(matches!(fact.validity, Validity::Unknown(_)));
        assert_eq!(fact.names, ["shop.example"]);
    }

    #[test]
    fn a_certificate_says_what_it_is() {
        let detail = detail()
            .serial_number("0A:BC")
            .key_algorithm("RSA_2048")
            .issuer_ca("Amazon")
            .not_after(SdkTime::from_secs(9))
            .build();
        let fact = of(Some(detail));
        assert_eq!((fact.serial.as_deref(), fact.key.as_deref()), (Some("0abc"), Some("RSA-2048")));
        assert_eq!((fact.issuer.as_deref(), fact.origin), (Some("Amazon"), Origin::Service));
        assert!(matches!(fact.validity, Validity::Until { not_before: None, .. }));
        assert_eq!(fact.renewal, None, "nothing is said of it");
    }

    #[test]
    fn a_renewal_is_told_in_the_words_of_acm_with_the_records_that_it_waits_for() {
        let record = |kind: &str| {
            DomainValidationRecord::builder()
                .domain_name("shop.example")
                .resource_record(
                    ResourceRecord::builder()
                        .name("_x.shop.example")
                        .r#type(kind)
                        .value("_y.example")
                        .build(),
                )
                .validation_status(CertificateDomainValidationStatus::PendingValidation)
                .build()
        };
        let begun = RenewalSummary::builder()
            .renewal_status(RenewalStatus::PendingValidation)
            .domain_validation_records(record("CNAME"))
            .updated_at(SdkTime::from_secs(5));
        let of = |eligible: &str| {
            let detail = detail().eligible_to_renew(eligible).domain_validation_records(record("TXT"));
            of(Some(detail.renewal_summary(begun.clone().build()).build())).renewal.unwrap()
        };
        let renewal = of("Eligible");
        assert_eq!((renewal.eligible, renewal.status.as_deref()), (true, Some("PENDING_VALIDATION")));
        let [validation] = &renewal.validations[..] else { panic!("{renewal:?}") };
        assert_eq!(validation.status.as_deref(), Some("PENDING_VALIDATION"));
        let cname = Cname { name: "_x.shop.example".to_owned(), value: "_y.example".to_owned() };
        assert_eq!(validation.record, Some(cname));
        assert!(!of("INELIGIBLE").eligible);
        assert_eq!(validation_record(&record("TXT")), None);
    }

    fn validation_record(record: &DomainValidationRecord) -> Option<Cname> {
        validation(record).record
    }
}
