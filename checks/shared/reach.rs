//! What is reached at an endpoint.

use std::collections::BTreeMap;

use howler_model::{Binding, Discovered, Endpoint, Facts};

/// Bindings and discoveries by where they are reached.
pub(crate) struct Reach<'a> {
    bindings: BTreeMap<(&'a str, u16), Vec<(&'a Endpoint, &'a Binding)>>,
    discovered: BTreeMap<(&'a str, u16), Vec<&'a Discovered>>,
}

impl<'a> Reach<'a> {
    /// Reads bindings and discoveries.
    pub(crate) fn of(facts: &'a Facts) -> Self {
        let mut reach = Self { bindings: BTreeMap::new(), discovered: BTreeMap::new() };
        for binding in &facts.bindings {
            for endpoint in &binding.endpoints {
                reach.bindings.entry(key(endpoint)).or_default().push((endpoint, binding));
            }
        }
        for found in &facts.discovered {
            reach.discovered.entry(key(&found.endpoint)).or_default().push(found);
        }
        reach
    }

    /// The bindings whose certificates an endpoint may serve. What is reached without a name of its own, a load balancer,
    /// is reached with any.
    pub(crate) fn bindings<'s>(
        &'s self,
        endpoint: &'s Endpoint,
    ) -> impl Iterator<Item = &'a Binding> + use<'s, 'a> {
        let there = self.bindings.get(&key(endpoint)).into_iter().flatten();
        there.filter(move |(at, _)| is_there(at, endpoint)).map(|(_, binding)| *binding)
    }

    /// Whether something is reached there whose certificates AWS issues from a root of its own, which clients are given:
    /// API servers of clusters, database servers, directories.
    pub(crate) fn has_root_of_its_own(&self, endpoint: &Endpoint) -> bool {
        const KINDS: [&str; 5] = ["eks-", "rds-", "docdb-", "neptune-", "directory"];
        let found = self.discovered.get(&key(endpoint)).into_iter().flatten();
        let mut found = found.filter(|found| is_there(&found.endpoint, endpoint));
        found.any(|found| KINDS.iter().any(|kind| found.user.kind.starts_with(kind)))
    }

    /// The ids of all that is reached there, sorted.
    pub(crate) fn users(&self, endpoint: &Endpoint) -> Vec<&'a str> {
        let found = self.discovered.get(&key(endpoint)).into_iter().flatten();
        let found = found.filter(|found| is_there(&found.endpoint, endpoint)).map(|found| &found.user);
        let users = self.bindings(endpoint).map(|binding| &binding.user).chain(found);
        let mut ids: Vec<&str> = users.map(|user| user.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

fn key(endpoint: &Endpoint) -> (&str, u16) {
    (&endpoint.host, endpoint.port)
}

fn is_there(at: &Endpoint, asked: &Endpoint) -> bool {
    at.starttls == asked.starttls && (at.sni.is_none() || at.sni == asked.sni)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::examples::{binding, bound_at};

    #[test]
    fn what_has_no_name_of_its_own_is_reached_with_any() {
        let bindings = vec![
            bound_at("arn:c", "arn:lb", &["lb.example:443"]),
            bound_at("arn:d", "arn:named", &["lb.example:443#a.example"]),
            bound_at("arn:e", "arn:other", &["lb.example:8443"]),
            binding("arn:f", "arn:nowhere"),
        ];
        let user = binding("", "arn:found").user;
        let endpoint = "lb.example:443#a.example".parse().unwrap();
        let discovered = vec![Discovered { endpoint, user, private: false }];
        let facts = Facts { bindings, discovered, ..Facts::default() };
        let reach = Reach::of(&facts);
        let users = |text: &str| reach.users(&text.parse().unwrap());
        assert_eq!(users("lb.example:443"), ["arn:lb"]);
        assert_eq!(users("lb.example:443#b.example"), ["arn:lb"]);
        assert_eq!(users("lb.example:443#a.example"), ["arn:found", "arn:lb", "arn:named"]);
        assert_eq!(users("lb.example:8443"), ["arn:other"]);
        assert!(users("smtp://lb.example:443").is_empty());
    }
}
