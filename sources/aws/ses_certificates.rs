//! Certificates that SES signs mail with (S/MIME).
//!
//! They are kept in ACM and are asked for identity by identity, of which there may be ten thousand: so only on request.

use aws_sdk_sesv2::types::{IdentityCertificate, IdentityCertificateStatus, IdentityInfo};
use howler_model::{
    Binding, Certificate, CertificateUsage, FactKind, Origin, Reason, Resource, Role, Scope, Service, Unseen,
};

use super::AccountRegion;
use super::access::{Listing, Page};
use super::certificate::validity;
use super::listings::of_each::of_each;
use super::listings::ses::ListEmailIdentities;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("ses");
const LIST: &str = "ses:ListEmailIdentityCertificates";

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "ses-certificates",
    title: "Certificates that SES signs mail with, one call for each identity",
    service: SERVICE,
    kinds: &[FactKind::Certificate, FactKind::Binding],
    actions: || vec![ListEmailIdentities::ACTION, LIST],
    quotas: &[],
    asked: Asked::OnRequest,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(identities) = gathered.note(None, at.list::<ListEmailIdentities>().await) else {
        return gathered;
    };
    let listed = of_each(identities.iter(), |identity| certificates(at, identity)).await;
    let scope = at.scope(SERVICE);
    for of in gathered.note(None, listed).unwrap_or_default() {
        let user = identity(&scope, of.parent.identity_name().unwrap_or_default());
        for certificate in gathered.note(Some(&user.id), of.answer).unwrap_or_default() {
            add(&user, &certificate, &mut gathered);
        }
    }
    gathered
}

async fn certificates(at: &AccountRegion, of: &IdentityInfo) -> Result<Vec<IdentityCertificate>, Unseen> {
    let client = at.sesv2();
    at.pages(LIST, |token| {
        let request = client.list_email_identity_certificates();
        let request = request.set_email_identity(of.identity_name().map(str::to_owned));
        let sent = request.set_next_token(token).send();
        async move { sent.await.map(|page| Page::of(page.certificates, page.next_token)) }
    })
    .await
}

fn identity(scope: &Scope, name: &str) -> Resource {
    let partition = scope.partition().map_or("aws", |partition| partition.as_str());
    let region = scope.region().map_or("", |region| region.as_str());
    let account = scope.account().map_or("", |account| account.as_str());
    Resource {
        scope: scope.clone(),
        kind: "ses-identity",
        id: format!("arn:{partition}:ses:{region}:{account}:identity/{name}"),
        name: name.to_owned(),
    }
}

/// What is in ACM has its dates there; SES tells those of what is not.
fn add(user: &Resource, told: &IdentityCertificate, gathered: &mut Gathered) {
    use IdentityCertificateStatus::{Deprovisioning, Inactive};
    let Some(arn) = told.certificate_arn() else {
        let unseen = Unseen::new(Reason::Malformed, LIST, "a certificate without an ARN");
        return gathered.miss(Some(&user.id), unseen);
    };
    let unused = matches!(told.status(), Some(Inactive | Deprovisioning));
    if arn.split(':').nth(2) != Some("acm") {
        gathered.facts.certificates.push(certificate(user, arn, told, unused));
    }
    if !unused {
        gathered.facts.bindings.push(Binding { private: true, ..Binding::new(arn, user.clone()) });
    }
}

fn certificate(user: &Resource, arn: &str, told: &IdentityCertificate, unused: bool) -> Certificate {
    let resource = Resource {
        kind: "ses-certificate",
        id: arn.to_owned(),
        name: told.from_address().unwrap_or(&user.name).to_owned(),
        ..user.clone()
    };
    let usage = match unused {
        true => CertificateUsage::Unused,
        false => CertificateUsage::By(vec![user.id.clone()]),
    };
    let validity = validity(None, told.certificate_expiry_time(), "SES does not tell when it ends");
    Certificate { usage, ..Certificate::dated(resource, Role::Leaf, Origin::Uploaded, validity) }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use aws_sdk_sesv2::primitives::DateTime as SdkTime;
    use aws_sdk_sesv2::types::builders::IdentityCertificateBuilder;
    use howler_model::Validity;

    use super::*;
    use crate::aws::certificate::somewhere;

    const ACM: &str = "arn:aws:acm:eu-west-1:123456789012:certificate/c";

    fn told(arn: &str) -> IdentityCertificateBuilder {
        IdentityCertificate::builder()
            .certificate_arn(arn)
            .status(IdentityCertificateStatus::Active)
            .from_address("post@shop.example")
            .certificate_expiry_time(SdkTime::from_secs(5))
    }

    fn gathered(told: IdentityCertificateBuilder) -> Gathered {
        let mut gathered = Gathered::default();
        add(&identity(&somewhere("ses"), "shop.example"), &told.build(), &mut gathered);
        gathered
    }

    #[test]
    fn what_is_in_acm_is_bound_and_told_there() {
        let found = gathered(told(ACM));
        assert!(found.facts.certificates.is_empty());
        let bound = &found.facts.bindings[0];
        assert_eq!(bound.certificate, ACM);
        assert_eq!(bound.user.id, "arn:aws:ses:eu-west-1:123456789012:identity/shop.example");
        for status in ["PROVISIONING", "FAILED", "ELSE"] {
            let status = IdentityCertificateStatus::from(status);
            assert_eq!(gathered(told(ACM).status(status)).facts.bindings.len(), 1);
        }
        for status in [IdentityCertificateStatus::Inactive, IdentityCertificateStatus::Deprovisioning] {
            assert!(gathered(told(ACM).status(status)).facts.bindings.is_empty());
        }
    }

    #[test]
    fn what_is_elsewhere_has_the_end_that_ses_tells() {
        let found = gathered(told("arn:aws:ses:eu-west-1:123456789012:certificate/c"));
        let fact = &found.facts.certificates[0];
        assert_eq!(
            (fact.resource.kind, fact.resource.name.as_str()),
            ("ses-certificate", "post@shop.example")
        );
        assert!(matches!(&fact.validity, Validity::Until { not_after, .. } if not_after.timestamp() == 5));
        assert!(matches!(fact.usage, CertificateUsage::By(_)));
        assert_eq!(found.facts.bindings.len(), 1);
        let old = gathered(told("arn:x").status(IdentityCertificateStatus::Inactive));
        assert_eq!(old.facts.certificates[0].usage, CertificateUsage::Unused);
        let undated = gathered(told("arn:x").set_certificate_expiry_time(None));
        assert!(matches!(undated.facts.certificates[0].validity, Validity::Unknown(_)));
        let nameless = gathered(told("").set_certificate_arn(None));
        assert_eq!((nameless.facts.len(), nameless.gaps.len()), (0, 1));
    }
}
