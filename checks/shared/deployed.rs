//! What endpoints should serve, beside what they do.

use std::collections::BTreeMap;

use howler_model::{Certificate, Endpoint, Facts, Resource, Role, Served, Sighting};

use crate::shared::{Kept, Reach, covers, end, same, start};

/// An endpoint that was asked, and the certificates that are bound to it.
pub(crate) struct Deployed<'a> {
    /// The endpoint, as a resource.
    pub(crate) resource: &'a Resource,
    /// What its addresses served; several for an address with several keys.
    pub(crate) served: Vec<&'a Served>,
    /// What uses the certificates, by id.
    pub(crate) users: Vec<&'a str>,
    /// The certificates that may be served, at least one; all of them are known.
    bound: Vec<&'a Certificate>,
    endpoint: &'a Endpoint,
}

/// How what an address served compares with what is bound.
pub(crate) enum Match<'a> {
    /// It is what is bound.
    Bound,
    /// Too little is known to compare.
    Unknown,
    /// An earlier certificate of the same names than this one.
    Older(&'a Certificate),
    /// Something else than this one.
    Other(&'a Certificate),
}

/// All endpoints that were asked and have certificates bound to them, every one of which is known. Some name the
/// authority of what they serve, with which nothing can be compared.
pub(crate) fn deployed(facts: &Facts) -> Vec<Deployed<'_>> {
    let (kept, reach) = (Kept::of(&facts.certificates), Reach::of(facts));
    let mut asked = BTreeMap::<(&Resource, &Endpoint), Vec<&Served>>::new();
    for served in facts.served.iter().filter(|served| !served.chain.is_empty()) {
        asked.entry((&served.resource, &served.endpoint)).or_default().push(served);
    }
    let one = |((resource, endpoint), served)| {
        let names = reach.bindings(endpoint).map(|binding| binding.certificate.as_str());
        let bound: Vec<&Certificate> = names.map(|name| leaf(&kept, name)).collect::<Option<_>>()?;
        let users = reach.users(endpoint);
        (!bound.is_empty()).then_some(Deployed { resource, served, users, bound, endpoint })
    };
    asked.into_iter().filter_map(one).collect()
}

fn leaf<'a>(kept: &Kept<'a>, name: &str) -> Option<&'a Certificate> {
    kept.named(name).filter(|certificate| certificate.role == Role::Leaf)
}

impl<'a> Deployed<'a> {
    /// Compares what an address served.
    pub(crate) fn compare(&self, served: &Served) -> Match<'a> {
        let Some(leaf) = served.chain.first() else { return Match::Unknown };
        let known: Vec<Option<bool>> = self.bound.iter().map(|bound| same(bound, leaf)).collect();
        if known.contains(&Some(true)) {
            return Match::Bound;
        }
        match self.expected() {
            Some(expected) if !known.contains(&None) => match is_older(leaf, expected) {
                true => Match::Older(expected),
                false => Match::Other(expected),
            },
            _ => Match::Unknown,
        }
    }

    /// The certificate that is to be served: of those that cover the name, or of all if none does, the last to end.
    fn expected(&self) -> Option<&'a Certificate> {
        let name = self.endpoint.name();
        let covering = self.bound.iter().filter(|bound| covers(bound, name)).max_by_key(|bound| end(bound));
        covering.or_else(|| self.bound.iter().max_by_key(|bound| end(bound))).copied()
    }
}

/// Whether one certificate is an earlier one of the names of another.
fn is_older(leaf: &Certificate, expected: &Certificate) -> bool {
    let begins = start(leaf).zip(start(expected)).is_none_or(|(leaf, expected)| leaf <= expected);
    let ends = end(leaf).zip(end(expected)).is_some_and(|(leaf, expected)| leaf < expected);
    begins && ends && expected.names.iter().any(|name| covers(leaf, name))
}

/// A certificate, and where it was seen.
pub(crate) fn sighting(place: impl Into<String>, certificate: &Certificate) -> Box<Sighting> {
    Box::new(Sighting {
        place: place.into(),
        not_before: start(certificate),
        not_after: end(certificate),
        certificate: certificate.identity(),
    })
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use howler_model::Sha256;

    use super::*;
    use crate::shared::examples::{bound_at, certificate, lasting, served_there};

    /// A certificate of these names with so many of 90 days left.
    fn of(id: &str, der: &str, names: &[&str], left: i64) -> Certificate {
        Certificate {
            sha256: Some(Sha256::of(der.as_bytes())),
            names: names.iter().map(|&name| name.to_owned()).collect(),
            validity: lasting(TimeDelta::days(90), TimeDelta::days(left)),
            ..certificate(id)
        }
    }

    /// How the leaf compares with the certificates that are bound to a listener.
    fn compared(bound: Vec<Certificate>, leaf: Certificate) -> String {
        let bind = |bound: &Certificate| bound_at(&bound.resource.id, "arn:listener", &["lb.example:443"]);
        let bindings = bound.iter().map(bind).collect();
        let served = vec![served_there("lb.example:443#www.example.com", "192.0.2.1:443", vec![leaf])];
        let facts = Facts { certificates: bound, bindings, served, ..Facts::default() };
        let all = deployed(&facts);
        match all[0].compare(all[0].served[0]) {
            Match::Bound => "bound".into(),
            Match::Unknown => "unknown".into(),
            Match::Older(expected) => format!("older than {}", expected.resource.id),
            Match::Other(expected) => format!("other than {}", expected.resource.id),
        }
    }

    #[test]
    fn any_of_the_certificates_of_a_listener_may_be_served() {
        let www = || of("arn:www", "new", &["www.example.com"], 80);
        let other = || of("arn:other", "other", &["other.example.com"], 85);
        let leaf = |der, names, left| of("leaf", der, names, left);
        assert_eq!(compared(vec![other(), www()], leaf("other", &["other.example.com"], 85)), "bound");
        assert_eq!(
            compared(vec![other(), www()], leaf("old", &["www.example.com"], 5)),
            "older than arn:www"
        );
        assert_eq!(compared(vec![other(), www()], leaf("x", &["www.example.com"], 88)), "other than arn:www");
        assert_eq!(compared(vec![www()], leaf("x", &["shop.example.com"], 5)), "other than arn:www");
        assert_eq!(compared(vec![other()], leaf("x", &["*.example.com"], 5)), "older than arn:other");
    }

    #[test]
    fn what_was_issued_later_is_not_older_however_soon_it_ends() {
        let long = Certificate {
            validity: lasting(TimeDelta::days(200), TimeDelta::days(100)),
            ..of("arn:c", "a", &["www.example.com"], 1)
        };
        let short = of("leaf", "b", &["www.example.com"], 60);
        assert_eq!(compared(vec![long.clone()], short), "other than arn:c");
        let at_once = Certificate {
            validity: lasting(TimeDelta::days(110), TimeDelta::days(10)),
            ..of("leaf", "b", &["www.example.com"], 1)
        };
        assert_eq!(compared(vec![long], at_once), "older than arn:c", "both begin in the same second");
    }

    #[test]
    fn nothing_is_compared_with_what_is_not_known() {
        let leaf = || of("leaf", "old", &["www.example.com"], 5);
        let unread = || Certificate { sha256: None, ..of("arn:c", "", &["www.example.com"], 80) };
        assert_eq!(compared(vec![unread()], leaf()), "unknown");
        let other = of("arn:d", "other", &["www.example.com"], 80);
        assert_eq!(compared(vec![unread(), other], leaf()), "unknown");
        let facts = Facts {
            bindings: vec![bound_at("arn:gone", "arn:listener", &["lb.example:443"])],
            served: vec![served_there("lb.example:443", "192.0.2.1:443", vec![leaf()])],
            ..Facts::default()
        };
        assert!(deployed(&facts).is_empty(), "what is bound was not seen");
        let authority = Certificate { role: Role::Database, ..leaf() };
        let certificates = vec![Certificate { resource: certificate("arn:gone").resource, ..authority }];
        assert!(deployed(&Facts { certificates, ..facts }).is_empty(), "an authority is bound");
    }
}
