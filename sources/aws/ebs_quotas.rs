//! Quotas of EBS.

use aws_sdk_ec2::types::{Volume, VolumeType};
use howler_model::{FactKind, Service};

use super::listings::volumes::DescribeVolumes;
use super::quota::{self, Counted, Row, row};
use crate::{Gather, Source};

const SERVICE: Service = Service::named("ebs");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "ebs-quotas",
    title: "EBS volumes and snapshots against their quotas",
    service: SERVICE,
    kinds: &[FactKind::Quota],
    actions: || quota::actions(ROWS),
    gather: Gather::Region(|at| Box::pin(quota::gather(at, SERVICE, ROWS))),
};

const ROWS: &[Row] = &[row!(
    "L-D18FCD1D",
    "Storage for General Purpose SSD (gp2) volumes, in TiB",
    "TiB",
    [DescribeVolumes],
    |volumes| { tebibytes(&volumes, &VolumeType::Gp2) }
)];

/// The size of all volumes of a type, in TiB. Sizes come in GiB.
fn tebibytes(volumes: &[Volume], kind: &VolumeType) -> Counted {
    let of_kind = volumes.iter().filter(|volume| volume.volume_type() == Some(kind));
    let gibibytes: i64 = of_kind.filter_map(|volume| volume.size()).map(i64::from).sum();
    Counted::Whole(gibibytes as f64 / 1024.0)
}
