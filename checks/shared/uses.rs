//! Who uses a certificate: what its source says, and what the listeners say.

use std::collections::{BTreeMap, BTreeSet};

use howler_model::{Binding, Certificate, CertificateUsage};

/// The users of certificates by the certificates' ARNs or other ids, as the bindings tell them.
pub(crate) struct Uses<'a>(BTreeMap<&'a str, BTreeSet<&'a str>>);

impl<'a> Uses<'a> {
    /// Reads the bindings.
    pub(crate) fn of(bindings: &'a [Binding]) -> Self {
        let mut uses = BTreeMap::<_, BTreeSet<_>>::new();
        for binding in bindings {
            uses.entry(binding.certificate.as_str()).or_default().insert(binding.user.id.as_str());
        }
        Self(uses)
    }

    /// Whether a binding names it.
    pub(crate) fn is_bound(&self, certificate: &Certificate) -> bool {
        let names = [Some(&certificate.resource.id), certificate.alias.as_ref()];
        names.into_iter().flatten().any(|name| self.0.contains_key(name.as_str()))
    }

    /// The users of a certificate, sorted; none if nothing uses it.
    ///
    /// The list is empty where nobody can tell: that is as good as used. A binding outweighs a source
    /// that says "unused", because the listener is the one that serves it.
    pub(crate) fn users(&self, certificate: &Certificate) -> Option<Vec<String>> {
        let names = [Some(&certificate.resource.id), certificate.alias.as_ref()];
        let mut bound =
            names.into_iter().flatten().filter_map(|name| self.0.get(name.as_str())).flatten().peekable();
        let said: &[String] = match (&certificate.usage, bound.peek()) {
            (CertificateUsage::Unused, None) => return None,
            (CertificateUsage::By(users), _) => users,
            (CertificateUsage::Unused | CertificateUsage::Unknown, _) => &[],
        };
        let said = said.iter().map(String::as_str);
        let users: BTreeSet<&str> = said.chain(bound.copied()).collect();
        Some(users.into_iter().map(str::to_owned).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::examples::{binding, certificate};

    fn users(usage: CertificateUsage, bindings: &[Binding]) -> Option<Vec<String>> {
        Uses::of(bindings).users(&Certificate { usage, ..certificate("arn:cert") })
    }

    fn by(users: &[&str]) -> CertificateUsage {
        CertificateUsage::By(users.iter().map(|&user| user.to_owned()).collect())
    }

    #[test]
    fn unused_is_what_the_source_says_and_no_binding_denies() {
        let elsewhere = [binding("arn:other", "arn:listener")];
        assert_eq!(users(CertificateUsage::Unused, &elsewhere), None);
        let here = [binding("arn:cert", "arn:listener")];
        assert_eq!(users(CertificateUsage::Unused, &here), Some(vec!["arn:listener".to_owned()]));
    }

    #[test]
    fn unknown_use_is_use_and_a_binding_names_the_user() {
        assert_eq!(users(CertificateUsage::Unknown, &[]), Some(vec![]));
        let here = [binding("arn:cert", "arn:listener")];
        assert_eq!(users(CertificateUsage::Unknown, &here), Some(vec!["arn:listener".to_owned()]));
    }

    #[test]
    fn a_user_may_know_it_by_its_other_id() {
        let here = [binding("ASCA1", "arn:distribution"), binding("arn:cert", "arn:listener")];
        let certificate = Certificate { alias: Some("ASCA1".into()), ..certificate("arn:cert") };
        let users = Uses::of(&here).users(&certificate);
        assert_eq!(users.unwrap(), ["arn:distribution", "arn:listener"]);
    }

    #[test]
    fn users_are_sorted_and_told_once() {
        let here =
            [binding("arn:cert", "b"), binding("arn:cert", "b"), binding("arn:cert", "a"), binding("x", "y")];
        assert_eq!(users(by(&["c", "b"]), &here).unwrap(), ["a", "b", "c"]);
    }
}
