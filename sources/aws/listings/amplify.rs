//! Amplify Hosting: apps.

use aws_sdk_amplify::types::App;

use crate::aws::access::{Page, listing};

listing! {
    /// Apps in a region.
    ListApps: App = "amplify:ListApps",
    amplify(token) => amplify.list_apps().max_results(100).set_next_token(token),
    page => Page { items: page.apps, next: page.next_token },
}
