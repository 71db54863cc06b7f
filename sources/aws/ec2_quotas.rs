//! Quotas of EC2.

mod compute;
mod family;
mod transit;
mod vcpus;

use aws_sdk_ec2::types::{Address, DomainType};
use howler_model::{FactKind, Service};

use self::family::Family;
use super::listings::ec2_instance_types::{TypesOfSpot, TypesOnDemand};
use super::listings::ec2_instances::{
    DescribeHosts, DescribeImages, DescribeInstances, DescribeLaunchTemplates, DescribeReservedInstances,
    DescribeSpotInstanceRequests,
};
use super::listings::ec2_network::DescribeAddresses;
use super::listings::ec2_transit::{
    DescribeClientVpnEndpoints, DescribeCustomerGateways, DescribeTransitGatewayAttachments,
    DescribeTransitGatewayRouteTables, DescribeTransitGateways, DescribeVpnConnections, DescribeVpnGateways,
};
use super::quota::{self, Counted, Row, row, whole};
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("ec2");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "ec2-quotas",
    title: "EC2 instances by vCPU family, hosts, images, transit gateways and VPNs against their quotas",
    service: SERVICE,
    kinds: &[FactKind::Quota],
    actions: || quota::actions(ROWS),
    quotas: ROWS,
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(quota::gather(at, SERVICE, ROWS))),
};

/// A row of running on-demand instances of some families.
macro_rules! on_demand {
    ($code:literal, $name:literal, [$($family:ident),+]) => {
        row!($code, $name, "vCPU", [DescribeInstances, TypesOnDemand], |instances, types| {
            vcpus::on_demand(&instances, &types, &[$(Family::$family),+])
        })
    };
}

/// A row of spot instances of a family and of the requests that wait for some.
macro_rules! spot {
    ($code:literal, $name:literal, $family:ident) => {
        row!(
            $code,
            $name,
            "vCPU",
            [DescribeInstances, DescribeSpotInstanceRequests, TypesOfSpot],
            |instances, requests, types| vcpus::spot(&instances, &requests, &types, &[Family::$family])
        )
    };
}

/// A row of dedicated hosts of an instance family.
macro_rules! hosts {
    ($code:literal, $name:literal, $family:literal) => {
        row!($code, $name, "host", [DescribeHosts], |hosts| compute::hosts(&hosts, $family))
    };
}

const ROWS: &[Row] = &[
    on_demand!("L-1216C47A", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", [Standard]),
    on_demand!("L-74FC7D96", "Running On-Demand F instances", [F]),
    on_demand!("L-DB2E81BA", "Running On-Demand G and VT instances", [G]),
    on_demand!("L-1945791B", "Running On-Demand Inf instances", [Inf]),
    on_demand!("L-417A185B", "Running On-Demand P instances", [P, P4, P5]),
    on_demand!("L-7295265B", "Running On-Demand X instances", [X]),
    on_demand!("L-6E869C2A", "Running On-Demand DL instances", [Dl]),
    on_demand!("L-F7808C92", "Running On-Demand HPC instances", [Hpc]),
    on_demand!("L-43DA4232", "Running On-Demand High Memory instances", [HighMemory]),
    on_demand!("L-2C3B7624", "Running On-Demand Trn instances", [Trn]),
    spot!("L-34B43A08", "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests", Standard),
    spot!("L-88CF9481", "All F Spot Instance Requests", F),
    spot!("L-3819A6DF", "All G and VT Spot Instance Requests", G),
    spot!("L-B5D1601B", "All Inf Spot Instance Requests", Inf),
    spot!("L-7212CCBC", "All P4, P3 and P2 Spot Instance Requests", P4),
    spot!("L-C4BD4855", "All P5 Spot Instance Requests", P5),
    spot!("L-E3A00192", "All X Spot Instance Requests", X),
    spot!("L-85EED4F7", "All DL Spot Instance Requests", Dl),
    spot!("L-6B0D517C", "All Trn Spot Instance Requests", Trn),
    hosts!("L-81657574", "Running Dedicated c5 Hosts", "c5"),
    hosts!("L-8B7BF662", "Running Dedicated m5 Hosts", "m5"),
    hosts!("L-EA4FD6CF", "Running Dedicated r5 Hosts", "r5"),
    hosts!("L-CAE24619", "Running Dedicated g4dn Hosts", "g4dn"),
    hosts!("L-5D8DADF5", "Running Dedicated mac2 Hosts", "mac2"),
    hosts!("L-A8448DC5", "Running Dedicated mac1 Hosts", "mac1"),
    row!("L-0263D0A3", "EC2-VPC Elastic IPs", "address", [DescribeAddresses], |addresses| {
        vpc_addresses(&addresses)
    }),
    row!(
        "L-A2478D36",
        "Transit gateways per account",
        "transit gateway",
        [DescribeTransitGateways],
        |gateways| { transit::gateways(&gateways) }
    ),
    row!(
        "L-E0233F82",
        "Attachments per transit gateway",
        "attachment",
        [DescribeTransitGatewayAttachments],
        at,
        |attachments| transit::attachments(&attachments, at.account().as_str())
    ),
    row!(
        "L-43872EB7",
        "Route Tables per transit gateway",
        "route table",
        [DescribeTransitGatewayRouteTables],
        |tables| transit::route_tables(&tables)
    ),
    row!(
        "L-A1B5A36F",
        "Peering attachments per transit gateway",
        "attachment",
        [DescribeTransitGatewayAttachments],
        at,
        |attachments| transit::peerings(&attachments, at.account().as_str())
    ),
    row!(
        "L-6DA43717",
        "Attachments per VPC",
        "attachment",
        [DescribeTransitGatewayAttachments],
        at,
        |attachments| transit::gateways_per_vpc(&attachments, at.account().as_str())
    ),
    row!("L-3E6EC3A3", "VPN connections per region", "connection", [DescribeVpnConnections], |connections| {
        transit::connections(&connections)
    }),
    row!("L-B91E5754", "VPN connections per VGW", "connection", [DescribeVpnConnections], |connections| {
        transit::connections_per_gateway(&connections)
    }),
    row!("L-4FB7FF5D", "Customer gateways per region", "gateway", [DescribeCustomerGateways], |gateways| {
        transit::customer_gateways(&gateways)
    }),
    row!("L-7029FAB6", "Virtual private gateways per region", "gateway", [DescribeVpnGateways], |gateways| {
        transit::private_gateways(&gateways)
    }),
    row!(
        "L-8EA77D34",
        "Client VPN endpoints per Region",
        "endpoint",
        [DescribeClientVpnEndpoints],
        |endpoints| { transit::client_endpoints(&endpoints) }
    ),
    row!("L-B665C33B", "AMIs", "image", [DescribeImages], |images| compute::images(&images)),
    row!("L-0E3CBAB9", "Public AMIs", "image", [DescribeImages], |images| compute::public_images(&images)),
    row!("L-FB451C26", "Launch templates per Region", "template", [DescribeLaunchTemplates], |templates| {
        whole(templates.len())
    }),
    row!(
        "L-D0B7243C",
        "New Reserved Instances per month",
        "instance",
        [DescribeReservedInstances],
        at,
        |reserved| compute::reserved_this_month(&reserved, at.now())
    ),
];

/// Addresses for use in VPCs.
fn vpc_addresses(addresses: &[Address]) -> Counted {
    whole(addresses.iter().filter(|address| address.domain() == Some(&DomainType::Vpc)).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_count_in_vpcs() {
        let address = |domain| Address::builder().domain(domain).build();
        let all = [DomainType::Vpc, DomainType::Standard, DomainType::Vpc].map(address);
        assert_eq!(vpc_addresses(&all), whole(2));
    }
}
