//! IAM: server certificates, the account's own summary, and what is attached to whom.

use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput;
use aws_sdk_iam::types::{
    EntityType, GroupDetail, ManagedPolicyDetail, OpenIdConnectProviderListEntry, RoleDetail,
    SamlProviderListEntry, ServerCertificateMetadata, SummaryKeyType, User, UserDetail,
};

use crate::aws::access::{Page, listing};

listing! {
    /// Server certificates, without their bodies.
    ListServerCertificates: ServerCertificateMetadata = "iam:ListServerCertificates",
    iam(token) => iam.list_server_certificates().max_items(1000).set_marker(token),
    page => Page { items: page.server_certificate_metadata_list, next: page.marker },
}

listing! {
    /// How much there is in the account, and how much there may be, by name.
    GetAccountSummary: (SummaryKeyType, i32) = "iam:GetAccountSummary",
    iam(_token) => iam.get_account_summary(),
    page => Page { items: page.summary_map.into_iter().flatten().collect(), next: None },
}

listing! {
    /// Users, groups, roles and customer managed policies, with what is attached to them.
    GetAccountAuthorizationDetails: Detail = "iam:GetAccountAuthorizationDetails",
    iam(token) => iam
        .get_account_authorization_details()
        .set_filter(Some(OWN.to_vec()))
        .max_items(1000)
        .set_marker(token),
    page => Page { next: page.marker.clone(), items: details(page) },
}

listing! {
    /// OpenID Connect providers; EKS adds one for each cluster.
    ListOpenIDConnectProviders: OpenIdConnectProviderListEntry = "iam:ListOpenIDConnectProviders",
    iam(_token) => iam.list_open_id_connect_providers(),
    page => Page::of(page.open_id_connect_provider_list, None),
}

listing! {
    /// Users.
    ListUsers: User = "iam:ListUsers",
    iam(token) => iam.list_users().max_items(1000).set_marker(token),
    page => Page { items: page.users, next: page.marker },
}

listing! {
    /// SAML providers.
    ListSAMLProviders: SamlProviderListEntry = "iam:ListSAMLProviders",
    iam(_token) => iam.list_saml_providers(),
    page => Page::of(page.saml_provider_list, None),
}

/// All that is the account's own; the policies that AWS manages are left out.
const OWN: [EntityType; 4] =
    [EntityType::User, EntityType::Group, EntityType::Role, EntityType::LocalManagedPolicy];

/// One user, group, role or customer managed policy.
#[derive(Debug, Clone)]
pub(crate) enum Detail {
    User(UserDetail),
    Group(GroupDetail),
    Role(RoleDetail),
    Policy(ManagedPolicyDetail),
}

fn details(page: GetAccountAuthorizationDetailsOutput) -> Vec<Detail> {
    let users = page.user_detail_list.into_iter().flatten().map(Detail::User);
    let groups = page.group_detail_list.into_iter().flatten().map(Detail::Group);
    let roles = page.role_detail_list.into_iter().flatten().map(Detail::Role);
    let policies = page.policies.into_iter().flatten().map(Detail::Policy);
    users.chain(groups).chain(roles).chain(policies).collect()
}
