//! What is in one trust store, as facts.

use howler_model::{Certificate, CertificateUsage, Origin, Reason, Resource, Role, Unseen, Validity};

use super::{BUNDLE, CONTENT};
use crate::source::Gathered;
use crate::x509::{Body, Crl, ReadError};

/// Every certificate of a bundle, read or with the words why not.
pub(super) type Bundle = Vec<Result<Body, String>>;
/// Every list of a file, read or with the reason why not.
pub(super) type Lists = Vec<Result<Crl, ReadError>>;

/// A trust store, and who uses it.
pub(super) struct Place {
    /// The trust store, or one of its revocation files.
    pub(super) store: Resource,
    /// Who uses it.
    pub(super) usage: CertificateUsage,
}

impl Place {
    /// The facts of a bundle, if there was an answer at all.
    pub(super) fn add(&self, bundle: Option<Bundle>, gathered: &mut Gathered) {
        let Some(mut bundle) = bundle else {
            return gathered.facts.certificates.push(self.unread("its bundle was not answered"));
        };
        if bundle.is_empty() {
            bundle.push(Err("there is no certificate in its bundle".to_owned()));
        }
        let before = gathered.facts.certificates.len();
        let mut words = None;
        for read in bundle {
            match read {
                Ok(body) => gathered.facts.certificates.push(self.authority(body)),
                Err(error) => {
                    gathered.miss(Some(&self.store.id), Unseen::new(Reason::Malformed, BUNDLE, &error));
                    words.get_or_insert(error);
                }
            }
        }
        if let Some(words) = words.filter(|_| gathered.facts.certificates.len() == before) {
            gathered.facts.certificates.push(self.unread(&words));
        }
    }

    fn authority(&self, body: Body) -> Certificate {
        let resource = Resource {
            id: format!("{}#{}", self.store.id, body.sha256),
            name: body.subject.clone().unwrap_or_else(|| self.store.name.clone()),
            ..self.store.clone()
        };
        let read = body.at(resource, Origin::Uploaded, self.usage.clone());
        Certificate { role: Role::TrustStore, ..read }
    }

    /// A store of which nobody knows what is in it.
    pub(super) fn unread(&self, words: &str) -> Certificate {
        let validity = Validity::Unknown(words.to_owned());
        Certificate {
            usage: self.usage.clone(),
            ..Certificate::dated(self.store.clone(), Role::TrustStore, Origin::Uploaded, validity)
        }
    }

    /// Where a revocation file is, whose id stays the same when its content changes.
    pub(super) fn revocation(self, id: i64) -> Self {
        let store = Resource {
            kind: "elb-trust-store-revocation-list",
            id: format!("{}#revocation-{id}", self.store.id),
            ..self.store
        };
        Self { store, ..self }
    }

    /// The facts of a revocation file; the second list in one file has a number of its own.
    pub(super) fn add_lists(&self, lists: Option<Lists>, gathered: &mut Gathered) {
        let lists = match lists {
            None => return gathered.facts.certificates.push(self.unread_list("it was not answered")),
            Some(lists) if lists.is_empty() => vec![Err(ReadError::NotARevocationList)],
            Some(lists) => lists,
        };
        for (index, list) in lists.into_iter().enumerate() {
            let id = match index {
                0 => self.store.id.clone(),
                further => format!("{}-{}", self.store.id, further + 1),
            };
            let at = Self { store: Resource { id, ..self.store.clone() }, usage: self.usage.clone() };
            let fact = match list {
                Ok(list) => list.at(at.store, Origin::Uploaded, at.usage),
                Err(error) => {
                    let words = error.to_string();
                    gathered.miss(Some(&at.store.id), Unseen::new(Reason::Malformed, CONTENT, &words));
                    at.unread_list(&words)
                }
            };
            gathered.facts.certificates.push(fact);
        }
    }

    pub(super) fn unread_list(&self, words: &str) -> Certificate {
        Certificate { role: Role::RevocationList, ..self.unread(words) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use howler_model::{Partition, Scope, Service};
    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

    use super::*;
    use crate::x509::certificates_in_pem;

    fn place() -> Place {
        let account = "123456789012".parse().unwrap();
        let scope = Scope::aws(
            Partition::Aws,
            account,
            "eu-west-1".parse().unwrap(),
            Service::named("elasticloadbalancing"),
        );
        let (id, name) = ("arn:store".to_owned(), "clients".to_owned());
        let usage = CertificateUsage::By(vec!["arn:listener".to_owned()]);
        Place { store: Resource { scope, kind: "elb-trust-store", id, name }, usage }
    }

    fn authority(name: &str) -> Body {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem();
        certificates_in_pem(pem.as_bytes()).remove(0).unwrap()
    }

    fn added(bundle: Option<Bundle>) -> Gathered {
        let mut gathered = Gathered::default();
        place().add(bundle, &mut gathered);
        gathered
    }

    #[test]
    fn each_authority_is_one_in_a_trust_store_with_those_who_use_it() {
        let (one, two) = (authority("one"), authority("two"));
        let expected = [&one, &two].map(|body| format!("arn:store#{}", body.sha256));
        let facts = added(Some(vec![Ok(one), Ok(two)])).facts.certificates;
        assert_eq!(facts.iter().map(|fact| fact.resource.id.clone()).collect::<Vec<_>>(), expected);
        for fact in facts {
            assert_eq!((fact.role, fact.origin), (Role::TrustStore, Origin::Uploaded));
            assert_eq!(fact.usage, CertificateUsage::By(vec!["arn:listener".to_owned()]));
        }
    }

    #[test]
    fn a_broken_certificate_is_a_gap_and_hides_no_other() {
        let gathered = added(Some(vec![Err("block 1".to_owned()), Ok(authority("two"))]));
        assert_eq!((gathered.facts.certificates.len(), gathered.gaps.len()), (1, 1));
        assert_eq!(gathered.gaps[0].0.as_deref(), Some("arn:store"));
    }

    #[test]
    fn a_bundle_without_a_readable_certificate_is_unknown() {
        for (bundle, gaps) in [(None, 0), (Some(vec![]), 1), (Some(vec![Err("block 1".to_owned())]), 1)] {
            let gathered = added(bundle);
            let [fact] = &gathered.facts.certificates[..] else { panic!("one fact") };
            assert!(matches!(fact.validity, Validity::Unknown(_)) && fact.role == Role::TrustStore);
            assert_eq!((fact.resource.id.as_str(), gathered.gaps.len()), ("arn:store", gaps));
        }
    }

    #[test]
    fn a_revocation_list_keeps_its_id_whatever_is_in_it() {
        let added = |lists| {
            let mut gathered = Gathered::default();
            place().revocation(7).add_lists(lists, &mut gathered);
            gathered
        };
        let broken = || Err(ReadError::NotARevocationList);
        for (lists, ids, gaps) in [
            (None, vec!["arn:store#revocation-7"], 0),
            (Some(vec![]), vec!["arn:store#revocation-7"], 1),
            (Some(vec![broken(), broken()]), vec!["arn:store#revocation-7", "arn:store#revocation-7-2"], 2),
        ] {
            let gathered = added(lists);
            let facts = &gathered.facts.certificates;
            assert_eq!(facts.iter().map(|fact| fact.resource.id.as_str()).collect::<Vec<_>>(), ids);
            assert!(facts.iter().all(|fact| fact.role == Role::RevocationList));
            assert!(facts.iter().all(|fact| matches!(fact.validity, Validity::Unknown(_))));
            assert_eq!(gathered.gaps.len(), gaps);
        }
    }
}
