//! By which names a server is asked so that it shows each certificate that it should have.

use std::collections::BTreeSet;

use howler_model::Certificate;
use rustls::pki_types::ServerName;

/// How many names of one server are asked for; each certificate has one of them in any case.
const MOST: usize = 8;

/// What stands for the star of a wildcard: servers choose by the rest.
const LABEL: &str = "probe";

/// The names to ask for, and how many more there are.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) asked: Vec<String>,
    pub(super) beyond: usize,
}

/// The first name of each certificate, then further ones.
pub(super) fn names<'a>(certificates: impl IntoIterator<Item = &'a Certificate>) -> Names {
    let each: Vec<Vec<String>> = certificates.into_iter().map(of_one).collect();
    let mut asked = Vec::new();
    let mut known = BTreeSet::new();
    for first in each.iter().filter_map(|names| names.first()) {
        if known.insert(first) {
            asked.push(first.clone());
        }
    }
    let others: BTreeSet<&String> = each.iter().flatten().filter(|name| !known.contains(name)).collect();
    let room = MOST.saturating_sub(asked.len());
    asked.extend(others.iter().take(room).map(|&name| name.clone()));
    Names { asked, beyond: others.len().saturating_sub(room) }
}

/// Its names, sorted; one in place of its first wildcard where it has no other.
fn of_one(certificate: &Certificate) -> Vec<String> {
    let names = certificate.names.iter().map(|name| name.to_ascii_lowercase());
    let exact: BTreeSet<String> = names.clone().filter(|name| is_asked_for(name)).collect();
    let wild = || names.filter_map(|name| Some(format!("{LABEL}.{}", name.strip_prefix("*.")?)));
    match exact.is_empty() {
        true => wild().filter(|name| is_asked_for(name)).min().into_iter().collect(),
        false => exact.into_iter().collect(),
    }
}

/// Whether a text can be sent as a server name: no wildcard, no address, nothing that is no name.
fn is_asked_for(name: &str) -> bool {
    matches!(ServerName::try_from(name), Ok(ServerName::DnsName(_)))
}

#[cfg(test)]
mod tests {
    use howler_model::{Origin, Resource, Role, Scope, Service, Validity};

    use super::*;

    fn certificate(names: &[&str]) -> Certificate {
        let scope = Scope::outside("x", Service::FILE);
        let resource = Resource { scope, kind: "x", id: names.join(","), name: String::new() };
        Certificate {
            names: names.iter().map(|&name| name.to_owned()).collect(),
            ..Certificate::dated(resource, Role::Leaf, Origin::Iam, Validity::NoExpiry)
        }
    }

    fn of(each: &[&[&str]]) -> Names {
        let certificates: Vec<Certificate> = each.iter().map(|names| certificate(names)).collect();
        names(&certificates)
    }

    fn are(asked: &[&str], beyond: usize) -> Names {
        Names { asked: asked.iter().map(|&name| name.to_owned()).collect(), beyond }
    }

    #[test]
    fn each_certificate_is_asked_for_by_a_name_of_its_own_first() {
        assert_eq!(of(&[&["b.example", "A.example"], &["c.example"]]), {
            are(&["a.example", "c.example", "b.example"], 0)
        });
        assert_eq!(of(&[&["a.example"], &["a.example"]]), are(&["a.example"], 0));
        assert_eq!(of(&[]), are(&[], 0));
    }

    #[test]
    fn a_wildcard_stands_for_a_name_only_where_there_is_no_other() {
        assert_eq!(of(&[&["*.a.example"]]), are(&["probe.a.example"], 0));
        assert_eq!(of(&[&["*.a.example", "a.example"]]), are(&["a.example"], 0));
    }

    #[test]
    fn what_cannot_be_a_server_name_is_none() {
        assert_eq!(of(&[&["192.0.2.1", "2001:db8::1", "a b", "", "a\u{1b}.example", "*"]]), are(&[], 0));
    }

    #[test]
    fn names_are_few_and_certificates_all() {
        let many: Vec<String> = (10..30).map(|number| format!("n{number}.example")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let one = of(&[&many]);
        assert_eq!((one.asked.len(), one.beyond), (8, 12));
        let each: Vec<&[&str]> = many.chunks(1).collect();
        assert_eq!((of(&each).asked.len(), of(&each).beyond), (20, 0));
    }
}
