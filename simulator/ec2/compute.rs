//! Builders of compute resources: instances, spot requests, hosts, images, reservations.

use chrono::{DateTime, Utc};

use super::instance_types;
use crate::resource::{Kind, Resource};
use crate::value::Value;

/// A running on-demand instance of default tenancy. Its CPU options are those of its type.
pub fn instance(id: &str, instance_type: &str, zone: &str) -> Resource {
    let cpus = Value::record()
        .with("coreCount", instance_types::vcpus(instance_type).div_ceil(2))
        .with("threadsPerCore", if instance_types::vcpus(instance_type) > 1 { 2 } else { 1 });
    let value = Value::record()
        .with("instanceId", id)
        .with("imageId", "ami-0a1b2c3d4e5f60718")
        .with("instanceState", Value::record().with("code", 16).with("name", "running"))
        .with("instanceType", instance_type)
        .with("placement", Value::record().with("availabilityZone", zone).with("tenancy", "default"))
        .with("cpuOptions", cpus);
    Resource::new(Kind::Instance, value)
}

/// An instance in another state: `pending`, `stopping`, `stopped`, `shutting-down`, `terminated`.
pub fn instance_in_state(id: &str, instance_type: &str, zone: &str, state: &str) -> Resource {
    instance(id, instance_type, zone).with("instanceState", Value::record().with("name", state))
}

/// A running spot instance.
pub fn spot_instance(id: &str, instance_type: &str, zone: &str) -> Resource {
    instance(id, instance_type, zone).with("instanceLifecycle", "spot")
}

/// A spot request in the state `open`, `active`, `closed`, `cancelled` or `failed`.
pub fn spot_request(id: &str, instance_type: &str, state: &str) -> Resource {
    let value = Value::record()
        .with("spotInstanceRequestId", id)
        .with("state", state)
        .with("type", "one-time")
        .with("launchSpecification", Value::record().with("instanceType", instance_type));
    Resource::new(Kind::SpotInstanceRequest, value)
}

/// A dedicated host of a family such as `m5`, in the state `available`.
pub fn host(id: &str, family: &str, zone: &str) -> Resource {
    let value = Value::record()
        .with("hostId", id)
        .with("state", "available")
        .with("availabilityZone", zone)
        .with("ownerId", Value::Account)
        .with("hostProperties", Value::record().with("instanceFamily", family));
    Resource::new(Kind::Host, value)
}

/// An image of the account, in the state `available`.
pub fn image(id: &str, name: &str, public: bool) -> Resource {
    let value = Value::record()
        .with("imageId", id)
        .with("name", name)
        .with("imageState", "available")
        .with("imageOwnerId", Value::Account)
        .with("isPublic", public);
    Resource::new(Kind::Image, value)
}

/// A launch template.
pub fn launch_template(id: &str, name: &str) -> Resource {
    let value = Value::record()
        .with("launchTemplateId", id)
        .with("launchTemplateName", name)
        .with("defaultVersionNumber", 1)
        .with("latestVersionNumber", 1);
    Resource::new(Kind::LaunchTemplate, value)
}

/// Reserved instances bought at an instant, in the state `active`.
pub fn reserved_instances(id: &str, instance_type: &str, count: i64, start: DateTime<Utc>) -> Resource {
    let value = Value::record()
        .with("reservedInstancesId", id)
        .with("instanceType", instance_type)
        .with("instanceCount", count)
        .with("start", start)
        .with("state", "active");
    Resource::new(Kind::ReservedInstances, value)
}
