//! VPCs: what is in them, their rules, and what connects them.

use std::collections::BTreeSet;

use howler_model::Reason;
use howler_simulator::{Resource, Value, ec2};

use super::simulated::{Simulated, numbers};
use super::{HERE, OTHER_ZONE, THEM, ZONE, assert_usage, contexts, gaps, many, region, theirs};

/// What is in VPCs, beside what others share.
fn networks() -> Vec<Resource> {
    let block =
        |state: &'static str| Value::record().with("cidrBlockState", Value::record().with("state", state));
    let blocks = vec![block("associated"), block("associating"), block("disassociated")];
    let mut all = many(1_001, "vpc", |id| ec2::vpc(id, "10.0.0.0/16"));
    all.push(ec2::vpc("vpc-blocks", "10.0.0.0/16").with("cidrBlockAssociationSet", blocks));
    all.push(theirs(ec2::vpc("vpc-theirs", "10.0.0.0/16")));
    all.extend(many(1_004, "subnet", |id| ec2::subnet(id, "vpc-1", "10.0.0.0/24", ZONE)));
    all.push(theirs(ec2::subnet("subnet-theirs", "vpc-theirs", "10.0.0.0/24", OTHER_ZONE)));
    all.extend(many(1_005, "eni", |id| {
        ec2::network_interface(id, "vpc-1", "subnet-1", ZONE, &["sg-1", "sg-2"])
    }));
    all.push(theirs(ec2::network_interface("eni-theirs", "vpc-1", "subnet-1", ZONE, &[])));
    all.extend(many(205, "rtb", |id| ec2::route_table(id, "vpc-1", 3)));
    all.push(theirs(ec2::route_table("rtb-theirs", "vpc-1", 1)));
    all.extend(many(1_006, "acl", |id| ec2::network_acl(id, "vpc-1", 7)));
    all.push(theirs(ec2::network_acl("acl-theirs", "vpc-1", 1)));
    all
}

#[tokio::test]
async fn networks_count_without_those_of_others() {
    let simulated = Simulated::start([(HERE, region(networks()))], vec![]).await;
    let facts = simulated.gather(HERE, &["vpc-quotas"]).await;
    assert_usage(
        &facts,
        &[
            ("L-F678F1CE", "", 1_002.0),
            ("L-407747CB", "vpc-1", 1_004.0),
            ("L-83CA0A9D", "vpc-blocks", 2.0),
            ("L-085A6257", "vpc-blocks", 0.0),
            ("L-DF5E4CA3", "", 1_005.0),
            ("L-2AFB9258", "eni-1004", 2.0),
            ("L-589F43AA", "vpc-1", 205.0),
            ("L-93826ACB", "rtb-204", 4.0),
            ("L-B4A6D682", "vpc-1", 1_006.0),
            ("L-2AEEBF1A", "acl-1005", 7.0),
        ],
    );
    assert_eq!(
        contexts(&facts, "L-407747CB"),
        BTreeSet::from(["vpc-1"]),
        "a VPC of others has their subnets"
    );
    assert_eq!(simulated.asked("ec2:DescribeRouteTables"), 3, "a hundred tables a page");
    assert_eq!(gaps(&facts), []);
}

/// Security groups and routes that refer to prefix lists.
fn rules() -> Vec<Resource> {
    let list = |id: &str| vec![Value::record().with("prefixListId", id)];
    let to_list = |id: &str| {
        Value::record()
            .with("destinationPrefixListId", id)
            .with("origin", "CreateRoute")
            .with("state", "active")
    };
    let wide = ec2::permission("-1")
        .with("ipRanges", vec![ec2::ip_range("10.0.0.0/8"), ec2::ip_range("172.16.0.0/12")])
        .with("ipv6Ranges", vec![Value::record().with("cidrIpv6", "::/0")])
        .with("groups", vec![Value::record().with("groupId", "sg-1")])
        .with("prefixListIds", list("pl-mine"));
    let unseen = ec2::permission("-1").with("prefixListIds", list("pl-unseen"));
    let cloudfront = ec2::permission("tcp").with("prefixListIds", list("pl-cloudfront"));
    let routes = vec![
        ec2::route("10.0.0.0/16", "CreateRouteTable"),
        ec2::route("10.1.0.0/16", "EnableVgwRoutePropagation"),
        to_list("pl-mine"),
    ];
    let group = |id: &str, permission: Value| {
        ec2::security_group(id, id, "vpc-1", 0).with("ipPermissions", vec![permission])
    };
    let mut all = many(1_001, "sg", |id| ec2::security_group(id, id, "vpc-1", 12));
    all.extend(many(100, "pl", |id| ec2::managed_prefix_list(id, id, 1)));
    all.extend([
        group("sg-wide", wide),
        group("sg-unseen", unseen),
        group("sg-cloudfront", cloudfront),
        theirs(ec2::security_group("sg-theirs", "theirs", "vpc-1", 1)),
        ec2::managed_prefix_list("pl-mine", "offices", 20),
        ec2::managed_prefix_list("pl-cloudfront", "com.amazonaws.global.cloudfront.origin-facing", 0)
            .with("ownerId", "AWS"),
        ec2::route_table("rtb-lists", "vpc-1", 0).with("routeSet", routes),
    ]);
    all
}

#[tokio::test]
async fn rules_count_by_direction_and_family_with_all_of_a_prefix_list() {
    let simulated = Simulated::start([(HERE, region(rules()))], vec![]).await;
    let facts = simulated.gather(HERE, &["vpc-quotas"]).await;
    assert_usage(
        &facts,
        &[
            ("L-E79EC296", "", 1_004.0),
            ("L-0EA8095F", "sg-1000", 12.0),
            ("L-0EA8095F", "sg-wide", 23.0),
            ("L-0EA8095F", "sg-cloudfront", 55.0),
            ("L-93826ACB", "rtb-lists", 21.0),
        ],
    );
    assert_eq!(numbers(&facts, "L-0EA8095F", "sg-unseen").0, None);
    assert_eq!(gaps(&facts), [(Some("sg-unseen"), Reason::NoData, "ec2:DescribeManagedPrefixLists")]);
}

/// 25 characters, white space among them, in 27 bytes.
const POLICY: &str = r#"{ "Id": "é", "Id2": "é" }"#;

/// Gateways, endpoints and peerings, with those that are gone.
fn gateways() -> Vec<Resource> {
    let nat = |id: &str, subnet: &str| ec2::nat_gateway(id, "vpc-1", subnet, 2);
    let endpoint = |id: &str, kind: &str| ec2::vpc_endpoint(id, "vpc-1", kind, "com.amazonaws.eu-west-1.s3");
    let side =
        |vpc: &'static str, owner: &'static str| Value::record().with("vpcId", vpc).with("ownerId", owner);
    let mut all = many(1_001, "igw", |id| ec2::internet_gateway(id, "vpc-1"));
    all.push(theirs(ec2::internet_gateway("igw-theirs", "vpc-1")));
    all.extend(many(256, "eigw", |id| ec2::egress_only_internet_gateway(id, "vpc-1")));
    all.extend(many(1_002, "nat", |id| nat(id, "subnet-a")));
    all.extend([
        ec2::subnet("subnet-a", "vpc-1", "10.0.0.0/24", ZONE),
        ec2::subnet("subnet-b", "vpc-1", "10.0.1.0/24", OTHER_ZONE),
        nat("nat-b", "subnet-b"),
        nat("nat-deleting", "subnet-b").with("state", "deleting"),
        nat("nat-failed", "subnet-b").with("state", "failed"),
        nat("nat-private", "subnet-b").with("connectivityType", "private"),
        endpoint("vpce-gone", "Gateway").with("state", "deleted"),
        endpoint("vpce-gw", "Gateway").with("policyDocument", POLICY),
        endpoint("vpce-glb", "GatewayLoadBalancer"),
        theirs(endpoint("vpce-theirs", "Interface")),
        ec2::vpc_peering_connection("pcx-both", "vpc-1", "vpc-2", "active"),
        ec2::vpc_peering_connection("pcx-theirs", "vpc-9", "vpc-1", "active")
            .with("requesterVpcInfo", side("vpc-9", THEM)),
        ec2::vpc_peering_connection("pcx-gone", "vpc-1", "vpc-2", "deleted"),
        ec2::vpc_peering_connection("pcx-to-us", "vpc-9", "vpc-1", "pending-acceptance")
            .with("requesterVpcInfo", side("vpc-9", THEM)),
    ]);
    all.extend(many(1_003, "vpce", |id| endpoint(id, "Interface")));
    all.extend(many(1_004, "pcx", |id| {
        ec2::vpc_peering_connection(id, "vpc-1", "vpc-2", "pending-acceptance")
    }));
    all
}

#[tokio::test]
async fn gateways_endpoints_and_peerings_count_until_they_are_gone() {
    let simulated = Simulated::start([(HERE, region(gateways()))], vec![]).await;
    let facts = simulated.gather(HERE, &["vpc-quotas"]).await;
    assert_usage(
        &facts,
        &[
            ("L-A4707A72", "", 1_001.0),
            ("L-45FE3B85", "", 256.0),
            ("L-FE5A380F", ZONE, 1_002.0),
            ("L-FE5A380F", OTHER_ZONE, 3.0),
            ("L-5F53652F", "nat-1001", 2.0),
            ("L-DFA99DE7", "nat-private", 2.0),
            ("L-1B52E74A", "", 1.0),
            ("L-29B6F2EB", "vpc-1", 1_004.0),
            ("L-7E9ECCDB", "vpc-1", 2.0),
            ("L-7E9ECCDB", "vpc-2", 1.0),
            ("L-DC9F7029", "", 1_004.0),
            ("L-3248932A", "vpce-gw", 25.0),
        ],
    );
    assert_eq!(contexts(&facts, "L-7E9ECCDB"), BTreeSet::from(["vpc-1", "vpc-2"]));
    assert!(!contexts(&facts, "L-5F53652F").contains("nat-private"));
    assert!(!contexts(&facts, "L-DFA99DE7").contains("nat-deleting"));
    assert_eq!(gaps(&facts), []);
}
