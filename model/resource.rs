//! The thing that a fact or a finding is about.

use crate::Scope;

/// A resource with the name that stays the same from scan to scan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resource {
    /// Where it is.
    pub scope: Scope,
    /// What it is, in kebab-case: `acm-certificate`, `tls-endpoint`, `quota`.
    pub kind: &'static str,
    /// Its canonical name: the ARN, `host:port#sni`, a path, or `service/quota code/context`. Finding ids hash it.
    pub id: String,
    /// What people call it: a domain, a quota name, a file name. Untrusted text.
    pub name: String,
}
