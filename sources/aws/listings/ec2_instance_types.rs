//! EC2: instance types, only those whose vCPUs nothing else tells.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{
    Instance, InstanceLifecycleType, InstanceType, InstanceTypeInfo, SpotInstanceRequest,
};
use howler_model::Unseen;

use super::ec2_instances::{DescribeInstances, DescribeSpotInstanceRequests};
use crate::aws::AccountRegion;
use crate::aws::access::{Listing, Page};

const ACTION: &str = "ec2:DescribeInstanceTypes";
/// The most types that one call may name.
const TYPES_PER_CALL: usize = 100;

/// The types of on-demand instances that say nothing about their own CPUs, which with AWS all do.
pub(crate) struct TypesOnDemand;

impl Listing for TypesOnDemand {
    type Item = InstanceTypeInfo;
    const ACTION: &'static str = ACTION;

    async fn ask(at: &AccountRegion) -> Result<Vec<InstanceTypeInfo>, Unseen> {
        let instances = at.list::<DescribeInstances>().await?;
        types(
            at,
            silent(&instances).filter(|instance| !is_spot(instance)).filter_map(Instance::instance_type),
        )
        .await
    }
}

/// The same of spot instances, and the types that open spot requests ask for.
pub(crate) struct TypesOfSpot;

impl Listing for TypesOfSpot {
    type Item = InstanceTypeInfo;
    const ACTION: &'static str = ACTION;

    async fn ask(at: &AccountRegion) -> Result<Vec<InstanceTypeInfo>, Unseen> {
        let instances = at.list::<DescribeInstances>().await?;
        let requests = at.list::<DescribeSpotInstanceRequests>().await?;
        let running = silent(&instances).filter(|instance| is_spot(instance));
        let running = running.filter_map(Instance::instance_type);
        types(at, running.chain(requests.iter().filter_map(requested))).await
    }
}

fn silent(instances: &[Instance]) -> impl Iterator<Item = &Instance> {
    instances.iter().filter(|instance| vcpus(instance).is_none())
}

/// Whether an instance is a spot instance.
pub(crate) fn is_spot(instance: &Instance) -> bool {
    instance.instance_lifecycle() == Some(&InstanceLifecycleType::Spot)
}

/// The type that a spot request asks for.
pub(crate) fn requested(request: &SpotInstanceRequest) -> Option<&InstanceType> {
    request.launch_specification()?.instance_type()
}

/// The vCPUs of an instance as its own CPU options say.
pub(crate) fn vcpus(instance: &Instance) -> Option<i32> {
    let options = instance.cpu_options()?;
    options.core_count()?.checked_mul(options.threads_per_core()?).filter(|vcpus| *vcpus > 0)
}

async fn types<'a>(
    at: &AccountRegion,
    names: impl Iterator<Item = &'a InstanceType>,
) -> Result<Vec<InstanceTypeInfo>, Unseen> {
    let names: Vec<_> = names.map(InstanceType::as_str).collect::<BTreeSet<_>>().into_iter().collect();
    let mut types = Vec::new();
    for names in names.chunks(TYPES_PER_CALL) {
        types.extend(named(at, names).await?);
    }
    Ok(types)
}

/// No page size: so many types fit on one page anyway.
async fn named(at: &AccountRegion, names: &[&str]) -> Result<Vec<InstanceTypeInfo>, Unseen> {
    let client = at.ec2();
    let names: Vec<_> = names.iter().map(|name| InstanceType::from(*name)).collect();
    at.pages(ACTION, |token| {
        let request = client.describe_instance_types().set_instance_types(Some(names.clone()));
        let sent = request.set_next_token(token).send();
        async move { sent.await.map(|page| Page::of(page.instance_types, page.next_token)) }
    })
    .await
}
