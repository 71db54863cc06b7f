//! CloudFront: the certificates that viewers are shown, those of origins, of tenants, and of trust stores.

mod origins;
mod tenants;
mod trust_stores;
mod viewers;

use howler_model::{FactKind, Service};

use super::AccountRegion;
use super::access::Listing;
use super::listings::cloudfront::{ListDistributionTenants, ListDistributions, ListTrustStores};
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("cloudfront");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "cloudfront",
    title: "Certificates of CloudFront distributions and of their tenants, with their aliases, origins and trust stores",
    service: SERVICE,
    kinds: &[FactKind::Certificate, FactKind::Binding, FactKind::Discovered],
    actions: || {
        vec![
            ListDistributions::ACTION,
            ListDistributionTenants::ACTION,
            tenants::MANAGED,
            ListTrustStores::ACTION,
        ]
    },
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Account(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let distributions = gathered.note(None, at.list::<ListDistributions>().await);
    for distribution in distributions.iter().flat_map(|all| all.iter()) {
        let user =
            at.resource(SERVICE, "cloudfront-distribution", distribution.arn(), viewers::name(distribution));
        gathered.facts.bindings.extend(viewers::binding(&user, distribution));
        gathered.facts.bindings.extend(origins::bindings(&user, distribution));
        gathered.facts.discovered.extend(origins::discovered(&user, distribution));
    }
    tenants::add(at, distributions.as_deref(), &mut gathered).await;
    trust_stores::add(at, distributions.as_deref(), &mut gathered).await;
    gathered
}
