//! Certificates of Transfer Family: those of ACM that FTPS servers use, and those that were imported for AS2.

mod imported;
mod server;

use futures::future::join;
use howler_model::{FactKind, Service};

use super::AccountRegion;
use super::access::Listing;
use super::listings::transfer::{ListCertificates, ListServers};
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("transfer");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "transfer",
    title: "Certificates that FTPS servers of Transfer Family use, and those imported for AS2",
    service: SERVICE,
    kinds: &[FactKind::Certificate, FactKind::Binding],
    actions: || vec![ListServers::ACTION, server::DESCRIBE, ListCertificates::ACTION, imported::DESCRIBE],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let (servers, certificates) = join(at.list::<ListServers>(), at.list::<ListCertificates>()).await;
    if let Some(servers) = gathered.note(None, servers) {
        server::gather(at, &servers, &mut gathered).await;
    }
    if let Some(certificates) = gathered.note(None, certificates) {
        imported::gather(at, &certificates, &mut gathered).await;
    }
    gathered
}
