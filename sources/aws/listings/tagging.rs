//! Resource Groups Tagging: the tags of what findings are about and of what uses certificates.

use aws_sdk_resourcegroupstagging::types::ResourceTagMapping;

use crate::aws::access::{Page, listing};

/// The most that one page holds.
const PAGE: i32 = 100;

/// What is in a region, as its ARNs spell service and type. Every type of a service would be far more to list.
const IN_REGIONS: [&str; 4] = [
    "acm:certificate",
    "elasticloadbalancing:listener",
    "elasticloadbalancing:loadbalancer",
    "elasticloadbalancing:targetgroup",
];
/// What is in no region: AWS lists it in the home region of the partition.
const IN_NONE: [&str; 2] = ["cloudfront:distribution", "iam:server-certificate"];

listing! {
    /// The tagged resources of a region.
    GetResources: ResourceTagMapping = "tag:GetResources",
    tagging(token) => tagging
        .get_resources()
        .set_resource_type_filters(named(&IN_REGIONS))
        .resources_per_page(PAGE)
        .set_pagination_token(token),
    page => Page::of(page.resource_tag_mapping_list, page.pagination_token),
}

listing! {
    /// The tagged resources of no region.
    GetGlobalResources: ResourceTagMapping = "tag:GetResources",
    tagging(token) => tagging
        .get_resources()
        .set_resource_type_filters(named(&IN_NONE))
        .resources_per_page(PAGE)
        .set_pagination_token(token),
    page => Page::of(page.resource_tag_mapping_list, page.pagination_token),
}

fn named(types: &[&str]) -> Option<Vec<String>> {
    Some(types.iter().map(|&name| name.to_owned()).collect())
}
