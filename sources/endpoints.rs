//! Live endpoints as a source: the prober with what it trusts and how long it waits.

use howler_model::{FactKind, Service};

use crate::tls::{Limits, TrustAnchors, probe};
use crate::{Gather, Source};

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "endpoints",
    title: "certificates that live endpoints serve",
    service: Service::TLS,
    kinds: &[FactKind::Served],
    actions: Vec::new,
    quotas: &[],
    gather: Gather::Endpoint(|prober, endpoint, now| {
        Box::pin(probe(endpoint, &prober.trust, now, &prober.limits))
    }),
};

/// How endpoints are asked.
#[derive(Debug, Default)]
pub struct Prober {
    /// What a chain has to lead to.
    pub trust: TrustAnchors,
    /// What an endpoint may take and send.
    pub limits: Limits,
}
