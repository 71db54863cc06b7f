//! EC2: instances and what they come from: requests, hosts, reservations, images, templates.

use aws_sdk_ec2::types::{
    Filter, Host, Image, Instance, InstanceStateName, LaunchTemplate, ReservedInstances, SpotInstanceRequest,
    SpotInstanceState,
};

use super::owned;
use crate::aws::access::{Page, listing};

listing! {
    /// Instances that count as running: pending and running ones.
    DescribeInstances: Instance = "ec2:DescribeInstances",
    ec2(token) => ec2
        .describe_instances()
        .filters(filter("instance-state-name", &["pending", "running"]))
        .max_results(1000)
        .set_next_token(token),
    page => {
        let reserved = page.reservations.unwrap_or_default().into_iter();
        let instances = reserved.flat_map(|reservation| reservation.instances.unwrap_or_default()).collect();
        Page { items: instances, next: page.next_token }
    },
    keep instance, _account => is_running(instance),
}

listing! {
    /// Spot requests that wait for their instance.
    DescribeSpotInstanceRequests: SpotInstanceRequest = "ec2:DescribeSpotInstanceRequests",
    ec2(token) => ec2
        .describe_spot_instance_requests()
        .filters(filter("state", &["open"]))
        .max_results(1000)
        .set_next_token(token),
    page => Page::of(page.spot_instance_requests, page.next_token),
    keep request, _account => is_waiting(request),
}

listing! {
    /// Dedicated hosts of the account in any state.
    DescribeHosts: Host = "ec2:DescribeHosts",
    ec2(token) => ec2.describe_hosts().max_results(500).set_next_token(token),
    page => Page::of(page.hosts, page.next_token),
    keep host, account => owned(host.owner_id(), account),
}

listing! {
    /// Reserved instances in any state; not paged.
    DescribeReservedInstances: ReservedInstances = "ec2:DescribeReservedInstances",
    ec2(_token) => ec2.describe_reserved_instances(),
    page => Page::of(page.reserved_instances, None),
}

listing! {
    /// Images of the account, deprecated and disabled ones too.
    DescribeImages: Image = "ec2:DescribeImages",
    ec2(token) => ec2
        .describe_images()
        .owners("self")
        .include_deprecated(true)
        .include_disabled(true)
        .max_results(1000)
        .set_next_token(token),
    page => Page::of(page.images, page.next_token),
    keep image, account => owned(image.owner_id(), account),
}

listing! {
    /// Launch templates.
    DescribeLaunchTemplates: LaunchTemplate = "ec2:DescribeLaunchTemplates",
    ec2(token) => ec2.describe_launch_templates().max_results(200).set_next_token(token),
    page => Page::of(page.launch_templates, page.next_token),
}

/// Asks the server to leave out what is not kept anyway: fewer pages.
fn filter(name: &str, values: &[&str]) -> Filter {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Filter::builder().name(name).set_values(Some(values)).build()
}

fn is_running(instance: &Instance) -> bool {
    let state = instance.state().and_then(|state| state.name());
    matches!(state, Some(InstanceStateName::Pending | InstanceStateName::Running))
}

fn is_waiting(request: &SpotInstanceRequest) -> bool {
    let has_instance = request.instance_id().is_some_and(|id| !id.is_empty());
    request.state() == Some(&SpotInstanceState::Open) && !has_instance
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::InstanceState;

    #[test]
    fn pending_and_running_instances_are_kept_whatever_the_server_answers() {
        let kept = |name: &InstanceStateName| {
            let state = InstanceState::builder().name(name.clone()).build();
            is_running(&Instance::builder().state(state).build())
        };
        let names = InstanceStateName::values().iter().map(|name| InstanceStateName::from(*name));
        let kept: Vec<_> = names.filter(kept).collect();
        assert_eq!(kept, [InstanceStateName::Pending, InstanceStateName::Running]);
        assert!(!is_running(&Instance::builder().build()));
    }

    #[test]
    fn a_spot_request_waits_while_it_is_open_and_has_no_instance() {
        let open = SpotInstanceRequest::builder().state(SpotInstanceState::Open);
        assert!(is_waiting(&open.clone().build()));
        assert!(is_waiting(&open.clone().instance_id("").build()));
        assert!(!is_waiting(&open.instance_id("i-1").build()));
        assert!(!is_waiting(&SpotInstanceRequest::builder().state(SpotInstanceState::Active).build()));
    }
}
