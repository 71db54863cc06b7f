//! Redshift Serverless: custom domains of workgroups.

use aws_sdk_redshiftserverless::types::Association;

use crate::aws::access::{Page, listing};

listing! {
    /// Domains, each with its certificate and workgroup.
    ListCustomDomainAssociations: Association = "redshift-serverless:ListCustomDomainAssociations",
    redshiftserverless(token) => redshiftserverless
        .list_custom_domain_associations()
        .max_results(100)
        .set_next_token(token),
    page => Page::of(page.associations, page.next_token),
}
