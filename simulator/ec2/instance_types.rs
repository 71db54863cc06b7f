//! A catalogue of instance types: the families that quotas tell apart.

use super::filter;
use crate::call::Call;
use crate::failure::Failure;
use crate::page::Paging;
use crate::value::Value;

const PAGING: Paging =
    Paging { limit: "MaxResults", token: "NextToken", next: "nextToken", default: 100, least: 5, most: 100 };

/// Sizes of the usual families and their vCPUs.
const SIZES: [(&str, usize); 10] = [
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

const FAMILIES: [&str; 17] = [
    "a1", "c5", "c6i", "c7g", "d3", "g5", "h1", "i3", "m5", "m6i", "m7g", "r5", "r6i", "x2idn", "z1d",
    "inf1", "vt1",
];

/// Types that do not follow the usual sizes.
const OTHERS: [(&str, usize); 16] = [
    ("t3.nano", 2),
    ("t3.micro", 2),
    ("t3.small", 2),
    ("t3.medium", 2),
    ("t3.large", 2),
    ("t3.xlarge", 4),
    ("f1.2xlarge", 8),
    ("p3.2xlarge", 8),
    ("p4d.24xlarge", 96),
    ("p5.48xlarge", 192),
    ("dl1.24xlarge", 96),
    ("hpc6a.48xlarge", 96),
    ("trn1.32xlarge", 128),
    ("u-6tb1.112xlarge", 448),
    ("mac1.metal", 12),
    ("x1.32xlarge", 128),
];

/// Every type with its vCPUs.
fn catalogue() -> impl Iterator<Item = (String, usize)> {
    let usual = FAMILIES
        .iter()
        .flat_map(|family| SIZES.iter().map(move |(size, cpus)| (format!("{family}.{size}"), *cpus)));
    usual.chain(OTHERS.iter().map(|(name, cpus)| ((*name).to_owned(), *cpus)))
}

/// The vCPUs of a type; 2 for types that the catalogue lacks.
pub(super) fn vcpus(name: &str) -> usize {
    catalogue().find(|(known, _)| known == name).map_or(2, |(_, cpus)| cpus)
}

pub(super) fn describe(call: &Call<'_>) -> Result<Value, Failure> {
    let filters = filter::read(
        call,
        &[("instance-type", "instanceType"), ("current-generation", "currentGeneration")],
    )?;
    let names = call.parameters.texts("InstanceType");
    if let Some(unknown) = names.iter().find(|name| !catalogue().any(|(known, _)| known == **name)) {
        let message = format!("The following supplied instance types do not exist: [{unknown}]");
        return Err(Failure::coded(400, "InvalidInstanceType", message));
    }
    let asked = catalogue().filter(|(name, _)| names.is_empty() || names.contains(&name.as_str()));
    let records = asked.map(|(name, cpus)| record(&name, cpus));
    let page = PAGING
        .page(call, records.filter(|record| filters.iter().all(|filter| filter.has(record, call.place()))))?;
    Ok(page.into_record("instanceTypeSet", &PAGING))
}

fn record(name: &str, cpus: usize) -> Value {
    let threads = if cpus > 1 { 2 } else { 1 };
    let info = Value::record()
        .with("defaultVCpus", cpus)
        .with("defaultCores", cpus.div_ceil(2))
        .with("defaultThreadsPerCore", threads);
    Value::record().with("instanceType", name).with("currentGeneration", true).with("vCpuInfo", info)
}
