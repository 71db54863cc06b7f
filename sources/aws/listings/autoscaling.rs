//! Auto Scaling: the account's own limits, groups, and what belongs to groups.

use aws_sdk_autoscaling::operation::describe_account_limits::DescribeAccountLimitsOutput;
use aws_sdk_autoscaling::types::{
    AutoScalingGroup, LifecycleHook, NotificationConfiguration, ScalingPolicy, ScheduledUpdateGroupAction,
};
use howler_model::Unseen;

use super::of_each::{Of, of_each};
use crate::aws::AccountRegion;
use crate::aws::access::{Listing, Page, listing};

/// The most that one page holds.
const PAGE: i32 = 100;

listing! {
    /// The one answer about groups and launch configurations: how many there are and how many there may be.
    DescribeAccountLimits: DescribeAccountLimitsOutput = "autoscaling:DescribeAccountLimits",
    autoscaling(_token) => autoscaling.describe_account_limits(),
    page => Page { items: vec![page], next: None },
}

listing! {
    /// Groups.
    DescribeAutoScalingGroups: AutoScalingGroup = "autoscaling:DescribeAutoScalingGroups",
    autoscaling(token) => autoscaling.describe_auto_scaling_groups().max_records(PAGE).set_next_token(token),
    page => Page::of(page.auto_scaling_groups, page.next_token),
}

listing! {
    /// Scaling policies of all groups.
    DescribePolicies: ScalingPolicy = "autoscaling:DescribePolicies",
    autoscaling(token) => autoscaling.describe_policies().max_records(PAGE).set_next_token(token),
    page => Page::of(page.scaling_policies, page.next_token),
}

listing! {
    /// Scheduled actions of all groups.
    DescribeScheduledActions: ScheduledUpdateGroupAction = "autoscaling:DescribeScheduledActions",
    autoscaling(token) => autoscaling.describe_scheduled_actions().max_records(PAGE).set_next_token(token),
    page => Page::of(page.scheduled_update_group_actions, page.next_token),
}

listing! {
    /// Notifications of all groups: one for each topic and type of event.
    DescribeNotificationConfigurations: NotificationConfiguration =
        "autoscaling:DescribeNotificationConfigurations",
    autoscaling(token) => autoscaling
        .describe_notification_configurations()
        .max_records(PAGE)
        .set_next_token(token),
    page => Page::of(page.notification_configurations, page.next_token),
}

/// The lifecycle hooks of each group; AWS lists them for one group at a time only.
pub(crate) struct DescribeLifecycleHooks;

impl Listing for DescribeLifecycleHooks {
    type Item = Of<AutoScalingGroup, Vec<LifecycleHook>>;
    const ACTION: &'static str = "autoscaling:DescribeLifecycleHooks";

    async fn ask(at: &AccountRegion) -> Result<Vec<Self::Item>, Unseen> {
        let groups = at.list::<DescribeAutoScalingGroups>().await?;
        of_each(groups.iter(), |group| hooks(at, group)).await
    }
}

async fn hooks(at: &AccountRegion, group: &AutoScalingGroup) -> Result<Vec<LifecycleHook>, Unseen> {
    let name = group.auto_scaling_group_name().map(str::to_owned);
    let request = at.autoscaling().describe_lifecycle_hooks().set_auto_scaling_group_name(name);
    let answer = at.call(DescribeLifecycleHooks::ACTION, || request.clone().send()).await?;
    Ok(answer.lifecycle_hooks.unwrap_or_default())
}
