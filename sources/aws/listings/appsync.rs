//! AppSync: custom domains.

use aws_sdk_appsync::types::DomainNameConfig;

use crate::aws::access::{Page, listing};

listing! {
    /// Custom domains in a region.
    ListDomainNames: DomainNameConfig = "appsync:ListDomainNames",
    appsync(token) => appsync.list_domain_names().max_results(25).set_next_token(token),
    page => Page::of(page.domain_name_configs, page.next_token),
}
