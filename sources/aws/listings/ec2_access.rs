//! EC2: endpoints of Verified Access.

use aws_sdk_ec2::types::VerifiedAccessEndpoint;

use crate::aws::access::{Page, listing};

listing! {
    /// Endpoints of Verified Access in any state.
    DescribeVerifiedAccessEndpoints: VerifiedAccessEndpoint = "ec2:DescribeVerifiedAccessEndpoints",
    ec2(token) => ec2.describe_verified_access_endpoints().max_results(1000).set_next_token(token),
    page => Page::of(page.verified_access_endpoints, page.next_token),
}
