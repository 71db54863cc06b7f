//! Certificates of load balancers, and the one that each of them shows.

use aws_sdk_lightsail::types::{
    LoadBalancer, LoadBalancerTlsCertificate as Detail, LoadBalancerTlsCertificateDomainValidationRecord,
};
use howler_model::{
    Binding, Certificate, CertificateUsage, Cname, Endpoint, Origin, Reason, Renewal, Resource, Role, Unseen,
    Validation,
};

use super::{SERVICE, names, validity};
use crate::aws::AccountRegion;
use crate::aws::access::Listing;
use crate::aws::acm_certificates::{key_name, serial};
use crate::aws::listings::lightsail::GetLoadBalancerTlsCertificates;
use crate::aws::listings::security_policies::oldest_of;
use crate::source::Gathered;

/// The port of HTTPS; a load balancer of Lightsail has no other for it.
const PORT: u16 = 443;

pub(super) async fn add(at: &AccountRegion, gathered: &mut Gathered) {
    let listed = gathered.note(None, at.list::<GetLoadBalancerTlsCertificates>().await).unwrap_or_default();
    for of in listed.iter() {
        let (balancer, arn) = (&of.parent, of.parent.arn().unwrap_or_default());
        let answer = gathered.note(Some(arn), of.answer.as_ref().map_err(Unseen::clone));
        let user = at.resource(SERVICE, "lightsail-load-balancer", arn, balancer.name().unwrap_or(arn));
        for detail in answer.into_iter().flatten() {
            let Some(arn) = detail.arn() else {
                let (action, words) =
                    (GetLoadBalancerTlsCertificates::ACTION, "a certificate without an ARN");
                gathered.miss(Some(&user.id), Unseen::new(Reason::Malformed, action, words));
                continue;
            };
            let name = detail.domain_name().or(detail.name()).unwrap_or(arn);
            let resource = at.resource(SERVICE, "lightsail-load-balancer-certificate", arn, name);
            gathered.facts.certificates.push(fact(resource, detail, &user));
            let attached =
                (detail.is_attached() == Some(true)).then(|| binding(arn, detail, balancer, &user));
            gathered.facts.bindings.extend(attached);
        }
    }
}

fn fact(resource: Resource, detail: &Detail, balancer: &Resource) -> Certificate {
    let status = detail.status().map(|status| status.as_str());
    let validity = validity(detail.not_before(), detail.not_after(), status);
    Certificate {
        subject: detail.subject().map(str::to_owned),
        issuer: detail.issuer().map(str::to_owned),
        names: names(detail.domain_name(), detail.subject_alternative_names()),
        serial: detail.serial().map(serial),
        key: detail.key_algorithm().map(key_name),
        signature: detail.signature_algorithm().map(str::to_owned),
        usage: match detail.is_attached() {
            Some(true) => CertificateUsage::By(vec![balancer.id.clone()]),
            Some(false) => CertificateUsage::Unused,
            None => CertificateUsage::Unknown,
        },
        renewal: renewal(detail),
        ..Certificate::dated(resource, Role::Leaf, Origin::Service, validity)
    }
}

/// A renewal that has begun: of others Lightsail does not say whether it will do it.
fn renewal(detail: &Detail) -> Option<Renewal> {
    let status = detail.renewal_summary()?.renewal_status()?;
    Some(Renewal {
        eligible: true,
        status: Some(status.as_str().to_owned()),
        failure: detail.failure_reason().map(|reason| reason.as_str().to_owned()),
        updated: None,
        validations: detail.domain_validation_records().iter().map(validation).collect(),
    })
}

fn validation(of: &LoadBalancerTlsCertificateDomainValidationRecord) -> Validation {
    let record = of.name().zip(of.value()).filter(|_| of.r#type() == Some("CNAME"));
    Validation {
        domain: of.domain_name().unwrap_or_default().to_owned(),
        method: Some("DNS".to_owned()),
        status: of.validation_status().map(|status| status.as_str().to_owned()),
        record: record.map(|(name, value)| Cname { name: name.to_owned(), value: value.to_owned() }),
        published: None,
    }
}

/// The use of a certificate: whoever asks the load balancer for the domain is shown it, wherever the domain leads.
fn binding(arn: &str, detail: &Detail, balancer: &LoadBalancer, user: &Resource) -> Binding {
    Binding {
        endpoints: endpoint(detail, balancer).into_iter().collect(),
        oldest: balancer.tls_policy_name().and_then(oldest_of),
        ..Binding::new(arn, user.clone())
    }
}

fn endpoint(detail: &Detail, balancer: &LoadBalancer) -> Option<Endpoint> {
    let domain = detail.domain_name().filter(|domain| !domain.contains('*'))?;
    Endpoint::direct(balancer.dns_name()?, PORT).ok()?.asked_for(domain).ok()
}

#[cfg(test)]
mod tests {
    use aws_sdk_lightsail::primitives::DateTime as SdkTime;
    use aws_sdk_lightsail::types::builders::LoadBalancerTlsCertificateBuilder;
    use aws_sdk_lightsail::types::{
        LoadBalancerTlsCertificateRenewalStatus, LoadBalancerTlsCertificateRenewalSummary,
        LoadBalancerTlsCertificateStatus,
    };
    use howler_model::{Partition, Scope, Validity};

    use super::*;

    fn detail() -> LoadBalancerTlsCertificateBuilder {
        Detail::builder()
            .domain_name("shop.example")
            .status(LoadBalancerTlsCertificateStatus::Issued)
            .not_after(SdkTime::from_secs(9))
    }

    fn resource() -> Resource {
        let account = "123456789012".parse().unwrap();
        let scope = Scope::aws(Partition::Aws, account, "eu-west-1".parse().unwrap(), SERVICE);
        Resource { scope, kind: "lightsail-load-balancer", id: "arn:lb".into(), name: "lb".into() }
    }

    fn of(detail: LoadBalancerTlsCertificateBuilder) -> Certificate {
        fact(resource(), &detail.build(), &resource())
    }

    #[test]
    fn use_is_what_lightsail_says_of_the_attachment() {
        assert_eq!(of(detail().is_attached(true)).usage, CertificateUsage::By(vec!["arn:lb".to_owned()]));
        assert_eq!(of(detail().is_attached(false)).usage, CertificateUsage::Unused);
        assert_eq!(of(detail()).usage, CertificateUsage::Unknown);
    }

    #[test]
    fn a_certificate_that_is_not_issued_has_no_date() {
        let pending =
            detail().set_not_after(None).status(LoadBalancerTlsCertificateStatus::PendingValidation);
        assert_eq!(of(pending).validity, Validity::NotIssued);
        assert!(matches!(of(detail().set_not_after(None)).validity, Validity::Unknown(_)));
    }

    #[test]
    fn a_renewal_is_told_once_it_has_begun() {
        let record = LoadBalancerTlsCertificateDomainValidationRecord::builder()
            .domain_name("shop.example")
            .name("_x.shop.example")
            .r#type("CNAME")
            .value("_y.example")
            .build();
        let begun = LoadBalancerTlsCertificateRenewalSummary::builder();
        let pending =
            begun.clone().renewal_status(LoadBalancerTlsCertificateRenewalStatus::PendingValidation);
        let renewal = of(detail().renewal_summary(pending.build()).domain_validation_records(record)).renewal;
        let renewal = renewal.unwrap();
        assert_eq!(renewal.status.as_deref(), Some("PENDING_VALIDATION"));
        assert!(renewal.validations.iter().all(|one| one.record.is_some()) && renewal.validations.len() == 1);
        assert_eq!(of(detail().renewal_summary(begun.build())).renewal, None);
        assert_eq!(of(detail()).renewal, None);
    }

    #[test]
    fn the_load_balancer_is_asked_for_the_domain_of_its_certificate() {
        let balancer =
            LoadBalancer::builder().dns_name("lb-1.example").tls_policy_name("TLS-2016-08").build();
        let of = |detail: Detail| binding("arn:c", &detail, &balancer, &resource());
        let found = of(detail().build());
        assert_eq!(found.endpoints, ["lb-1.example:443#shop.example".parse().unwrap()]);
        assert_eq!((found.certificate.as_str(), found.oldest), ("arn:c", Some("TLSv1.0")));
        assert_eq!(of(detail().domain_name("*.example").build()).endpoints, []);
    }
}
