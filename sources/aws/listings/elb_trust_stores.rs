//! What hangs on a trust store of load balancers: who uses it, and which revocation lists it has.

use aws_sdk_elasticloadbalancingv2::types::{
    DescribeTrustStoreRevocation, TrustStore, TrustStoreAssociation,
};
use howler_model::Unseen;

use super::elbv2::DescribeTrustStores;
use super::of_each::{Of, of_each};
use crate::aws::AccountRegion;
use crate::aws::access::{Listing, Page};

/// The most that one page holds.
const PAGE: i32 = 400;

/// The listeners that check clients against each trust store.
pub(crate) struct DescribeTrustStoreAssociations;

impl Listing for DescribeTrustStoreAssociations {
    type Item = Of<TrustStore, Vec<TrustStoreAssociation>>;
    const ACTION: &'static str = "elasticloadbalancing:DescribeTrustStoreAssociations";

    async fn ask(at: &AccountRegion) -> Result<Vec<Self::Item>, Unseen> {
        let stores = at.list::<DescribeTrustStores>().await?;
        of_each(stores.iter(), |store| associations(at, store)).await
    }
}

async fn associations(at: &AccountRegion, store: &TrustStore) -> Result<Vec<TrustStoreAssociation>, Unseen> {
    let client = at.elbv2();
    let arn = store.trust_store_arn();
    at.pages(DescribeTrustStoreAssociations::ACTION, |token| {
        let request = client.describe_trust_store_associations().set_trust_store_arn(arn.map(str::to_owned));
        let sent = request.page_size(PAGE).set_marker(token).send();
        async move { sent.await.map(|page| Page::of(page.trust_store_associations, page.next_marker)) }
    })
    .await
}

/// The revocation lists of each trust store, without what is in them.
pub(crate) struct DescribeTrustStoreRevocations;

impl Listing for DescribeTrustStoreRevocations {
    type Item = Of<TrustStore, Vec<DescribeTrustStoreRevocation>>;
    const ACTION: &'static str = "elasticloadbalancing:DescribeTrustStoreRevocations";

    async fn ask(at: &AccountRegion) -> Result<Vec<Self::Item>, Unseen> {
        let stores = at.list::<DescribeTrustStores>().await?;
        of_each(stores.iter(), |store| revocations(at, store)).await
    }
}

async fn revocations(
    at: &AccountRegion,
    store: &TrustStore,
) -> Result<Vec<DescribeTrustStoreRevocation>, Unseen> {
    let client = at.elbv2();
    let arn = store.trust_store_arn();
    at.pages(DescribeTrustStoreRevocations::ACTION, |token| {
        let request = client.describe_trust_store_revocations().set_trust_store_arn(arn.map(str::to_owned));
        let sent = request.page_size(PAGE).set_marker(token).send();
        async move { sent.await.map(|page| Page::of(page.trust_store_revocations, page.next_marker)) }
    })
    .await
}
