//! NAT gateways and VPC endpoints.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{
    ConnectivityType, NatGateway, NatGatewayAddress, NatGatewayState, Subnet, VpcEndpoint, VpcEndpointType,
};
use howler_model::{Reason, Unseen};

use crate::aws::quota::{Counted, each, seen, tally, whole};

/// NAT gateways in each zone: failed and deleted ones do not count. One whose zone nothing tells is unknown by itself.
pub(super) fn nat_per_zone(gateways: &[NatGateway], subnets: &[Subnet]) -> Counted {
    use NatGatewayState::{Available, Deleting, Pending};
    let held =
        gateways.iter().filter(|gateway| matches!(gateway.state(), Some(Pending | Available | Deleting)));
    let mut zones = BTreeMap::new();
    for gateway in held {
        let in_zones = zones_of(gateway, subnets);
        if in_zones.is_empty() {
            zones.insert(gateway.nat_gateway_id().unwrap_or_default().to_owned(), Err(without_zone(gateway)));
        }
        for zone in in_zones {
            if let Ok(count) = zones.entry(zone.to_owned()).or_insert(Ok(0)) {
                *count += 1;
            }
        }
    }
    seen(zones)
}

/// The zone of its subnet; a regional gateway has no subnet, and an address in each of its zones.
fn zones_of<'a>(gateway: &'a NatGateway, subnets: &'a [Subnet]) -> BTreeSet<&'a str> {
    let is_in = |subnet: &&Subnet| subnet.subnet_id().is_some_and(|id| gateway.subnet_id() == Some(id));
    match subnets.iter().find(is_in).and_then(Subnet::availability_zone) {
        Some(zone) => BTreeSet::from([zone]),
        None => {
            gateway.nat_gateway_addresses().iter().filter_map(NatGatewayAddress::availability_zone).collect()
        }
    }
}

fn without_zone(gateway: &NatGateway) -> Unseen {
    let subnet = gateway.subnet_id().unwrap_or("none");
    Unseen::new(
        Reason::NoData,
        "ec2:DescribeSubnets",
        format!("the zone of its subnet ({subnet}) is not listed"),
    )
}

/// Elastic IP addresses of each public NAT gateway.
pub(super) fn nat_elastic_addresses(gateways: &[NatGateway]) -> Counted {
    let public = usable(gateways).filter(|nat| nat.connectivity_type() != Some(&ConnectivityType::Private));
    per_gateway(public, |address| address.allocation_id().is_some_and(|id| !id.is_empty()))
}

/// Private IP addresses of each NAT gateway.
pub(super) fn nat_addresses(gateways: &[NatGateway]) -> Counted {
    per_gateway(usable(gateways), |_| true)
}

fn usable(gateways: &[NatGateway]) -> impl Iterator<Item = &NatGateway> {
    use NatGatewayState::{Available, Pending};
    gateways.iter().filter(|gateway| matches!(gateway.state(), Some(Pending | Available)))
}

fn per_gateway<'a>(
    gateways: impl Iterator<Item = &'a NatGateway>,
    counts: impl Fn(&NatGatewayAddress) -> bool,
) -> Counted {
    let addresses =
        |gateway: &NatGateway| gateway.nat_gateway_addresses().iter().filter(|one| counts(one)).count();
    each(gateways.filter_map(|gateway| Some((gateway.nat_gateway_id()?.to_owned(), addresses(gateway)))))
}

/// Gateway endpoints that are not deleted.
pub(super) fn gateway_endpoints(endpoints: &[VpcEndpoint]) -> Counted {
    let gateways =
        held(endpoints).filter(|endpoint| endpoint.vpc_endpoint_type() == Some(&VpcEndpointType::Gateway));
    whole(gateways.count())
}

/// Interface endpoints of each VPC, and those of Gateway Load Balancers, which the same quota limits.
pub(super) fn interface_endpoints(endpoints: &[VpcEndpoint]) -> Counted {
    use VpcEndpointType::{GatewayLoadBalancer, Interface};
    let counted = held(endpoints)
        .filter(|endpoint| matches!(endpoint.vpc_endpoint_type(), Some(Interface | GatewayLoadBalancer)));
    tally(counted.filter_map(VpcEndpoint::vpc_id))
}

/// Characters of each endpoint's policy, white space too; Gateway Load Balancer endpoints have none.
pub(super) fn endpoint_policies(endpoints: &[VpcEndpoint]) -> Counted {
    let length = |endpoint: &VpcEndpoint| {
        Some((endpoint.vpc_endpoint_id()?.to_owned(), endpoint.policy_document()?.chars().count()))
    };
    each(held(endpoints).filter_map(length))
}

/// Those that are not deleted. AWS spells the state with and without a capital.
fn held(endpoints: &[VpcEndpoint]) -> impl Iterator<Item = &VpcEndpoint> {
    let is_deleted = |endpoint: &VpcEndpoint| {
        endpoint.state().is_some_and(|state| state.as_str().eq_ignore_ascii_case("deleted"))
    };
    endpoints.iter().filter(move |endpoint| !is_deleted(endpoint))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(expected: &[(&str, usize)]) -> Counted {
        each(expected.iter().map(|(resource, count)| ((*resource).to_owned(), *count)))
    }

    fn nat(id: &str, subnet: &str, state: NatGatewayState) -> NatGateway {
        let elastic = NatGatewayAddress::builder().allocation_id("eipalloc-1").build();
        NatGateway::builder()
            .nat_gateway_id(id)
            .subnet_id(subnet)
            .state(state)
            .nat_gateway_addresses(elastic)
            .nat_gateway_addresses(NatGatewayAddress::builder().private_ip("10.0.0.9").build())
            .build()
    }

    #[test]
    fn nat_gateways_count_in_the_zone_of_their_subnet() {
        let subnet = |id: &str, zone: &str| Subnet::builder().subnet_id(id).availability_zone(zone).build();
        let subnets = [subnet("subnet-a", "eu-west-1a"), subnet("subnet-b", "eu-west-1b")];
        let states = NatGatewayState::values().iter().map(|name| NatGatewayState::from(*name));
        let mut all: Vec<_> = states.map(|state| nat("nat-1", "subnet-a", state)).collect();
        all.push(nat("nat-2", "subnet-b", NatGatewayState::Available));
        let address = |zone: &str| NatGatewayAddress::builder().availability_zone(zone).build();
        let regional = NatGateway::builder().nat_gateway_id("nat-3").state(NatGatewayState::Available);
        let regional = regional.nat_gateway_addresses(address("eu-west-1b"));
        all.push(regional.nat_gateway_addresses(address("eu-west-1b")).build());
        assert_eq!(nat_per_zone(&all, &subnets), counts(&[("eu-west-1a", 3), ("eu-west-1b", 2)]));
    }

    #[test]
    fn a_nat_gateway_in_an_unlisted_subnet_is_unknown_by_itself() {
        let all = [nat("nat-1", "subnet-z", NatGatewayState::Available)];
        let Counted::Each(zones) = nat_per_zone(&all, &[]) else { panic!("not by zone") };
        assert!(zones["nat-1"].as_ref().unwrap_err().message.contains("subnet-z"));
    }

    #[test]
    fn addresses_count_at_usable_gateways() {
        let private = NatGateway::builder().connectivity_type(ConnectivityType::Private);
        let private = private.nat_gateway_id("nat-9").state(NatGatewayState::Available);
        let all = [
            nat("nat-1", "subnet-a", NatGatewayState::Available),
            nat("nat-2", "subnet-a", NatGatewayState::Pending),
            nat("nat-3", "subnet-a", NatGatewayState::Deleting),
            nat("nat-4", "subnet-a", NatGatewayState::Failed),
            private.nat_gateway_addresses(NatGatewayAddress::builder().build()).build(),
        ];
        assert_eq!(nat_elastic_addresses(&all), counts(&[("nat-1", 1), ("nat-2", 1)]));
        assert_eq!(nat_addresses(&all), counts(&[("nat-1", 2), ("nat-2", 2), ("nat-9", 1)]));
    }

    #[test]
    fn endpoints_count_by_type_until_they_are_deleted() {
        let endpoint = |id: &str, kind: &VpcEndpointType, state: &str| {
            let endpoint = VpcEndpoint::builder().vpc_endpoint_id(id).vpc_id("vpc-1").state(state.into());
            endpoint.vpc_endpoint_type(kind.clone()).policy_document("{ \"é\": 1 }").build()
        };
        let mut all = vec![endpoint("vpce-1", &VpcEndpointType::Gateway, "available")];
        all.push(endpoint("vpce-2", &VpcEndpointType::Gateway, "deleted"));
        all.push(endpoint("vpce-3", &VpcEndpointType::Interface, "Available"));
        all.push(endpoint("vpce-4", &VpcEndpointType::Interface, "Deleted"));
        all.push(endpoint("vpce-5", &VpcEndpointType::GatewayLoadBalancer, "pending"));
        all.push(endpoint("vpce-6", &VpcEndpointType::Resource, "available"));
        assert_eq!(gateway_endpoints(&all), whole(1));
        assert_eq!(interface_endpoints(&all), counts(&[("vpc-1", 2)]));
        let policies = [("vpce-1", 10), ("vpce-3", 10), ("vpce-5", 10), ("vpce-6", 10)];
        assert_eq!(endpoint_policies(&all), counts(&policies));
        assert_eq!(
            endpoint_policies(&[VpcEndpoint::builder().vpc_endpoint_id("vpce-7").build()]),
            counts(&[])
        );
    }
}
