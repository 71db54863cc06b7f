//! Classic load balancers.

use aws_sdk_elasticloadbalancing::types::LoadBalancerDescription;

use crate::aws::access::{Page, listing};

listing! {
    /// Classic load balancers with their listeners.
    DescribeClassicLoadBalancers: LoadBalancerDescription = "elasticloadbalancing:DescribeLoadBalancers",
    elb(token) => elb.describe_load_balancers().page_size(400).set_marker(token),
    page => Page::of(page.load_balancer_descriptions, page.next_marker),
}
