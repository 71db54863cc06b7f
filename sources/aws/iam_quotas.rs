//! Quotas of IAM.

use aws_sdk_iam::types::{ManagedPolicyDetail, RoleDetail, SummaryKeyType};
use howler_model::{FactKind, Reason, Service, Unseen};

use super::access::Listing;
use super::listings::iam::{
    Detail, GetAccountAuthorizationDetails, GetAccountSummary, ListOpenIDConnectProviders, ListSAMLProviders,
};
use super::quota::{self, Counted, Row, each, row, seen, whole};
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("iam");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "iam-quotas",
    title: "IAM users, roles, policies and providers against their quotas",
    service: SERVICE,
    kinds: &[FactKind::Quota],
    actions: || quota::actions(ROWS),
    quotas: ROWS,
    asked: Asked::Always,
    gather: Gather::Account(|at| Box::pin(quota::gather(at, SERVICE, ROWS))),
};

/// The table.
const ROWS: &[Row] = &[
    row!("L-F55AF5E4", "Users per account", "user", [GetAccountSummary], |summary| {
        both(&summary, &SummaryKeyType::Users, &SummaryKeyType::UsersQuota)
    }),
    row!("L-F4A5425F", "Groups per account", "group", [GetAccountSummary], |summary| {
        both(&summary, &SummaryKeyType::Groups, &SummaryKeyType::GroupsQuota)
    }),
    row!("L-FE177D64", "Roles per account", "role", [GetAccountSummary], |summary| {
        both(&summary, &SummaryKeyType::Roles, &SummaryKeyType::RolesQuota)
    }),
    row!("L-6E65F664", "Instance profiles per account", "profile", [GetAccountSummary], |summary| {
        both(&summary, &SummaryKeyType::InstanceProfiles, &SummaryKeyType::InstanceProfilesQuota)
    }),
    row!("L-E95E4862", "Customer managed policies per account", "policy", [GetAccountSummary], |summary| {
        both(&summary, &SummaryKeyType::Policies, &SummaryKeyType::PoliciesQuota)
    }),
    row!("L-BF35879D", "Server certificates per account", "certificate", [GetAccountSummary], |summary| {
        both(&summary, &SummaryKeyType::ServerCertificates, &SummaryKeyType::ServerCertificatesQuota)
    }),
    row!("policy-versions-in-use", "Policy versions in use", "version", [GetAccountSummary], |summary| {
        both(&summary, &SummaryKeyType::PolicyVersionsInUse, &SummaryKeyType::PolicyVersionsInUseQuota)
    }),
    row!("L-0DA4ABF3", "Managed policies per role", "policy", [GetAccountAuthorizationDetails], |details| {
        each(of_details(&details, |detail| match detail {
            Detail::Role(role) => Some((role.arn.clone()?, role.attached_managed_policies().len())),
            _ => None,
        }))
    }),
    row!("L-4019AD8B", "Managed policies per user", "policy", [GetAccountAuthorizationDetails], |details| {
        each(of_details(&details, |detail| match detail {
            Detail::User(user) => Some((user.arn.clone()?, user.attached_managed_policies().len())),
            _ => None,
        }))
    }),
    row!("L-384571C4", "Managed policies per group", "policy", [GetAccountAuthorizationDetails], |details| {
        each(of_details(&details, |detail| match detail {
            Detail::Group(group) => Some((group.arn.clone()?, group.attached_managed_policies().len())),
            _ => None,
        }))
    }),
    row!("L-7A1621EC", "IAM groups per user", "group", [GetAccountAuthorizationDetails], |details| {
        each(of_details(&details, |detail| match detail {
            Detail::User(user) => Some((user.arn.clone()?, user.group_list().len())),
            _ => None,
        }))
    }),
    row!(
        "L-8E23FFD8",
        "Versions per managed policy",
        "version",
        [GetAccountAuthorizationDetails],
        |details| {
            each(of_details(&details, |detail| match detail {
                Detail::Policy(policy) => Some((policy.arn.clone()?, policy.policy_version_list().len())),
                _ => None,
            }))
        }
    ),
    row!(
        "L-C07B4B0D",
        "Role trust policy length",
        "character",
        [GetAccountAuthorizationDetails],
        |details| {
            seen(of_details(&details, |detail| match detail {
                Detail::Role(role) => Some((role.arn.clone()?, trust_policy_length(role))),
                _ => None,
            }))
        }
    ),
    row!("L-ED111B8C", "Managed policy length", "character", [GetAccountAuthorizationDetails], |details| {
        seen(of_details(&details, |detail| match detail {
            Detail::Policy(policy) => Some((policy.arn.clone()?, default_version_length(policy))),
            _ => None,
        }))
    }),
    row!(
        "L-858F3967",
        "OpenId connect providers per account",
        "provider",
        [ListOpenIDConnectProviders],
        |providers| whole(providers.len())
    ),
    row!("L-DB618D39", "SAML providers per account", "provider", [ListSAMLProviders], |providers| {
        whole(providers.len())
    }),
];

/// Usage and limit of one line of the account summary.
fn both(
    summary: &[(SummaryKeyType, i32)],
    usage: &SummaryKeyType,
    limit: &SummaryKeyType,
) -> Result<Counted, Unseen> {
    let value = |key: &SummaryKeyType| {
        let found = summary.iter().find(|(name, _)| name == key).map(|(_, value)| f64::from(*value));
        found.ok_or_else(|| {
            let words = format!("the account summary has no {}", key.as_str());
            Unseen::new(Reason::NoData, GetAccountSummary::ACTION, words)
        })
    };
    Ok(Counted::WithLimit { usage: value(usage)?, limit: value(limit)? })
}

fn of_details<T>(details: &[Detail], one: fn(&Detail) -> Option<(String, T)>) -> Vec<(String, T)> {
    details.iter().filter_map(one).collect()
}

fn trust_policy_length(role: &RoleDetail) -> Result<usize, Unseen> {
    length(role.assume_role_policy_document())
}

/// IAM counts each version for itself, and the default one is in force.
fn default_version_length(policy: &ManagedPolicyDetail) -> Result<usize, Unseen> {
    let default = policy.policy_version_list().iter().find(|version| version.is_default_version);
    length(default.and_then(|version| version.document()))
}

/// The characters of a policy document that IAM counts: decoded, and without white space.
fn length(document: Option<&str>) -> Result<usize, Unseen> {
    let unseen = |words| Unseen::new(Reason::Malformed, GetAccountAuthorizationDetails::ACTION, words);
    let document = document.ok_or_else(|| unseen("the policy document is missing"))?;
    let text = urlencoding::decode(document).map_err(|_| unseen("the policy document cannot be decoded"))?;
    Ok(text.chars().filter(|letter| !letter.is_whitespace()).count())
}

#[cfg(test)]
mod tests {
    use aws_sdk_iam::types::PolicyVersion;

    use super::*;

    #[test]
    fn a_summary_line_needs_usage_and_limit() {
        let (users, quota) = (SummaryKeyType::Users, SummaryKeyType::UsersQuota);
        let both = |lines: &[(SummaryKeyType, i32)]| both(lines, &users, &quota);
        let whole =
            [(SummaryKeyType::UsersQuota, 5000), (SummaryKeyType::Groups, 7), (SummaryKeyType::Users, 3)];
        assert_eq!(both(&whole), Ok(Counted::WithLimit { usage: 3.0, limit: 5000.0 }));
        let unseen = both(&whole[1..]).unwrap_err();
        assert_eq!(unseen.reason, Reason::NoData);
        assert!(unseen.message.contains("UsersQuota"), "{}", unseen.message);
        assert!(both(&whole[..2]).unwrap_err().message.ends_with("no Users"));
    }

    #[test]
    fn white_space_of_a_policy_does_not_count_and_escapes_do_not_either() {
        let encoded = "%7B%22a%22%3A%20%22b%2Bc%22%2C%0A%09%22%C3%A9%22%3A1%7D";
        assert_eq!(length(Some(encoded)), Ok(r#"{"a":"b+c","é":1}"#.chars().count()));
        assert_eq!(length(Some("{ \"a\" : 1 }")), Ok(7));
        assert_eq!(length(Some("a+b")), Ok(3));
        assert_eq!(length(Some("%FF")).unwrap_err().reason, Reason::Malformed);
        assert_eq!(length(None).unwrap_err().reason, Reason::Malformed);
    }

    #[test]
    fn the_default_version_of_a_policy_is_measured() {
        let version = |document: &str, default: bool| {
            PolicyVersion::builder().document(document).is_default_version(default).build()
        };
        let policy = ManagedPolicyDetail::builder()
            .policy_version_list(version("{ \"long\": 1 }", false))
            .policy_version_list(version("{}", true));
        assert_eq!(default_version_length(&policy.build()), Ok(2));
        let none = ManagedPolicyDetail::builder().policy_version_list(version("{}", false)).build();
        assert!(default_version_length(&none).is_err());
    }

    #[test]
    fn details_are_picked_by_what_they_are() {
        let role = Detail::Role(RoleDetail::builder().arn("arn:role").build());
        let policy = Detail::Policy(ManagedPolicyDetail::builder().arn("arn:policy").build());
        let roles = of_details(&[role, policy], |detail| match detail {
            Detail::Role(role) => Some((role.arn.clone()?, ())),
            _ => None,
        });
        assert_eq!(roles, [("arn:role".to_owned(), ())]);
    }
}
