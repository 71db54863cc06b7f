//! Certificates that are kept, by all that others name them by.

use std::collections::BTreeMap;

use howler_model::{Certificate, Sha256};

use crate::shared::same;

/// Certificates in AWS and in files.
pub(crate) struct Kept<'a> {
    by_name: BTreeMap<&'a str, &'a Certificate>,
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
            kept.by_name.insert(&certificate.resource.id, certificate);
            kept.by_name.extend(certificate.alias.as_deref().map(|alias| (alias, certificate)));
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
        self.by_name.get(name).copied()
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
    use super::*;
    use crate::shared::examples::certificate;

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
