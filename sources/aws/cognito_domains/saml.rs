//! SAML in user pools: what identity providers sign with, and what Cognito itself signs with.

use std::collections::HashMap;

use aws_sdk_cognitoidentityprovider::types::{
    IdentityProviderType, IdentityProviderTypeType, ProviderDescription,
};
use howler_model::{CertificateUsage, Origin, Reason, Resource, Role, Unseen, Validity};

use super::Pool;
use crate::aws::AccountRegion;
use crate::aws::access::Page;
use crate::aws::certificate::Kept;
use crate::aws::listings::of_each::of_each;
use crate::source::Gathered;
use crate::x509::signing_certificates;

pub(super) const LIST: &str = "cognito-idp:ListIdentityProviders";
pub(super) const DESCRIBE: &str = "cognito-idp:DescribeIdentityProvider";
pub(super) const SIGNING: &str = "cognito-idp:GetSigningCertificate";

/// Asks all pools; only those with a SAML provider sign anything.
pub(super) async fn gather(at: &AccountRegion, pools: &[Pool], gathered: &mut Gathered) {
    let listed = gathered.note(None, of_each(pools, |pool| list(at, pool)).await).unwrap_or_default();
    let mut providers = Vec::new();
    let mut signing = Vec::new();
    for of in listed {
        let names = gathered.note(Some(&of.parent.resource.id), of.answer).unwrap_or_default();
        signing.extend((!names.is_empty()).then(|| of.parent.clone()));
        providers.extend(names.into_iter().map(|name| (of.parent.clone(), name)));
    }
    let described = of_each(&providers, |(pool, name)| describe(at, pool, name)).await;
    for of in gathered.note(None, described).unwrap_or_default() {
        let (pool, name) = of.parent;
        let kept = provider(&pool, &name);
        if let Some(details) = gathered.note(Some(&kept.resource.id), of.answer) {
            tell(&kept, &details, gathered);
        }
    }
    let certificates = of_each(&signing, |pool| signing_certificate(at, pool)).await;
    for of in gathered.note(None, certificates).unwrap_or_default() {
        let kept = own(&of.parent);
        if let Some(text) = gathered.note(Some(&kept.resource.id), of.answer) {
            kept.read(text.as_bytes(), SIGNING, Validity::Unknown, gathered);
        }
    }
}

/// The names of the SAML providers of a pool.
async fn list(at: &AccountRegion, pool: &Pool) -> Result<Vec<String>, Unseen> {
    let listed: Vec<ProviderDescription> = at
        .pages(LIST, |token| {
            let request = at.cognito().list_identity_providers().user_pool_id(&pool.id).max_results(60);
            let sent = request.set_next_token(token).send();
            async move { sent.await.map(|page| Page { items: page.providers, next: page.next_token }) }
        })
        .await?;
    let saml = listed.into_iter().filter(|one| one.provider_type() == Some(&IdentityProviderTypeType::Saml));
    Ok(saml.filter_map(|one| one.provider_name).collect())
}

type Details = HashMap<String, String>;

async fn describe(at: &AccountRegion, pool: &Pool, name: &str) -> Result<Details, Unseen> {
    let request = at.cognito().describe_identity_provider().user_pool_id(&pool.id).provider_name(name);
    let answer = at.call(DESCRIBE, || request.clone().send()).await?;
    let details =
        answer.identity_provider.and_then(|provider: IdentityProviderType| provider.provider_details);
    details.ok_or_else(|| Unseen::new(Reason::Malformed, DESCRIBE, "the answer has no provider in it"))
}

async fn signing_certificate(at: &AccountRegion, pool: &Pool) -> Result<String, Unseen> {
    let request = at.cognito().get_signing_certificate().user_pool_id(&pool.id);
    let answer = at.call(SIGNING, || request.clone().send()).await?;
    answer
        .certificate
        .ok_or_else(|| Unseen::new(Reason::Malformed, SIGNING, "the answer has no certificate in it"))
}

/// What a provider signs with, which somebody there replaces.
fn provider(pool: &Pool, name: &str) -> Kept {
    let resource = Resource {
        kind: "cognito-saml-provider",
        id: format!("{}/identityProvider/{name}", pool.resource.id),
        name: name.to_owned(),
        ..pool.resource.clone()
    };
    let usage = CertificateUsage::By(vec![pool.resource.id.clone()]);
    Kept { resource, role: Role::Federation, origin: Origin::Uploaded, usage, changes: true }
}

/// What a pool signs requests with, which providers have to know.
fn own(pool: &Pool) -> Kept {
    let resource = Resource {
        kind: "cognito-signing-certificate",
        id: format!("{}/signing-certificate", pool.resource.id),
        ..pool.resource.clone()
    };
    let usage = CertificateUsage::By(vec![pool.resource.id.clone()]);
    Kept { resource, role: Role::Federation, origin: Origin::Service, usage, changes: false }
}

/// The certificates in the metadata of a provider. Where that is only at an address, Cognito reads it there anew
/// every few hours.
fn tell(kept: &Kept, details: &Details, gathered: &mut Gathered) {
    let Some(metadata) = details.get("MetadataFile").filter(|text| !text.trim().is_empty()) else {
        let words = match details.contains_key("MetadataURL") {
            true => "its metadata is at an address that is not asked",
            false => "Cognito does not tell its metadata",
        };
        return gathered.facts.certificates.push(kept.unread(Validity::Unknown(words.to_owned())));
    };
    let before = gathered.facts.certificates.len();
    let mut words = "there is no signing certificate in its metadata".to_owned();
    for found in signing_certificates(metadata) {
        match found {
            Ok(body) => gathered.facts.certificates.push(kept.one_of_many(body)),
            Err(error) => {
                words = format!("its metadata cannot be read: {error}");
                let unseen = Unseen::new(Reason::Malformed, DESCRIBE, words.as_str());
                gathered.miss(Some(&kept.resource.id), unseen);
            }
        }
    }
    if gathered.facts.certificates.len() == before {
        gathered.facts.certificates.push(kept.unread(Validity::Unknown(words)));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use data_encoding::BASE64;
    use rcgen::{CertificateParams, KeyPair};

    use super::*;
    use crate::aws::certificate::somewhere;

    fn told(details: &[(&str, &str)]) -> Gathered {
        let pool = Pool::of(&somewhere("cognito-idp"), "eu-west-1_Ab", None).unwrap();
        let details = details.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let mut gathered = Gathered::default();
        tell(&provider(&pool, "corp"), &details, &mut gathered);
        gathered
    }

    fn metadata(certificates: &[&str]) -> String {
        let key = |text: &&str| {
            format!(
                "<KeyDescriptor use=\"signing\"><X509Certificate>{text}</X509Certificate></KeyDescriptor>"
            )
        };
        let keys: String = certificates.iter().map(key).collect();
        format!("<EntityDescriptor><IDPSSODescriptor>{keys}</IDPSSODescriptor></EntityDescriptor>")
    }

    fn certificate() -> String {
        let params = CertificateParams::new(["idp.example".to_owned()]).unwrap();
        BASE64.encode(params.self_signed(&KeyPair::generate().unwrap()).unwrap().der())
    }

    #[test]
    fn every_certificate_of_the_metadata_is_a_fact_of_its_own() {
        let gathered = told(&[("MetadataFile", &metadata(&[&certificate(), &certificate()]))]);
        let facts = &gathered.facts.certificates;
        assert_eq!((facts.len(), gathered.gaps.len()), (2, 0));
        assert!(facts.iter().all(|one| one.role == Role::Federation && one.resource.id.contains("/corp#")));
        assert_ne!(facts[0].resource.id, facts[1].resource.id);
    }

    #[test]
    fn metadata_that_cannot_be_read_or_is_elsewhere_is_unknown() {
        for (details, gaps) in [
            (vec![("MetadataURL", "https://idp.example/metadata")], 0),
            (vec![], 0),
            (vec![("MetadataFile", " "), ("MetadataURL", "https://idp.example/metadata")], 0),
            (vec![("MetadataFile", "<EntityDescriptor/>")], 0),
            (vec![("MetadataFile", "not metadata <")], 1),
        ] {
            let gathered = told(&details);
            let [fact] = &gathered.facts.certificates[..] else { panic!("{details:?}") };
            assert!(matches!(fact.validity, Validity::Unknown(_)), "{details:?}");
            assert_eq!(gathered.gaps.len(), gaps, "{details:?}");
        }
        let beside = told(&[("MetadataFile", &metadata(&["????", &certificate()]))]);
        assert_eq!((beside.facts.certificates.len(), beside.gaps.len()), (1, 1));
    }
}
