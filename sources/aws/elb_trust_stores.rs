//! Authorities and revocation lists against which load balancers check the certificates of clients.
//!
//! An authority that ends shuts out the clients that it signed for; so does a list whose next update is overdue.

mod place;

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{
    DescribeTrustStoreRevocation, TrustStore, TrustStoreAssociation,
};
use howler_model::{CertificateUsage, FactKind, Service, Unseen};

use super::AccountRegion;
use super::access::Listing;
use super::listings::elb_trust_stores::{DescribeTrustStoreAssociations, DescribeTrustStoreRevocations};
use super::listings::elbv2::DescribeTrustStores;
use super::listings::of_each::{Of, of_each};
use crate::source::Gathered;
use crate::x509::{certificates_in_pem, revocation_lists};
use crate::{Asked, Gather, Source};
use place::{Bundle, Lists, Place};

const SERVICE: Service = Service::named("elasticloadbalancing");
const BUNDLE: &str = "elasticloadbalancing:GetTrustStoreCaCertificatesBundle";
const CONTENT: &str = "elasticloadbalancing:GetTrustStoreRevocationContent";

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "elb-trust-stores",
    title: "Authorities and revocation lists in trust stores of application load balancers",
    service: SERVICE,
    kinds: &[FactKind::Certificate],
    actions: || {
        vec![
            DescribeTrustStores::ACTION,
            DescribeTrustStoreAssociations::ACTION,
            DescribeTrustStoreRevocations::ACTION,
            BUNDLE,
            CONTENT,
        ]
    },
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(stores) = gathered.note(None, at.list::<DescribeTrustStores>().await) else {
        return gathered;
    };
    let associations = at.list::<DescribeTrustStoreAssociations>().await;
    let associations = gathered.note(None, associations).unwrap_or_default();
    let users = users(&associations, &mut gathered);
    match of_each(stores.iter(), |store| authorities(at, store)).await {
        Ok(read) => {
            for Of { parent: store, answer } in read {
                let place = place(at, &store, &users);
                place.add(gathered.note(Some(&place.store.id), answer), &mut gathered);
            }
        }
        Err(unseen) => {
            let unread = stores.iter().map(|store| place(at, store, &users).unread(&unseen.message));
            gathered.facts.certificates.extend(unread);
            gathered.miss(None, unseen);
        }
    }
    add_revocations(at, &users, &mut gathered).await;
    gathered
}

/// Who uses each trust store; a store that is missing here could not be asked about.
type Users = BTreeMap<String, CertificateUsage>;

fn users(associations: &[Of<TrustStore, Vec<TrustStoreAssociation>>], gathered: &mut Gathered) -> Users {
    let one = |of: &Of<TrustStore, Vec<TrustStoreAssociation>>| {
        let arn = of.parent.trust_store_arn()?;
        let associated = gathered.note(Some(arn), of.answer.as_ref().map_err(Unseen::clone))?;
        Some((arn.to_owned(), usage(associated)))
    };
    associations.iter().filter_map(one).collect()
}

fn usage(associated: &[TrustStoreAssociation]) -> CertificateUsage {
    match associated {
        [] => CertificateUsage::Unused,
        some => CertificateUsage::By(
            some.iter().filter_map(|one| one.resource_arn()).map(str::to_owned).collect(),
        ),
    }
}

async fn authorities(at: &AccountRegion, store: &TrustStore) -> Result<Bundle, Unseen> {
    let arn = store.trust_store_arn().map(str::to_owned);
    let request = at.elbv2().get_trust_store_ca_certificates_bundle().set_trust_store_arn(arn);
    let answer = at.call(BUNDLE, || request.clone().send()).await?;
    let file = at.file(BUNDLE, answer.location()).await?;
    Ok(certificates_in_pem(&file).into_iter().map(|block| block.map_err(|error| error.to_string())).collect())
}

fn place(at: &AccountRegion, store: &TrustStore, users: &Users) -> Place {
    let arn = store.trust_store_arn().unwrap_or_default();
    let store = at.resource(SERVICE, "elb-trust-store", arn, store.name().unwrap_or(arn));
    Place { store, usage: users.get(arn).cloned().unwrap_or(CertificateUsage::Unknown) }
}

/// The revocation lists of all trust stores, each asked for by itself.
async fn add_revocations(at: &AccountRegion, users: &Users, gathered: &mut Gathered) {
    let listed = at.list::<DescribeTrustStoreRevocations>().await;
    let listed = gathered.note(None, listed).unwrap_or_default();
    let mut revocations = Vec::new();
    for Of { parent: store, answer } in listed.iter() {
        let answer = gathered.note(store.trust_store_arn(), answer.as_ref().map_err(Unseen::clone));
        let one = |revocation: &DescribeTrustStoreRevocation| (store.clone(), revocation.clone());
        revocations.extend(answer.into_iter().flatten().map(one));
    }
    let file = |(store, revocation): &(TrustStore, DescribeTrustStoreRevocation)| {
        place(at, store, users).revocation(revocation.revocation_id().unwrap_or_default())
    };
    match of_each(&revocations, |(store, revocation)| lists(at, store, revocation)).await {
        Ok(read) => {
            for Of { parent, answer } in read {
                let place = file(&parent);
                place.add_lists(gathered.note(Some(&place.store.id), answer), gathered);
            }
        }
        Err(unseen) => {
            let unread = revocations.iter().map(|parent| file(parent).unread_list(&unseen.message));
            gathered.facts.certificates.extend(unread);
            gathered.miss(None, unseen);
        }
    }
}

async fn lists(
    at: &AccountRegion,
    store: &TrustStore,
    revocation: &DescribeTrustStoreRevocation,
) -> Result<Lists, Unseen> {
    let request = at
        .elbv2()
        .get_trust_store_revocation_content()
        .set_trust_store_arn(store.trust_store_arn().map(str::to_owned))
        .set_revocation_id(revocation.revocation_id());
    let answer = at.call(CONTENT, || request.clone().send()).await?;
    Ok(revocation_lists(&at.file(CONTENT, answer.location()).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_unused_only_where_the_answer_is_empty() {
        let associated = TrustStoreAssociation::builder().resource_arn("arn:listener").build();
        assert_eq!(usage(&[associated]), CertificateUsage::By(vec!["arn:listener".to_owned()]));
        assert_eq!(usage(&[]), CertificateUsage::Unused);
    }
}
