//! Quotas of VPC.

mod gateways;
mod peerings;
mod prefix_lists;
mod rules;
mod space;

use howler_model::{FactKind, Service};

use super::listings::ec2_gateways::{
    DescribeEgressOnlyInternetGateways, DescribeInternetGateways, DescribeNatGateways, DescribeVpcEndpoints,
    DescribeVpcPeeringConnections,
};
use super::listings::ec2_network::{
    DescribeManagedPrefixLists, DescribeNetworkAcls, DescribeNetworkInterfaces, DescribeRouteTables,
    DescribeSecurityGroups, DescribeSubnets, DescribeVpcs,
};
use super::quota::{self, Row, row, whole};
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("vpc");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "vpc-quotas",
    title: "VPCs, their rules, routes, interfaces, gateways, endpoints and peerings against their quotas",
    service: SERVICE,
    kinds: &[FactKind::Quota],
    actions: || quota::actions(ROWS),
    quotas: ROWS,
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(quota::gather(at, SERVICE, ROWS))),
};

const ROWS: &[Row] = &[
    row!("L-F678F1CE", "VPCs per Region", "VPC", [DescribeVpcs], |vpcs| whole(vpcs.len())),
    row!("L-407747CB", "Subnets per VPC", "subnet", [DescribeSubnets], at, |subnets| {
        space::subnets(&subnets, at.account().as_str())
    }),
    row!("L-83CA0A9D", "IPv4 CIDR blocks per VPC", "block", [DescribeVpcs], |vpcs| space::ipv4_blocks(&vpcs)),
    row!("L-085A6257", "IPv6 CIDR blocks per VPC", "block", [DescribeVpcs], |vpcs| space::ipv6_blocks(&vpcs)),
    row!("L-A4707A72", "Internet gateways per Region", "gateway", [DescribeInternetGateways], |gateways| {
        whole(gateways.len())
    }),
    row!(
        "L-45FE3B85",
        "Egress-only internet gateways per Region",
        "gateway",
        [DescribeEgressOnlyInternetGateways],
        |gateways| whole(gateways.len())
    ),
    row!(
        "L-FE5A380F",
        "NAT gateways per Availability Zone",
        "gateway",
        [DescribeNatGateways, DescribeSubnets],
        |gateways, subnets| gateways::nat_per_zone(&gateways, &subnets)
    ),
    row!(
        "L-5F53652F",
        "Elastic IP addresses per public NAT gateway",
        "address",
        [DescribeNatGateways],
        |gateways| gateways::nat_elastic_addresses(&gateways)
    ),
    row!(
        "L-DFA99DE7",
        "Private IP address quota per NAT gateway",
        "address",
        [DescribeNatGateways],
        |gateways| gateways::nat_addresses(&gateways)
    ),
    row!("L-B4A6D682", "Network ACLs per VPC", "ACL", [DescribeNetworkAcls], |acls| space::acls(&acls)),
    row!("L-2AEEBF1A", "Rules per network ACL", "rule", [DescribeNetworkAcls], |acls| rules::of_acls(&acls)),
    // AWS is said to enforce this one in each Availability Zone: the count of the region then errs on the safe side.
    row!(
        "L-DF5E4CA3",
        "Network interfaces per Region",
        "interface",
        [DescribeNetworkInterfaces],
        |interfaces| whole(interfaces.len())
    ),
    row!("L-589F43AA", "Route tables per VPC", "route table", [DescribeRouteTables], |tables| {
        space::route_tables(&tables)
    }),
    row!(
        "L-93826ACB",
        "Routes per route table",
        "route",
        [DescribeRouteTables; DescribeManagedPrefixLists],
        |tables; lists| rules::of_route_tables(&tables, &lists)
    ),
    row!(
        "L-E79EC296",
        "VPC security groups per Region",
        "security group",
        [DescribeSecurityGroups],
        |groups| whole(groups.len())
    ),
    row!(
        "L-0EA8095F",
        "Inbound or outbound rules per security group",
        "rule",
        [DescribeSecurityGroups; DescribeManagedPrefixLists],
        |groups; lists| rules::of_security_groups(&groups, &lists)
    ),
    row!(
        "L-2AFB9258",
        "Security groups per network interface",
        "security group",
        [DescribeNetworkInterfaces],
        |interfaces| space::groups_per_interface(&interfaces)
    ),
    row!("L-1B52E74A", "Gateway VPC endpoints per Region", "endpoint", [DescribeVpcEndpoints], |endpoints| {
        gateways::gateway_endpoints(&endpoints)
    }),
    row!("L-29B6F2EB", "Interface VPC endpoints per VPC", "endpoint", [DescribeVpcEndpoints], |endpoints| {
        gateways::interface_endpoints(&endpoints)
    }),
    row!(
        "L-7E9ECCDB",
        "Active VPC peering connections per VPC",
        "connection",
        [DescribeVpcPeeringConnections],
        at,
        |peerings| peerings::active(&peerings, (at.account(), at.region()))
    ),
    row!(
        "L-DC9F7029",
        "Outstanding VPC peering connection requests",
        "connection",
        [DescribeVpcPeeringConnections],
        at,
        |peerings| peerings::requested(&peerings, (at.account(), at.region()))
    ),
    row!(
        "L-3248932A",
        "Characters per VPC endpoint policy",
        "character",
        [DescribeVpcEndpoints],
        |endpoints| gateways::endpoint_policies(&endpoints)
    ),
];
