//! Which endpoints of an account are asked: pure, from what its sources found.

use std::collections::BTreeMap;
use std::net::IpAddr;

use howler_model::{Binding, Certificate, Endpoint, Facts, Resource, Scope, Service, Unseen};

use super::left_out;
use super::names::{Names, names};
use crate::source::Gathered;

/// One endpoint that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) endpoint: Endpoint,
    /// Live endpoints of the account and region that what uses it is in.
    pub(super) scope: Scope,
    /// It is not reached from the internet, as its configuration says.
    pub(super) private: bool,
    /// Clients ask for it by its name.
    pub(super) named: bool,
    /// Somebody configured that TLS is there, and did not only name or address a host.
    pub(super) bound: bool,
}

impl Target {
    /// That nothing was seen of it.
    pub(super) fn missed(self, unseen: Unseen) -> Facts {
        gap(self.scope, &self.endpoint.to_string(), unseen)
    }
}

fn gap(scope: Scope, item: &str, unseen: Unseen) -> Facts {
    let mut gathered = Gathered::default();
    gathered.miss(Some(item), unseen);
    gathered.into_facts(scope)
}

/// What is asked, and what is told without being asked.
#[derive(Debug, Default)]
pub(super) struct Targets {
    pub(super) asked: Vec<Target>,
    pub(super) left_out: Vec<Facts>,
}

/// The endpoints of bindings and those that were found, each once, in an order that does not change.
pub(super) fn targets(facts: &Facts) -> Targets {
    let certificates = Certificates::of(facts);
    let mut targets = Targets::default();
    let mut each = BTreeMap::<Endpoint, Target>::new();
    let mut add = |target: Target| match each.get_mut(&target.endpoint) {
        None => {
            each.insert(target.endpoint.clone(), target);
        }
        // It is reached from the internet if anybody says so, and belongs to the first that has it.
        Some(known) => {
            known.private &= target.private;
            known.named |= target.named;
            known.bound |= target.bound;
            known.scope = known.scope.clone().min(target.scope);
        }
    };
    for ((user, endpoint), bindings) in by_endpoint(&facts.bindings) {
        let asked = of_bindings(user, endpoint, &bindings, &certificates);
        asked.asked.into_iter().for_each(&mut add);
        targets.left_out.extend(asked.left_out);
    }
    for discovered in &facts.discovered {
        let endpoint = discovered.endpoint.clone();
        let named = has_name(&endpoint);
        let (scope, private) = (scope(&discovered.user), discovered.private);
        add(Target { endpoint, scope, private, named, bound: false });
    }
    targets.asked = each.into_values().collect();
    targets
}

/// Where each user of certificates is reached, with all that it uses there.
fn by_endpoint(bindings: &[Binding]) -> BTreeMap<(&Resource, &Endpoint), Vec<&Binding>> {
    let mut by_endpoint = BTreeMap::<_, Vec<&Binding>>::new();
    for binding in bindings {
        for endpoint in &binding.endpoints {
            by_endpoint.entry((&binding.user, endpoint)).or_default().push(binding);
        }
    }
    by_endpoint
}

/// An endpoint as its user says that clients ask for it; where it does not say that, by names of its certificates.
fn of_bindings(
    user: &Resource,
    endpoint: &Endpoint,
    bindings: &[&Binding],
    certificates: &Certificates<'_>,
) -> Targets {
    let private = bindings.iter().all(|binding| binding.private);
    let target = |endpoint, named| Target { endpoint, scope: scope(user), private, named, bound: true };
    if endpoint.sni.is_some() || bindings.iter().any(|binding| !binding.names.is_empty()) {
        return Targets { asked: vec![target(endpoint.clone(), true)], ..Targets::default() };
    }
    let bound = bindings.iter().flat_map(|binding| certificates.named(&binding.certificate));
    let Names { asked, beyond } = names(bound);
    if asked.is_empty() {
        return Targets { asked: vec![target(endpoint.clone(), false)], ..Targets::default() };
    }
    let asked = asked.iter().filter_map(|name| endpoint.clone().asked_for(name).ok());
    let asked = asked.map(|endpoint| target(endpoint, true)).collect();
    let left_out = (beyond > 0).then(|| names_beyond(scope(user), endpoint, beyond)).into_iter().collect();
    Targets { asked, left_out }
}

/// The endpoint by any other name: what it serves by those that are asked for is seen all the same.
fn names_beyond(scope: Scope, endpoint: &Endpoint, beyond: usize) -> Facts {
    let words = format!("{beyond} more names of its certificates were not asked for");
    gap(scope, &format!("{endpoint}#*"), Unseen { code: Some("names-beyond".to_owned()), ..left_out(&words) })
}

/// The scope of the live endpoints where a resource is.
fn scope(user: &Resource) -> Scope {
    Scope { place: user.scope.place.clone(), service: Service::TLS }
}

/// Whether clients ask for an endpoint by the name that it has: not by an address, and not by the name that AWS gives
/// what stands before it or behind it.
fn has_name(endpoint: &Endpoint) -> bool {
    if endpoint.sni.is_some() {
        return true;
    }
    let host = endpoint.host.trim_end_matches('.').to_ascii_lowercase();
    let of_aws = host.ends_with(".awsglobalaccelerator.com")
        || (host.contains(".elb.") && host.contains(".amazonaws.com"));
    host.parse::<IpAddr>().is_err() && !of_aws
}

/// Certificates by what bindings call them.
struct Certificates<'a>(BTreeMap<&'a str, Vec<&'a Certificate>>);

impl<'a> Certificates<'a> {
    fn of(facts: &'a Facts) -> Self {
        let mut by_name = BTreeMap::<&str, Vec<&Certificate>>::new();
        for certificate in &facts.certificates {
            for name in [Some(&certificate.resource.id), certificate.alias.as_ref()].into_iter().flatten() {
                by_name.entry(name).or_default().push(certificate);
            }
        }
        Self(by_name)
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &'a Certificate> + use<'a> {
        self.0.get(name).cloned().unwrap_or_default().into_iter()
    }
}

#[cfg(test)]
mod tests {
    use howler_model::{Discovered, Origin, Partition, Region, Role, Validity};

    use super::*;

    fn resource(kind: &'static str, id: &str, region: &str) -> Resource {
        let place = region.parse::<Region>().unwrap();
        let scope = Scope::aws(Partition::Aws, "111111111111".parse().unwrap(), place, Service::named("x"));
        Resource { scope, kind, id: id.to_owned(), name: id.to_owned() }
    }

    fn certificate(id: &str, names: &[&str]) -> Certificate {
        let resource = resource("acm-certificate", id, "eu-west-1");
        Certificate {
            names: names.iter().map(|&name| name.to_owned()).collect(),
            ..Certificate::dated(resource, Role::Leaf, Origin::AcmIssued, Validity::NotIssued)
        }
    }

    fn binding(certificate: &str, user: &str, endpoint: &str) -> Binding {
        let endpoints = vec![endpoint.parse().unwrap()];
        Binding { endpoints, ..Binding::new(certificate, resource("elb-listener", user, "eu-west-1")) }
    }

    fn discovered(endpoint: &str, region: &str, private: bool) -> Discovered {
        let user = resource("dns-record", "zone", region);
        Discovered { endpoint: endpoint.parse().unwrap(), user, private }
    }

    /// The endpoints that are asked, and whether by name.
    fn asked(facts: &Facts) -> Vec<(String, bool)> {
        targets(facts).asked.iter().map(|target| (target.endpoint.to_string(), target.named)).collect()
    }

    #[test]
    fn a_listener_is_asked_by_the_names_of_all_its_certificates() {
        let facts = Facts {
            certificates: vec![
                certificate("arn:a", &["a.example", "www.a.example"]),
                Certificate { alias: Some("ASCA".to_owned()), ..certificate("arn:b", &["*.b.example"]) },
            ],
            bindings: vec![
                binding("arn:a", "arn:l", "lb.example:443"),
                binding("ASCA", "arn:l", "lb.example:443"),
            ],
            ..Facts::default()
        };
        let names = ["a.example", "probe.b.example", "www.a.example"];
        assert_eq!(asked(&facts), names.map(|name| (format!("lb.example:443#{name}"), true)));
        let scope = &targets(&facts).asked[0].scope;
        assert_eq!(scope.to_string(), "111111111111/eu-west-1/tls");
    }

    #[test]
    fn names_that_are_configured_come_before_those_of_certificates() {
        let names = vec!["shop.example".to_owned()];
        let domain = Binding { names, ..binding("arn:a", "arn:d", "shop.example:443") };
        let certificates = vec![certificate("arn:a", &["other.example"])];
        let facts = Facts { bindings: vec![domain], certificates, ..Facts::default() };
        assert_eq!(asked(&facts), [("shop.example:443".to_owned(), true)]);
    }

    #[test]
    fn nobody_asks_for_a_listener_by_the_name_that_aws_gives_it() {
        let bindings = vec![binding("arn:gone", "arn:l", "lb.example:443")];
        assert_eq!(asked(&Facts { bindings, ..Facts::default() }), [("lb.example:443".to_owned(), false)]);
        for (endpoint, named) in [
            ("a.example:443", true),
            ("192.0.2.1:443", false),
            ("[2001:db8::1]:443", false),
            ("192.0.2.1:443#a.example", true),
            ("a1.awsglobalaccelerator.com:443", false),
            ("x-1.eu-west-1.elb.amazonaws.com:443", false),
            ("x.elb.us-east-1.amazonaws.com:443", false),
            ("d1.cloudfront.net:443", true),
        ] {
            let found =
                Facts { discovered: vec![discovered(endpoint, "eu-west-1", false)], ..Facts::default() };
            assert_eq!(asked(&found), [(endpoint.to_owned(), named)]);
        }
    }

    #[test]
    fn what_is_found_twice_is_asked_once_and_public_if_anybody_says_so() {
        let twice = |first: bool, second: bool| Facts {
            discovered: vec![
                discovered("a.example:443", "us-east-1", first),
                discovered("a.example:443", "eu-west-1", second),
            ],
            ..Facts::default()
        };
        for (first, second, private) in [(true, true, true), (true, false, false), (false, true, false)] {
            let asked = targets(&twice(first, second)).asked;
            assert_eq!(asked.len(), 1);
            assert_eq!((asked[0].private, asked[0].scope.region().unwrap().as_str()), (private, "eu-west-1"));
        }
    }

    #[test]
    fn names_beyond_the_bound_are_told_and_are_no_gap() {
        let names: Vec<String> = (0..10).map(|number| format!("n{number}.example")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let facts = Facts {
            certificates: vec![certificate("arn:a", &names)],
            bindings: vec![binding("arn:a", "arn:l", "lb.example:443")],
            ..Facts::default()
        };
        let targets = targets(&facts);
        assert_eq!(targets.asked.len(), 8);
        let gap = &targets.left_out[0].scopes[0].gaps[0];
        assert_eq!(gap.item.as_deref(), Some("lb.example:443#*"));
        assert!(!gap.unseen.reason.is_gap() && gap.unseen.message.starts_with("2 more names"), "{gap:?}");
    }
}
