//! The id of a finding, the same from scan to scan.

use std::fmt;

use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};

use crate::Resource;

/// The version of the recipe below. A change of the recipe makes every open alert a new one: raise it only then.
const VERSION: &str = "hw1";

/// `hw1-` and 26 characters: the first 130 bits of a SHA-256.
///
/// It hashes the check and the resource with its place; never text, severity, dates or counts, so that a finding
/// that is re-worded, re-scored or moved to another owner stays the same finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingId(String);

impl FindingId {
    /// The id of what a check says about a resource.
    #[must_use]
    pub fn of(check: &str, resource: &Resource) -> Self {
        let scope = &resource.scope;
        let parts = [
            VERSION,
            check,
            scope.partition().map_or("", |partition| partition.as_str()),
            scope.account().map_or("", |account| account.as_str()),
            scope.region().map_or("", |region| region.as_str()),
            resource.kind,
            &resource.id,
        ];
        let mut hash = Sha256::new();
        for part in parts {
            // Each part with its length, so that no two tuples run together.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let mut text = BASE32_NOPAD.encode(&hash.finalize()).to_ascii_lowercase();
        text.truncate(26);
        Self(format!("{VERSION}-{text}"))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FindingId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Partition, Scope, Service};

    fn resource(region: &str, id: &str) -> Resource {
        let account = "123456789012".parse().unwrap();
        let scope = Scope::aws(Partition::Aws, account, region.parse().unwrap(), Service::named("acm"));
        Resource { scope, kind: "acm-certificate", id: id.into(), name: "www.example.com".into() }
    }

    #[test]
    fn the_recipe_is_golden() {
        let id = FindingId::of(
            "certificate-expiry",
            &resource("eu-west-1", "arn:aws:acm:eu-west-1:123456789012:certificate/1"),
        );
        assert_eq!(
            id.as_str(),
            "hw1-bidw7kiocbghyluk46q4pjt7rq",
            "a new recipe makes every open alert a new one"
        );
    }

    #[test]
    fn the_name_of_a_resource_is_not_in_its_id() {
        let mut renamed = resource("eu-west-1", "x");
        renamed.name = "other".into();
        assert_eq!(FindingId::of("c", &resource("eu-west-1", "x")), FindingId::of("c", &renamed));
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(
            FindingId::of("ab", &resource("eu-west-1", "c")),
            FindingId::of("a", &resource("eu-west-1", "bc"))
        );
        assert_ne!(
            FindingId::of("a", &resource("eu-west-1", "c")),
            FindingId::of("a", &resource("eu-west-2", "c"))
        );
    }
}
