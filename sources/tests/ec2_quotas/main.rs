//! Quotas of EC2, VPC and EBS: the real SDK against a simulated AWS whose contents are known. Every page size is
//! crossed, and beside each resource that counts stand some that do not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod around;
mod networks;
#[path = "../simulated/mod.rs"]
mod simulated;
mod storage;
mod vcpus;

use std::collections::BTreeSet;

use howler_model::{Facts, Reason};
use howler_simulator::{Fault, Region, Resource, Value, ec2};
use simulated::{Simulated, numbers, source};

const HERE: &str = "eu-west-1";
const ZONE: &str = "eu-west-1a";
const OTHER_ZONE: &str = "eu-west-1b";
const THEM: &str = "999999999999";
const DENIED: Fault = Fault::Deny { by_scp: false };
const SOURCES: [&str; 3] = ["ec2-quotas", "vpc-quotas", "ebs-quotas"];

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
