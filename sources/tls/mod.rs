//! Live endpoints: what each address of a name serves, recorded first and judged afterwards.
//!
//! A handshake that fails after the server sent its chain still yields the chain, and one that fails before is a
//! gap with a class of its own. One deadline holds over everything, because a server may send an octet a second.

mod anchors;
mod failure;
mod gate;
mod handshake;
mod hello;
mod name;
mod network;
mod offer;
mod plain;
mod policy;
mod recorder;
mod served;
mod starttls;
mod trust;
mod wire;

use std::net::SocketAddr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::join_all;
use howler_model::{Endpoint, Scope};
use tokio::time::{Instant, timeout_at};

pub use anchors::TrustAnchors;
pub(crate) use failure::{NOBODY, REFUSED};
pub(crate) use gate::Gate;
pub use network::Network;
pub use policy::Private;

use crate::endpoints::Prober;
use crate::source::Gathered;
use failure::Failure;
use handshake::{Handshake, Probe};
use policy::address_policy;

/// How long an endpoint may take and how much it may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For everything: name resolution, connections and handshakes. Waiting until an address has few enough
    /// connections is not in it.
    pub total: Duration,
    /// For one connection.
    pub connect: Duration,
    /// Bytes read from one connection, of which an address has two at most, one after another.
    pub bytes: u64,
    /// Connections at once to one address, over all endpoints.
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
            addresses: 8,
        }
    }
}

/// What one address came to, or why there is none.
type Visit = (Option<SocketAddr>, Result<Handshake, Failure>);

/// What an endpoint of a scope serves, on every address that its name has.
///
/// `now` is the time that trust is judged at. Each address that could not be seen is a gap.
pub(crate) async fn probe(
    endpoint: &Endpoint,
    scope: &Scope,
    prober: &Prober,
    now: DateTime<Utc>,
) -> Gathered {
    let begun = Instant::now();
    let visits = match resolve(endpoint, begun + prober.limits.total).await {
        Ok(addresses) => visit(endpoint, &addresses, begun.elapsed(), prober).await,
        Err(failure) => vec![(None, Err(failure))],
    };
    let mut gathered = Gathered::default();
    for (address, result) in visits {
        let item = address.map(|address| address.to_string());
        let handshake = gathered.note(item.as_deref(), result.map_err(Failure::into_unseen));
        let served = address.zip(handshake).map(|(address, handshake)| {
            served::judged(endpoint, scope, address, handshake, &prober.trust, now)
        });
        gathered.facts.served.extend(served);
    }
    gathered
}

/// What each address shows, in their order. So much of the time is `spent`.
async fn visit(
    endpoint: &Endpoint,
    addresses: &[SocketAddr],
    spent: Duration,
    prober: &Prober,
) -> Vec<Visit> {
    let limits = &prober.limits;
    let (near, beyond) = addresses.split_at(addresses.len().min(limits.addresses));
    let asked = near.iter().map(async |&address| {
        if let Err(refused) = address_policy(address.ip(), &prober.private) {
            let found = prober.private != Private::Any;
            return vec![(Some(address), Err(Failure::refused(refused, found)))];
        }
        let _seat = prober.gate.enter(address.ip(), limits.at_once).await;
        let _one = prober.gate.one_more().await;
        let deadline = Instant::now() + limits.total.saturating_sub(spent);
        let results = Probe { address, endpoint, deadline, limits }.ask().await;
        results.into_iter().map(|result| (Some(address), result)).collect()
    });
    let mut visits: Vec<Visit> = join_all(asked).await.into_iter().flatten().collect();
    if !beyond.is_empty() {
        visits.push((None, Err(Failure::too_many_addresses(beyond.len()))));
    }
    visits
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

#[cfg(test)]
mod tests {
    use howler_model::{Reason, Service};

    use super::*;

    #[tokio::test]
    async fn every_address_is_visited_and_has_its_own_gap() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let hosts = ["127.0.0.1", "127.0.0.2", "169.254.1.1", "127.0.0.3"];
        let addresses: Vec<_> =
            hosts.iter().map(|host| SocketAddr::new(host.parse().unwrap(), free)).collect();
        let endpoint = format!("a.example:{free}").parse().unwrap();
        let prober = Prober::new(TrustAnchors::default(), Limits { addresses: 3, ..Limits::default() });
        let visits = visit(&endpoint, &addresses, Duration::ZERO, &prober).await;
        let seen: Vec<_> = visits
            .into_iter()
            .map(|(address, result)| {
                (
                    address.map(|address| address.ip().to_string()),
                    result.unwrap_err().into_unseen().code.unwrap(),
                )
            })
            .collect();
        let at = |host: &str, code: &str| (Some(host.to_owned()), code.to_owned());
        assert_eq!(
            seen,
            [
                at("127.0.0.1", "connection-refused"),
                at("127.0.0.2", "connection-refused"),
                at("169.254.1.1", "refused-by-policy"),
                (None, "too-many-addresses".to_owned()),
            ]
        );
    }

    #[tokio::test]
    async fn what_was_found_is_not_asked_at_private_addresses_unless_they_are_allowed() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let endpoint: Endpoint = free.to_string().parse().unwrap();
        let named = Prober::new(TrustAnchors::default(), Limits::default());
        let scope = Scope::outside(endpoint.to_string(), Service::TLS);
        for (networks, reason, code) in [
            (vec![], Reason::LeftOut, REFUSED),
            (vec!["10.0.0.0/8"], Reason::LeftOut, REFUSED),
            (vec!["127.0.0.0/8"], Reason::Network, "connection-refused"),
        ] {
            let prober = named.within(networks.iter().map(|network| network.parse().unwrap()).collect());
            let gathered = probe(&endpoint, &scope, &prober, DateTime::UNIX_EPOCH).await;
            let unseen = &gathered.gaps[0].1;
            assert_eq!((unseen.reason, unseen.code.as_deref()), (reason, Some(code)), "{networks:?}");
        }
    }
}
