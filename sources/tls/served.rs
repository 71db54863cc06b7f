//! What a handshake showed, as a fact: the chain read, the trust and the name judged apart.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use chrono::{DateTime, Utc};
use howler_model::{
    Certificate, CertificateUsage, Endpoint, NameMatch, Origin, Resource, Role, Scope, Served,
};
use rustls::pki_types::CertificateDer;

use super::anchors::TrustAnchors;
use super::handshake::Handshake;
use super::name::name_match;
use super::trust::trust;
use crate::x509::{self, Body, ReadError};

/// The fact for one address.
pub(super) fn judged(
    endpoint: &Endpoint,
    scope: &Scope,
    address: SocketAddr,
    handshake: Handshake,
    anchors: &TrustAnchors,
    now: DateTime<Utc>,
) -> Served {
    let bodies: Vec<_> = handshake.chain.iter().map(|der| x509::read(der)).collect();
    let leaf = handshake.chain.first().zip(bodies.first());
    Served {
        resource: endpoint_resource(endpoint, scope),
        endpoint: endpoint.clone(),
        address,
        protocol: handshake.protocol,
        legacy: handshake.legacy,
        trust: trust(&handshake.chain, &bodies, anchors, now),
        name: leaf.map_or(NameMatch::Unknown, |(der, body)| name_match(der, body.as_ref().ok(), endpoint)),
        chain: certificates(endpoint, scope, &handshake.chain, bodies),
        client_certificate: handshake.client_certificate,
    }
}

fn endpoint_resource(endpoint: &Endpoint, scope: &Scope) -> Resource {
    Resource {
        scope: scope.clone(),
        kind: "tls-endpoint",
        id: endpoint.to_string(),
        name: endpoint.name().to_owned(),
    }
}

/// One fact for each certificate, however often the server sends it.
fn certificates(
    endpoint: &Endpoint,
    scope: &Scope,
    chain: &[CertificateDer<'_>],
    bodies: Vec<Result<Body, ReadError>>,
) -> Vec<Certificate> {
    let read = |(der, body): (&CertificateDer<'_>, Result<Body, ReadError>)| {
        body.unwrap_or_else(|error| Body::unreadable(der, &error))
    };
    let mut seen = BTreeSet::new();
    let bodies = chain.iter().zip(bodies).map(read).filter(|body| seen.insert(body.sha256)).enumerate();
    bodies.map(|(place, body)| certificate(endpoint, scope, place, body)).collect()
}

/// A chain member in its place: the first one is the endpoint's own, even if it is an authority's.
fn certificate(endpoint: &Endpoint, scope: &Scope, place: usize, mut body: Body) -> Certificate {
    let resource = match place {
        0 => {
            body.role = Role::Leaf;
            endpoint_resource(endpoint, scope)
        }
        _ => Resource {
            scope: scope.clone(),
            kind: "tls-chain-member",
            id: format!("{endpoint}/{}", body.sha256),
            name: body.subject.clone().unwrap_or_default(),
        },
    };
    body.at(resource, Origin::Served, CertificateUsage::By(vec![endpoint.to_string()]))
}
