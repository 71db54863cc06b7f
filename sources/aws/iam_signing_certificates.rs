//! X.509 certificates that IAM users sign requests with, as old SOAP clients do.
//!
//! Nothing tells in one call which users have any: the summary counts those of the root user alone, and the credential
//! report has to be made first, which is no reading. So every user is asked, and only where somebody wants it.

use aws_sdk_iam::types::{SigningCertificate, StatusType, User};
use howler_model::{CertificateUsage, FactKind, Origin, Resource, Role, Service, Unseen, Validity};

use super::AccountRegion;
use super::access::{Listing, Page};
use super::certificate::Kept;
use super::listings::iam::ListUsers;
use super::listings::of_each::of_each;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("iam");
const LIST: &str = "iam:ListSigningCertificates";

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "iam-signing-certificates",
    title: "Signing certificates of IAM users, one call for each user",
    service: SERVICE,
    kinds: &[FactKind::Certificate],
    actions: || vec![ListUsers::ACTION, LIST],
    quotas: &[],
    asked: Asked::OnRequest,
    gather: Gather::Account(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(users) = gathered.note(None, at.list::<ListUsers>().await) else {
        return gathered;
    };
    let asked = of_each(users.iter(), |user| list(at, user)).await;
    for of in gathered.note(None, asked).unwrap_or_default() {
        let certificates = gathered.note(Some(of.parent.arn()), of.answer);
        for certificate in certificates.iter().flatten() {
            add(resource(at, &of.parent, certificate), certificate, &mut gathered);
        }
    }
    gathered
}

async fn list(at: &AccountRegion, user: &User) -> Result<Vec<SigningCertificate>, Unseen> {
    let request = at.iam().list_signing_certificates().user_name(user.user_name()).max_items(1000);
    let ask = |token: Option<String>| {
        let sent = request.clone().set_marker(token).send();
        async move { sent.await.map(|page| Page { items: page.certificates, next: page.marker }) }
    };
    at.pages(LIST, ask).await
}

/// They have no ARN of their own.
fn resource(at: &AccountRegion, user: &User, certificate: &SigningCertificate) -> Resource {
    let id = format!("{}#{}", user.arn(), certificate.certificate_id());
    at.resource(SERVICE, "iam-signing-certificate", id, user.user_name())
}

fn add(resource: Resource, certificate: &SigningCertificate, gathered: &mut Gathered) {
    let usage = match certificate.status() {
        StatusType::Inactive => CertificateUsage::Unused,
        _ => CertificateUsage::Unknown,
    };
    let kept = Kept { resource, role: Role::Leaf, origin: Origin::Iam, usage, changes: false };
    kept.read(certificate.certificate_body().as_bytes(), LIST, Validity::Unknown, gathered);
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use howler_model::Certificate;
    use rcgen::{CertificateParams, KeyPair};

    use super::*;
    use crate::aws::certificate::somewhere;

    fn told(status: StatusType, body: &str) -> (Certificate, usize) {
        let scope = somewhere("iam");
        let (id, name) = ("arn:u#C1".to_owned(), "u".to_owned());
        let certificate = SigningCertificate::builder()
            .user_name("u")
            .certificate_id("C1")
            .certificate_body(body)
            .status(status)
            .build()
            .unwrap();
        let mut gathered = Gathered::default();
        let resource = Resource { scope, kind: "iam-signing-certificate", id, name };
        add(resource, &certificate, &mut gathered);
        (gathered.facts.certificates.remove(0), gathered.gaps.len())
    }

    #[test]
    fn one_that_is_not_active_is_used_by_nobody() {
        let params = CertificateParams::new(vec!["u.example".to_owned()]).unwrap();
        let pem = params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem();
        let (active, gaps) = told(StatusType::Active, &pem);
        assert_eq!((&active.names[..], active.role, gaps), (&["u.example".to_owned()][..], Role::Leaf, 0));
        assert_eq!((active.resource.id.as_str(), &active.usage), ("arn:u#C1", &CertificateUsage::Unknown));
        assert_eq!(told(StatusType::Inactive, &pem).0.usage, CertificateUsage::Unused);
        assert_eq!(told("Expired".into(), &pem).0.usage, CertificateUsage::Unknown);
    }

    #[test]
    fn a_body_that_cannot_be_read_is_unknown_and_a_gap() {
        let (certificate, gaps) = told(StatusType::Active, "?");
        assert!(matches!(certificate.validity, Validity::Unknown(_)));
        assert_eq!(gaps, 1);
    }
}
