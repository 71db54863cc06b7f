//! EC2: VPCs and what is in them: subnets, rules, routes, interfaces, addresses.

use aws_sdk_ec2::types::{
    Address, ManagedPrefixList, NetworkAcl, NetworkInterface, RouteTable, SecurityGroup, Subnet, Vpc,
};

use super::owned;
use crate::aws::access::{Page, listing};

listing! {
    /// VPCs of the account; those that others share with it are left out.
    DescribeVpcs: Vpc = "ec2:DescribeVpcs",
    ec2(token) => ec2.describe_vpcs().max_results(1000).set_next_token(token),
    page => Page::of(page.vpcs, page.next_token),
    keep vpc, account => owned(vpc.owner_id(), account),
}

listing! {
    /// Subnets of the account and those that others share with it, which its gateways may be in.
    DescribeSubnets: Subnet = "ec2:DescribeSubnets",
    ec2(token) => ec2.describe_subnets().max_results(1000).set_next_token(token),
    page => Page::of(page.subnets, page.next_token),
}

listing! {
    /// Network ACLs of the account.
    DescribeNetworkAcls: NetworkAcl = "ec2:DescribeNetworkAcls",
    ec2(token) => ec2.describe_network_acls().max_results(1000).set_next_token(token),
    page => Page::of(page.network_acls, page.next_token),
    keep acl, account => owned(acl.owner_id(), account),
}

listing! {
    /// Network interfaces of the account.
    DescribeNetworkInterfaces: NetworkInterface = "ec2:DescribeNetworkInterfaces",
    ec2(token) => ec2.describe_network_interfaces().max_results(1000).set_next_token(token),
    page => Page::of(page.network_interfaces, page.next_token),
    keep interface, account => owned(interface.owner_id(), account),
}

listing! {
    /// Route tables of the account.
    DescribeRouteTables: RouteTable = "ec2:DescribeRouteTables",
    ec2(token) => ec2.describe_route_tables().max_results(100).set_next_token(token),
    page => Page::of(page.route_tables, page.next_token),
    keep table, account => owned(table.owner_id(), account),
}

listing! {
    /// Security groups of the account.
    DescribeSecurityGroups: SecurityGroup = "ec2:DescribeSecurityGroups",
    ec2(token) => ec2.describe_security_groups().max_results(1000).set_next_token(token),
    page => Page::of(page.security_groups, page.next_token),
    keep group, account => owned(group.owner_id(), account),
}

listing! {
    /// Prefix lists of the account, of others who share theirs, and of AWS.
    DescribeManagedPrefixLists: ManagedPrefixList = "ec2:DescribeManagedPrefixLists",
    ec2(token) => ec2.describe_managed_prefix_lists().max_results(100).set_next_token(token),
    page => Page::of(page.prefix_lists, page.next_token),
}

listing! {
    /// Elastic IP addresses; not paged.
    DescribeAddresses: Address = "ec2:DescribeAddresses",
    ec2(_token) => ec2.describe_addresses(),
    page => Page::of(page.addresses, None),
}
