//! Live endpoints: what each address of a name serves, recorded first and judged afterwards.
//!
//! A handshake that fails after the server sent its chain still yields the chain, and one that fails before is a
//! gap with a class of its own. One deadline holds over everything, because a server may send an octet a second.

mod anchors;
mod failure;
mod handshake;
mod name;
mod policy;
mod recorder;
mod served;
mod trust;

use std::net::SocketAddr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::{StreamExt, stream};
use howler_model::{Endpoint, Facts, Scope, Served, Service};
use tokio::time::{Instant, timeout_at};

pub use anchors::TrustAnchors;
use policy::{AskedBy, address_policy};

use crate::source::Gathered;
use failure::Failure;
use handshake::{Handshake, handshake};

/// How long an endpoint may take and how much it may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For everything: name resolution, connections and handshakes of all addresses.
    pub total: Duration,
    /// For one connection.
    pub connect: Duration,
    /// Bytes read from one address.
    pub bytes: u64,
    /// Connections at once to one endpoint.
    pub at_once: usize,
    /// Addresses of one name; those beyond are a gap.
    pub addresses: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            total: Duration::from_secs(10),
            connect: Duration::from_secs(5),
            bytes: 128 << 10,
            at_once: 5,
            addresses: 32,
        }
    }
}

/// What an endpoint that the user named serves, on every address that its name has.
///
/// `now` is the time that trust is judged at. Each address that could not be seen is a gap.
pub(crate) async fn probe(
    endpoint: &Endpoint,
    trust: &TrustAnchors,
    now: DateTime<Utc>,
    limits: &Limits,
) -> Facts {
    let scope = Scope::outside(endpoint.to_string(), Service::TLS);
    let mut gathered = Gathered::default();
    for (address, result) in visit(endpoint, limits).await {
        let item = address.map(|address| address.to_string());
        if let Some(handshake) = gathered.note(item.as_deref(), result.map_err(Failure::into_unseen)) {
            gathered.facts.served.extend(address.map(|address| -> Served {
                served::judged(endpoint, &scope, address, handshake, trust, now)
            }));
        }
    }
    gathered.into_facts(scope)
}

/// A handshake with each address of an endpoint, or one failure for all of them.
async fn visit(
    endpoint: &Endpoint,
    limits: &Limits,
) -> Vec<(Option<SocketAddr>, Result<Handshake, Failure>)> {
    let deadline = Instant::now() + limits.total;
    let addresses = match resolve(endpoint, deadline).await {
        Ok(addresses) => addresses,
        Err(failure) => return vec![(None, Err(failure))],
    };
    let beyond = addresses.len().saturating_sub(limits.addresses);
    let handshakes = stream::iter(addresses.into_iter().take(limits.addresses)).map(|address| async move {
        let result = match address_policy(address.ip(), AskedBy::User) {
            Ok(()) => handshake(address, endpoint, deadline, limits).await,
            Err(refused) => Err(Failure::refused(refused)),
        };
        (Some(address), result)
    });
    let mut results: Vec<_> = handshakes.buffered(limits.at_once.max(1)).collect().await;
    if beyond > 0 {
        results.push((None, Err(Failure::too_many_addresses(beyond))));
    }
    results
}

/// All addresses of the host, each once, in an order that does not change from scan to scan.
async fn resolve(endpoint: &Endpoint, deadline: Instant) -> Result<Vec<SocketAddr>, Failure> {
    let lookup = tokio::net::lookup_host((endpoint.host.as_str(), endpoint.port));
    let found = match timeout_at(deadline, lookup).await {
        Err(_) => return Err(Failure::timeout("resolve-timeout", "the name was not resolved in time")),
        Ok(Err(error)) => return Err(Failure::not_resolved(&error.to_string())),
        Ok(Ok(found)) => found,
    };
    let mut addresses: Vec<SocketAddr> = found.collect();
    addresses.sort_unstable();
    addresses.dedup();
    match addresses.is_empty() {
        true => Err(Failure::not_resolved("the name has no address")),
        false => Ok(addresses),
    }
}
