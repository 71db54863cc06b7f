//! Where a certificate stands: who relies on it there, and how bad its failure can be.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use howler_model::{
    Certificate, Facts, Judged, Measure, Resource, Role, Served, Severity, Status, Tags, Trust, Verdict,
    tags_of,
};

use crate::shared::uses::Uses;
use crate::shared::{Kept, Reach, end};

/// A certificate in AWS, in a file, or in a chain that an endpoint served.
pub(crate) struct Placed<'a> {
    /// The certificate.
    pub(crate) certificate: &'a Certificate,
    /// What a verdict is about.
    pub(crate) resource: Cow<'a, Resource>,
    /// What it does there: the first of a served chain is a leaf, whatever it says of itself.
    pub(crate) role: Role,
    /// Nothing uses it, for certain.
    pub(crate) unused: bool,
    /// Something says that it uses it, beside what its source knows.
    pub(crate) bound: bool,
    /// What serves it, if it was asked.
    pub(crate) served: Vec<&'a Served>,
    /// The chain leads to a trust anchor, so if this member is out of date, the path goes round it.
    bypassed: bool,
    /// It ends no earlier than the leaf that it was served with, so that nobody has to replace it by itself.
    pub(crate) outlives: bool,
    /// Who relies on it.
    affects: Vec<String>,
}

/// All certificates of the facts, each once in its place.
///
/// What endpoints of an account serve and the account keeps is one certificate: it has its place where it is kept, and
/// the endpoints rely on it. What nobody keeps has one place for all endpoints of a region. Endpoints that the user
/// named stand for their certificates themselves.
pub(crate) fn placed(facts: &Facts) -> Vec<Placed<'_>> {
    let (uses, kept, reach) = (Uses::of(&facts.bindings), Kept::of(&facts.certificates), Reach::of(facts));
    let mut places: Vec<_> =
        facts.certificates.iter().map(|certificate| at_rest(certificate, &uses)).collect();
    for served in &facts.served {
        for place in chain(served) {
            let home = home(&place, served, &kept, &reach);
            match served.resource.scope.account() {
                None => places.push(place),
                Some(_) if home.is_empty() => places.push(place.of_account(served, &reach)),
                Some(_) => relied_on(&mut places, &home, served),
            }
        }
    }
    places
}

/// The numbers of the places where what an endpoint serves is kept. A server shows its own certificate first.
fn home(place: &Placed<'_>, served: &Served, kept: &Kept<'_>, reach: &Reach<'_>) -> Vec<usize> {
    let same = kept.same_as(place.certificate);
    match same.is_empty() && place.role == Role::Leaf {
        true => kept.of_users(&reach.users(&served.endpoint), place.certificate),
        false => same,
    }
}

/// A certificate that lies in AWS or in a file.
fn at_rest<'a>(certificate: &'a Certificate, uses: &Uses<'_>) -> Placed<'a> {
    let users = uses.users(certificate);
    Placed {
        certificate,
        resource: Cow::Borrowed(&certificate.resource),
        role: certificate.role,
        unused: users.is_none(),
        bound: uses.is_bound(certificate),
        served: Vec::new(),
        bypassed: false,
        outlives: false,
        affects: users.unwrap_or_default(),
    }
}

/// That an endpoint serves what lies at these places; of several, those that are in use.
fn relied_on<'a>(places: &mut [Placed<'a>], numbers: &[usize], served: &'a Served) {
    let is_unused = |number: &usize| places.get(*number).is_some_and(|place| place.unused);
    let all_unused = numbers.iter().all(is_unused);
    let (used, rest): (Vec<usize>, Vec<usize>) = numbers.iter().partition(|number| !is_unused(number));
    for number in if all_unused { rest } else { used } {
        if let Some(place) = places.get_mut(number) {
            place.unused = false;
            place.served.push(served);
            place.affects.push(served.endpoint.to_string());
        }
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

/// The endpoint stands for its leaf, so that the finding outlives a renewal.
fn served_leaf<'a>(served: &'a Served, certificate: &'a Certificate) -> Placed<'a> {
    Placed {
        certificate,
        resource: Cow::Borrowed(&served.resource),
        role: Role::Leaf,
        unused: false,
        bound: false,
        served: vec![served],
        bypassed: false,
        outlives: false,
        affects: vec![served.address.to_string()],
    }
}

fn issuer<'a>(served: &'a Served, certificate: &'a Certificate) -> Placed<'a> {
    Placed {
        certificate,
        resource: Cow::Borrowed(&certificate.resource),
        role: certificate.role,
        unused: false,
        bound: false,
        served: vec![served],
        bypassed: served.trust == Trust::Trusted,
        outlives: outlives(served, certificate),
        affects: vec![served.address.to_string()],
    }
}

/// Whether an issuer ends no earlier than the leaf that it was served with, which is replaced before and brings its chain.
fn outlives(served: &Served, issuer: &Certificate) -> bool {
    let leaf = served.chain.first().and_then(end);
    leaf.zip(end(issuer)).is_some_and(|(leaf, issuer)| issuer >= leaf)
}

impl<'a> Placed<'a> {
    /// One that endpoints of an account serve and nobody keeps: named after its fingerprint, so that many endpoints are
    /// one finding, and after a renewal there is no such certificate any more. Each region has its own, because what
    /// was not seen is counted by region: an endpoint that does not answer must not move the finding elsewhere.
    fn of_account(self, served: &Served, reach: &Reach<'_>) -> Self {
        let Some(sha256) = self.certificate.sha256 else { return self };
        let certificate = self.certificate;
        let called =
            certificate.names.first().or(certificate.subject.as_ref()).unwrap_or(&served.resource.name);
        let resource = Resource {
            scope: served.resource.scope.clone(),
            kind: "served-certificate",
            id: format!("sha256:{sha256}"),
            name: called.clone(),
        };
        let users = reach.users(&served.endpoint).into_iter().map(str::to_owned);
        let affects = users.chain([served.endpoint.to_string()]).collect();
        Self { resource: Cow::Owned(resource), affects, ..self }
    }

    /// How exceptions from thresholds look at it.
    pub(crate) fn judged<'t>(&'t self, tags: &'t Tags) -> Judged<'t> {
        let ids = [&self.resource.id].into_iter().chain(&self.affects);
        let tags = ids.flat_map(|id| tags_of(tags, id)).collect();
        Judged { certificate: self.certificate, role: self.role, resource: &self.resource, tags }
    }

    /// The worst that its failure can be.
    fn worst(&self) -> Severity {
        match self.role {
            _ if self.unused => Severity::Low,
            Role::Authority | Role::TrustStore | Role::Federation => Severity::High,
            Role::Leaf | Role::Database | Role::RevocationList => Severity::Critical,
        }
    }

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
        let severity = severity.min(self.worst());
        let resource = self.resource.into_owned();
        Verdict { resource, status, severity, measure, deadline, affects: self.affects }
    }
}

#[cfg(test)]
mod tests {
    use howler_model::{CertificateUsage, Discovered, Facts, Sha256};

    use super::*;
    use crate::shared::examples::{authority, bound_at, certificate, served, served_there};

    fn sealed(id: &str, der: &[u8]) -> Certificate {
        Certificate { sha256: Some(Sha256::of(der)), ..certificate(id) }
    }

    /// Kind, id and who relies on it.
    fn told(facts: &Facts) -> Vec<(&'static str, String, Vec<String>)> {
        let tell = |place: Placed<'_>| (place.resource.kind, place.resource.id.clone(), place.affects);
        placed(facts).into_iter().map(tell).collect()
    }

    #[test]
    fn what_an_account_keeps_and_serves_has_its_place_where_it_is_kept() {
        let kept = Certificate { usage: CertificateUsage::Unused, ..sealed("arn:c", b"leaf") };
        let facts = Facts {
            certificates: vec![kept],
            served: vec![
                served_there("a.example:443", "192.0.2.1:443", vec![sealed("x", b"leaf")]),
                served_there("b.example:443", "192.0.2.2:443", vec![sealed("y", b"leaf")]),
            ],
            ..Facts::default()
        };
        let endpoints = vec!["a.example:443".to_owned(), "b.example:443".to_owned()];
        assert_eq!(told(&facts), [("acm-certificate", "arn:c".to_owned(), endpoints)]);
        assert!(!placed(&facts)[0].unused, "what is served is used");
    }

    #[test]
    fn a_copy_that_nothing_uses_is_not_what_is_served() {
        let unused = Certificate { usage: CertificateUsage::Unused, ..sealed("arn:copy", b"leaf") };
        let facts = Facts {
            certificates: vec![unused, sealed("arn:c", b"leaf")],
            served: vec![served_there("a.example:443", "192.0.2.1:443", vec![sealed("x", b"leaf")])],
            ..Facts::default()
        };
        let unused: Vec<bool> = placed(&facts).iter().map(|place| place.unused).collect();
        assert_eq!(unused, [true, false]);
    }

    #[test]
    fn what_nobody_keeps_is_one_for_all_endpoints_of_a_region() {
        let (leaf, ca) = (Sha256::of(b"leaf"), Sha256::of(b"ca"));
        let chain = || vec![sealed("x", b"leaf"), Certificate { sha256: Some(ca), ..authority("z") }];
        let facts = Facts {
            bindings: vec![bound_at("arn:gone", "arn:lb", &["a.example:443"])],
            served: vec![
                served_there("a.example:443#www.example.com", "192.0.2.1:443", chain()),
                served_there("b.example:443", "192.0.2.2:443", chain()),
            ],
            ..Facts::default()
        };
        let ids: Vec<_> = told(&facts).into_iter().map(|(kind, id, _)| (kind, id)).collect();
        let one = |sha256: Sha256| ("served-certificate", format!("sha256:{sha256}"));
        assert_eq!(ids, [one(leaf), one(ca), one(leaf), one(ca)]);
        assert_eq!(told(&facts)[0].2, ["arn:lb", "a.example:443#www.example.com"]);
    }

    #[test]
    fn a_server_of_which_only_the_end_is_known_shows_its_certificate() {
        let database = Resource { id: "arn:db".into(), ..certificate("arn:db").resource };
        let endpoint = "db.example:5432".parse().unwrap();
        let served = served_there("db.example:5432", "192.0.2.1:5432", vec![sealed("x", b"leaf")]);
        let facts = Facts {
            certificates: vec![certificate("arn:db")],
            discovered: vec![Discovered { endpoint, user: database, private: false }],
            served: vec![served],
            ..Facts::default()
        };
        assert_eq!(told(&facts), [("acm-certificate", "arn:db".into(), vec!["db.example:5432".into()])]);
    }

    #[test]
    fn an_endpoint_that_the_user_named_stands_for_itself() {
        let facts = Facts {
            certificates: vec![sealed("arn:c", b"leaf")],
            served: vec![served("a.example:443", "192.0.2.1:443", vec![sealed("x", b"leaf")])],
            ..Facts::default()
        };
        let ids: Vec<_> = told(&facts).into_iter().map(|(_, id, _)| id).collect();
        assert_eq!(ids, ["arn:c", "a.example:443"]);
    }

    #[test]
    fn the_first_of_a_served_chain_is_a_leaf_and_stands_for_the_endpoint() {
        let served =
            served("a.example:443", "192.0.2.1:443", vec![authority("self-signed"), authority("ca")]);
        let facts = Facts { served: vec![served], ..Facts::default() };
        let places: Vec<_> =
            placed(&facts).into_iter().map(|place| (place.resource.id.clone(), place.role)).collect();
        assert_eq!(places, [("a.example:443".into(), Role::Leaf), ("ca".into(), Role::Authority)]);
    }

    #[test]
    fn a_leaf_that_is_served_twice_is_told_once_but_what_could_not_be_read_is_told() {
        let unread = || Certificate { sha256: None, ..certificate("unread") };
        let twice = served(
            "a.example:443",
            "192.0.2.1:443",
            vec![sealed("x", b"leaf"), sealed("y", b"leaf"), sealed("ca", b"ca"), unread()],
        );
        let blind = served("b.example:443", "192.0.2.2:443", vec![unread(), unread()]);
        let facts = Facts { served: vec![twice, blind], ..Facts::default() };
        let ids: Vec<_> = placed(&facts).into_iter().map(|place| place.resource.id.clone()).collect();
        assert_eq!(ids, ["a.example:443", "ca", "unread", "b.example:443", "unread"]);
    }
}
