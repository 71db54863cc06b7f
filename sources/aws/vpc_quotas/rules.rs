//! Rules and routes: AWS counts each direction and each address family by itself, so the largest of them is the usage.

use aws_sdk_ec2::types::{
    IpPermission, ManagedPrefixList, NetworkAcl, NetworkAclEntry, Route, RouteOrigin, RouteTable,
    SecurityGroup,
};
use howler_model::Unseen;

use super::prefix_lists::{Lists, find, weight};
use crate::aws::quota::{Counted, each, seen};

/// The rules that every network ACL ends with, of IPv4 and IPv6.
const DEFAULT_RULES: [i32; 2] = [32_767, 32_768];

/// A count for each address family. What holds for both counts in both.
#[derive(Default)]
struct Families {
    ipv4: usize,
    ipv6: usize,
}

impl Families {
    fn add_to_both(&mut self, count: usize) {
        self.ipv4 += count;
        self.ipv6 += count;
    }

    fn larger(&self) -> usize {
        self.ipv4.max(self.ipv6)
    }
}

/// Rules of each network ACL in the direction that has more, without the default ones.
pub(super) fn of_acls(acls: &[NetworkAcl]) -> Counted {
    let larger = |acl: &NetworkAcl| {
        let made = |egress: bool| acl.entries().iter().filter(|entry| is_made(entry, egress)).count();
        Some((acl.network_acl_id()?.to_owned(), made(true).max(made(false))))
    };
    each(acls.iter().filter_map(larger))
}

fn is_made(entry: &NetworkAclEntry, egress: bool) -> bool {
    let is_default = entry.rule_number().is_some_and(|number| DEFAULT_RULES.contains(&number));
    entry.egress().unwrap_or_default() == egress && !is_default
}

/// Rules of each security group in the direction and address family that has most: one for each source or
/// destination, as AWS counts, not one for each permission that groups them.
pub(super) fn of_security_groups(groups: &[SecurityGroup], lists: &Lists) -> Counted {
    let most = |group: &SecurityGroup| {
        let inbound = in_larger_family(group.ip_permissions(), lists)?;
        let outbound = in_larger_family(group.ip_permissions_egress(), lists)?;
        Ok(inbound.max(outbound))
    };
    seen(groups.iter().filter_map(|group| Some((group.group_id()?.to_owned(), most(group)))))
}

fn in_larger_family(permissions: &[IpPermission], lists: &Lists) -> Result<usize, Unseen> {
    let mut rules = Families::default();
    for permission in permissions {
        rules.ipv4 += permission.ip_ranges().len();
        rules.ipv6 += permission.ipv6_ranges().len();
        rules.add_to_both(permission.user_id_group_pairs().len());
        for list in permission.prefix_list_ids() {
            rules.add_to_both(weight(list.prefix_list_id().unwrap_or_default(), lists)?);
        }
    }
    Ok(rules.larger())
}

/// Routes of each table in the address family that has more, without those that a gateway propagates.
pub(super) fn of_route_tables(tables: &[RouteTable], lists: &Lists) -> Counted {
    let larger = |table: &RouteTable| {
        let made = table.routes().iter().filter(|route| is_static(route));
        let mut routes = Families::default();
        made.into_iter().try_for_each(|route| add_route(&mut routes, route, lists))?;
        Ok(routes.larger())
    };
    seen(tables.iter().filter_map(|table| Some((table.route_table_id()?.to_owned(), larger(table)))))
}

fn is_static(route: &Route) -> bool {
    let made =
        |origin: &RouteOrigin| matches!(origin, RouteOrigin::CreateRoute | RouteOrigin::CreateRouteTable);
    route.origin().is_none_or(made)
}

fn add_route(routes: &mut Families, route: &Route, lists: &Lists) -> Result<(), Unseen> {
    if let Some(list) = route.destination_prefix_list_id() {
        let weight = weight(list, lists)?;
        match find(list, lists).and_then(ManagedPrefixList::address_family) {
            Some("IPv4") => routes.ipv4 += weight,
            Some("IPv6") => routes.ipv6 += weight,
            _ => routes.add_to_both(weight),
        }
    } else if route.destination_ipv6_cidr_block().is_some() {
        routes.ipv6 += 1;
    } else {
        routes.ipv4 += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::{IpRange, Ipv6Range, PrefixListId, UserIdGroupPair};
    use howler_model::Reason;

    fn counts(expected: &[(&str, usize)]) -> Counted {
        each(expected.iter().map(|(resource, count)| ((*resource).to_owned(), *count)))
    }

    fn lists() -> Lists {
        let lists = [("pl-4", "IPv4", 20), ("pl-6", "IPv6", 30)].map(|(id, family, entries)| {
            let list = ManagedPrefixList::builder().prefix_list_id(id).address_family(family);
            list.max_entries(entries).build()
        });
        Ok(lists.into())
    }

    fn none() -> Lists {
        Ok([].into())
    }

    fn permission(ipv4: usize, ipv6: usize, groups: usize, lists: &[&str]) -> IpPermission {
        let listed = lists.iter().map(|id| PrefixListId::builder().prefix_list_id(*id).build());
        IpPermission::builder()
            .set_ip_ranges(Some(vec![IpRange::builder().build(); ipv4]))
            .set_ipv6_ranges(Some(vec![Ipv6Range::builder().build(); ipv6]))
            .set_user_id_group_pairs(Some(vec![UserIdGroupPair::builder().build(); groups]))
            .set_prefix_list_ids(Some(listed.collect()))
            .build()
    }

    fn group(inbound: Vec<IpPermission>, outbound: Vec<IpPermission>) -> SecurityGroup {
        SecurityGroup::builder()
            .group_id("sg-1")
            .set_ip_permissions(Some(inbound))
            .set_ip_permissions_egress(Some(outbound))
            .build()
    }

    #[test]
    fn acl_rules_count_by_direction_without_the_default_ones() {
        let entry =
            |number: i32, egress| NetworkAclEntry::builder().rule_number(number).egress(egress).build();
        let mut entries: Vec<_> = (1..=5).map(|number| entry(number * 100, false)).collect();
        entries.extend((1..=3).map(|number| entry(number * 100, true)));
        for number in DEFAULT_RULES {
            entries.extend([entry(number, false), entry(number, true)]);
        }
        let acl = NetworkAcl::builder().network_acl_id("acl-1").set_entries(Some(entries)).build();
        let empty = NetworkAcl::builder().network_acl_id("acl-2").build();
        assert_eq!(of_acls(&[acl, empty]), counts(&[("acl-1", 5), ("acl-2", 0)]));
    }

    #[test]
    fn security_group_rules_count_every_source_by_direction_and_family() {
        let in_ipv4 =
            group(vec![permission(3, 1, 0, &[]), permission(4, 0, 2, &[])], vec![permission(8, 0, 0, &[])]);
        assert_eq!(of_security_groups(&[in_ipv4], &none()), counts(&[("sg-1", 9)]));
        let in_ipv6 = group(vec![permission(1, 6, 1, &[])], vec![permission(1, 0, 0, &[])]);
        assert_eq!(of_security_groups(&[in_ipv6], &none()), counts(&[("sg-1", 7)]));
        let out = group(vec![permission(1, 0, 0, &[])], vec![permission(1, 0, 0, &["pl-4", "pl-6"])]);
        assert_eq!(of_security_groups(&[out], &lists()), counts(&[("sg-1", 51)]));
    }

    #[test]
    fn a_group_that_refers_to_an_unseen_list_is_unknown_by_itself() {
        let blind = group(vec![permission(3, 0, 0, &["pl-9"])], vec![]);
        let Counted::Each(rules) = of_security_groups(&[blind], &lists()) else { panic!("not by group") };
        assert_eq!(rules["sg-1"].as_ref().unwrap_err().reason, Reason::NoData);
    }

    #[test]
    fn without_the_lists_only_what_refers_to_one_is_unknown() {
        let denied = Err(Unseen::new(Reason::Denied, "ec2:DescribeManagedPrefixLists", "no"));
        let free = SecurityGroup::builder().group_id("sg-2").ip_permissions(permission(3, 0, 0, &[])).build();
        let blind = group(vec![permission(3, 0, 0, &["pl-4"])], vec![]);
        let Counted::Each(rules) = of_security_groups(&[blind, free], &denied) else {
            panic!("not by group")
        };
        assert_eq!(rules["sg-1"].as_ref().unwrap_err().reason, Reason::Denied);
        assert_eq!(rules["sg-2"], Ok(3.0));
    }

    #[test]
    fn routes_count_by_family_without_propagated_ones() {
        let v4 = |origin| Route::builder().destination_cidr_block("10.0.0.0/8").origin(origin).build();
        let v6 = |origin| Route::builder().destination_ipv6_cidr_block("::/0").origin(origin).build();
        let to = |list: &str| {
            Route::builder().destination_prefix_list_id(list).origin(RouteOrigin::CreateRoute).build()
        };
        let table = |id: &str, routes: Vec<Route>| {
            RouteTable::builder().route_table_id(id).set_routes(Some(routes)).build()
        };
        use RouteOrigin::{Advertisement, CreateRoute, CreateRouteTable, EnableVgwRoutePropagation};
        let tables = [
            table("rtb-1", vec![v4(CreateRouteTable), v4(CreateRoute), v6(CreateRoute), to("pl-4")]),
            table("rtb-2", vec![v4(EnableVgwRoutePropagation), v6(Advertisement), v6(CreateRouteTable)]),
            table("rtb-3", vec![v4(CreateRouteTable), v6(CreateRoute), to("pl-6")]),
        ];
        let expected = counts(&[("rtb-1", 22), ("rtb-2", 1), ("rtb-3", 31)]);
        assert_eq!(of_route_tables(&tables, &lists()), expected);
    }
}
