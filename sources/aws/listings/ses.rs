//! SES: identities that mail is sent from.

use aws_sdk_sesv2::types::IdentityInfo;

use crate::aws::access::{Page, listing};

listing! {
    /// Addresses and domains, verified or not.
    ListEmailIdentities: IdentityInfo = "ses:ListEmailIdentities",
    sesv2(token) => sesv2.list_email_identities().page_size(1000).set_next_token(token),
    page => Page::of(page.email_identities, page.next_token),
}
