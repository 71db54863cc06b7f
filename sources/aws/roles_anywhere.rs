//! IAM Roles Anywhere: the authorities that it trusts to name clients, and the lists of those they have revoked.

use aws_sdk_rolesanywhere::types::{CrlDetail, SourceData, TrustAnchorDetail};
use howler_model::{
    Binding, Certificate, CertificateUsage, FactKind, Origin, Reason, Resource, Role, Service, Unseen,
    Validity,
};

use super::AccountRegion;
use super::access::Listing;
use super::certificate::Kept;
use super::listings::rolesanywhere::{ListCrls, ListTrustAnchors};
use crate::source::Gathered;
use crate::x509::revocation_list;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("rolesanywhere");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "roles-anywhere",
    title: "Trust anchors and revocation lists of IAM Roles Anywhere",
    service: SERVICE,
    kinds: &[FactKind::Certificate, FactKind::Binding],
    actions: || vec![ListTrustAnchors::ACTION, ListCrls::ACTION],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let anchors = gathered.note(None, at.list::<ListTrustAnchors>().await).unwrap_or_default();
    let lists = gathered.note(None, at.list::<ListCrls>().await).unwrap_or_default();
    for anchor in anchors.iter() {
        let (arn, name) = (anchor.trust_anchor_arn(), anchor.name().unwrap_or_default());
        let resource = at.resource(SERVICE, "roles-anywhere-trust-anchor", arn.unwrap_or_default(), name);
        trusted(resource, anchor, &mut gathered);
    }
    for list in lists.iter() {
        let (arn, name) = (list.crl_arn().unwrap_or_default(), list.name().unwrap_or_default());
        let certificate = revoked(at.resource(SERVICE, "roles-anywhere-crl", arn, name), list, &mut gathered);
        gathered.facts.certificates.push(certificate);
    }
    gathered
}

/// The certificates of a trust anchor, or the private authority that it names.
fn trusted(resource: Resource, anchor: &TrustAnchorDetail, gathered: &mut Gathered) {
    match anchor.source().and_then(|source| source.source_data()) {
        Some(SourceData::AcmPcaArn(authority)) => {
            gathered.facts.bindings.push(Binding::new(authority, resource));
        }
        Some(SourceData::X509CertificateData(bundle)) => {
            let (role, usage) = (Role::TrustStore, usage(anchor.enabled()));
            let kept = Kept { resource, role, origin: Origin::Uploaded, usage, changes: true };
            kept.read(bundle.as_bytes(), ListTrustAnchors::ACTION, Validity::Unknown, gathered);
        }
        _ => {
            let words = "the trust anchor says neither a certificate nor an authority";
            let unseen = Unseen::new(Reason::Malformed, ListTrustAnchors::ACTION, words);
            gathered.miss(Some(&resource.id), unseen);
        }
    }
}

/// Nobody can begin a session by what is not enabled.
fn usage(enabled: Option<bool>) -> CertificateUsage {
    match enabled {
        Some(false) => CertificateUsage::Unused,
        _ => CertificateUsage::Unknown,
    }
}

fn revoked(resource: Resource, list: &CrlDetail, gathered: &mut Gathered) -> Certificate {
    let usage = usage(list.enabled());
    let bytes = list.crl_data().map(AsRef::as_ref).unwrap_or_default();
    match revocation_list(bytes) {
        Ok(read) => read.at(resource, Origin::Uploaded, usage),
        Err(error) => {
            let unseen = Unseen::new(Reason::Malformed, ListCrls::ACTION, error.to_string());
            gathered.miss(Some(&resource.id), unseen);
            let (role, validity) = (Role::RevocationList, Validity::Unknown(error.to_string()));
            Certificate { usage, ..Certificate::dated(resource, role, Origin::Uploaded, validity) }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use aws_sdk_rolesanywhere::primitives::Blob;
    use aws_sdk_rolesanywhere::types::builders::TrustAnchorDetailBuilder;
    use aws_sdk_rolesanywhere::types::{Source as AnchorSource, TrustAnchorType};
    use rcgen::{CertificateParams, KeyPair};

    use super::*;
    use crate::aws::certificate::somewhere;

    fn resource() -> Resource {
        let scope = somewhere("rolesanywhere");
        Resource { scope, kind: "thing", id: "arn:t".to_owned(), name: "t".to_owned() }
    }

    fn anchor(data: SourceData) -> TrustAnchorDetailBuilder {
        let kind = TrustAnchorType::CertificateBundle;
        TrustAnchorDetail::builder()
            .source(AnchorSource::builder().source_type(kind).source_data(data).build())
            .enabled(true)
    }

    fn bundle(names: &[&str]) -> SourceData {
        let pem = |name: &&str| {
            let params = CertificateParams::new(vec![(*name).to_owned()]).unwrap();
            params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
        };
        SourceData::X509CertificateData(names.iter().map(pem).collect())
    }

    fn told(anchor: TrustAnchorDetailBuilder) -> Gathered {
        let mut gathered = Gathered::default();
        trusted(resource(), &anchor.build(), &mut gathered);
        gathered
    }

    #[test]
    fn every_certificate_of_a_bundle_is_trusted_while_the_anchor_is_enabled() {
        let both = told(anchor(bundle(&["a.example", "b.example"])));
        let ids: Vec<&str> = both.facts.certificates.iter().map(|one| one.resource.id.as_str()).collect();
        assert!(matches!(ids[..], [a, b] if a != b && a.starts_with("arn:t#")), "{ids:?}");
        let one = told(anchor(bundle(&["a.example"]))).facts.certificates.remove(0);
        assert_eq!(
            (one.role, one.origin, one.usage),
            (Role::TrustStore, Origin::Uploaded, CertificateUsage::Unknown)
        );
        let disabled = told(anchor(bundle(&["a.example"])).enabled(false));
        assert_eq!(disabled.facts.certificates[0].usage, CertificateUsage::Unused);
    }

    #[test]
    fn a_private_authority_is_bound_and_no_certificate() {
        let bound = told(anchor(SourceData::AcmPcaArn("arn:ca".to_owned())));
        assert_eq!(bound.facts.bindings, [Binding::new("arn:ca", resource())]);
        assert_eq!((bound.facts.certificates.len(), bound.gaps.len()), (0, 0));
    }

    #[test]
    fn an_anchor_that_says_nothing_is_a_gap() {
        let nothing = told(TrustAnchorDetail::builder());
        assert!(nothing.facts.is_empty());
        assert!(matches!(&nothing.gaps[..], [(Some(item), unseen)]
            if item == "arn:t" && unseen.reason == Reason::Malformed));
    }

    #[test]
    fn a_list_that_cannot_be_read_is_unknown_and_a_gap() {
        for data in [None, Some(Blob::new(*b"hello"))] {
            let list = CrlDetail::builder().set_crl_data(data).enabled(false).build();
            let mut gathered = Gathered::default();
            let certificate = revoked(resource(), &list, &mut gathered);
            assert!(matches!(certificate.validity, Validity::Unknown(_)));
            assert_eq!(
                (certificate.role, certificate.usage),
                (Role::RevocationList, CertificateUsage::Unused)
            );
            assert_eq!(gathered.gaps.len(), 1);
        }
    }
}
