//! IAM: server certificates with real PEM, the account summary, and what the account has defined.

mod builders;
mod providers;

use chrono::{DateTime, TimeDelta, Utc};

pub use builders::*;

use crate::call::Call;
use crate::certificate::{Issued, Key, Order, issue};
use crate::failure::Failure;
use crate::page::Paging;
use crate::plain;
use crate::resource::Kind;
use crate::value::Value;

const PAGING: Paging =
    Paging { limit: "MaxItems", token: "Marker", next: "Marker", default: 100, least: 1, most: 1000 };

/// A server certificate of IAM.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerCertificate {
    /// Its name, unique in the account.
    pub name: String,
    /// The path in its ARN, with slashes at both ends.
    pub path: String,
    /// When it was uploaded.
    pub uploaded_at: DateTime<Utc>,
    /// What its body says. `Expiration` of the metadata is its `not_after`.
    pub order: Order,
}

impl ServerCertificate {
    /// A certificate for one domain, with an RSA key of 2048 bits.
    pub fn new(name: &str, domain: &str, not_before: DateTime<Utc>, not_after: DateTime<Utc>) -> Self {
        let order = Order {
            common_name: domain.to_owned(),
            names: vec![domain.to_owned()],
            not_before,
            not_after,
            key: Key::Rsa2048,
            issuer_not_after: None,
        };
        let uploaded_at = not_before + TimeDelta::hours(1);
        Self { name: name.to_owned(), path: "/".to_owned(), uploaded_at, order }
    }

    /// Its ARN in the account that is asked.
    pub fn arn(&self) -> Value {
        Value::arn("iam", format!("server-certificate{}{}", self.path, self.name))
    }

    /// Its PEM and chain.
    ///
    /// # Errors
    /// If a name or a date cannot be encoded.
    pub fn pem(&self) -> Result<Issued, crate::certificate::Error> {
        issue(&self.order)
    }

    fn metadata(&self) -> Value {
        Value::record()
            .with("ServerCertificateName", self.name.as_str())
            .with("Path", self.path.as_str())
            .with("Arn", self.arn())
            .with("ServerCertificateId", "ASCAHOWLERSIMULATED00")
            .with("UploadDate", self.uploaded_at)
            .with("Expiration", self.order.not_after)
    }
}

pub(crate) fn answer(call: &Call<'_>) -> Result<Value, Failure> {
    match call.action {
        "ListServerCertificates" => list_server_certificates(call),
        "GetServerCertificate" => get_server_certificate(call),
        "GetAccountSummary" => Ok(account_summary(call)),
        "GetAccountAuthorizationDetails" => authorization_details(call),
        "ListOpenIDConnectProviders" => {
            Ok(all(call, Kind::OpenIdConnectProvider, "OpenIDConnectProviderList"))
        }
        "ListSAMLProviders" => Ok(all(call, Kind::SamlProvider, "SAMLProviderList")),
        "GetOpenIDConnectProvider" => providers::get_open_id_connect_provider(call),
        "GetSAMLProvider" => providers::get_saml_provider(call),
        "ListUsers" => list_users(call),
        _ => plain::nothing(call),
    }
}

fn list_server_certificates(call: &Call<'_>) -> Result<Value, Failure> {
    let prefix = call.parameters.text("PathPrefix").unwrap_or("/");
    let selected =
        call.account.iam.certificates.iter().filter(|certificate| certificate.path.starts_with(prefix));
    let page = PAGING.page(call, selected)?;
    let metadata = page.items.iter().map(|certificate| certificate.metadata());
    Ok(truncatable(Value::record().with("ServerCertificateMetadataList", Value::list(metadata)), page.next))
}

fn list_users(call: &Call<'_>) -> Result<Value, Failure> {
    let page = PAGING.page(call, call.account.iam.resources.all(Kind::User))?;
    let users = page.items.iter().map(|user| user.value.clone());
    Ok(truncatable(Value::record().with("Users", Value::list(users)), page.next))
}

/// IAM says whether there is more in a field of its own.
fn truncatable(record: Value, next: Option<String>) -> Value {
    record.with("IsTruncated", next.is_some()).with_some("Marker", next)
}

fn get_server_certificate(call: &Call<'_>) -> Result<Value, Failure> {
    let name = call.parameters.required("ServerCertificateName")?;
    let found = call.account.iam.certificates.iter().find(|certificate| certificate.name == name);
    let missing = || {
        let message = format!("The Server Certificate with name {name} cannot be found.");
        Failure::coded(404, "NoSuchEntity", message)
    };
    let certificate = found.ok_or_else(missing)?;
    let issued = certificate.pem().map_err(|_| Failure::internal(500))?;
    let value = Value::record()
        .with("ServerCertificateMetadata", certificate.metadata())
        .with("CertificateBody", issued.body)
        .with("CertificateChain", issued.chain);
    Ok(Value::record().with("ServerCertificate", value))
}

fn all(call: &Call<'_>, kind: Kind, name: &'static str) -> Value {
    let resources = call.account.iam.resources.all(kind);
    Value::record().with(name, Value::list(resources.iter().map(|resource| resource.value.clone())))
}

/// The quotas of a new account.
const SUMMARY_QUOTAS: [(&str, i64); 20] = [
    ("UsersQuota", 5000),
    ("GroupsQuota", 300),
    ("RolesQuota", 1000),
    ("InstanceProfilesQuota", 1000),
    ("PoliciesQuota", 1500),
    ("ServerCertificatesQuota", 20),
    ("PolicyVersionsInUseQuota", 10_000),
    ("VersionsPerPolicyQuota", 5),
    ("AttachedPoliciesPerRoleQuota", 10),
    ("AttachedPoliciesPerUserQuota", 10),
    ("AttachedPoliciesPerGroupQuota", 10),
    ("GroupsPerUserQuota", 10),
    ("PolicySizeQuota", 6144),
    ("AssumeRolePolicySizeQuota", 2048),
    ("RolePolicySizeQuota", 10_240),
    ("UserPolicySizeQuota", 2048),
    ("GroupPolicySizeQuota", 5120),
    ("AccessKeysPerUserQuota", 2),
    ("SigningCertificatesPerUserQuota", 2),
    ("GlobalEndpointTokenVersion", 1),
];

/// Plain switches and counts that nothing here counts.
const SUMMARY_CONSTANTS: [(&str, i64); 6] = [
    ("AccountMFAEnabled", 1),
    ("AccountAccessKeysPresent", 0),
    ("AccountSigningCertificatesPresent", 0),
    ("MFADevices", 1),
    ("MFADevicesInUse", 1),
    ("InstanceProfiles", 0),
];

fn account_summary(call: &Call<'_>) -> Value {
    let iam = &call.account.iam;
    let count = |kind| count(iam.resources.count(kind));
    let providers = count(Kind::OpenIdConnectProvider) + count(Kind::SamlProvider);
    let counts = [
        ("Users", count(Kind::User)),
        ("Groups", count(Kind::Group)),
        ("Roles", count(Kind::Role)),
        ("Policies", count(Kind::Policy)),
        ("PolicyVersionsInUse", count(Kind::Policy)),
        ("ServerCertificates", self::count(iam.certificates.len())),
        ("Providers", providers),
    ];
    let known = SUMMARY_QUOTAS.into_iter().chain(SUMMARY_CONSTANTS).chain(counts);
    let mut summary: std::collections::BTreeMap<&str, i64> = known.collect();
    summary.extend(iam.summary.iter().map(|(name, value)| (*name, *value)));
    Value::record().with("SummaryMap", map(summary))
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// A map as the query protocols write it: entries of key and value.
fn map(entries: impl IntoIterator<Item = (&'static str, i64)>) -> Value {
    let entry = |(key, value)| ("entry", Value::record().with("key", key).with("value", value));
    Value::Record(entries.into_iter().map(entry).collect())
}

/// The four lists of the answer, with the filter that asks for each.
const DETAILS: [(&str, Kind, &str); 4] = [
    ("User", Kind::User, "UserDetailList"),
    ("Group", Kind::Group, "GroupDetailList"),
    ("Role", Kind::Role, "RoleDetailList"),
    ("LocalManagedPolicy", Kind::Policy, "Policies"),
];

fn authorization_details(call: &Call<'_>) -> Result<Value, Failure> {
    let filter = call.parameters.texts("Filter");
    let wanted = DETAILS.iter().filter(|(name, ..)| filter.is_empty() || filter.contains(name));
    let resources = wanted.flat_map(|(_, kind, _)| call.account.iam.resources.all(*kind));
    let page = PAGING.page(call, resources)?;
    let mut record = Value::record();
    for (_, kind, list) in DETAILS {
        let of_kind = page.items.iter().filter(|resource| resource.kind == kind);
        record = record.with(list, Value::list(of_kind.map(|resource| resource.value.clone())));
    }
    Ok(truncatable(record, page.next))
}
