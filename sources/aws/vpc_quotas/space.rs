//! What a VPC or a network interface holds, counted one by one.

use aws_sdk_ec2::types::{
    NetworkAcl, NetworkInterface, RouteTable, Subnet, Vpc, VpcCidrBlockState, VpcCidrBlockStateCode,
};

use crate::aws::quota::{Counted, each, tally};

/// Subnets of each VPC, those of the account: who owns a VPC owns its subnets.
pub(super) fn subnets(subnets: &[Subnet], account: &str) -> Counted {
    let own = subnets.iter().filter(|subnet| subnet.owner_id().is_none_or(|owner| owner == account));
    tally(own.filter_map(Subnet::vpc_id))
}

/// IPv4 blocks of each VPC, the first one too.
pub(super) fn ipv4_blocks(vpcs: &[Vpc]) -> Counted {
    use VpcCidrBlockStateCode::{Associated, Associating};
    let held = |vpc: &Vpc| {
        let blocks = vpc.cidr_block_association_set().iter();
        blocks
            .filter(|block| matches!(code(block.cidr_block_state()), Some(Associated | Associating)))
            .count()
    };
    each(vpcs.iter().filter_map(|vpc| Some((vpc.vpc_id()?.to_owned(), held(vpc)))))
}

/// IPv6 blocks of each VPC.
pub(super) fn ipv6_blocks(vpcs: &[Vpc]) -> Counted {
    let held = |vpc: &Vpc| {
        let blocks = vpc.ipv6_cidr_block_association_set().iter();
        let associated = Some(&VpcCidrBlockStateCode::Associated);
        blocks.filter(|block| code(block.ipv6_cidr_block_state()) == associated).count()
    };
    each(vpcs.iter().filter_map(|vpc| Some((vpc.vpc_id()?.to_owned(), held(vpc)))))
}

fn code(state: Option<&VpcCidrBlockState>) -> Option<&VpcCidrBlockStateCode> {
    state?.state()
}

/// Network ACLs of each VPC, the default one too.
pub(super) fn acls(acls: &[NetworkAcl]) -> Counted {
    tally(acls.iter().filter_map(NetworkAcl::vpc_id))
}

/// Route tables of each VPC, the main one too.
pub(super) fn route_tables(tables: &[RouteTable]) -> Counted {
    tally(tables.iter().filter_map(RouteTable::vpc_id))
}

/// Security groups of each network interface.
pub(super) fn groups_per_interface(interfaces: &[NetworkInterface]) -> Counted {
    let counted = |interface: &NetworkInterface| {
        Some((interface.network_interface_id()?.to_owned(), interface.groups().len()))
    };
    each(interfaces.iter().filter_map(counted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::{GroupIdentifier, VpcCidrBlockAssociation, VpcIpv6CidrBlockAssociation};

    fn counts(expected: &[(&str, usize)]) -> Counted {
        each(expected.iter().map(|(resource, count)| ((*resource).to_owned(), *count)))
    }

    #[test]
    fn subnets_count_at_the_vpcs_of_the_account() {
        let subnet = |vpc: &str, owner: &str| Subnet::builder().vpc_id(vpc).owner_id(owner).build();
        let all = [subnet("vpc-1", "1"), subnet("vpc-1", "1"), subnet("vpc-2", "1"), subnet("vpc-9", "9")];
        assert_eq!(subnets(&all, "1"), counts(&[("vpc-1", 2), ("vpc-2", 1)]));
    }

    #[test]
    fn blocks_count_by_family_and_state() {
        let states = || VpcCidrBlockStateCode::values().iter().map(|name| VpcCidrBlockStateCode::from(*name));
        let state = |code| VpcCidrBlockState::builder().state(code).build();
        let v4 =
            states().map(|code| VpcCidrBlockAssociation::builder().cidr_block_state(state(code)).build());
        let v6 = VpcIpv6CidrBlockAssociation::builder();
        let v6 = states().map(|code| v6.clone().ipv6_cidr_block_state(state(code)).build());
        let vpc = Vpc::builder()
            .vpc_id("vpc-1")
            .set_cidr_block_association_set(Some(v4.collect()))
            .set_ipv6_cidr_block_association_set(Some(v6.collect()));
        let all = [vpc.build(), Vpc::builder().vpc_id("vpc-2").build()];
        assert_eq!(ipv4_blocks(&all), counts(&[("vpc-1", 2), ("vpc-2", 0)]));
        assert_eq!(ipv6_blocks(&all), counts(&[("vpc-1", 1), ("vpc-2", 0)]));
    }

    #[test]
    fn acls_and_route_tables_count_at_their_vpcs() {
        let acl = |vpc: &str| NetworkAcl::builder().vpc_id(vpc).build();
        assert_eq!(acls(&["vpc-1", "vpc-2", "vpc-1"].map(acl)), counts(&[("vpc-1", 2), ("vpc-2", 1)]));
        let table = |vpc: &str| RouteTable::builder().vpc_id(vpc).build();
        assert_eq!(route_tables(&["vpc-1", "vpc-1"].map(table)), counts(&[("vpc-1", 2)]));
    }

    #[test]
    fn groups_count_at_each_interface() {
        let group = |id: &str| GroupIdentifier::builder().group_id(id).build();
        let interface = |id: &str, groups: &[&str]| {
            let groups = groups.iter().map(|id| group(id)).collect();
            NetworkInterface::builder().network_interface_id(id).set_groups(Some(groups)).build()
        };
        let all = [interface("eni-1", &["sg-1", "sg-2"]), interface("eni-2", &[])];
        assert_eq!(groups_per_interface(&all), counts(&[("eni-1", 2), ("eni-2", 0)]));
    }
}
