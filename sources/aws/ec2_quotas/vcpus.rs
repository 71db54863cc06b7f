//! vCPUs by family, on demand and spot: what the instance quotas of EC2 are in.

use aws_sdk_ec2::types::{Instance, InstanceTypeInfo, SpotInstanceRequest, Tenancy};
use howler_model::{Reason, Unseen};

use super::family::{Family, family};
use crate::aws::listings::ec2_instance_types::{is_spot, requested, vcpus};
use crate::aws::quota::Counted;

/// vCPUs of on-demand instances of default tenancy. Dedicated Hosts, dedicated tenancy and capacity that was bought
/// ahead have quotas of their own.
pub(super) fn on_demand(
    instances: &[Instance],
    types: &[InstanceTypeInfo],
    families: &[Family],
) -> Result<Counted, Unseen> {
    let counted = instances.iter().filter(|instance| is_on_demand(instance) && is_in(instance, families));
    total(counted.map(|instance| of_instance(instance, types)))
}

/// vCPUs of spot instances, and of open requests that wait for theirs.
pub(super) fn spot(
    instances: &[Instance],
    requests: &[SpotInstanceRequest],
    types: &[InstanceTypeInfo],
    families: &[Family],
) -> Result<Counted, Unseen> {
    let running = instances.iter().filter(|instance| is_spot(instance) && is_in(instance, families));
    let running = running.map(|instance| of_instance(instance, types));
    total(running.chain(requests.iter().filter_map(|request| of_request(request, types, families))))
}

fn total(vcpus: impl Iterator<Item = Result<i32, Unseen>>) -> Result<Counted, Unseen> {
    let total = vcpus.map(|vcpus| vcpus.map(i64::from)).sum::<Result<i64, _>>()?;
    Ok(Counted::Whole(total as f64))
}

fn is_on_demand(instance: &Instance) -> bool {
    let tenancy = instance.placement().and_then(|placement| placement.tenancy());
    instance.instance_lifecycle().is_none() && tenancy.is_none_or(|tenancy| *tenancy == Tenancy::Default)
}

fn is_in(instance: &Instance, families: &[Family]) -> bool {
    let family = instance.instance_type().and_then(|name| family(name.as_str()));
    family.is_some_and(|family| families.contains(&family))
}

/// By its own CPU options; by its type where a server leaves them out.
fn of_instance(instance: &Instance, types: &[InstanceTypeInfo]) -> Result<i32, Unseen> {
    let name = instance.instance_type().map_or("", |name| name.as_str());
    vcpus(instance).map_or_else(|| of_type(name, types), Ok)
}

/// The vCPUs that a request waits for, if it counts; one that does not say its type may be of any family.
fn of_request(
    request: &SpotInstanceRequest,
    types: &[InstanceTypeInfo],
    families: &[Family],
) -> Option<Result<i32, Unseen>> {
    let Some(name) = requested(request) else {
        let id = request.spot_instance_request_id().unwrap_or("a spot request");
        let message = format!("{id} does not say which instance type it asks for");
        return Some(Err(Unseen::new(Reason::NoData, "ec2:DescribeSpotInstanceRequests", message)));
    };
    let counts = family(name.as_str()).is_some_and(|family| families.contains(&family));
    counts.then(|| of_type(name.as_str(), types))
}

fn of_type(name: &str, types: &[InstanceTypeInfo]) -> Result<i32, Unseen> {
    let info = types.iter().find(|info| info.instance_type().is_some_and(|known| known.as_str() == name));
    let vcpus = info.and_then(|info| info.v_cpu_info()?.default_v_cpus());
    let unseen = || {
        let message = format!("no answer says how many vCPUs {name} has");
        Unseen::new(Reason::NoData, "ec2:DescribeInstanceTypes", message)
    };
    vcpus.ok_or_else(unseen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::{
        CpuOptions, InstanceLifecycleType, InstanceType, LaunchSpecification, Placement, VCpuInfo,
    };

    fn instance(name: &str) -> aws_sdk_ec2::types::builders::InstanceBuilder {
        let cpus = CpuOptions::builder().core_count(4).threads_per_core(2).build();
        Instance::builder().instance_type(InstanceType::from(name)).cpu_options(cpus)
    }

    fn placed(name: &str, tenancy: Tenancy) -> Instance {
        instance(name).placement(Placement::builder().tenancy(tenancy).build()).build()
    }

    fn request(name: &str) -> SpotInstanceRequest {
        let launch = LaunchSpecification::builder().instance_type(InstanceType::from(name)).build();
        SpotInstanceRequest::builder().spot_instance_request_id("sir-1").launch_specification(launch).build()
    }

    fn info(name: &str, vcpus: i32) -> InstanceTypeInfo {
        let cpus = VCpuInfo::builder().default_v_cpus(vcpus).build();
        InstanceTypeInfo::builder().instance_type(InstanceType::from(name)).v_cpu_info(cpus).build()
    }

    #[test]
    fn on_demand_counts_vcpus_of_default_tenancy_in_the_family() {
        let lived = |lifecycle| instance("m5.2xlarge").instance_lifecycle(lifecycle).build();
        let instances = [
            instance("m5.2xlarge").build(),
            placed("t3.2xlarge", Tenancy::Default),
            placed("m5.2xlarge", Tenancy::Dedicated),
            placed("m5.2xlarge", Tenancy::Host),
            placed("mac1.metal", Tenancy::Default),
            lived(InstanceLifecycleType::Spot),
            lived(InstanceLifecycleType::Scheduled),
            lived(InstanceLifecycleType::CapacityBlock),
            instance("dl1.24xlarge").build(),
            instance("q1.large").build(),
        ];
        let count = |families: &[Family]| on_demand(&instances, &[], families);
        assert_eq!(count(&[Family::Standard]), Ok(Counted::Whole(16.0)));
        assert_eq!(count(&[Family::Dl]), Ok(Counted::Whole(8.0)));
        assert_eq!(count(&[Family::P, Family::P4, Family::P5]), Ok(Counted::Whole(0.0)));
    }

    #[test]
    fn fewer_cores_than_the_type_has_count_as_what_they_are() {
        let cpus = CpuOptions::builder().core_count(1).threads_per_core(1).build();
        let instances = [instance("m5.2xlarge").cpu_options(cpus).build()];
        let count = on_demand(&instances, &[info("m5.2xlarge", 8)], &[Family::Standard]);
        assert_eq!(count, Ok(Counted::Whole(1.0)));
    }

    #[test]
    fn an_instance_without_cpu_options_counts_by_its_type_and_is_never_zero() {
        let silent = [instance("p3.2xlarge").set_cpu_options(None).build()];
        let count = |types: &[InstanceTypeInfo], family| on_demand(&silent, types, &[family]);
        assert_eq!(count(&[info("p3.2xlarge", 8)], Family::P4), Ok(Counted::Whole(8.0)));
        let unseen = count(&[info("p3.8xlarge", 32)], Family::P4).unwrap_err();
        assert_eq!((unseen.reason, unseen.action.as_str()), (Reason::NoData, "ec2:DescribeInstanceTypes"));
        assert_eq!(count(&[], Family::Standard), Ok(Counted::Whole(0.0)));
    }

    #[test]
    fn spot_counts_its_instances_and_what_open_requests_wait_for() {
        let spot_of = |name| instance(name).instance_lifecycle(InstanceLifecycleType::Spot).build();
        let instances = [spot_of("m5.2xlarge"), instance("m5.2xlarge").build(), spot_of("p5.48xlarge")];
        let requests = [request("c5.large"), request("p4d.24xlarge")];
        let types = [info("c5.large", 2), info("p4d.24xlarge", 96)];
        let count = |family| spot(&instances, &requests, &types, &[family]);
        assert_eq!(count(Family::Standard), Ok(Counted::Whole(10.0)));
        assert_eq!(count(Family::P4), Ok(Counted::Whole(96.0)));
        assert_eq!(count(Family::P5), Ok(Counted::Whole(8.0)));
    }

    #[test]
    fn an_open_request_without_a_type_leaves_spot_usage_unknown() {
        let requests = [SpotInstanceRequest::builder().spot_instance_request_id("sir-9").build()];
        let unseen = spot(&[], &requests, &[], &[Family::F]).unwrap_err();
        assert!(unseen.message.contains("sir-9"), "{unseen:?}");
    }
}
