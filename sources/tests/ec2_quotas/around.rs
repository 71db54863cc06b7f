//! All of EC2 that is no instance: hosts, images, transit gateways, VPNs.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use howler_simulator::{Resource, Value, ec2};

use super::simulated::{Simulated, now};
use super::{HERE, THEM, ZONE, assert_usage, contexts, gaps, many, region, theirs};

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
