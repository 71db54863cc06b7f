//! Tags of certificates, load balancers, listeners and target groups: they name owners, and nothing is judged by them.

use aws_sdk_resourcegroupstagging::types::ResourceTagMapping;
use howler_model::{FactKind, Reason, Service, Unseen};

use super::AccountRegion;
use super::access::Listing;
use super::listings::tagging::GetResources;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

pub(super) const SERVICE: Service = Service::named("tagging");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "resource-tags",
    title: "tags of ACM certificates and of load balancers, where owners are found by tags",
    service: SERVICE,
    kinds: &[FactKind::Tag],
    actions: || vec![GetResources::ACTION],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather::<GetResources>(at))),
};

/// The tags of all that is listed. What has no ARN is a gap: nobody can tell whose tags these are.
pub(super) async fn gather<L>(at: &AccountRegion) -> Gathered
where
    L: Listing<Item = ResourceTagMapping>,
{
    let mut gathered = Gathered::default();
    let listed = gathered.note(None, at.list::<L>().await);
    for mapping in listed.iter().flat_map(|listed| listed.iter()) {
        match mapping.resource_arn() {
            Some(arn) => {
                gathered.facts.tags.insert(arn.to_owned(), tags(mapping));
            }
            None => {
                let message = "a resource in the answer has no ARN";
                gathered.miss(None, Unseen::new(Reason::Malformed, L::ACTION, message));
            }
        }
    }
    gathered
}

fn tags(mapping: &ResourceTagMapping) -> Vec<(String, String)> {
    mapping.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}
