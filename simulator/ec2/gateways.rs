//! Builders of what connects networks: gateways, endpoints, peerings, VPNs.

use crate::resource::{Kind, Resource};
use crate::value::Value;

fn attachment(vpc: &str, state: &str) -> Value {
    Value::record().with("vpcId", vpc).with("state", state)
}

/// An internet gateway attached to a VPC.
pub fn internet_gateway(id: &str, vpc: &str) -> Resource {
    let value = Value::record()
        .with("internetGatewayId", id)
        .with("ownerId", Value::Account)
        .with("attachmentSet", vec![attachment(vpc, "available")]);
    Resource::new(Kind::InternetGateway, value)
}

/// An egress-only internet gateway attached to a VPC.
pub fn egress_only_internet_gateway(id: &str, vpc: &str) -> Resource {
    let value = Value::record()
        .with("egressOnlyInternetGatewayId", id)
        .with("attachmentSet", vec![attachment(vpc, "attached")]);
    Resource::new(Kind::EgressOnlyInternetGateway, value)
}

/// A public NAT gateway with that many addresses, in the state `available`.
pub fn nat_gateway(id: &str, vpc: &str, subnet: &str, addresses: usize) -> Resource {
    let address = |number: usize| {
        Value::record()
            .with("allocationId", format!("eipalloc-{id}-{number}"))
            .with("privateIp", format!("10.0.0.{number}"))
            .with("isPrimary", number == 1)
    };
    let value = Value::record()
        .with("natGatewayId", id)
        .with("vpcId", vpc)
        .with("subnetId", subnet)
        .with("state", "available")
        .with("connectivityType", "public")
        .with("natGatewayAddressSet", Value::list((1..=addresses).map(address)));
    Resource::new(Kind::NatGateway, value)
}

/// A VPC endpoint of the type `Gateway`, `Interface` or `GatewayLoadBalancer`.
pub fn vpc_endpoint(id: &str, vpc: &str, endpoint_type: &str, service: &str) -> Resource {
    let policy = r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;
    let value = Value::record()
        .with("vpcEndpointId", id)
        .with("vpcId", vpc)
        .with("vpcEndpointType", endpoint_type)
        .with("serviceName", service)
        .with("state", "available")
        .with("ownerId", Value::Account)
        .with("policyDocument", policy);
    Resource::new(Kind::VpcEndpoint, value)
}

/// A peering of two VPCs of this account with the status `active`, `pending-acceptance` and so on.
pub fn vpc_peering_connection(id: &str, requester: &str, accepter: &str, status: &str) -> Resource {
    let side = |vpc: &str| Value::record().with("vpcId", vpc).with("ownerId", Value::Account);
    let value = Value::record()
        .with("vpcPeeringConnectionId", id)
        .with("requesterVpcInfo", side(requester))
        .with("accepterVpcInfo", side(accepter))
        .with("status", Value::record().with("code", status));
    Resource::new(Kind::VpcPeeringConnection, value)
}

/// A transit gateway of the account, in the state `available`.
pub fn transit_gateway(id: &str) -> Resource {
    let value = Value::record()
        .with("transitGatewayId", id)
        .with("transitGatewayArn", Value::arn("ec2", format!("transit-gateway/{id}")))
        .with("state", "available")
        .with("ownerId", Value::Account);
    Resource::new(Kind::TransitGateway, value)
}

/// What is attached to a transit gateway: a `vpc`, `vpn`, `peering` or other resource.
pub fn transit_gateway_attachment(id: &str, gateway: &str, resource_type: &str, resource: &str) -> Resource {
    let value = Value::record()
        .with("transitGatewayAttachmentId", id)
        .with("transitGatewayId", gateway)
        .with("transitGatewayOwnerId", Value::Account)
        .with("resourceOwnerId", Value::Account)
        .with("resourceType", resource_type)
        .with("resourceId", resource)
        .with("state", "available");
    Resource::new(Kind::TransitGatewayAttachment, value)
}

/// A route table of a transit gateway.
pub fn transit_gateway_route_table(id: &str, gateway: &str) -> Resource {
    let value = Value::record()
        .with("transitGatewayRouteTableId", id)
        .with("transitGatewayId", gateway)
        .with("state", "available");
    Resource::new(Kind::TransitGatewayRouteTable, value)
}

/// A VPN connection from a customer gateway to a virtual private gateway.
pub fn vpn_connection(id: &str, customer_gateway: &str, vpn_gateway: &str) -> Resource {
    let value = Value::record()
        .with("vpnConnectionId", id)
        .with("customerGatewayId", customer_gateway)
        .with("vpnGatewayId", vpn_gateway)
        .with("state", "available")
        .with("type", "ipsec.1");
    Resource::new(Kind::VpnConnection, value)
}

/// A customer gateway.
pub fn customer_gateway(id: &str, ip: &str) -> Resource {
    let value = Value::record()
        .with("customerGatewayId", id)
        .with("ipAddress", ip)
        .with("bgpAsn", "65000")
        .with("state", "available")
        .with("type", "ipsec.1");
    Resource::new(Kind::CustomerGateway, value)
}

/// A virtual private gateway attached to a VPC.
pub fn vpn_gateway(id: &str, vpc: &str) -> Resource {
    let value = Value::record()
        .with("vpnGatewayId", id)
        .with("state", "available")
        .with("type", "ipsec.1")
        .with("attachments", vec![attachment(vpc, "attached")]);
    Resource::new(Kind::VpnGateway, value)
}

/// A client VPN endpoint with the status `available`.
pub fn client_vpn_endpoint(id: &str, vpc: &str) -> Resource {
    let value = Value::record()
        .with("clientVpnEndpointId", id)
        .with("vpcId", vpc)
        .with("status", Value::record().with("code", "available"));
    Resource::new(Kind::ClientVpnEndpoint, value)
}
