//! Tags of what has no region: server certificates of IAM, and distributions that use certificates.

use howler_model::FactKind;

use super::access::Listing;
use super::listings::tagging::GetGlobalResources;
use super::resource_tags::{SERVICE, gather};
use crate::{Asked, Gather, Source};

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "global-tags",
    title: "tags of IAM server certificates and CloudFront distributions, where owners are found by tags",
    service: SERVICE,
    kinds: &[FactKind::Tag],
    actions: || vec![GetGlobalResources::ACTION],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Account(|at| Box::pin(gather::<GetGlobalResources>(at))),
};
