//! Redshift: custom domains of clusters.

use aws_sdk_redshift::types::Association;

use crate::aws::access::{Page, listing};

listing! {
    /// Certificates, each with the domains that it is for.
    DescribeCustomDomainAssociations: Association = "redshift:DescribeCustomDomainAssociations",
    redshift(token) => redshift.describe_custom_domain_associations().max_records(100).set_marker(token),
    page => Page::of(page.associations, page.marker),
}
