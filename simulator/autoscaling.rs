//! Auto Scaling: groups and what hangs on them, and the account limits.

use crate::call::Call;
use crate::failure::Failure;
use crate::page::Paging;
use crate::resource::{Kind, Resource};
use crate::value::Value;

const PAGING: Paging =
    Paging { limit: "MaxRecords", token: "NextToken", next: "NextToken", default: 50, least: 1, most: 100 };

/// A group of that many instances, behind the target groups of those ARNs.
pub fn group(name: &str, size: i64, zones: &[&str], target_groups: &[Value]) -> Resource {
    let value = Value::record()
        .with("AutoScalingGroupName", name)
        .with(
            "AutoScalingGroupARN",
            Value::arn("autoscaling", format!("autoScalingGroup:1:autoScalingGroupName/{name}")),
        )
        .with("MinSize", size)
        .with("MaxSize", size)
        .with("DesiredCapacity", size)
        .with("DefaultCooldown", 300)
        .with("AvailabilityZones", Value::list(zones.iter().copied()))
        .with("HealthCheckType", "EC2")
        .with("CreatedTime", chrono::DateTime::UNIX_EPOCH)
        .with("LoadBalancerNames", Value::List(Vec::new()))
        .with("TargetGroupARNs", Value::List(target_groups.to_vec()));
    Resource::new(Kind::AutoScalingGroup, value)
}

/// A launch configuration; only their number is asked.
pub fn launch_configuration(name: &str) -> Resource {
    Resource::new(Kind::LaunchConfiguration, Value::record().with("LaunchConfigurationName", name))
}

/// A step scaling policy of a group with that many steps.
pub fn step_policy(group: &str, name: &str, steps: u16) -> Resource {
    let step = |number: u16| {
        let lower = f64::from(number) * 10.0;
        Value::record()
            .with("MetricIntervalLowerBound", lower)
            .with("ScalingAdjustment", i64::from(number) + 1)
    };
    let value = Value::record()
        .with("AutoScalingGroupName", group)
        .with("PolicyName", name)
        .with(
            "PolicyARN",
            Value::arn(
                "autoscaling",
                format!("scalingPolicy:1:autoScalingGroupName/{group}:policyName/{name}"),
            ),
        )
        .with("PolicyType", "StepScaling")
        .with("StepAdjustments", Value::list((0..steps).map(step)));
    Resource::new(Kind::ScalingPolicy, value)
}

/// A scheduled action of a group.
pub fn scheduled_action(group: &str, name: &str) -> Resource {
    let value = Value::record()
        .with("AutoScalingGroupName", group)
        .with("ScheduledActionName", name)
        .with("Recurrence", "0 6 * * *")
        .with("DesiredCapacity", 1);
    Resource::new(Kind::ScheduledAction, value)
}

/// A notification of a group to an SNS topic.
pub fn notification(group: &str, topic: &str) -> Resource {
    let value = Value::record()
        .with("AutoScalingGroupName", group)
        .with("TopicARN", Value::arn("sns", topic))
        .with("NotificationType", "autoscaling:EC2_INSTANCE_TERMINATE");
    Resource::new(Kind::NotificationConfiguration, value)
}

/// A lifecycle hook of a group.
pub fn lifecycle_hook(group: &str, name: &str) -> Resource {
    let value = Value::record()
        .with("LifecycleHookName", name)
        .with("AutoScalingGroupName", group)
        .with("LifecycleTransition", "autoscaling:EC2_INSTANCE_TERMINATING")
        .with("HeartbeatTimeout", 300)
        .with("DefaultResult", "CONTINUE");
    Resource::new(Kind::LifecycleHook, value)
}

pub(crate) fn answer(call: &Call<'_>) -> Result<Value, Failure> {
    match call.action {
        "DescribeAccountLimits" => Ok(account_limits(call)),
        "DescribeAutoScalingGroups" => describe(call, Kind::AutoScalingGroup, "AutoScalingGroups"),
        "DescribePolicies" => describe(call, Kind::ScalingPolicy, "ScalingPolicies"),
        "DescribeScheduledActions" => describe(call, Kind::ScheduledAction, "ScheduledUpdateGroupActions"),
        "DescribeNotificationConfigurations" => {
            describe(call, Kind::NotificationConfiguration, "NotificationConfigurations")
        }
        "DescribeLifecycleHooks" => lifecycle_hooks(call),
        other => Err(Failure::unknown_action(other)),
    }
}

fn describe(call: &Call<'_>, kind: Kind, set: &'static str) -> Result<Value, Failure> {
    let mut groups = call.parameters.texts("AutoScalingGroupNames");
    groups.extend(call.parameters.text("AutoScalingGroupName"));
    let values = call.region.resources.all(kind).iter().map(|resource| &resource.value);
    let asked = values.filter(|value| {
        groups.is_empty()
            || value
                .texts("AutoScalingGroupName", call.place())
                .iter()
                .any(|name| groups.contains(&name.as_ref()))
    });
    Ok(PAGING.page(call, asked.cloned())?.into_record(set, &PAGING))
}

/// Hooks are asked for one group, and all come at once.
fn lifecycle_hooks(call: &Call<'_>) -> Result<Value, Failure> {
    let group = call.parameters.required("AutoScalingGroupName")?;
    let values = call.region.resources.all(Kind::LifecycleHook).iter().map(|resource| &resource.value);
    let hooks = values
        .filter(|value| value.texts("AutoScalingGroupName", call.place()).iter().any(|name| name == group));
    Ok(Value::record().with("LifecycleHooks", Value::list(hooks.cloned())))
}

#[allow(clippy::cast_possible_truncation)] // quotas are small whole numbers
fn account_limits(call: &Call<'_>) -> Value {
    let limit =
        |code| crate::servicequotas::applied(call.region, "autoscaling", code).unwrap_or_default() as i64;
    let count = |kind| call.region.resources.count(kind);
    Value::record()
        .with("MaxNumberOfAutoScalingGroups", limit("L-CDE20ADC"))
        .with("MaxNumberOfLaunchConfigurations", limit("L-6B80B8FA"))
        .with("NumberOfAutoScalingGroups", count(Kind::AutoScalingGroup))
        .with("NumberOfLaunchConfigurations", count(Kind::LaunchConfiguration))
}
