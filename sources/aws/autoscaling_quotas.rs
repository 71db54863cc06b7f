//! Quotas of Auto Scaling.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_autoscaling::operation::describe_account_limits::DescribeAccountLimitsOutput;
use aws_sdk_autoscaling::types::{AutoScalingGroup, LifecycleHook, NotificationConfiguration, ScalingPolicy};
use howler_model::{FactKind, Reason, Service, Unseen};

use super::access::Listing;
use super::listings::autoscaling::{
    DescribeAccountLimits, DescribeAutoScalingGroups, DescribeLifecycleHooks,
    DescribeNotificationConfigurations, DescribePolicies, DescribeScheduledActions,
};
use super::listings::of_each::Of;
use super::quota::{self, Counted, Row, each, row, seen};
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("autoscaling");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "autoscaling-quotas",
    title: "Auto Scaling groups and what belongs to them against their quotas",
    service: SERVICE,
    kinds: &[FactKind::Quota],
    actions: || quota::actions(ROWS),
    quotas: ROWS,
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(quota::gather(at, SERVICE, ROWS))),
};

/// The table.
const ROWS: &[Row] = &[
    row!("L-CDE20ADC", "Auto Scaling groups per region", "group", [DescribeAccountLimits], |limits| both(
        &limits,
        |limits| { (limits.number_of_auto_scaling_groups, limits.max_number_of_auto_scaling_groups) }
    )),
    row!(
        "L-6B80B8FA",
        "Launch configurations per region",
        "launch configuration",
        [DescribeAccountLimits],
        |limits| both(&limits, |limits| {
            (limits.number_of_launch_configurations, limits.max_number_of_launch_configurations)
        })
    ),
    row!(
        "L-05CB8B12",
        "Target groups per Auto Scaling group",
        "target group",
        [DescribeAutoScalingGroups],
        |groups| of_each_group(&groups, |group| group.target_group_arns().len())
    ),
    row!(
        "L-F786B2E5",
        "Classic Load Balancers per Auto Scaling group",
        "load balancer",
        [DescribeAutoScalingGroups],
        |groups| of_each_group(&groups, |group| group.load_balancer_names().len())
    ),
    row!(
        "L-72753F6F",
        "Scaling policies per Auto Scaling group",
        "policy",
        [DescribeAutoScalingGroups, DescribePolicies],
        |groups, policies| by_group(&groups, policies.iter().map(|policy| policy.auto_scaling_group_name()))
    ),
    row!(
        "L-F0B00D71",
        "Scheduled actions per Auto Scaling group",
        "action",
        [DescribeAutoScalingGroups, DescribeScheduledActions],
        |groups, actions| by_group(&groups, actions.iter().map(|action| action.auto_scaling_group_name()))
    ),
    row!(
        "L-1312BBBF",
        "Lifecycle hooks per Auto Scaling group",
        "hook",
        [DescribeAutoScalingGroups, DescribeLifecycleHooks],
        |_, hooks| hooks_of_each(&hooks)
    ),
    row!(
        "L-CEE5E714",
        "SNS topics per Auto Scaling group",
        "topic",
        [DescribeAutoScalingGroups, DescribeNotificationConfigurations],
        |groups, notifications| topics_of_each(&groups, &notifications)
    ),
    row!(
        "L-6C2A2F6E",
        "Step adjustments per step scaling policy",
        "adjustment",
        [DescribePolicies],
        |policies| steps_of_each(&policies)
    ),
];

/// Usage and limit as the account's own limits say them.
fn both(
    limits: &[DescribeAccountLimitsOutput],
    pick: fn(&DescribeAccountLimitsOutput) -> (Option<i32>, Option<i32>),
) -> Result<Counted, Unseen> {
    match limits.first().map(pick) {
        Some((Some(usage), Some(limit))) => {
            Ok(Counted::WithLimit { usage: usage.into(), limit: limit.into() })
        }
        _ => Err(Unseen::new(Reason::NoData, DescribeAccountLimits::ACTION, "the answer lacks a number")),
    }
}

fn of_each_group(groups: &[AutoScalingGroup], count: fn(&AutoScalingGroup) -> usize) -> Counted {
    each(groups.iter().filter_map(|group| Some((group.auto_scaling_group_arn.clone()?, count(group)))))
}

/// How often each group is named; a group that is not named has none.
fn by_group<'a>(groups: &[AutoScalingGroup], named: impl Iterator<Item = Option<&'a str>>) -> Counted {
    let mut counts = BTreeMap::<_, usize>::new();
    named.flatten().for_each(|name| *counts.entry(name).or_default() += 1);
    each(groups.iter().filter_map(|group| {
        let count = counts.get(group.auto_scaling_group_name()?).copied().unwrap_or_default();
        Some((group.auto_scaling_group_arn.clone()?, count))
    }))
}

/// One topic is listed once for each type of event, and counted once.
fn topics_of_each(groups: &[AutoScalingGroup], notifications: &[NotificationConfiguration]) -> Counted {
    let topic = |notification: &'_ NotificationConfiguration| {
        Some((notification.auto_scaling_group_name.clone()?, notification.topic_arn.clone()?))
    };
    let topics: BTreeSet<_> = notifications.iter().filter_map(topic).collect();
    by_group(groups, topics.iter().map(|(group, _)| Some(group.as_str())))
}

fn hooks_of_each(hooks: &[Of<AutoScalingGroup, Vec<LifecycleHook>>]) -> Counted {
    seen(hooks.iter().filter_map(|of| {
        let count = of.answer.as_ref().map(Vec::len).map_err(Unseen::clone);
        Some((of.parent.auto_scaling_group_arn.clone()?, count))
    }))
}

/// Policies of the other types have no steps.
fn steps_of_each(policies: &[ScalingPolicy]) -> Counted {
    let steps = policies.iter().filter(|policy| policy.policy_type() == Some("StepScaling"));
    each(steps.filter_map(|policy| Some((policy.policy_arn.clone()?, policy.step_adjustments().len()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str) -> AutoScalingGroup {
        AutoScalingGroup::builder()
            .auto_scaling_group_name(name)
            .auto_scaling_group_arn(format!("arn:{name}"))
            .target_group_arns("arn:tg")
            .build()
    }

    fn shown(counted: Counted) -> Vec<(String, Option<f64>)> {
        let Counted::Each(counts) = counted else { panic!("not for each") };
        counts.into_iter().map(|(arn, count)| (arn, count.ok())).collect()
    }

    fn expected(counts: &[(&str, Option<f64>)]) -> Vec<(String, Option<f64>)> {
        counts.iter().map(|(arn, count)| ((*arn).to_owned(), *count)).collect()
    }

    #[test]
    fn an_answer_without_a_number_is_unknown() {
        let groups = |limits: &DescribeAccountLimitsOutput| {
            (limits.number_of_auto_scaling_groups, limits.max_number_of_auto_scaling_groups)
        };
        let answer = DescribeAccountLimitsOutput::builder().number_of_auto_scaling_groups(3);
        let full = answer.clone().max_number_of_auto_scaling_groups(500).build();
        assert_eq!(both(&[full], groups), Ok(Counted::WithLimit { usage: 3.0, limit: 500.0 }));
        assert_eq!(both(&[answer.build()], groups).unwrap_err().reason, Reason::NoData);
        assert_eq!(both(&[], groups).unwrap_err().reason, Reason::NoData);
    }

    #[test]
    fn a_group_that_nothing_names_has_a_measured_zero() {
        let groups = [group("a"), group("b")];
        let counted = by_group(&groups, [Some("a"), Some("a"), Some("gone"), None].into_iter());
        assert_eq!(shown(counted), expected(&[("arn:a", Some(2.0)), ("arn:b", Some(0.0))]));
        let counted = of_each_group(&groups, |group| group.target_group_arns().len());
        assert_eq!(shown(counted), expected(&[("arn:a", Some(1.0)), ("arn:b", Some(1.0))]));
    }

    #[test]
    fn a_topic_counts_once_for_all_its_events() {
        let notification = |group: &str, topic: &str, event: &str| {
            NotificationConfiguration::builder()
                .auto_scaling_group_name(group)
                .topic_arn(topic)
                .notification_type(event)
                .build()
        };
        let notifications = [
            notification("a", "t1", "launch"),
            notification("a", "t1", "terminate"),
            notification("a", "t2", "launch"),
            notification("b", "t1", "launch"),
        ];
        let counted = topics_of_each(&[group("a"), group("b")], &notifications);
        assert_eq!(shown(counted), expected(&[("arn:a", Some(2.0)), ("arn:b", Some(1.0))]));
    }

    #[test]
    fn hooks_of_a_group_that_was_not_seen_are_unknown() {
        let hooks = [
            Of { parent: group("a"), answer: Ok(vec![LifecycleHook::builder().build()]) },
            Of { parent: group("b"), answer: Err(Unseen::new(Reason::Throttled, "a:B", "slow down")) },
        ];
        assert_eq!(shown(hooks_of_each(&hooks)), expected(&[("arn:a", Some(1.0)), ("arn:b", None)]));
    }

    #[test]
    fn only_step_policies_have_steps() {
        let policy =
            |arn: &str, kind: &str| ScalingPolicy::builder().policy_arn(arn).policy_type(kind).build();
        let policies = [policy("arn:step", "StepScaling"), policy("arn:target", "TargetTrackingScaling")];
        assert_eq!(shown(steps_of_each(&policies)), expected(&[("arn:step", Some(0.0))]));
    }
}
