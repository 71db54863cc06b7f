//! EBS through the EC2 API: volumes and snapshots.

use aws_sdk_ec2::types::{DescribeFastSnapshotRestoreSuccessItem, Snapshot, SnapshotTierStatus, Volume};

use super::owned;
use crate::aws::access::{Page, listing};

listing! {
    /// Volumes in any state.
    DescribeVolumes: Volume = "ec2:DescribeVolumes",
    ec2(token) => ec2.describe_volumes().max_results(1000).set_next_token(token),
    page => Page::of(page.volumes, page.next_token),
}

listing! {
    /// Snapshots of the account in any state; without the owner AWS lists every public one.
    DescribeSnapshots: Snapshot = "ec2:DescribeSnapshots",
    ec2(token) => ec2.describe_snapshots().owner_ids("self").max_results(1000).set_next_token(token),
    page => Page::of(page.snapshots, page.next_token),
    keep snapshot, account => owned(snapshot.owner_id(), account),
}

listing! {
    /// Fast restores that the account enabled, one for each snapshot and zone, in any state.
    DescribeFastSnapshotRestores: DescribeFastSnapshotRestoreSuccessItem = "ec2:DescribeFastSnapshotRestores",
    ec2(token) => ec2.describe_fast_snapshot_restores().max_results(200).set_next_token(token),
    page => Page::of(page.fast_snapshot_restores, page.next_token),
    keep restore, account => owned(restore.owner_id(), account),
}

listing! {
    /// The storage tier of each snapshot of the account.
    DescribeSnapshotTierStatus: SnapshotTierStatus = "ec2:DescribeSnapshotTierStatus",
    ec2(token) => ec2.describe_snapshot_tier_status().max_results(1000).set_next_token(token),
    page => Page::of(page.snapshot_tier_statuses, page.next_token),
    keep status, account => owned(status.owner_id(), account),
}
