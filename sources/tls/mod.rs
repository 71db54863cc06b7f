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
            addresses: 16,
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
    leave_out_families(&mut visits);
    if !beyond.is_empty() {
        let found = prober.private != Private::Any;
        visits.push((None, Err(Failure::too_many_addresses(beyond.len(), found))));
    }
    visits
}

/// A machine that has no way to any address of one family is not told so for every name that has some, as long as
/// the name answers on the other one.
fn leave_out_families(visits: &mut [Visit]) {
    let answers = visits.iter().any(|(_, result)| result.is_ok());
    for is_v6 in [true, false] {
        let of_family = |visit: &Visit| visit.0.is_some_and(|address| address.is_ipv6() == is_v6);
        let no_way = |visit: &Visit| matches!(&visit.1, Err(failure) if failure.is_unreachable());
        if answers && visits.iter().filter(|visit| of_family(visit)).all(no_way) {
            let failures = visits.iter_mut().filter(|visit| of_family(visit));
            failures.filter_map(|(_, result)| result.as_mut().err()).for_each(Failure::leave_out);
        }
    }
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

    #[test]
    fn a_family_of_addresses_without_a_way_is_left_out_where_the_other_answers() {
        let no_way = || Failure::of_io(&std::io::ErrorKind::NetworkUnreachable.into());
        let at = |address: &str, result| -> Visit { (Some(address.parse().unwrap()), result) };
        let told = |mut visits: Vec<Visit>| -> Vec<Option<Reason>> {
            leave_out_families(&mut visits);
            let reason = |result: Result<Handshake, Failure>| result.err().map(|it| it.into_unseen().reason);
            visits.into_iter().map(|(_, result)| reason(result)).collect()
        };
        let shown =
            || Handshake { chain: Vec::new(), protocol: None, legacy: false, client_certificate: false };
        let answered = || at("192.0.2.1:443", Ok(shown()));
        let v6 = || at("[2001:db8::1]:443", Err(no_way()));
        assert_eq!(told(vec![answered(), v6()]), [None, Some(Reason::LeftOut)]);
        assert_eq!(told(vec![v6()]), [Some(Reason::Network)], "nothing of it was seen");
        let refused = at("[2001:db8::2]:443", Err(Failure::timeout("connect-timeout", "")));
        assert_eq!(told(vec![answered(), v6(), refused])[1], Some(Reason::Network), "there is a way to IPv6");
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
