//! Certificate authorities of ACM Private CA, the account's own and those that others share with it.
//!
//! The listing has their dates; who they are, and who signed them, their certificates and chains say.

use aws_sdk_acmpca::operation::get_certificate_authority_certificate::GetCertificateAuthorityCertificateOutput;
use aws_sdk_acmpca::types::{CertificateAuthority, CertificateAuthorityStatus};
use howler_model::{CertificateUsage, FactKind, Origin, Resource, Role, Service, Unseen, Validity};

use super::AccountRegion;
use super::access::Listing;
use super::certificate::{Kept, validity};
use super::listings::acmpca::{ListOwnAuthorities, ListSharedAuthorities};
use super::listings::of_each::{noted, of_each};
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("acm-pca");
const GET: &str = "acm-pca:GetCertificateAuthorityCertificate";

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "private-authorities",
    title: "Certificate authorities of ACM Private CA and their chains",
    service: SERVICE,
    kinds: &[FactKind::Certificate],
    actions: || vec![ListOwnAuthorities::ACTION, GET],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let own = gathered.note(None, at.list::<ListOwnAuthorities>().await).unwrap_or_default();
    let shared = gathered.note(None, at.list::<ListSharedAuthorities>().await).unwrap_or_default();
    let there = own.iter().chain(shared.iter()).filter(|authority| is_there(authority));
    let (issued, pending): (Vec<CertificateAuthority>, Vec<_>) = there.cloned().partition(has_certificate);
    for authority in pending {
        let certificate = kept(resource(at, &authority)).unread(Validity::NotIssued);
        gathered.facts.certificates.push(certificate);
    }
    let asked = of_each(&issued, |authority| get(at, authority)).await;
    for (authority, answer) in noted(&issued, asked, |authority| authority.arn(), &mut gathered) {
        add(resource(at, &authority), &authority, answer, &mut gathered);
    }
    gathered
}

/// A deleted authority can be restored for some weeks, and one that failed was never made: neither signs anything.
fn is_there(authority: &CertificateAuthority) -> bool {
    use CertificateAuthorityStatus::{Deleted, Failed};
    !matches!(authority.status(), Some(Deleted | Failed))
}

/// Before that, AWS refuses to give it.
fn has_certificate(authority: &CertificateAuthority) -> bool {
    use CertificateAuthorityStatus::{Creating, PendingCertificate};
    !matches!(authority.status(), Some(Creating | PendingCertificate))
}

async fn get(
    at: &AccountRegion,
    authority: &CertificateAuthority,
) -> Result<GetCertificateAuthorityCertificateOutput, Unseen> {
    let arn = authority.arn().unwrap_or_default();
    let request = at.acmpca().get_certificate_authority_certificate().certificate_authority_arn(arn);
    at.call(GET, || request.clone().send()).await
}

fn resource(at: &AccountRegion, authority: &CertificateAuthority) -> Resource {
    let arn = authority.arn().unwrap_or_default();
    at.resource(SERVICE, "private-authority", arn, common_name(authority).unwrap_or(arn))
}

fn common_name(authority: &CertificateAuthority) -> Option<&str> {
    authority.certificate_authority_configuration()?.subject()?.common_name()
}

fn kept(resource: Resource) -> Kept {
    Kept {
        resource,
        role: Role::Authority,
        origin: Origin::AcmPca,
        usage: CertificateUsage::Unknown,
        changes: false,
    }
}

/// The facts of one authority that has a certificate, whatever was answered about it.
fn add(
    resource: Resource,
    authority: &CertificateAuthority,
    answer: Option<GetCertificateAuthorityCertificateOutput>,
    gathered: &mut Gathered,
) {
    let above = Resource {
        kind: "private-authority-chain",
        id: format!("{}#chain", resource.id),
        ..resource.clone()
    };
    let listed = |missing: &str| validity(authority.not_before(), authority.not_after(), missing);
    let kept = self::kept(resource);
    let Some(answer) = answer else {
        let certificate = kept.unread(listed("its certificate was not answered"));
        return gathered.facts.certificates.push(certificate);
    };
    let body = answer.certificate().unwrap_or_default();
    kept.read(body.as_bytes(), GET, |words| listed(&words), gathered);
    // A root has none.
    if let Some(chain) = answer.certificate_chain().filter(|chain| !chain.trim().is_empty()) {
        Kept { resource: above, changes: true, ..kept }.read(
            chain.as_bytes(),
            GET,
            Validity::Unknown,
            gathered,
        );
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use aws_sdk_acmpca::primitives::DateTime as SdkTime;
    use aws_sdk_acmpca::types::{
        Asn1Subject, CertificateAuthorityConfiguration, KeyAlgorithm, SigningAlgorithm,
    };
    use chrono::DateTime;
    use howler_model::{Certificate, Reason};
    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

    use super::*;
    use crate::aws::certificate::somewhere;

    fn authority(status: CertificateAuthorityStatus) -> CertificateAuthority {
        CertificateAuthority::builder()
            .arn("arn:ca")
            .status(status)
            .not_before(SdkTime::from_secs(1_000))
            .not_after(SdkTime::from_secs(2_000))
            .build()
    }

    fn pem(name: &str) -> String {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
    }

    /// What comes of an answer with this certificate and this chain, if there was one.
    fn facts(answer: Option<(&str, Option<&str>)>) -> (Vec<Certificate>, Gathered) {
        let scope = somewhere("acm-pca");
        let (id, name) = ("arn:ca".to_owned(), "ca".to_owned());
        let resource = Resource { scope, kind: "private-authority", id, name };
        let answer = answer.map(|(body, chain)| {
            let answer = GetCertificateAuthorityCertificateOutput::builder().certificate(body);
            answer.set_certificate_chain(chain.map(str::to_owned)).build()
        });
        let mut gathered = Gathered::default();
        add(resource, &authority(CertificateAuthorityStatus::Active), answer, &mut gathered);
        (std::mem::take(&mut gathered.facts.certificates), gathered)
    }

    #[test]
    fn what_is_gone_is_left_out_and_what_waits_for_its_certificate_is_not_asked_for_it() {
        use CertificateAuthorityStatus::{
            Active, Creating, Deleted, Disabled, Expired, Failed, PendingCertificate,
        };
        for status in [Active, Disabled, Expired, "SOMETHING_NEW".into()] {
            let authority = authority(status);
            assert!(is_there(&authority) && has_certificate(&authority), "{authority:?}");
        }
        for status in [Creating, PendingCertificate] {
            let authority = authority(status);
            assert!(is_there(&authority) && !has_certificate(&authority), "{authority:?}");
        }
        assert!([Deleted, Failed].into_iter().all(|status| !is_there(&authority(status))));
    }

    #[test]
    fn the_certificate_says_more_than_the_listing_and_each_of_its_chain_is_told() {
        let chain = format!("{}{}", pem("middle"), pem("root"));
        let (found, gathered) = facts(Some((&pem("ca"), Some(&chain))));
        let [own, middle, root] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((own.resource.id.as_str(), &own.names[..]), ("arn:ca", &["ca".to_owned()][..]));
        assert_eq!((own.role, own.origin), (Role::Authority, Origin::AcmPca));
        for above in [middle, root] {
            assert_eq!(above.resource.id, format!("arn:ca#chain#{}", above.sha256.unwrap()));
            assert_eq!((above.role, above.resource.kind), (Role::Authority, "private-authority-chain"));
        }
        assert_eq!(gathered.gaps, []);
        assert_eq!(facts(Some((&pem("root"), None))).0.len(), 1, "a root has no chain");
    }

    #[test]
    fn without_a_certificate_the_dates_of_the_listing_hold() {
        let listed = Validity::Until {
            not_before: DateTime::from_timestamp(1_000, 0),
            not_after: DateTime::from_timestamp(2_000, 0).unwrap(),
        };
        let (found, gathered) = facts(None);
        assert_eq!((found.len(), &found[0].validity), (1, &listed));
        assert_eq!(gathered.gaps, [], "whoever asked has told it");
        let (found, gathered) = facts(Some(("nonsense", None)));
        assert_eq!((found.len(), &found[0].validity), (1, &listed));
        assert!(matches!(&gathered.gaps[..], [(Some(item), unseen)]
            if item == "arn:ca" && unseen.reason == Reason::Malformed && unseen.action == GET));
    }

    #[test]
    fn it_is_called_by_its_common_name() {
        let subject = Asn1Subject::builder().common_name("Example Root").build();
        let configuration = CertificateAuthorityConfiguration::builder()
            .key_algorithm(KeyAlgorithm::EcPrime256v1)
            .signing_algorithm(SigningAlgorithm::Sha256Withecdsa)
            .subject(subject)
            .build()
            .unwrap();
        let named = CertificateAuthority::builder().certificate_authority_configuration(configuration);
        assert_eq!(common_name(&named.build()), Some("Example Root"));
        assert_eq!(common_name(&CertificateAuthority::builder().build()), None);
    }
}
