//! Where a certificate stands: who relies on it there, and how bad its failure can be.

use chrono::{DateTime, Utc};
use howler_model::{Certificate, Facts, Measure, Resource, Role, Served, Severity, Status, Trust, Verdict};

use crate::shared::uses::Uses;

/// A certificate in AWS, in a file, or in a chain that an endpoint served.
pub(crate) struct Placed<'a> {
    /// The certificate.
    pub(crate) certificate: &'a Certificate,
    /// What a verdict is about: for a served leaf the endpoint, so that it outlives a renewal.
    pub(crate) resource: &'a Resource,
    /// What it does there: the first of a served chain is a leaf, whatever it says of itself.
    pub(crate) role: Role,
    /// The worst that its failure can be.
    worst: Severity,
    /// The chain leads to a trust anchor, so if this member is out of date, the path goes round it.
    bypassed: bool,
    /// Who relies on it.
    affects: Vec<String>,
}

/// All certificates of the facts, each in its place.
pub(crate) fn placed(facts: &Facts) -> impl Iterator<Item = Placed<'_>> {
    let uses = Uses::of(&facts.bindings);
    let kept = facts.certificates.iter().map(move |certificate| kept(certificate, &uses));
    kept.chain(facts.served.iter().flat_map(chain))
}

/// A certificate that lies in AWS or in a file.
fn kept<'a>(certificate: &'a Certificate, uses: &Uses<'_>) -> Placed<'a> {
    let users = uses.users(certificate);
    let worst = match (&users, certificate.role) {
        (None, _) => Severity::Low,
        (Some(_), Role::Authority) => Severity::High,
        (Some(_), _) => Severity::Critical,
    };
    Placed {
        certificate,
        resource: &certificate.resource,
        role: certificate.role,
        worst,
        bypassed: false,
        affects: users.unwrap_or_default(),
    }
}

/// What an address served, leaf first. A leaf that comes again further up says nothing new.
fn chain(served: &Served) -> impl Iterator<Item = Placed<'_>> {
    let first = served.chain.first();
    let fingerprint = first.and_then(|leaf| leaf.sha256);
    let again = move |member: &Certificate| member.sha256.is_some() && member.sha256 == fingerprint;
    let rest = served.chain.iter().skip(1).filter(move |member| !again(member));
    first.map(|leaf| served_leaf(served, leaf)).into_iter().chain(rest.map(|member| issuer(served, member)))
}

fn served_leaf<'a>(served: &'a Served, certificate: &'a Certificate) -> Placed<'a> {
    Placed {
        certificate,
        resource: &served.resource,
        role: Role::Leaf,
        worst: Severity::Critical,
        bypassed: false,
        affects: vec![served.address.to_string()],
    }
}

fn issuer<'a>(served: &'a Served, certificate: &'a Certificate) -> Placed<'a> {
    Placed {
        certificate,
        resource: &certificate.resource,
        role: certificate.role,
        worst: Severity::High,
        bypassed: served.trust == Trust::Trusted,
        affects: vec![served.address.to_string()],
    }
}

impl Placed<'_> {
    /// How it stands with a certificate that is not valid now.
    pub(crate) fn out_of_date(&self, severity: Severity) -> (Status, Severity) {
        match self.bypassed {
            true => (Status::Warn, Severity::Low),
            false => (Status::Fail, severity),
        }
    }

    /// A verdict that is no worse than this place allows.
    pub(crate) fn verdict(
        self,
        (status, severity): (Status, Severity),
        measure: Measure,
        deadline: Option<DateTime<Utc>>,
    ) -> Verdict {
        Verdict {
            resource: self.resource.clone(),
            status,
            severity: severity.min(self.worst),
            measure,
            deadline,
            affects: self.affects,
        }
    }
}

#[cfg(test)]
mod tests {
    use howler_model::{Facts, Sha256};

    use super::*;
    use crate::shared::examples::{authority, certificate, served};

    #[test]
    fn the_first_of_a_served_chain_is_a_leaf_and_stands_for_the_endpoint() {
        let served =
            served("a.example:443", "192.0.2.1:443", vec![authority("self-signed"), authority("ca")]);
        let facts = Facts { served: vec![served], ..Facts::default() };
        let places: Vec<_> = placed(&facts).map(|place| (place.resource.id.as_str(), place.role)).collect();
        assert_eq!(places, [("a.example:443", Role::Leaf), ("ca", Role::Authority)]);
    }

    #[test]
    fn a_leaf_that_is_served_twice_is_told_once_but_what_could_not_be_read_is_told() {
        let sealed = |id, der: &[u8]| Certificate { sha256: Some(Sha256::of(der)), ..certificate(id) };
        let unread = || Certificate { sha256: None, ..certificate("unread") };
        let twice = served(
            "a.example:443",
            "192.0.2.1:443",
            vec![sealed("x", b"leaf"), sealed("y", b"leaf"), sealed("ca", b"ca"), unread()],
        );
        let blind = served("b.example:443", "192.0.2.2:443", vec![unread(), unread()]);
        let facts = Facts { served: vec![twice, blind], ..Facts::default() };
        let ids: Vec<_> = placed(&facts).map(|place| place.resource.id.as_str()).collect();
        assert_eq!(ids, ["a.example:443", "ca", "unread", "b.example:443", "unread"]);
    }
}
