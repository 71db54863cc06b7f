//! EC2: transit gateways and VPNs.

use aws_sdk_ec2::types::{
    ClientVpnEndpoint, CustomerGateway, TransitGateway, TransitGatewayAttachment, TransitGatewayRouteTable,
    VpnConnection, VpnGateway,
};

use super::owned;
use crate::aws::access::{Page, listing};

listing! {
    /// Transit gateways of the account in any state; those that others share with it are left out.
    DescribeTransitGateways: TransitGateway = "ec2:DescribeTransitGateways",
    ec2(token) => ec2.describe_transit_gateways().max_results(1000).set_next_token(token),
    page => Page::of(page.transit_gateways, page.next_token),
    keep gateway, account => owned(gateway.owner_id(), account),
}

listing! {
    /// Attachments in any state, to gateways of the account and of its resources to gateways of others.
    DescribeTransitGatewayAttachments: TransitGatewayAttachment = "ec2:DescribeTransitGatewayAttachments",
    ec2(token) => ec2.describe_transit_gateway_attachments().max_results(1000).set_next_token(token),
    page => Page::of(page.transit_gateway_attachments, page.next_token),
}

listing! {
    /// Route tables of transit gateways in any state.
    DescribeTransitGatewayRouteTables: TransitGatewayRouteTable = "ec2:DescribeTransitGatewayRouteTables",
    ec2(token) => ec2.describe_transit_gateway_route_tables().max_results(1000).set_next_token(token),
    page => Page::of(page.transit_gateway_route_tables, page.next_token),
}

listing! {
    /// VPN connections in any state; not paged.
    DescribeVpnConnections: VpnConnection = "ec2:DescribeVpnConnections",
    ec2(_token) => ec2.describe_vpn_connections(),
    page => Page::of(page.vpn_connections, None),
}

listing! {
    /// Customer gateways in any state; not paged.
    DescribeCustomerGateways: CustomerGateway = "ec2:DescribeCustomerGateways",
    ec2(_token) => ec2.describe_customer_gateways(),
    page => Page::of(page.customer_gateways, None),
}

listing! {
    /// Virtual private gateways in any state; not paged.
    DescribeVpnGateways: VpnGateway = "ec2:DescribeVpnGateways",
    ec2(_token) => ec2.describe_vpn_gateways(),
    page => Page::of(page.vpn_gateways, None),
}

listing! {
    /// Client VPN endpoints in any state.
    DescribeClientVpnEndpoints: ClientVpnEndpoint = "ec2:DescribeClientVpnEndpoints",
    ec2(token) => ec2.describe_client_vpn_endpoints().max_results(1000).set_next_token(token),
    page => Page::of(page.client_vpn_endpoints, page.next_token),
}
