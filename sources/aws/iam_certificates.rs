//! Server certificates in IAM, with every certificate of their chains.
//!
//! What they say is read from their bodies: the dates of the metadata are a copy that can be wrong.

use std::collections::BTreeSet;

use aws_sdk_iam::types::{ServerCertificate, ServerCertificateMetadata};
use howler_model::{
    Certificate, CertificateUsage, FactKind, Origin, Reason, Resource, Role, Service, Unseen, Validity,
};

use super::AccountRegion;
use super::access::Listing;
use super::listings::iam::ListServerCertificates;
use super::listings::of_each::of_each;
use crate::source::Gathered;
use crate::x509::{Body, certificates_in_pem};
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("iam");
const GET: &str = "iam:GetServerCertificate";

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "iam-certificates",
    title: "IAM server certificates and their chains",
    service: SERVICE,
    kinds: &[FactKind::Certificate],
    actions: || vec![ListServerCertificates::ACTION, GET],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Account(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(listed) = gathered.note(None, at.list::<ListServerCertificates>().await) else {
        return gathered;
    };
    match of_each(listed.iter(), |metadata| get(at, metadata)).await {
        Ok(got) => got.into_iter().for_each(|of| add(at, &of.parent, of.answer, &mut gathered)),
        Err(unseen) => {
            let unread = listed.iter().map(|metadata| unread(leaf_resource(at, metadata), &unseen.message));
            gathered.facts.certificates.extend(unread);
            gathered.miss(None, unseen);
        }
    }
    gathered
}

async fn get(at: &AccountRegion, metadata: &ServerCertificateMetadata) -> Result<ServerCertificate, Unseen> {
    let name = metadata.server_certificate_name();
    let request = at.iam().get_server_certificate().server_certificate_name(name);
    let answer = at.call(GET, || request.clone().send()).await?;
    answer
        .server_certificate
        .ok_or_else(|| Unseen::new(Reason::Malformed, GET, "the answer has no certificate in it"))
}

/// The facts of one server certificate, whatever was answered about it.
fn add(
    at: &AccountRegion,
    metadata: &ServerCertificateMetadata,
    answer: Result<ServerCertificate, Unseen>,
    gathered: &mut Gathered,
) {
    let resource = leaf_resource(at, metadata);
    let pem =
        gathered.note(Some(metadata.arn()), answer).map_or_else(Pem::unanswered, |answer| Pem::of(&answer));
    for words in pem.unreadable {
        gathered.miss(Some(metadata.arn()), Unseen::new(Reason::Malformed, GET, words));
    }
    let chain = pem.chain.into_iter().map(|body| of_chain(&resource, body));
    gathered.facts.certificates.extend(chain);
    let leaf = match pem.leaf {
        Ok(body) => body.at(resource, Origin::Iam, CertificateUsage::Unknown),
        Err(words) => unread(resource, &words),
    };
    // CloudFront names it by its id.
    let alias = Some(metadata.server_certificate_id().to_owned());
    gathered.facts.certificates.push(Certificate { alias, ..leaf });
}

fn leaf_resource(at: &AccountRegion, metadata: &ServerCertificateMetadata) -> Resource {
    at.resource(SERVICE, "iam-server-certificate", metadata.arn(), metadata.server_certificate_name())
}

/// A certificate of the chain, in the place of the server certificate that carries it.
fn of_chain(leaf: &Resource, body: Body) -> Certificate {
    let resource = Resource {
        kind: "iam-certificate-chain",
        id: format!("{}#{}", leaf.id, body.sha256),
        name: body.subject.clone().unwrap_or_else(|| leaf.name.clone()),
        ..leaf.clone()
    };
    body.at(resource, Origin::Iam, CertificateUsage::Unknown)
}

/// A certificate of which only its name is known.
fn unread(resource: Resource, words: &str) -> Certificate {
    Certificate::dated(resource, Role::Leaf, Origin::Iam, Validity::Unknown(words.to_owned()))
}

/// What the two texts of a server certificate hold.
struct Pem {
    /// The first certificate of the body.
    leaf: Result<Body, String>,
    /// All the others, each once.
    chain: Vec<Body>,
    /// What could not be read, of leaf and chain.
    unreadable: Vec<String>,
}

impl Pem {
    fn unanswered() -> Self {
        let leaf = Err("its body was not answered".to_owned());
        Self { leaf, chain: Vec::new(), unreadable: Vec::new() }
    }

    fn of(answer: &ServerCertificate) -> Self {
        let mut blocks = certificates_in_pem(answer.certificate_body().as_bytes()).into_iter();
        let leaf = match blocks.next() {
            Some(block) => block.map_err(|error| format!("its body cannot be read: {error}")),
            None => Err("there is no certificate in its body".to_owned()),
        };
        let mut unreadable: Vec<String> = leaf.as_ref().err().cloned().into_iter().collect();
        let mut known: BTreeSet<_> = leaf.iter().map(|body| body.sha256).collect();
        let mut chain = Vec::new();
        let chained = certificates_in_pem(answer.certificate_chain().unwrap_or_default().as_bytes());
        for block in blocks.chain(chained) {
            match block {
                Ok(body) if known.insert(body.sha256) => chain.push(body),
                Ok(_) => {}
                Err(error) => unreadable.push(format!("its chain cannot be read: {error}")),
            }
        }
        Self { leaf, chain, unreadable }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_iam::types::builders::ServerCertificateBuilder;
    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};

    use super::*;

    /// A self-signed certificate as PEM.
    fn pem(name: &str, authority: bool) -> String {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        if authority {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
    }

    fn answer(body: &str) -> ServerCertificateBuilder {
        ServerCertificate::builder().certificate_body(body)
    }

    #[test]
    fn every_certificate_of_the_chain_is_read_once() {
        let (leaf, middle, root) = (pem("leaf.example", false), pem("middle", true), pem("root", true));
        let chain = format!("{middle}{root}{middle}{leaf}");
        let read = Pem::of(&answer(&leaf).certificate_chain(chain).build().unwrap());
        assert_eq!(read.leaf.unwrap().names, ["leaf.example"]);
        let roles: Vec<_> = read.chain.iter().map(|body| (body.names.join(","), body.role)).collect();
        let expected = [("middle".to_owned(), Role::Authority), ("root".to_owned(), Role::Authority)];
        assert_eq!(roles, expected);
        assert_eq!(read.unreadable, [""; 0]);
    }

    #[test]
    fn what_follows_the_leaf_in_its_body_is_chain() {
        let body = format!("{}{}", pem("leaf.example", false), pem("middle", true));
        let read = Pem::of(&answer(&body).build().unwrap());
        assert_eq!(read.leaf.unwrap().names, ["leaf.example"]);
        assert_eq!(read.chain.len(), 1);
    }

    #[test]
    fn a_body_that_cannot_be_read_keeps_the_chain() {
        let chain = pem("middle", true);
        for body in ["", "-----BEGIN CERTIFICATE-----\nMIIB!!!!\n-----END CERTIFICATE-----\n"] {
            let read = Pem::of(&answer(body).certificate_chain(&chain).build().unwrap());
            assert!(read.leaf.is_err(), "{body}");
            assert_eq!((read.chain.len(), read.unreadable.len()), (1, 1), "{body}");
        }
    }

    #[test]
    fn a_broken_block_of_the_chain_is_told_and_the_others_stay() {
        let chain =
            format!("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n{}", pem("root", true));
        let body = pem("leaf.example", false);
        let read = Pem::of(&answer(&body).certificate_chain(chain).build().unwrap());
        assert!(read.leaf.is_ok());
        assert_eq!((read.chain.len(), read.unreadable.len()), (1, 1));
    }
}
