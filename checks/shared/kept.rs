//! Certificates that are kept, by all that others name them by.

use std::collections::BTreeMap;

use howler_model::{Certificate, Sha256};

use crate::shared::{end, same};

/// Certificates in AWS and in files.
pub(crate) struct Kept<'a> {
    by_name: BTreeMap<&'a str, usize>,
    by_sha256: BTreeMap<Sha256, Vec<usize>>,
    by_serial: BTreeMap<&'a str, Vec<usize>>,
    all: &'a [Certificate],
}

impl<'a> Kept<'a> {
    /// Looks at all of them once.
    pub(crate) fn of(all: &'a [Certificate]) -> Self {
        let mut kept =
            Self { by_name: BTreeMap::new(), by_sha256: BTreeMap::new(), by_serial: BTreeMap::new(), all };
        for (number, certificate) in all.iter().enumerate() {
            kept.by_name.insert(&certificate.resource.id, number);
            kept.by_name.extend(certificate.alias.as_deref().map(|alias| (alias, number)));
            if let Some(sha256) = certificate.sha256 {
                kept.by_sha256.entry(sha256).or_default().push(number);
            }
            if let Some(serial) = &certificate.serial {
                kept.by_serial.entry(serial).or_default().push(number);
            }
        }
        kept
    }

    /// The one that a user of certificates names so: by its ARN or its other id.
    pub(crate) fn named(&self, name: &str) -> Option<&'a Certificate> {
        self.by_name.get(name).and_then(|number| self.all.get(*number))
    }

    /// The numbers of those that are called as one of these users, of which no more is known than their end, and that end
    /// with this one: services tell of the certificates of their own servers so, RDS above all.
    pub(crate) fn of_users(&self, users: &[&str], certificate: &Certificate) -> Vec<usize> {
        let is_it = |number: &usize| {
            self.all.get(*number).is_some_and(|kept| {
                let bare = kept.sha256.is_none() && kept.serial.is_none();
                bare && end(kept).is_some() && end(kept) == end(certificate)
            })
        };
        users.iter().filter_map(|user| self.by_name.get(user)).copied().filter(is_it).collect()
    }

    /// The numbers of all that are the same certificate as this one.
    pub(crate) fn same_as(&self, certificate: &Certificate) -> Vec<usize> {
        let by_sha256 = certificate.sha256.and_then(|sha256| self.by_sha256.get(&sha256));
        let by_serial = certificate.serial.as_deref().and_then(|serial| self.by_serial.get(serial));
        let mut numbers: Vec<usize> = by_sha256.into_iter().chain(by_serial).flatten().copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        let is_same = |number: &usize| self.all.get(*number).and_then(|kept| same(kept, certificate));
        numbers.retain(|number| is_same(number) == Some(true));
        numbers
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::shared::examples::{certificate, lasting};

    #[test]
    fn a_server_of_a_service_has_the_certificate_that_ends_with_its_own() {
        let served = |left| Certificate {
            sha256: Some(Sha256::of(b"x")),
            validity: lasting(TimeDelta::days(90), TimeDelta::days(left)),
            ..certificate("served")
        };
        let all = [certificate("arn:db")];
        let kept = Kept::of(&all);
        assert_eq!(kept.of_users(&["arn:x", "arn:db"], &served(60)), [0]);
        assert_eq!(kept.of_users(&["arn:db"], &served(61)), [0; 0], "it ends on another day");
        assert_eq!(kept.of_users(&["arn:x"], &served(60)), [0; 0], "it is of another server");
        let all = [Certificate { serial: Some("1".into()), ..certificate("arn:db") }];
        assert_eq!(Kept::of(&all).of_users(&["arn:db"], &served(60)), [0; 0], "more is known of it");
    }

    #[test]
    fn a_certificate_is_found_by_arn_by_alias_and_by_what_it_is() {
        let all = [
            Certificate { alias: Some("ASCA1".into()), serial: Some("1".into()), ..certificate("arn:a") },
            Certificate { sha256: Some(Sha256::of(b"b")), serial: Some("2".into()), ..certificate("arn:b") },
            Certificate { sha256: Some(Sha256::of(b"b")), ..certificate("arn:c") },
        ];
        let kept = Kept::of(&all);
        let id = |name| kept.named(name).map(|found| found.resource.id.as_str());
        assert_eq!([id("arn:a"), id("ASCA1"), id("1")], [Some("arn:a"), Some("arn:a"), None]);
        let served = |serial: &str, der: &[u8]| Certificate {
            serial: Some(serial.into()),
            sha256: Some(Sha256::of(der)),
            ..certificate("served")
        };
        assert_eq!(kept.same_as(&served("2", b"b")), [1, 2]);
        assert_eq!(kept.same_as(&served("1", b"a")), [0]);
        assert_eq!(kept.same_as(&served("2", b"x")), [0; 0], "the fingerprint says no");
        assert_eq!(kept.same_as(&certificate("served")), [0; 0], "nothing is known of it");
    }
}
