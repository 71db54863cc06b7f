//! EBS through the EC2 API: volumes.

use aws_sdk_ec2::types::Volume;

use crate::aws::access::{Page, listing};

listing! {
    /// Volumes in any state.
    DescribeVolumes: Volume = "ec2:DescribeVolumes",
    ec2(token) => ec2.describe_volumes().max_results(1000).set_next_token(token),
    page => Page::of(page.volumes, page.next_token),
}
