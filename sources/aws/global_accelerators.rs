//! Addresses of AWS Global Accelerator, behind which load balancers and instances serve certificates of their own.

use std::collections::BTreeSet;

use aws_sdk_globalaccelerator::types::{Accelerator, Listener, PortRange, Protocol};
use howler_model::{Discovered, Endpoint, FactKind, Partition, Reason, Resource, Service, Unseen};

use super::AccountRegion;
use super::access::Listing;
use super::listings::global_accelerators::{ListAccelerators, ListListeners};
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("globalaccelerator");

/// The most ports of a range that are endpoints; of a wider one it is the port of HTTPS alone, if that is in it.
const MOST_PORTS: usize = 16;
const HTTPS: u16 = 443;
/// Here is plain text by convention.
const HTTP: u16 = 80;

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "global-accelerators",
    title: "Addresses of accelerators, with the ports of their listeners",
    service: SERVICE,
    kinds: &[FactKind::Discovered],
    actions: || vec![ListAccelerators::ACTION, ListListeners::ACTION],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Account(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    if at.partition() != Partition::Aws {
        let words = format!("there is no Global Accelerator in {}", at.partition());
        gathered.miss(None, Unseen::new(Reason::Disabled, ListAccelerators::ACTION, words));
        return gathered;
    }
    let accelerators = gathered.note(None, at.list::<ListListeners>().await);
    for of in accelerators.iter().flat_map(|all| all.iter()) {
        let accelerator = &of.parent;
        let answer = of.answer.as_ref().map_err(Unseen::clone);
        let listeners = gathered.note(accelerator.accelerator_arn(), answer);
        gathered.facts.discovered.extend(discovered(&user(at, accelerator), accelerator, listeners));
    }
    gathered
}

fn user(at: &AccountRegion, accelerator: &Accelerator) -> Resource {
    let arn = accelerator.accelerator_arn().unwrap_or_default();
    at.resource(SERVICE, "global-accelerator", arn, accelerator.name().unwrap_or(arn))
}

/// Each address with each port of TCP. The name of an accelerator is AWS's, and no certificate behind it covers it:
/// by its addresses no name is asked for or expected.
fn discovered(
    user: &Resource,
    accelerator: &Accelerator,
    listeners: Option<&Vec<Listener>>,
) -> Vec<Discovered> {
    let tcp = listeners.into_iter().flatten().filter(|one| one.protocol() == Some(&Protocol::Tcp));
    let ports: BTreeSet<u16> = tcp.flat_map(|listener| listener.port_ranges()).flat_map(ports).collect();
    let addresses = accelerator.ip_sets().iter().flat_map(|set| set.ip_addresses());
    let endpoints = addresses
        .flat_map(|address| ports.iter().filter_map(move |port| Endpoint::direct(address, *port).ok()));
    endpoints.map(|endpoint| Discovered { endpoint, user: user.clone(), private: false }).collect()
}

fn ports(range: &PortRange) -> Vec<u16> {
    let port = |number: Option<i32>| number.and_then(|number| u16::try_from(number).ok());
    let Some((from, to)) = port(range.from_port()).zip(port(range.to_port())) else { return Vec::new() };
    let all = from..=to;
    match all.len() <= MOST_PORTS {
        true => all.filter(|port| *port != HTTP).collect(),
        false => all.contains(&HTTPS).then_some(HTTPS).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_globalaccelerator::types::IpSet;
    use howler_model::{Region, Scope};

    use super::*;

    fn range(from: i32, to: i32) -> PortRange {
        PortRange::builder().from_port(from).to_port(to).build()
    }

    fn listener(protocol: Protocol, ranges: Vec<PortRange>) -> Listener {
        Listener::builder().protocol(protocol).set_port_ranges(Some(ranges)).build()
    }

    fn found(listeners: Option<&Vec<Listener>>) -> Vec<String> {
        let scope = Scope::aws(Partition::Aws, "123456789012".parse().unwrap(), Region::GLOBAL, SERVICE);
        let user = Resource { scope, kind: "global-accelerator", id: "arn:a".into(), name: "a".into() };
        let four = IpSet::builder().ip_addresses("192.0.2.1").ip_addresses("192.0.2.2").build();
        let six = IpSet::builder().ip_addresses("2001:db8::1").build();
        let accelerator = Accelerator::builder().ip_sets(four).ip_sets(six).build();
        let found = discovered(&user, &accelerator, listeners);
        assert!(found.iter().all(|one| !one.private && one.user == user && one.endpoint.sni.is_none()));
        found.iter().map(|one| one.endpoint.to_string()).collect()
    }

    #[test]
    fn every_address_has_every_port_of_tcp_once() {
        let listeners = vec![
            listener(Protocol::Tcp, vec![range(443, 443), range(80, 80)]),
            listener(Protocol::Udp, vec![range(4433, 4433)]),
            listener(Protocol::Tcp, vec![range(443, 444)]),
        ];
        let expected = ["192.0.2.1", "192.0.2.2", "[2001:db8::1]"]
            .map(|host| [443, 444].map(|port| format!("{host}:{port}")));
        assert_eq!(found(Some(&listeners)), expected.concat());
        assert_eq!(found(None), [""; 0]);
    }

    #[test]
    fn of_a_wide_range_only_the_port_of_https_is_an_endpoint() {
        assert_eq!(ports(&range(1, 65_535)), [443]);
        assert_eq!(ports(&range(1_024, 65_535)), [0; 0]);
        assert_eq!(ports(&range(8_000, 8_015)).len(), 16);
        assert_eq!(ports(&range(8_000, 8_016)), [0; 0]);
        assert_eq!(ports(&range(0, 70_000)), [0; 0]);
        assert_eq!(ports(&PortRange::builder().from_port(443).build()), [0; 0]);
    }
}
