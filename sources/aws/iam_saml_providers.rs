//! SAML providers of IAM: how long their metadata is valid, and the certificates that they sign with.

use aws_sdk_iam::types::SamlProviderListEntry;
use howler_model::{
    Certificate, CertificateUsage, FactKind, Origin, Reason, Resource, Role, Service, Unseen, Validity,
};

use super::AccountRegion;
use super::access::Listing;
use super::certificate::{Kept, validity};
use super::listings::iam::ListSAMLProviders;
use super::listings::of_each::{noted, of_each};
use crate::source::Gathered;
use crate::x509::signing_certificates;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("iam");
const GET: &str = "iam:GetSAMLProvider";

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "iam-saml-providers",
    title: "SAML providers of IAM and the certificates that they sign with",
    service: SERVICE,
    kinds: &[FactKind::Certificate],
    actions: || vec![ListSAMLProviders::ACTION, GET],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Account(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(listed) = gathered.note(None, at.list::<ListSAMLProviders>().await) else {
        return gathered;
    };
    let asked = of_each(listed.iter(), |provider| metadata(at, provider)).await;
    for (provider, metadata) in noted(&listed, asked, |provider| provider.arn(), &mut gathered) {
        let arn = provider.arn().unwrap_or_default();
        let resource = at.resource(SERVICE, "saml-provider", arn, name(arn));
        gathered.facts.certificates.push(itself(resource.clone(), &provider));
        if let Some(metadata) = metadata {
            signers(&resource, &metadata, &mut gathered);
        }
    }
    gathered
}

async fn metadata(at: &AccountRegion, provider: &SamlProviderListEntry) -> Result<String, Unseen> {
    let request = at.iam().get_saml_provider().set_saml_provider_arn(provider.arn.clone());
    let answer = at.call(GET, || request.clone().send()).await?;
    let missing = || Unseen::new(Reason::Malformed, GET, "the answer has no metadata in it");
    answer.saml_metadata_document.ok_or_else(missing)
}

/// `arn:aws:iam::123456789012:saml-provider/NAME`.
fn name(arn: &str) -> &str {
    arn.rsplit_once('/').map_or(arn, |(_, name)| name)
}

/// The provider: it ends with its metadata, and a new document goes on.
fn itself(resource: Resource, provider: &SamlProviderListEntry) -> Certificate {
    let validity = validity(None, provider.valid_until(), "IAM gives no end for it");
    Certificate::dated(resource, Role::Federation, Origin::Iam, validity)
}

/// The certificates by which IAM knows what the provider said.
fn signers(provider: &Resource, metadata: &str, gathered: &mut Gathered) {
    let resource = Resource {
        kind: "saml-signing-certificate",
        id: format!("{}#signing", provider.id),
        ..provider.clone()
    };
    let kept = Kept {
        resource,
        role: Role::Federation,
        origin: Origin::Iam,
        usage: CertificateUsage::By(vec![provider.id.clone()]),
        changes: true,
    };
    kept.take(signing_certificates(metadata), GET, Validity::Unknown, gathered);
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use aws_sdk_iam::primitives::DateTime as SdkTime;
    use chrono::DateTime;
    use rcgen::{CertificateParams, KeyPair};

    use super::*;
    use crate::aws::certificate::somewhere;

    const ARN: &str = "arn:aws:iam::123456789012:saml-provider/Okta";

    fn resource() -> Resource {
        let scope = somewhere("iam");
        Resource { scope, kind: "saml-provider", id: ARN.to_owned(), name: name(ARN).to_owned() }
    }

    fn metadata(names: &[&str]) -> String {
        let key = |name: &&str| {
            let params = CertificateParams::new(vec![(*name).to_owned()]).unwrap();
            let pem = params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem();
            let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
            format!("<KeyDescriptor><X509Certificate>{base64}</X509Certificate></KeyDescriptor>")
        };
        let keys: String = names.iter().map(key).collect();
        format!("<EntityDescriptor><IDPSSODescriptor>{keys}</IDPSSODescriptor></EntityDescriptor>")
    }

    fn told(metadata: &str) -> Gathered {
        let mut gathered = Gathered::default();
        signers(&resource(), metadata, &mut gathered);
        gathered
    }

    #[test]
    fn a_provider_ends_when_iam_says_so_and_is_unknown_where_it_does_not() {
        let of = |end: Option<SdkTime>| {
            let provider = SamlProviderListEntry::builder().arn(ARN).set_valid_until(end).build();
            itself(resource(), &provider)
        };
        let not_after = DateTime::from_timestamp(2_000, 0).unwrap();
        let provider = of(Some(SdkTime::from_secs(2_000)));
        assert_eq!(provider.validity, Validity::Until { not_before: None, not_after });
        assert_eq!((provider.role, provider.resource.name.as_str()), (Role::Federation, "Okta"));
        assert!(matches!(of(None).validity, Validity::Unknown(_)));
    }

    #[test]
    fn every_certificate_that_it_signs_with_is_told_apart_from_the_provider() {
        let one = told(&metadata(&["a.example"]));
        let certificate = &one.facts.certificates[0];
        assert_eq!(certificate.resource.id, format!("{ARN}#signing#{}", certificate.sha256.unwrap()));
        assert_eq!(
            (certificate.role, certificate.resource.kind),
            (Role::Federation, "saml-signing-certificate")
        );
        assert_eq!(certificate.usage, CertificateUsage::By(vec![ARN.to_owned()]));
        let two = told(&metadata(&["a.example", "b.example"]));
        let ids: Vec<&str> = two.facts.certificates.iter().map(|one| one.resource.id.as_str()).collect();
        assert!(matches!(ids[..], [a, b] if a != b && a.contains("#signing#")), "{ids:?}");
        assert_eq!(two.gaps, []);
    }

    #[test]
    fn metadata_without_a_certificate_is_a_gap_and_no_silence() {
        for text in ["", "<EntityDescriptor/>", "not even XML"] {
            let told = told(text);
            assert!(matches!(told.facts.certificates[0].validity, Validity::Unknown(_)), "{text}");
            assert!(
                matches!(&told.gaps[..], [(Some(item), unseen)]
                if item.starts_with(ARN) && unseen.reason == Reason::Malformed),
                "{text}"
            );
        }
    }
}
