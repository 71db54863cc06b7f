//! EBS: volumes and snapshots.

use std::collections::{BTreeMap, BTreeSet};

use howler_model::{Reason, Usage};
use howler_simulator::{Resource, Rule, ec2, estate};

use super::simulated::{Simulated, now};
use super::{DENIED, HERE, ZONE, assert_usage, contexts, gaps, many, region, theirs};

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
