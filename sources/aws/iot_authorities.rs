//! Authorities whose devices IoT Core takes in: few of them, and each stands for many devices.

use aws_sdk_iot::types::{CaCertificate, CaCertificateDescription, CaCertificateStatus};
use howler_model::{CertificateUsage, FactKind, Origin, Reason, Resource, Role, Service, Unseen, Validity};

use super::AccountRegion;
use super::access::Listing;
use super::certificate::{Kept, validity};
use super::listings::iot::ListCACertificates;
use super::listings::of_each::{noted, of_each};
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("iot");
const DESCRIBE: &str = "iot:DescribeCACertificate";

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "iot-authorities",
    title: "Authorities of devices that are registered in IoT Core",
    service: SERVICE,
    kinds: &[FactKind::Certificate],
    actions: || vec![ListCACertificates::ACTION, DESCRIBE],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(listed) = gathered.note(None, at.list::<ListCACertificates>().await) else {
        return gathered;
    };
    let asked = of_each(listed.iter(), |authority| describe(at, authority)).await;
    for (authority, answer) in noted(&listed, asked, |authority| authority.certificate_arn(), &mut gathered) {
        let (arn, id) = (authority.certificate_arn().unwrap_or_default(), authority.certificate_id());
        let resource = at.resource(SERVICE, "iot-authority", arn, id.unwrap_or(arn));
        add(resource, &authority, answer, &mut gathered);
    }
    gathered
}

async fn describe(at: &AccountRegion, authority: &CaCertificate) -> Result<CaCertificateDescription, Unseen> {
    let request = at.iot().describe_ca_certificate().set_certificate_id(authority.certificate_id.clone());
    let answer = at.call(DESCRIBE, || request.clone().send()).await?;
    let missing = || Unseen::new(Reason::Malformed, DESCRIBE, "the answer has no certificate in it");
    answer.certificate_description.ok_or_else(missing)
}

fn add(
    resource: Resource,
    authority: &CaCertificate,
    answer: Option<CaCertificateDescription>,
    gathered: &mut Gathered,
) {
    // Devices of an inactive authority that are known go on; no new ones are taken in.
    let usage = match authority.status() {
        Some(CaCertificateStatus::Inactive) => CertificateUsage::Unused,
        _ => CertificateUsage::Unknown,
    };
    let kept = Kept { resource, role: Role::TrustStore, origin: Origin::Uploaded, usage, changes: false };
    let Some(answer) = answer else {
        let unknown = Validity::Unknown("it was not described".to_owned());
        return gathered.facts.certificates.push(kept.unread(unknown));
    };
    let dates = answer.validity();
    let otherwise = |words: String| {
        let start = dates.and_then(|dates| dates.not_before());
        validity(start, dates.and_then(|dates| dates.not_after()), &words)
    };
    let body = answer.certificate_pem().unwrap_or_default();
    kept.read(body.as_bytes(), DESCRIBE, otherwise, gathered);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use aws_sdk_iot::primitives::DateTime as SdkTime;
    use aws_sdk_iot::types::CertificateValidity;
    use chrono::DateTime;
    use howler_model::Certificate;
    use rcgen::{CertificateParams, KeyPair};

    use super::*;
    use crate::aws::certificate::somewhere;

    fn told(status: &str, answer: Option<CaCertificateDescription>) -> (Certificate, usize) {
        let scope = somewhere("iot");
        let (id, name) = ("arn:ca".to_owned(), "ca".to_owned());
        let authority = CaCertificate::builder().status(status.into()).build();
        let mut gathered = Gathered::default();
        let resource = Resource { scope, kind: "iot-authority", id, name };
        add(resource, &authority, answer, &mut gathered);
        (gathered.facts.certificates.remove(0), gathered.gaps.len())
    }

    fn described(body: Option<&str>, end: Option<i64>) -> CaCertificateDescription {
        let dates = CertificateValidity::builder().set_not_after(end.map(SdkTime::from_secs)).build();
        let described = CaCertificateDescription::builder().validity(dates);
        described.set_certificate_pem(body.map(str::to_owned)).build()
    }

    #[test]
    fn the_body_goes_before_the_dates_of_the_api() {
        let params = CertificateParams::new(vec!["ca.example".to_owned()]).unwrap();
        let pem = params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem();
        let (certificate, gaps) = told("ACTIVE", Some(described(Some(&pem), Some(2_000))));
        assert_eq!((&certificate.names[..], gaps), (&["ca.example".to_owned()][..], 0));
        assert_eq!((certificate.role, certificate.usage), (Role::TrustStore, CertificateUsage::Unknown));
        assert_ne!(certificate.validity, told("ACTIVE", Some(described(None, Some(2_000)))).0.validity);
    }

    #[test]
    fn without_a_body_the_dates_of_the_api_hold_and_without_those_it_is_unknown() {
        let (certificate, gaps) = told("ACTIVE", Some(described(None, Some(2_000))));
        let not_after = DateTime::from_timestamp(2_000, 0).unwrap();
        assert_eq!((certificate.validity, gaps), (Validity::Until { not_before: None, not_after }, 1));
        let (certificate, gaps) = told("ACTIVE", Some(described(Some("?"), None)));
        assert!(matches!((certificate.validity, gaps), (Validity::Unknown(_), 1)));
        let (certificate, gaps) = told("ACTIVE", None);
        assert!(matches!((certificate.validity, gaps), (Validity::Unknown(_), 0)), "its gap is told already");
    }

    #[test]
    fn an_inactive_authority_takes_nobody_in() {
        assert_eq!(told("INACTIVE", None).0.usage, CertificateUsage::Unused);
        assert_eq!(told("NEW_WORD", None).0.usage, CertificateUsage::Unknown);
    }
}
