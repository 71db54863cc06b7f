//! The certificates that one thing in AWS keeps as text.

use std::fmt::Display;

use howler_model::{Certificate, CertificateUsage, Origin, Reason, Resource, Role, Unseen, Validity};

use crate::source::Gathered;
use crate::x509::{Body, certificates_in_pem};

/// A thing in AWS that keeps certificates, and what is known of them before they are read.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    /// The thing.
    pub(crate) resource: Resource,
    /// What its certificates are for; they would say only whether they sign others.
    pub(crate) role: Role,
    /// Where they came from.
    pub(crate) origin: Origin,
    /// What uses them.
    pub(crate) usage: CertificateUsage,
    /// It may keep more of them at another time, so that a single one goes by its fingerprint, too.
    pub(crate) changes: bool,
}

impl Kept {
    /// The only certificate of the thing: it goes by the name of the thing.
    pub(crate) fn only(&self, body: Body) -> Certificate {
        let read = body.at(self.resource.clone(), self.origin, self.usage.clone());
        Certificate { role: self.role, ..read }
    }

    /// One of the certificates of the thing: its fingerprint tells it from the others.
    pub(crate) fn one_of_many(&self, body: Body) -> Certificate {
        let resource = Resource {
            id: format!("{}#{}", self.resource.id, body.sha256),
            name: body.subject.clone().unwrap_or_else(|| self.resource.name.clone()),
            ..self.resource.clone()
        };
        Self { resource, ..self.clone() }.only(body)
    }

    /// A certificate of which no body can be read.
    pub(crate) fn unread(&self, validity: Validity) -> Certificate {
        let usage = self.usage.clone();
        Certificate { usage, ..Certificate::dated(self.resource.clone(), self.role, self.origin, validity) }
    }

    /// The certificates in a text, which `action` gave, as facts. What cannot be read is a gap; where that is all,
    /// there is a certificate all the same, with what else is known of its dates.
    pub(crate) fn read(
        &self,
        pem: &[u8],
        action: &str,
        otherwise: impl FnOnce(String) -> Validity,
        gathered: &mut Gathered,
    ) {
        self.take(certificates_in_pem(pem), action, otherwise, gathered);
    }

    /// The same for certificates that were in something else than PEM.
    pub(crate) fn take<E: Display>(
        &self,
        found: Vec<Result<Body, E>>,
        action: &str,
        otherwise: impl FnOnce(String) -> Validity,
        gathered: &mut Gathered,
    ) {
        let mut bodies = Vec::new();
        let mut unreadable = Vec::new();
        for one in found {
            match one {
                Ok(body) => bodies.push(body),
                Err(error) => unreadable.push(format!("its body cannot be read: {error}")),
            }
        }
        if bodies.is_empty() && unreadable.is_empty() {
            unreadable.push("there is no certificate in its body".to_owned());
        }
        for words in &unreadable {
            let unseen = Unseen::new(Reason::Malformed, action, words.as_str());
            gathered.miss(Some(&self.resource.id), unseen);
        }
        self.tell(bodies, unreadable, otherwise, gathered);
    }

    fn tell(
        &self,
        mut bodies: Vec<Body>,
        unreadable: Vec<String>,
        otherwise: impl FnOnce(String) -> Validity,
        gathered: &mut Gathered,
    ) {
        bodies.sort_by_key(|body| body.sha256);
        bodies.dedup_by_key(|body| body.sha256);
        let facts = &mut gathered.facts.certificates;
        match (bodies.len(), unreadable.into_iter().next()) {
            (0, Some(words)) => facts.push(self.unread(otherwise(words))),
            (1, None) if !self.changes => facts.extend(bodies.into_iter().map(|body| self.only(body))),
            _ => facts.extend(bodies.into_iter().map(|body| self.one_of_many(body))),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;
    use crate::aws::certificate::somewhere;

    fn kept() -> Kept {
        let resource =
            Resource { scope: somewhere("dms"), kind: "thing", id: "arn:t".to_owned(), name: "t".to_owned() };
        let usage = CertificateUsage::By(vec!["arn:user".to_owned()]);
        Kept { resource, role: Role::TrustStore, origin: Origin::Uploaded, usage, changes: false }
    }

    fn pem(name: &str) -> String {
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
    }

    fn read(text: &str) -> Gathered {
        let mut gathered = Gathered::default();
        kept().read(text.as_bytes(), "a:B", Validity::Unknown, &mut gathered);
        gathered
    }

    fn ids(gathered: &Gathered) -> Vec<&str> {
        gathered.facts.certificates.iter().map(|one| one.resource.id.as_str()).collect()
    }

    #[test]
    fn one_certificate_goes_by_the_name_of_the_thing_and_several_by_their_fingerprints() {
        let (one, two) = (pem("a.example"), pem("b.example"));
        let single = read(&one);
        assert_eq!(ids(&single), ["arn:t"]);
        let fact = &single.facts.certificates[0];
        assert_eq!((fact.role, fact.origin), (Role::TrustStore, Origin::Uploaded));
        assert_eq!(fact.names, ["a.example"]);
        assert_eq!(fact.usage, kept().usage);
        assert_eq!(ids(&read(&format!("{one}{one}"))), ["arn:t"], "twice the same is one");

        let both = read(&format!("{one}{two}"));
        let id = |sha256| format!("arn:t#{sha256}");
        let shas = both.facts.certificates.iter().map(|one| id(one.sha256.unwrap()));
        assert_eq!(ids(&both), shas.collect::<Vec<_>>());
        assert_eq!(ids(&both), ids(&read(&format!("{two}{one}"))), "their order does not matter");
        assert_eq!(both.gaps, []);
    }

    #[test]
    fn what_changes_goes_by_its_fingerprint_from_the_beginning() {
        let (mut gathered, text) = (Gathered::default(), pem("a.example"));
        let kept = Kept { changes: true, ..kept() };
        kept.read(text.as_bytes(), "a:B", Validity::Unknown, &mut gathered);
        let sha256 = gathered.facts.certificates[0].sha256.unwrap();
        assert_eq!(ids(&gathered), [format!("arn:t#{sha256}")]);
    }

    #[test]
    fn what_cannot_be_read_is_a_gap_and_hides_no_other() {
        let bad = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
        for text in [bad, "", "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n"] {
            let unread = read(text);
            assert_eq!(ids(&unread), ["arn:t"], "{text}");
            assert!(matches!(unread.facts.certificates[0].validity, Validity::Unknown(_)));
            assert!(matches!(&unread.gaps[..], [(Some(item), unseen)]
                if item == "arn:t" && unseen.reason == Reason::Malformed && unseen.action == "a:B"));
        }
        let beside = read(&format!("{bad}{}", pem("a.example")));
        assert_eq!((beside.facts.certificates.len(), beside.gaps.len()), (1, 1));
        assert!(beside.facts.certificates[0].sha256.is_some());
    }
}
