//! CloudFront: distributions, their tenants, and the trust stores against which they check clients.

use aws_sdk_cloudfront::types::{DistributionSummary, DistributionTenantSummary, TrustStoreSummary};

use crate::aws::access::{Page, listing};

listing! {
    /// Distributions with their aliases, origins and certificates.
    ListDistributions: DistributionSummary = "cloudfront:ListDistributions",
    cloudfront(token) => cloudfront.list_distributions().set_marker(token),
    page => match page.distribution_list {
        Some(list) => Page::of(list.items, list.next_marker),
        None => Page::of(None, None),
    },
}

listing! {
    /// Tenants of distributions that many share, with their domains.
    ListDistributionTenants: DistributionTenantSummary = "cloudfront:ListDistributionTenants",
    cloudfront(token) => cloudfront.list_distribution_tenants().set_marker(token),
    page => Page::of(page.distribution_tenant_list, page.next_marker),
}

listing! {
    /// Trust stores, of which CloudFront tells how many certificates are in them and no more.
    ListTrustStores: TrustStoreSummary = "cloudfront:ListTrustStores",
    cloudfront(token) => cloudfront.list_trust_stores().set_marker(token),
    page => Page::of(page.trust_store_list, page.next_marker),
}
