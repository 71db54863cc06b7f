//! EC2: what connects a VPC with others: gateways, endpoints, peerings.

use aws_sdk_ec2::types::{
    EgressOnlyInternetGateway, InternetGateway, NatGateway, VpcEndpoint, VpcPeeringConnection,
};

use super::owned;
use crate::aws::access::{Page, listing};

listing! {
    /// Internet gateways of the account.
    DescribeInternetGateways: InternetGateway = "ec2:DescribeInternetGateways",
    ec2(token) => ec2.describe_internet_gateways().max_results(1000).set_next_token(token),
    page => Page::of(page.internet_gateways, page.next_token),
    keep gateway, account => owned(gateway.owner_id(), account),
}

listing! {
    /// Egress-only internet gateways.
    DescribeEgressOnlyInternetGateways: EgressOnlyInternetGateway = "ec2:DescribeEgressOnlyInternetGateways",
    ec2(token) => ec2.describe_egress_only_internet_gateways().max_results(255).set_next_token(token),
    page => Page::of(page.egress_only_internet_gateways, page.next_token),
}

listing! {
    /// NAT gateways in any state.
    DescribeNatGateways: NatGateway = "ec2:DescribeNatGateways",
    ec2(token) => ec2.describe_nat_gateways().max_results(1000).set_next_token(token),
    page => Page::of(page.nat_gateways, page.next_token),
}

listing! {
    /// VPC endpoints of the account, of any type and in any state.
    DescribeVpcEndpoints: VpcEndpoint = "ec2:DescribeVpcEndpoints",
    ec2(token) => ec2.describe_vpc_endpoints().max_results(1000).set_next_token(token),
    page => Page::of(page.vpc_endpoints, page.next_token),
    keep endpoint, account => owned(endpoint.owner_id(), account),
}

listing! {
    /// Peerings in any state that the account takes part in, on either side.
    DescribeVpcPeeringConnections: VpcPeeringConnection = "ec2:DescribeVpcPeeringConnections",
    ec2(token) => ec2.describe_vpc_peering_connections().max_results(1000).set_next_token(token),
    page => Page::of(page.vpc_peering_connections, page.next_token),
}
