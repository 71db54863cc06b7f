//! Public addresses of EC2, which may be endpoints.
//!
//! Those of IPv6 are left out: all of them are public, and none says whether it is reached from the internet.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{NetworkInterface, NetworkInterfaceType};
use howler_model::{Discovered, Endpoint, FactKind, Service};

use super::AccountRegion;
use super::access::Listing;
use super::listings::ec2_network::DescribeNetworkInterfaces;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("ec2");

/// How EC2 describes the interfaces of load balancers, whose listeners say by which names they are asked.
const OF_BALANCER: &str = "ELB ";

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "ec2-addresses",
    title: "Public IPv4 addresses of EC2",
    service: SERVICE,
    kinds: &[FactKind::Discovered],
    actions: || vec![DescribeNetworkInterfaces::ACTION],
    quotas: &[],
    asked: Asked::OnRequest,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let listed = gathered.note(None, at.list::<DescribeNetworkInterfaces>().await);
    for interface in listed.iter().flat_map(|listed| listed.iter()).filter(|interface| may_serve(interface)) {
        let found = discovered(at, interface);
        gathered.facts.discovered.extend(found);
    }
    gathered
}

/// How EC2 names the interfaces of NAT gateways: its model says one, its answers the other.
const OF_GATEWAY: [&str; 2] = ["natGateway", "nat_gateway"];

/// A NAT gateway answers nobody, and a load balancer where its listeners say.
fn may_serve(interface: &NetworkInterface) -> bool {
    let of_balancer = interface.description().is_some_and(|words| words.starts_with(OF_BALANCER));
    let kind = interface.interface_type().map(NetworkInterfaceType::as_str);
    !of_balancer && !kind.is_some_and(|kind| OF_GATEWAY.contains(&kind))
}

fn discovered(at: &AccountRegion, interface: &NetworkInterface) -> Vec<Discovered> {
    let id = interface.network_interface_id().unwrap_or_default();
    let (partition, region, account) = (at.partition(), at.region(), at.account());
    let arn = format!("arn:{partition}:ec2:{region}:{account}:network-interface/{id}");
    let user = at.resource(SERVICE, "network-interface", arn, id);
    let addresses = public_addresses(interface);
    let each =
        addresses.iter().flat_map(|address| at.ports().iter().map(|&port| Endpoint::direct(address, port)));
    each.flatten().map(|endpoint| Discovered { endpoint, user: user.clone(), private: false }).collect()
}

/// The public addresses of an interface, each once: those of its private ones, the first of which it has itself.
fn public_addresses(interface: &NetworkInterface) -> BTreeSet<&str> {
    let further = interface.private_ip_addresses().iter().filter_map(|private| private.association());
    let all = interface.association().into_iter().chain(further);
    all.filter_map(|association| association.public_ip()).collect()
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::{NetworkInterfaceAssociation, NetworkInterfacePrivateIpAddress};

    use super::*;

    fn public(address: &str) -> NetworkInterfaceAssociation {
        NetworkInterfaceAssociation::builder().public_ip(address).build()
    }

    #[test]
    fn each_public_address_is_there_once() {
        let private =
            |address| NetworkInterfacePrivateIpAddress::builder().association(public(address)).build();
        let interface = NetworkInterface::builder()
            .association(public("198.51.100.1"))
            .private_ip_addresses(private("198.51.100.1"))
            .private_ip_addresses(private("198.51.100.2"))
            .private_ip_addresses(
                NetworkInterfacePrivateIpAddress::builder().private_ip_address("10.0.0.3").build(),
            )
            .build();
        assert_eq!(public_addresses(&interface), BTreeSet::from(["198.51.100.1", "198.51.100.2"]));
        assert!(public_addresses(&NetworkInterface::builder().build()).is_empty());
    }

    #[test]
    fn what_only_passes_packets_on_serves_nothing() {
        let of =
            |kind, words: &str| NetworkInterface::builder().interface_type(kind).description(words).build();
        assert!(may_serve(&of(NetworkInterfaceType::Interface, "web server")));
        assert!(may_serve(&NetworkInterface::builder().build()));
        assert!(!may_serve(&of(NetworkInterfaceType::NatGateway, "Interface for NAT Gateway nat-1")));
        assert!(!may_serve(&of(NetworkInterfaceType::Interface, "ELB app/shop/1")));
    }
}
