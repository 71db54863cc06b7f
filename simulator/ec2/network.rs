//! Builders of VPC resources: networks, addresses, security groups and their rules.

use crate::resource::{Kind, Resource};
use crate::value::Value;

/// A VPC with its first IPv4 block.
pub fn vpc(id: &str, cidr: &str) -> Resource {
    let block = Value::record()
        .with("cidrBlock", cidr)
        .with("associationId", id.replace("vpc-", "vpc-cidr-assoc-"))
        .with("cidrBlockState", Value::record().with("state", "associated"));
    let value = Value::record()
        .with("vpcId", id)
        .with("ownerId", Value::Account)
        .with("state", "available")
        .with("cidrBlock", cidr)
        .with("cidrBlockAssociationSet", vec![block])
        .with("instanceTenancy", "default")
        .with("isDefault", false);
    Resource::new(Kind::Vpc, value)
}

/// A subnet of a VPC in a zone.
pub fn subnet(id: &str, vpc: &str, cidr: &str, zone: &str) -> Resource {
    let value = Value::record()
        .with("subnetId", id)
        .with("vpcId", vpc)
        .with("ownerId", Value::Account)
        .with("state", "available")
        .with("cidrBlock", cidr)
        .with("availabilityZone", zone)
        .with("availableIpAddressCount", 250);
    Resource::new(Kind::Subnet, value)
}

/// An Elastic IP address for VPCs.
pub fn address(allocation: &str, public_ip: &str) -> Resource {
    let value =
        Value::record().with("allocationId", allocation).with("publicIp", public_ip).with("domain", "vpc");
    Resource::new(Kind::Address, value)
}

/// A security group with that many inbound rules, each one TCP port from 10.0.0.0/8, and one outbound rule.
pub fn security_group(id: &str, name: &str, vpc: &str, inbound: u16) -> Resource {
    let rules = (0..inbound).map(|number| {
        let port = i64::from(number) + 1024;
        permission("tcp")
            .with("fromPort", port)
            .with("toPort", port)
            .with("ipRanges", vec![ip_range("10.0.0.0/8")])
    });
    let value = Value::record()
        .with("groupId", id)
        .with("groupName", name)
        .with("groupDescription", name)
        .with("vpcId", vpc)
        .with("ownerId", Value::Account)
        .with("ipPermissions", Value::list(rules))
        .with("ipPermissionsEgress", vec![permission("-1").with("ipRanges", vec![ip_range("0.0.0.0/0")])]);
    Resource::new(Kind::SecurityGroup, value)
}

/// A permission of a security group without sources; add `ipRanges`, `ipv6Ranges`, `groups` or `prefixListIds`.
pub fn permission(protocol: &str) -> Value {
    Value::record().with("ipProtocol", protocol)
}

/// An IPv4 source or destination of a permission.
pub fn ip_range(cidr: &str) -> Value {
    Value::record().with("cidrIp", cidr)
}

/// A managed prefix list of the account with room for that many entries.
pub fn managed_prefix_list(id: &str, name: &str, max_entries: i64) -> Resource {
    let value = Value::record()
        .with("prefixListId", id)
        .with("prefixListName", name)
        .with("addressFamily", "IPv4")
        .with("maxEntries", max_entries)
        .with("state", "create-complete")
        .with("ownerId", Value::Account);
    Resource::new(Kind::ManagedPrefixList, value)
}

/// A network interface in a zone with those security groups.
pub fn network_interface(id: &str, vpc: &str, subnet: &str, zone: &str, groups: &[&str]) -> Resource {
    let group = |id: &&str| Value::record().with("groupId", *id).with("groupName", *id);
    let value = Value::record()
        .with("networkInterfaceId", id)
        .with("vpcId", vpc)
        .with("subnetId", subnet)
        .with("availabilityZone", zone)
        .with("ownerId", Value::Account)
        .with("status", "in-use")
        .with("interfaceType", "interface")
        .with("groupSet", Value::list(groups.iter().map(group)));
    Resource::new(Kind::NetworkInterface, value)
}

/// A network ACL with that many inbound rules, besides the default rule of each direction.
pub fn network_acl(id: &str, vpc: &str, inbound: u16) -> Resource {
    let entry = |number: i64, egress: bool, action: &str| {
        Value::record()
            .with("ruleNumber", number)
            .with("protocol", "6")
            .with("ruleAction", action)
            .with("egress", egress)
            .with("cidrBlock", "0.0.0.0/0")
    };
    let rules = (1..=inbound).map(|number| entry(i64::from(number) * 10, false, "allow"));
    let defaults = [entry(32_767, false, "deny"), entry(32_767, true, "deny")];
    let value = Value::record()
        .with("networkAclId", id)
        .with("vpcId", vpc)
        .with("ownerId", Value::Account)
        .with("default", false)
        .with("entrySet", Value::list(rules.chain(defaults)));
    Resource::new(Kind::NetworkAcl, value)
}

/// A route table with the local route and that many routes made by the customer.
pub fn route_table(id: &str, vpc: &str, routes: u16) -> Resource {
    let made = (0..routes).map(|number| {
        let cidr = format!("172.{}.{}.0/24", 16 + number / 256 % 16, number % 256);
        route(&cidr, "CreateRoute").with("gatewayId", "igw-1")
    });
    let local = route("10.0.0.0/16", "CreateRouteTable").with("gatewayId", "local");
    let value = Value::record()
        .with("routeTableId", id)
        .with("vpcId", vpc)
        .with("ownerId", Value::Account)
        .with("routeSet", Value::list([local].into_iter().chain(made)));
    Resource::new(Kind::RouteTable, value)
}

/// A route to an IPv4 block; its origin is `CreateRouteTable`, `CreateRoute` or `EnableVgwRoutePropagation`.
pub fn route(cidr: &str, origin: &str) -> Value {
    Value::record().with("destinationCidrBlock", cidr).with("origin", origin).with("state", "active")
}
