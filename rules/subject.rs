//! A finding as rules look at it: where it is, what it is called, and the tags around it.

use std::slice;

use howler_model::{Endpoint, Finding, Measure, Place, Service, Status, tags_of};

use crate::Around;

/// A finding, and what is known around it.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) finding: &'a Finding,
    pub(crate) around: &'a Around<'a>,
}

/// A tag: key and value. Untrusted text.
pub(crate) type Tag = (String, String);

impl<'a> Subject<'a> {
    /// Whether it says that something is not known, or that a suppression ends.
    pub(crate) fn is_delicate(self) -> bool {
        let verdict = &self.finding.verdict;
        verdict.status == Status::Unknown
            || matches!(verdict.measure, Measure::Gap(_) | Measure::Suppression { .. })
    }

    /// The tags of the resource itself; of a quota that something has for itself, those of that.
    pub(crate) fn tags(self) -> &'a [Tag] {
        let id = &self.finding.verdict.resource.id;
        let of_context = || self.tags_of(id.splitn(3, '/').nth(2).unwrap_or_default());
        Some(self.tags_of(id)).filter(|tags| !tags.is_empty()).unwrap_or_else(of_context)
    }

    /// What uses the resource and has tags, by ARN.
    pub(crate) fn users(self) -> impl Iterator<Item = (&'a str, &'a [Tag])> {
        let arns = self.finding.verdict.affects.iter().map(String::as_str);
        arns.map(move |arn| (arn, self.tags_of(arn))).filter(|(_, tags)| !tags.is_empty())
    }

    fn tags_of(self, arn: &str) -> &'a [Tag] {
        tags_of(self.around.tags, arn)
    }

    /// Whether it is about a domain or a name under it: of a certificate, of an endpoint, or as it is called.
    pub(crate) fn is_under(self, domain: &str) -> bool {
        let endpoint = self.endpoint();
        let endpoint = endpoint.iter().flat_map(|endpoint| [endpoint.host.as_str(), endpoint.name()]);
        self.names().chain(endpoint).any(|name| is_under(name, domain))
    }

    fn names(self) -> impl Iterator<Item = &'a str> {
        let verdict = &self.finding.verdict;
        let (wanted, names): (&[String], &[String]) = match &verdict.measure {
            Measure::Expiry { certificate, .. } | Measure::Renewal { certificate, .. } => {
                (&[], &certificate.names)
            }
            Measure::Deployment { bound, served, .. } => {
                (&bound.certificate.names, &served.certificate.names)
            }
            Measure::Name { wanted, covered } => (slice::from_ref(wanted), covered),
            Measure::UncoveredNames { wanted, covered } => (wanted, covered),
            _ => (&[], &[]),
        };
        [&verdict.resource.name].into_iter().chain(wanted).chain(names).map(String::as_str)
    }

    fn endpoint(self) -> Option<Endpoint> {
        let scope = &self.finding.verdict.resource.scope;
        match &scope.place {
            Place::Outside(endpoint) if scope.service == Service::TLS => endpoint.parse().ok(),
            _ => None,
        }
    }
}

/// Names are compared label by label, from the right.
fn is_under(name: &str, domain: &str) -> bool {
    let mut labels = name.trim_end_matches('.').rsplit('.');
    domain.rsplit('.').all(|wanted| labels.next().is_some_and(|label| label.eq_ignore_ascii_case(wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_ends_at_a_label() {
        for name in ["example.com", "www.example.com", "*.example.com", "WWW.Example.COM", "www.example.com."]
        {
            assert!(is_under(name, "example.com"), "{name}");
        }
        for name in ["myexample.com", "example.com.evil.net", "com", "", "example.org", "example.com:443"] {
            assert!(!is_under(name, "example.com"), "{name}");
        }
    }
}
