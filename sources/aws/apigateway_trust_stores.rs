//! Authorities that clients of custom domains of API Gateway have to have their certificates from, out of bundles in S3.
//!
//! Whoever asks for this source lets howler read the objects that domains name; no bucket is searched. An object is
//! asked for in the region of its domain: S3 answers that a bucket is elsewhere, and then there is a gap that says so.

mod object;

use std::collections::{BTreeMap, BTreeSet};

use howler_model::{CertificateUsage, FactKind, Origin, Reason, Resource, Role, Scope, Unseen, Validity};

use super::AccountRegion;
use super::apigateway::{Domain, GET, SERVICE};
use super::certificate::Kept;
use super::listings::of_each::of_each;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};
use object::Object;

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "apigateway-trust-stores",
    title: "Authorities in trust stores of API Gateway, read from S3",
    service: SERVICE,
    kinds: &[FactKind::Certificate],
    actions: || vec![GET, object::GET, object::GET_VERSION],
    quotas: &[],
    asked: Asked::OnRequest,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let users = users(&domains(at, &mut gathered).await, &mut gathered);
    if users.is_empty() {
        return gathered;
    }
    let objects: Vec<Object> = users.keys().cloned().collect();
    let read = of_each(&objects, |object| object.read(at)).await;
    let scope = at.scope(SERVICE);
    for of in gathered.note(None, read).unwrap_or_default() {
        let kept = kept(&scope, &of.parent, users.get(&of.parent).into_iter().flatten());
        if let Some(bundle) = gathered.note(Some(&kept.resource.id), of.answer) {
            kept.read(&bundle, object::GET, Validity::Unknown, &mut gathered);
        }
    }
    gathered
}

/// The domains that either API knows.
async fn domains(at: &AccountRegion, gathered: &mut Gathered) -> Vec<Domain> {
    let mut domains = gathered.note(None, super::apigatewayv2_domains::domains(at).await).unwrap_or_default();
    #[cfg(feature = "apigateway")]
    domains.extend(gathered.note(None, super::apigateway_domains::domains(at).await).unwrap_or_default());
    domains
}

/// Which domains use an object. An address that is none of S3 is a gap.
fn users(domains: &[Domain], gathered: &mut Gathered) -> BTreeMap<Object, BTreeSet<String>> {
    let mut users = BTreeMap::<Object, BTreeSet<String>>::new();
    for Domain { resource, trust, .. } in domains {
        let Some(trust) = trust else { continue };
        match Object::of(trust) {
            Some(object) => drop(users.entry(object).or_default().insert(resource.id.clone())),
            None => {
                let unseen = Unseen::new(Reason::Malformed, GET, "its trust store has no address in S3");
                gathered.miss(Some(&resource.id), unseen);
            }
        }
    }
    users
}

fn kept<'a>(scope: &Scope, object: &Object, users: impl Iterator<Item = &'a String>) -> Kept {
    let resource = Resource {
        scope: scope.clone(),
        kind: "apigateway-trust-store",
        id: object.arn(scope),
        name: object.key.clone(),
    };
    let usage = CertificateUsage::By(users.cloned().collect());
    Kept { resource, role: Role::TrustStore, origin: Origin::Uploaded, usage, changes: true }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::apigateway::{TrustStore, resource};
    use crate::aws::certificate::somewhere;

    #[test]
    fn one_object_has_all_domains_that_use_it_and_what_is_none_is_a_gap() {
        let domain = |name: &str, uri: &str| Domain {
            resource: resource(&somewhere("apigateway"), None, name),
            shown: Vec::new(),
            proof: None,
            trust: Some(TrustStore { uri: uri.to_owned(), ..TrustStore::default() }),
        };
        let mut gathered = Gathered::default();
        let domains = [
            domain("a.example", "s3://trust/ca.pem"),
            domain("b.example", "s3://trust/ca.pem"),
            domain("a.example", "s3://trust/ca.pem"),
            domain("c.example", "https://trust/ca.pem"),
            Domain { trust: None, ..domain("d.example", "") },
        ];
        let users = users(&domains, &mut gathered);
        let found: Vec<usize> = users.values().map(BTreeSet::len).collect();
        assert_eq!(found, [2], "both APIs tell of the first one");
        let gaps: Vec<_> = gathered.gaps.iter().filter_map(|(item, _)| item.as_deref()).collect();
        assert_eq!(gaps, ["arn:aws:apigateway:eu-west-1::/domainnames/c.example"]);
    }
}
