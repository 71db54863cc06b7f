//! Builders of EBS resources: volumes, snapshots, their tiers and fast restores.

use chrono::{DateTime, Utc};

use crate::resource::{Kind, Resource};
use crate::value::Value;

/// A volume in use: its type (`gp3`), size in GiB and IOPS (0 where its type has none).
pub fn volume(id: &str, volume_type: &str, gibibytes: i64, iops: i64) -> Resource {
    let value = Value::record()
        .with("volumeId", id)
        .with("volumeType", volume_type)
        .with("size", gibibytes)
        .with("status", "in-use")
        .with_some("iops", (iops > 0).then_some(iops));
    Resource::new(Kind::Volume, value)
}

/// A snapshot of a volume with the status `pending`, `completed` or `error`.
pub fn snapshot(id: &str, volume: &str, status: &str, started: DateTime<Utc>) -> Resource {
    let value = Value::record()
        .with("snapshotId", id)
        .with("volumeId", volume)
        .with("status", status)
        .with("startTime", started)
        .with("ownerId", Value::Account)
        .with("storageTier", "standard");
    Resource::new(Kind::Snapshot, value)
}

/// The tier of a snapshot: `standard` or `archive`, and how its last move went.
pub fn snapshot_tier(id: &str, volume: &str, tier: &str, last_status: &str) -> Resource {
    let value = Value::record()
        .with("snapshotId", id)
        .with("volumeId", volume)
        .with("ownerId", Value::Account)
        .with("storageTier", tier)
        .with("lastTieringOperationStatus", last_status);
    Resource::new(Kind::SnapshotTier, value)
}

/// Fast restore of a snapshot in a zone, in the state `enabling`, `optimizing`, `enabled` or `disabled`.
pub fn fast_snapshot_restore(snapshot: &str, zone: &str, state: &str) -> Resource {
    let value = Value::record()
        .with("snapshotId", snapshot)
        .with("availabilityZone", zone)
        .with("state", state)
        .with("ownerId", Value::Account);
    Resource::new(Kind::FastSnapshotRestore, value)
}
