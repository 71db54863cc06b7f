//! Live endpoints as a source: the prober with what it trusts and how long it waits.

use chrono::{DateTime, Utc};
use howler_model::{Endpoint, FactKind, Facts, Scope, Service};

use crate::tls::{Gate, Limits, Network, Private, TrustAnchors, probe};
use crate::{Asked, Gather, Probing, Source};

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "endpoints",
    title: "certificates that live endpoints serve",
    service: Service::TLS,
    kinds: &[FactKind::Served],
    actions: Vec::new,
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Endpoint(|prober, endpoint, now| Box::pin(named(prober, endpoint, now))),
};

/// What an endpoint serves that somebody named: it is a scope of its own.
async fn named(prober: &Prober, endpoint: &Endpoint, now: DateTime<Utc>) -> Facts {
    let scope = Scope::outside(endpoint.to_string(), Service::TLS);
    probe(endpoint, &scope, prober, now).await.into_facts(scope)
}

/// How endpoints are asked.
#[derive(Debug, Default)]
pub struct Prober {
    /// What a chain has to lead to.
    pub trust: TrustAnchors,
    /// What an endpoint may take and send.
    pub limits: Limits,
    /// Where endpoints may be.
    pub private: Private,
    pub(crate) gate: Gate,
}

impl Prober {
    /// For endpoints that the user named: wherever they are, but at addresses that are never asked.
    #[must_use]
    pub fn new(trust: TrustAnchors, limits: Limits) -> Self {
        Self { trust, limits, private: Private::Any, gate: Gate::default() }
    }

    /// For endpoints that were found: the same, at public addresses and in these networks alone, and not too many at
    /// once.
    #[must_use]
    pub fn within(&self, networks: Vec<Network>) -> Self {
        let private = Private::Within(networks);
        Self {
            trust: self.trust.clone(),
            limits: self.limits,
            private,
            gate: self.gate.bounded(Probing::CONNECTIONS),
        }
    }
}
