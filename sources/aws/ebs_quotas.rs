//! Quotas of EBS.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{
    DescribeFastSnapshotRestoreSuccessItem, FastSnapshotRestoreStateCode, Snapshot, SnapshotState,
    SnapshotTierStatus, StorageTier, TieringOperationStatus, Volume, VolumeType,
};
use howler_model::{FactKind, Service};

use super::listings::volumes::{
    DescribeFastSnapshotRestores, DescribeSnapshotTierStatus, DescribeSnapshots, DescribeVolumes,
};
use super::quota::{self, Counted, Row, row, tally, whole};
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("ebs");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "ebs-quotas",
    title: "EBS volumes and snapshots against their quotas",
    service: SERVICE,
    kinds: &[FactKind::Quota],
    actions: || quota::actions(ROWS),
    quotas: ROWS,
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(quota::gather(at, SERVICE, ROWS))),
};

/// A row of the size of all volumes of a type.
macro_rules! storage {
    ($code:literal, $name:literal, $kind:ident) => {
        row!($code, $name, "TiB", [DescribeVolumes], |volumes| tebibytes(&volumes, &VolumeType::$kind))
    };
}

/// A row of the provisioned IOPS of all volumes of a type.
macro_rules! iops {
    ($code:literal, $name:literal, $kind:ident) => {
        row!($code, $name, "IOPS", [DescribeVolumes], |volumes| iops(&volumes, &VolumeType::$kind))
    };
}

/// A row of the snapshots under way of each volume of a type.
macro_rules! concurrent {
    ($code:literal, $name:literal, $kind:ident) => {
        row!($code, $name, "snapshot", [DescribeVolumes, DescribeSnapshots], |volumes, snapshots| {
            concurrent(&volumes, &snapshots, &VolumeType::$kind)
        })
    };
}

const ROWS: &[Row] = &[
    storage!("L-D18FCD1D", "Storage for General Purpose SSD (gp2) volumes, in TiB", Gp2),
    storage!("L-7A658B76", "Storage for General Purpose SSD (gp3) volumes, in TiB", Gp3),
    storage!("L-FD252861", "Storage for Provisioned IOPS SSD (io1) volumes, in TiB", Io1),
    storage!("L-09BD8365", "Storage for Provisioned IOPS SSD (io2) volumes, in TiB", Io2),
    storage!("L-82ACEF56", "Storage for Throughput Optimized HDD (st1) volumes, in TiB", St1),
    storage!("L-17AF77E8", "Storage for Cold HDD (sc1) volumes, in TiB", Sc1),
    storage!("L-9CF3C2EB", "Storage for Magnetic (standard) volumes, in TiB", Standard),
    iops!("L-B3A130E6", "IOPS for Provisioned IOPS SSD (io1) volumes", Io1),
    iops!("L-8D977E7E", "IOPS for Provisioned IOPS SSD (io2) volumes", Io2),
    row!("L-309BACF6", "Snapshots per Region", "snapshot", [DescribeSnapshots], |all| whole(all.len())),
    row!("L-631ECBD3", "Fast snapshot restore", "restore", [DescribeFastSnapshotRestores], |restores| {
        fast_restores(&restores)
    }),
    row!(
        "L-E20676C1",
        "Archived snapshots per volume",
        "snapshot",
        [DescribeSnapshotTierStatus],
        |statuses| archived(&statuses)
    ),
    row!(
        "L-3A0E616D",
        "In-progress snapshot archives per account",
        "snapshot",
        [DescribeSnapshotTierStatus],
        |statuses| being_archived(&statuses)
    ),
    concurrent!("L-835364B2", "Concurrent snapshots per General Purpose SSD (gp2) volume", Gp2),
    concurrent!("L-D8F37C68", "Concurrent snapshots per General Purpose SSD (gp3) volume", Gp3),
    concurrent!("L-DB70D580", "Concurrent snapshots per Provisioned IOPS SSD (io1) volume", Io1),
    concurrent!("L-D0291BE3", "Concurrent snapshots per Provisioned IOPS SSD (io2) volume", Io2),
    concurrent!("L-9F6E7C4E", "Concurrent snapshots per Throughput Optimized HDD (st1) volume", St1),
    concurrent!("L-915A3DBB", "Concurrent snapshots per Cold HDD (sc1) volume", Sc1),
    concurrent!("L-750405C3", "Concurrent snapshots per Magnetic (standard) volume", Standard),
];

/// The size of all volumes of a type, in TiB. Sizes come in GiB.
fn tebibytes(volumes: &[Volume], kind: &VolumeType) -> Counted {
    let gibibytes: i64 = of_type(volumes, kind).filter_map(Volume::size).map(i64::from).sum();
    Counted::Whole(gibibytes as f64 / 1024.0)
}

/// The IOPS of all volumes of a type.
fn iops(volumes: &[Volume], kind: &VolumeType) -> Counted {
    Counted::Whole(of_type(volumes, kind).filter_map(Volume::iops).map(f64::from).sum())
}

fn of_type<'a>(volumes: &'a [Volume], kind: &VolumeType) -> impl Iterator<Item = &'a Volume> {
    volumes.iter().filter(move |volume| volume.volume_type() == Some(kind))
}

/// Snapshots under way, for each volume of a type that has some.
fn concurrent(volumes: &[Volume], snapshots: &[Snapshot], kind: &VolumeType) -> Counted {
    let volumes: BTreeSet<&str> = of_type(volumes, kind).filter_map(Volume::volume_id).collect();
    let pending = snapshots.iter().filter(|snapshot| snapshot.state() == Some(&SnapshotState::Pending));
    tally(pending.filter_map(Snapshot::volume_id).filter(|volume| volumes.contains(volume)))
}

/// Pairs of snapshot and zone for which fast restore is on, or on its way to be.
fn fast_restores(restores: &[DescribeFastSnapshotRestoreSuccessItem]) -> Counted {
    use FastSnapshotRestoreStateCode::{Enabled, Enabling, Optimizing};
    let on =
        restores.iter().filter(|restore| matches!(restore.state(), Some(Enabling | Optimizing | Enabled)));
    whole(on.count())
}

/// Archived snapshots of each volume that has some.
fn archived(statuses: &[SnapshotTierStatus]) -> Counted {
    let archived = statuses.iter().filter(|status| status.storage_tier() == Some(&StorageTier::Archive));
    tally(archived.filter_map(SnapshotTierStatus::volume_id))
}

/// Snapshots on their way to the archive.
fn being_archived(statuses: &[SnapshotTierStatus]) -> Counted {
    let moving = Some(&TieringOperationStatus::ArchivalInProgress);
    whole(statuses.iter().filter(|status| status.last_tiering_operation_status() == moving).count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::quota::each;

    fn volume(id: &str, kind: VolumeType, gibibytes: i32, iops: i32) -> Volume {
        Volume::builder().volume_id(id).volume_type(kind).size(gibibytes).iops(iops).build()
    }

    #[test]
    fn storage_and_iops_count_by_type() {
        let all = [
            volume("vol-1", VolumeType::Gp3, 1024, 3000),
            volume("vol-2", VolumeType::Gp3, 512, 16000),
            volume("vol-3", VolumeType::Gp2, 2048, 6000),
            volume("vol-4", VolumeType::Io1, 100, 5000),
            volume("vol-5", VolumeType::Io1, 100, 7000),
            volume("vol-6", VolumeType::Io2, 1, 900),
        ];
        assert_eq!(tebibytes(&all, &VolumeType::Gp3), Counted::Whole(1.5));
        assert_eq!(tebibytes(&all, &VolumeType::Gp2), Counted::Whole(2.0));
        assert_eq!(tebibytes(&all, &VolumeType::St1), Counted::Whole(0.0));
        assert_eq!(iops(&all, &VolumeType::Io1), Counted::Whole(12_000.0));
        assert_eq!(iops(&all, &VolumeType::Io2), Counted::Whole(900.0));
    }

    #[test]
    fn storage_beyond_what_32_bits_hold_is_summed() {
        let all = vec![volume("vol-1", VolumeType::Gp3, i32::MAX, 0); 4];
        assert_eq!(tebibytes(&all, &VolumeType::Gp3), Counted::Whole(f64::from(i32::MAX) / 256.0));
    }

    #[test]
    fn pending_snapshots_count_at_volumes_of_the_type() {
        let volumes = [volume("vol-1", VolumeType::Gp3, 1, 0), volume("vol-2", VolumeType::Gp2, 1, 0)];
        let snapshot = |volume: &str, state| Snapshot::builder().volume_id(volume).state(state).build();
        let snapshots = [
            snapshot("vol-1", SnapshotState::Pending),
            snapshot("vol-1", SnapshotState::Pending),
            snapshot("vol-1", SnapshotState::Completed),
            snapshot("vol-1", SnapshotState::Error),
            snapshot("vol-2", SnapshotState::Pending),
            snapshot("vol-gone", SnapshotState::Pending),
        ];
        let at_gp3 = concurrent(&volumes, &snapshots, &VolumeType::Gp3);
        assert_eq!(at_gp3, each([("vol-1".to_owned(), 2)]));
        assert_eq!(concurrent(&volumes, &snapshots, &VolumeType::Io1), each([]));
    }

    #[test]
    fn fast_restores_count_while_they_are_on() {
        let restore =
            |name: &&str| DescribeFastSnapshotRestoreSuccessItem::builder().state((*name).into()).build();
        let all: Vec<_> = FastSnapshotRestoreStateCode::values().iter().map(restore).collect();
        assert_eq!(fast_restores(&all), whole(3));
    }

    #[test]
    fn archives_count_by_volume_and_those_on_their_way_together() {
        let status = |volume: &str, tier, operation| {
            let status = SnapshotTierStatus::builder().volume_id(volume).storage_tier(tier);
            status.last_tiering_operation_status(operation).build()
        };
        let all = [
            status("vol-1", StorageTier::Archive, TieringOperationStatus::ArchivalCompleted),
            status("vol-1", StorageTier::Archive, TieringOperationStatus::ArchivalCompleted),
            status("vol-1", StorageTier::Standard, TieringOperationStatus::ArchivalInProgress),
            status("vol-2", StorageTier::Standard, TieringOperationStatus::ArchivalFailed),
        ];
        assert_eq!(archived(&all), each([("vol-1".to_owned(), 2)]));
        assert_eq!(being_archived(&all), whole(1));
    }
}
