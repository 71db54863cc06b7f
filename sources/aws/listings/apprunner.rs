//! App Runner: services.

use aws_sdk_apprunner::types::ServiceSummary;

use crate::aws::access::{Page, listing};

listing! {
    /// Services in a region.
    ListServices: ServiceSummary = "apprunner:ListServices",
    apprunner(token) => apprunner.list_services().set_next_token(token),
    page => Page { items: page.service_summary_list, next: page.next_token },
}
