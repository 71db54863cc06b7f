//! Builders of what an account defines in IAM: roles, users, groups, policies, identity providers.

use chrono::{DateTime, TimeDelta, Utc};

use crate::resource::{Kind, Resource};
use crate::value::Value;

/// A role with that many managed policies attached.
pub fn role(name: &str, policies: usize) -> Resource {
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let value = named("Role", name, "role")
        .with("AssumeRolePolicyDocument", percent_encoded(trust))
        .with("AttachedManagedPolicies", attached(policies))
        .with("RolePolicyList", Value::List(Vec::new()))
        .with("InstanceProfileList", Value::List(Vec::new()));
    Resource::new(Kind::Role, value)
}

/// A user in those groups with that many managed policies attached.
pub fn user(name: &str, groups: &[&str], policies: usize) -> Resource {
    let value = named("User", name, "user")
        .with("GroupList", Value::list(groups.iter().copied()))
        .with("AttachedManagedPolicies", attached(policies));
    Resource::new(Kind::User, value)
}

/// A group with that many managed policies attached.
pub fn group(name: &str, policies: usize) -> Resource {
    Resource::new(
        Kind::Group,
        named("Group", name, "group").with("AttachedManagedPolicies", attached(policies)),
    )
}

/// A policy of the customer with that document and that many versions, the newest being the default.
pub fn policy(name: &str, document: &str, versions: i64) -> Resource {
    let version = |number: i64| {
        Value::record()
            .with("VersionId", format!("v{number}"))
            .with("IsDefaultVersion", number == versions)
            .with("Document", percent_encoded(document))
    };
    let value = named("Policy", name, "policy")
        .with("DefaultVersionId", format!("v{versions}"))
        .with("AttachmentCount", 0)
        .with("IsAttachable", true)
        .with("PolicyVersionList", Value::list((1..=versions).rev().map(version)));
    Resource::new(Kind::Policy, value)
}

/// An OpenID Connect provider.
pub fn open_id_connect_provider(host: &str) -> Resource {
    let value = Value::record().with("Arn", Value::arn("iam", format!("oidc-provider/{host}")));
    Resource::new(Kind::OpenIdConnectProvider, value)
}

/// A SAML provider whose metadata is valid until then.
pub fn saml_provider(name: &str, valid_until: DateTime<Utc>) -> Resource {
    let arn = Value::arn("iam", format!("saml-provider/{name}"));
    Resource::new(Kind::SamlProvider, Value::record().with("Arn", arn).with("ValidUntil", valid_until))
}

fn named(noun: &str, name: &str, path: &str) -> Value {
    let (name_field, id_field) = match noun {
        "Role" => ("RoleName", "RoleId"),
        "User" => ("UserName", "UserId"),
        "Group" => ("GroupName", "GroupId"),
        _ => ("PolicyName", "PolicyId"),
    };
    Value::record()
        .with("Path", "/")
        .with(name_field, name)
        .with(id_field, format!("A{:X}", crate::digest::Digest::new().add(noun).add(name).finish()))
        .with("Arn", Value::arn("iam", format!("{path}/{name}")))
        .with("CreateDate", DateTime::UNIX_EPOCH + TimeDelta::days(19_000))
}

fn attached(count: usize) -> Value {
    Value::list((1..=count).map(|number| {
        Value::record()
            .with("PolicyName", format!("attached-{number}"))
            .with("PolicyArn", Value::arn("iam", format!("policy/attached-{number}")))
    }))
}

/// Policy documents are percent-encoded in the answers, as RFC 3986 has it.
fn percent_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
