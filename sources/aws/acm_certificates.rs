//! Certificates in ACM.

use howler_model::{FactKind, Service};

use super::AccountRegion;
use super::access::Listing;
use super::listings::acm::ListCertificates;
use crate::source::Gathered;
use crate::{Gather, Source};

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "acm-certificates",
    title: "ACM certificates with renewal, use and validation",
    service: Service::named("acm"),
    kinds: &[FactKind::Certificate],
    actions: || vec![ListCertificates::ACTION],
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let _ = gathered.note(None, at.list::<ListCertificates>().await);
    gathered
}
