//! Quotas of EC2, VPC and EBS: the real SDK against a simulated AWS whose contents are known. Every page size is
//! crossed, and beside each resource that counts stand some that do not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod simulated;

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use howler_model::{Facts, Reason, Usage};
use howler_simulator::{Fault, Region, Resource, Rule, Value, ec2, estate};
use simulated::{Simulated, now, numbers, source};

const HERE: &str = "eu-west-1";
const ZONE: &str = "eu-west-1a";
const OTHER_ZONE: &str = "eu-west-1b";
const THEM: &str = "999999999999";
const DENIED: Fault = Fault::Deny { by_scp: false };
const SOURCES: [&str; 3] = ["ec2-quotas", "vpc-quotas", "ebs-quotas"];

/// Families of one quota, of which every size is in the catalogue of the simulator.
const STANDARD: [&str; 13] =
    ["a1", "c5", "c6i", "c7g", "d3", "h1", "i3", "m5", "m6i", "m7g", "r5", "r6i", "z1d"];
const SIZES: [(&str, u32); 10] = [
    ("medium", 1),
    ("large", 2),
    ("xlarge", 4),
    ("2xlarge", 8),
    ("4xlarge", 16),
    ("8xlarge", 32),
    ("12xlarge", 48),
    ("16xlarge", 64),
    ("24xlarge", 96),
    ("metal", 96),
];

fn region(resources: impl IntoIterator<Item = Resource>) -> Region {
    let mut region = Region::default();
    region.resources.extend(resources);
    region
}

/// As many of a resource as are asked for, each with an id of its own.
fn many(count: usize, prefix: &str, make: impl Fn(&str) -> Resource) -> Vec<Resource> {
    (0..count).map(|number| make(&format!("{prefix}-{number}"))).collect()
}

fn theirs(resource: Resource) -> Resource {
    resource.with("ownerId", THEM)
}

/// An instance that says nothing about its CPUs.
fn silent(id: &str, instance_type: &str) -> Resource {
    ec2::instance(id, instance_type, ZONE).with("cpuOptions", Value::record())
}

/// Asserts the usage of quotas: code, end of the resource's id, usage.
fn assert_usage(facts: &Facts, expected: &[(&str, &str, f64)]) {
    for (code, context, usage) in expected {
        assert_eq!(numbers(facts, code, context).0, Some(*usage), "{code} of {context:?}");
    }
}

/// The resources that a quota has a number for.
fn contexts<'a>(facts: &'a Facts, code: &str) -> BTreeSet<&'a str> {
    let of_code = facts.quotas.iter().filter(|quota| quota.code.as_deref() == Some(code));
    of_code.filter_map(|quota| quota.context.as_deref()).collect()
}

fn gaps(facts: &Facts) -> Vec<(Option<&str>, Reason, &str)> {
    let gaps = facts.scopes.iter().flat_map(|scope| &scope.gaps);
    gaps.map(|gap| (gap.item.as_deref(), gap.unseen.reason, gap.unseen.action.as_str())).collect()
}

/// On demand, of each kind of family, with all that is left out beside it.
fn instances() -> Vec<Resource> {
    let mut all = estate::instances(2_300, "m5.large", ZONE);
    let tenancy = |name: &'static str| Value::record().with("tenancy", name);
    all.extend([
        ec2::instance("i-f", "f1.2xlarge", ZONE),
        ec2::instance("i-g", "g5.xlarge", ZONE),
        ec2::instance("i-vt", "vt1.xlarge", ZONE),
        ec2::instance("i-inf", "inf1.xlarge", ZONE),
        ec2::instance("i-p3", "p3.2xlarge", ZONE),
        ec2::instance("i-p5", "p5.48xlarge", ZONE),
        ec2::instance("i-x", "x2idn.large", ZONE),
        ec2::instance("i-dl", "dl1.24xlarge", ZONE),
        ec2::instance("i-hpc", "hpc6a.48xlarge", ZONE),
        ec2::instance("i-u", "u-6tb1.112xlarge", ZONE),
        ec2::instance("i-trn", "trn1.32xlarge", ZONE),
        ec2::instance("i-mac", "mac1.metal", ZONE),
        ec2::instance_in_state("i-pending", "m5.large", ZONE, "pending"),
        ec2::instance_in_state("i-stopping", "m5.large", ZONE, "stopping"),
        ec2::instance_in_state("i-stopped", "m5.large", ZONE, "stopped"),
        ec2::instance_in_state("i-gone", "m5.large", ZONE, "terminated"),
        ec2::instance("i-dedicated", "m5.large", ZONE).with("placement", tenancy("dedicated")),
        ec2::instance("i-host", "m5.large", ZONE).with("placement", tenancy("host")),
        ec2::instance("i-block", "p5.48xlarge", ZONE).with("instanceLifecycle", "capacity-block"),
        ec2::spot_instance("i-spot-1", "c5.xlarge", ZONE),
        ec2::spot_instance("i-spot-2", "p5.48xlarge", ZONE),
    ]);
    all.extend(many(1_001, "sir-open", |id| ec2::spot_request(id, "m5.large", "open")));
    all.extend([
        ec2::spot_request("sir-p3", "p3.2xlarge", "open"),
        ec2::spot_request("sir-x", "x2idn.xlarge", "open").with("instanceId", "i-9"),
        ec2::spot_request("sir-active", "c5.xlarge", "active").with("instanceId", "i-spot-1"),
        ec2::spot_request("sir-closed", "f1.2xlarge", "closed"),
    ]);
    all
}

#[tokio::test]
async fn vcpus_count_by_family_over_every_page() {
    let simulated = Simulated::start([(HERE, region(instances()))], vec![]).await;
    let facts = simulated.gather(HERE, &["ec2-quotas"]).await;
    assert_usage(
        &facts,
        &[
            ("L-1216C47A", "", 2_301.0 * 2.0),
            ("L-74FC7D96", "", 8.0),
            ("L-DB2E81BA", "", 8.0),
            ("L-1945791B", "", 4.0),
            ("L-417A185B", "", 200.0),
            ("L-7295265B", "", 2.0),
            ("L-6E869C2A", "", 96.0),
            ("L-F7808C92", "", 96.0),
            ("L-43DA4232", "", 448.0),
            ("L-2C3B7624", "", 128.0),
            ("L-34B43A08", "", 4.0 + 1_001.0 * 2.0),
            ("L-88CF9481", "", 0.0),
            ("L-3819A6DF", "", 0.0),
            ("L-B5D1601B", "", 0.0),
            ("L-7212CCBC", "", 8.0),
            ("L-C4BD4855", "", 192.0),
            ("L-E3A00192", "", 0.0),
            ("L-85EED4F7", "", 0.0),
            ("L-6B0D517C", "", 0.0),
        ],
    );
    assert_eq!(gaps(&facts), []);
    // Three pages, once for 19 rows; types only of what spot requests ask for, once.
    assert_eq!(simulated.asked("ec2:DescribeInstances"), 3);
    assert_eq!(simulated.asked("ec2:DescribeSpotInstanceRequests"), 2);
    assert_eq!(simulated.asked("ec2:DescribeInstanceTypes"), 1);
}

/// One instance of each of 130 types, and none of them says how many CPUs it has.
fn silent_instances() -> impl Iterator<Item = Resource> {
    let types =
        STANDARD.iter().flat_map(|family| SIZES.iter().map(move |(size, _)| format!("{family}.{size}")));
    types.map(|name| silent(&format!("i-{name}"), &name))
}

#[tokio::test]
async fn instances_without_cpu_options_count_by_their_type() {
    let simulated = Simulated::start([(HERE, region(silent_instances()))], vec![]).await;
    let facts = simulated.gather(HERE, &["ec2-quotas"]).await;
    let a_family: u32 = SIZES.iter().map(|(_, vcpus)| vcpus).sum();
    assert_usage(&facts, &[("L-1216C47A", "", f64::from(a_family) * 13.0)]);
    assert_eq!(simulated.asked("ec2:DescribeInstanceTypes"), 2, "a hundred types a call");
}

#[tokio::test]
async fn types_that_may_not_be_described_leave_only_what_needs_them_unknown() {
    let denied = || vec![Rule::new(DENIED).action("ec2:DescribeInstanceTypes")];
    let waiting = [ec2::instance("i-1", "m5.large", ZONE), ec2::spot_request("sir-1", "m5.large", "open")];
    let simulated = Simulated::start([(HERE, region(waiting))], denied()).await;
    let facts = simulated.gather(HERE, &["ec2-quotas"]).await;
    assert_eq!(numbers(&facts, "L-1216C47A", "").0, Some(2.0));
    assert_eq!(numbers(&facts, "L-34B43A08", "").0, None);
    assert_eq!(gaps(&facts), [(None, Reason::Denied, "ec2:DescribeInstanceTypes")]);

    let simulated = Simulated::start([(HERE, region([silent("i-1", "m5.large")]))], denied()).await;
    let facts = simulated.gather(HERE, &["ec2-quotas"]).await;
    assert_eq!(numbers(&facts, "L-1216C47A", "").0, None, "never a zero");
    assert_eq!(numbers(&facts, "L-34B43A08", "").0, Some(0.0));
}

/// Hosts, images and all else of EC2 that is not an instance.
fn around_instances() -> Vec<Resource> {
    let mut all = many(501, "h", |id| ec2::host(id, "m5", ZONE));
    all.extend(["c5", "r5", "g4dn", "mac1", "mac2"].map(|family| ec2::host(family, family, ZONE)));
    all.extend([
        ec2::host("h-released", "m5", ZONE).with("state", "released"),
        ec2::host("h-failed", "m5", ZONE).with("state", "permanent-failure"),
        theirs(ec2::host("h-theirs", "m5", ZONE)),
        ec2::address("eipalloc-1", "198.51.100.1"),
        ec2::address("eipalloc-2", "198.51.100.2").with("domain", "standard"),
        ec2::image("ami-disabled", "old", false).with("imageState", "disabled"),
        ec2::image("ami-gone", "gone", true).with("imageState", "deregistered"),
        ec2::image("ami-public", "open", true),
        ec2::reserved_instances("ri-1", "m5.large", 3, now() + TimeDelta::hours(1)),
        ec2::reserved_instances("ri-2", "m5.large", 9, now() - TimeDelta::hours(1)),
    ]);
    all.extend(many(1_002, "ami", |id| ec2::image(id, id, false)));
    all.extend(many(401, "lt", |id| ec2::launch_template(id, id)));
    all
}

/// Transit gateways and VPNs.
fn transit() -> Vec<Resource> {
    let attachment = ec2::transit_gateway_attachment;
    let mut all = many(1_003, "tgw-attach", |id| attachment(id, "tgw-1", "vpn", id));
    all.extend([
        ec2::transit_gateway("tgw-1"),
        ec2::transit_gateway("tgw-2").with("state", "deleted"),
        theirs(ec2::transit_gateway("tgw-9")),
        attachment("a-1", "tgw-1", "vpc", "vpc-1"),
        attachment("a-2", "tgw-9", "vpc", "vpc-1").with("transitGatewayOwnerId", THEM),
        attachment("a-3", "tgw-1", "peering", "tgw-8"),
        attachment("a-4", "tgw-1", "peering", "tgw-7").with("state", "rejected"),
        ec2::transit_gateway_route_table("tgw-rtb-1", "tgw-1"),
        ec2::transit_gateway_route_table("tgw-rtb-2", "tgw-1").with("state", "deleted"),
        ec2::customer_gateway("cgw-1", "198.51.100.9"),
        ec2::customer_gateway("cgw-2", "198.51.100.8").with("state", "deleted"),
        ec2::vpn_gateway("vgw-1", "vpc-1"),
        ec2::vpn_gateway("vgw-2", "vpc-1").with("state", "deleting"),
        ec2::vpn_connection("vpn-1", "cgw-1", "vgw-1"),
        ec2::vpn_connection("vpn-2", "cgw-1", "vgw-1").with("state", "deleted"),
        ec2::client_vpn_endpoint("cvpn-1", "vpc-1"),
        ec2::client_vpn_endpoint("cvpn-2", "vpc-1").with("status", Value::record().with("code", "deleting")),
    ]);
    all
}

#[tokio::test]
async fn all_else_of_ec2_counts() {
    let resources = around_instances().into_iter().chain(transit());
    let simulated = Simulated::start([(HERE, region(resources))], vec![]).await;
    let facts = simulated.gather(HERE, &["ec2-quotas"]).await;
    assert_usage(
        &facts,
        &[
            ("L-81657574", "", 1.0),
            ("L-8B7BF662", "", 502.0),
            ("L-EA4FD6CF", "", 1.0),
            ("L-CAE24619", "", 1.0),
            ("L-5D8DADF5", "", 1.0),
            ("L-A8448DC5", "", 1.0),
            ("L-0263D0A3", "", 1.0),
            ("L-B665C33B", "", 1_004.0),
            ("L-0E3CBAB9", "", 1.0),
            ("L-FB451C26", "", 401.0),
            ("L-D0B7243C", "", 3.0),
            ("L-A2478D36", "", 1.0),
            ("L-E0233F82", "tgw-1", 1_005.0),
            ("L-43872EB7", "tgw-1", 1.0),
            ("L-A1B5A36F", "tgw-1", 1.0),
            ("L-6DA43717", "vpc-1", 2.0),
            ("L-3E6EC3A3", "", 1.0),
            ("L-B91E5754", "vgw-1", 1.0),
            ("L-4FB7FF5D", "", 1.0),
            ("L-7029FAB6", "", 1.0),
            ("L-8EA77D34", "", 1.0),
        ],
    );
    assert_eq!(contexts(&facts, "L-E0233F82"), BTreeSet::from(["tgw-1"]), "not the gateway of others");
    assert_eq!(gaps(&facts), []);
}

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

/// Volumes of every type and their snapshots.
fn storage() -> Vec<Resource> {
    let mut all = estate::volumes(2_100, "gp3", 512);
    for (number, kind) in ["gp2", "io1", "io2", "st1", "sc1", "standard"].into_iter().enumerate() {
        let iops = if kind.starts_with("io") { 4_000 } else { 0 };
        all.extend(many(number + 1, kind, |id| ec2::volume(id, kind, 1_024, iops)));
        all.push(ec2::snapshot(&format!("snap-{kind}"), &format!("{kind}-0"), "pending", now()));
    }
    all.extend(many(1_100, "snap", |id| ec2::snapshot(id, "gp2-0", "completed", now())));
    all.push(theirs(ec2::snapshot("snap-theirs", "gp2-0", "pending", now())));
    all.extend(many(201, "fsr", |id| ec2::fast_snapshot_restore(id, ZONE, "enabled")));
    all.extend([
        ec2::fast_snapshot_restore("snap-1", ZONE, "optimizing"),
        ec2::fast_snapshot_restore("snap-2", ZONE, "disabled"),
        ec2::snapshot_tier("snap-moving", "gp2-0", "standard", "archival-in-progress"),
    ]);
    all.extend(many(1_007, "archived", |id| {
        ec2::snapshot_tier(id, "gp2-0", "archive", "archival-completed")
    }));
    all
}

#[tokio::test]
async fn volumes_and_snapshots_count_by_type() {
    let simulated = Simulated::start([(HERE, region(storage()))], vec![]).await;
    let facts = simulated.gather(HERE, &["ebs-quotas"]).await;
    assert_usage(
        &facts,
        &[
            ("L-7A658B76", "", 1_050.0),
            ("L-D18FCD1D", "", 1.0),
            ("L-FD252861", "", 2.0),
            ("L-09BD8365", "", 3.0),
            ("L-82ACEF56", "", 4.0),
            ("L-17AF77E8", "", 5.0),
            ("L-9CF3C2EB", "", 6.0),
            ("L-B3A130E6", "", 8_000.0),
            ("L-8D977E7E", "", 12_000.0),
            ("L-309BACF6", "", 1_106.0),
            ("L-631ECBD3", "", 202.0),
            ("L-E20676C1", "gp2-0", 1_007.0),
            ("L-3A0E616D", "", 1.0),
            ("L-835364B2", "gp2-0", 1.0),
            ("L-DB70D580", "io1-0", 1.0),
            ("L-D0291BE3", "io2-0", 1.0),
            ("L-9F6E7C4E", "st1-0", 1.0),
            ("L-915A3DBB", "sc1-0", 1.0),
            ("L-750405C3", "standard-0", 1.0),
        ],
    );
    assert_eq!(contexts(&facts, "L-D8F37C68"), BTreeSet::new(), "no gp3 volume is being copied");
    assert_eq!(simulated.asked("ec2:DescribeVolumes"), 3, "once for every type");
    assert_eq!(simulated.asked("ec2:DescribeFastSnapshotRestores"), 2);
    assert_eq!(gaps(&facts), []);
}

#[tokio::test]
async fn each_action_that_is_declared_is_asked_and_no_other() {
    let resources = [silent("i-1", "m5.large"), ec2::spot_request("sir-1", "m5.large", "open")];
    let simulated = Simulated::start([(HERE, region(resources))], vec![]).await;
    simulated.gather(HERE, &SOURCES).await;
    let ec2 = |actions: BTreeSet<String>| -> BTreeSet<String> {
        actions.into_iter().filter(|action| action.starts_with("ec2:")).collect()
    };
    let declared = SOURCES.iter().flat_map(|id| (source(id).actions)()).map(str::to_owned).collect();
    assert_eq!(ec2(simulated.actions()), ec2(declared));
}

#[tokio::test]
async fn what_is_denied_is_unknown_and_everything_else_complete() {
    let faults = vec![Rule::new(DENIED).action("ec2:DescribeVolumes")];
    let simulated = Simulated::start([(HERE, region(storage()))], faults).await;
    let facts = simulated.gather(HERE, &["ebs-quotas"]).await;
    let unknown: BTreeMap<&str, Reason> = facts
        .quotas
        .iter()
        .filter_map(|quota| match &quota.usage {
            Usage::Unknown(unseen) => Some((quota.code.as_deref()?, unseen.reason)),
            Usage::Measured { .. } => None,
        })
        .collect();
    assert_eq!(unknown.len(), 16, "seven of size, two of IOPS, seven of snapshots under way");
    assert!(unknown.values().all(|reason| *reason == Reason::Denied));
    assert_usage(&facts, &[("L-309BACF6", "", 1_106.0), ("L-631ECBD3", "", 202.0)]);
    assert_eq!(gaps(&facts), [(None, Reason::Denied, "ec2:DescribeVolumes")]);
}

#[tokio::test]
async fn pages_in_a_circle_are_no_listing() {
    let faults = vec![Rule::new(Fault::LoopTokens).action("ec2:DescribeInstances")];
    let simulated = Simulated::start([(HERE, region(instances()))], faults).await;
    let facts = simulated.gather(HERE, &["ec2-quotas"]).await;
    assert_eq!(numbers(&facts, "L-1216C47A", "").0, None);
    assert_eq!(gaps(&facts), [(None, Reason::PagingLoop, "ec2:DescribeInstances")]);
}
