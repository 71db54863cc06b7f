//! vCPUs by family: over every page, by CPU options or by type, and unknown where neither is to be had.

use howler_model::Reason;
use howler_simulator::{Fault, Resource, Rule, Value, ec2, estate};

use super::simulated::{Simulated, numbers};
use super::{DENIED, HERE, ZONE, assert_usage, gaps, many, region, silent};

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

#[tokio::test]
async fn pages_in_a_circle_are_no_listing() {
    let faults = vec![Rule::new(Fault::LoopTokens).action("ec2:DescribeInstances")];
    let simulated = Simulated::start([(HERE, region(instances()))], faults).await;
    let facts = simulated.gather(HERE, &["ec2-quotas"]).await;
    assert_eq!(numbers(&facts, "L-1216C47A", "").0, None);
    assert_eq!(gaps(&facts), [(None, Reason::PagingLoop, "ec2:DescribeInstances")]);
}
