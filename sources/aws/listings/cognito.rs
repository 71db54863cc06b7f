//! Cognito: user pools.

use aws_sdk_cognitoidentityprovider::types::UserPoolDescriptionType;

use crate::aws::access::{Page, listing};

listing! {
    /// User pools in a region, without their settings; 60 a page are the most.
    ListUserPools: UserPoolDescriptionType = "cognito-idp:ListUserPools",
    cognito(token) => cognito.list_user_pools().max_results(60).set_next_token(token),
    page => Page::of(page.user_pools, page.next_token),
}
