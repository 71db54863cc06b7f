//! The bodies of ACM's certificates, one call each: only they tell a certificate from the one before it, and so what
//! is served from what was issued.

use std::collections::BTreeMap;

use aws_sdk_acm::types::{CertificateStatus, CertificateSummary};
use howler_model::{Certificate, CertificateUsage, Reason, Unseen, Validity};

use crate::aws::AccountRegion;
use crate::aws::listings::of_each::of_each;
use crate::source::Gathered;
use crate::x509::{Body, certificates_in_pem};

pub(super) const GET: &str = "acm:GetCertificate";

/// Sets what the bodies say over what ACM says, for certificates that something may serve.
pub(super) async fn read(at: &AccountRegion, listed: &[CertificateSummary], gathered: &mut Gathered) {
    let worth_it = listed.iter().filter(|summary| is_worth_reading(summary));
    let got = of_each(worth_it, |summary| get(at, summary)).await;
    let mut bodies = BTreeMap::new();
    for of in gathered.note(None, got).unwrap_or_default() {
        let arn = of.parent.certificate_arn().unwrap_or_default();
        let pem = gathered.note(Some(arn), of.answer).flatten();
        let body = pem.and_then(|pem| gathered.note(Some(arn), leaf(&pem)));
        bodies.extend(body.map(|body| (arn.to_owned(), body)));
    }
    for fact in &mut gathered.facts.certificates {
        if let Some(body) = bodies.remove(&fact.resource.id) {
            set(fact, body);
        }
    }
}

/// Issued, and not known to be unused.
fn is_worth_reading(summary: &CertificateSummary) -> bool {
    let issued = summary.status() == Some(&CertificateStatus::Issued);
    issued && super::usage(summary, None) != CertificateUsage::Unused
}

/// The body in PEM; none while ACM is still at it.
async fn get(at: &AccountRegion, summary: &CertificateSummary) -> Result<Option<String>, Unseen> {
    let request = at.acm().get_certificate().certificate_arn(summary.certificate_arn().unwrap_or_default());
    match at.call(GET, || request.clone().send()).await {
        Ok(answer) => answer.certificate.map(Some).ok_or_else(|| malformed("the answer has no body in it")),
        Err(unseen) if unseen.code.as_deref() == Some("RequestInProgressException") => Ok(None),
        Err(unseen) => Err(unseen),
    }
}

fn leaf(pem: &str) -> Result<Body, Unseen> {
    match certificates_in_pem(pem.as_bytes()).into_iter().next() {
        Some(Ok(body)) => Ok(body),
        Some(Err(error)) => Err(malformed(&format!("its body cannot be read: {error}"))),
        None => Err(malformed("there is no certificate in its body")),
    }
}

fn malformed(words: &str) -> Unseen {
    Unseen::new(Reason::Malformed, GET, words)
}

/// What a body does not say stays as ACM has it; the role too, for authorities can be imported as well.
fn set(fact: &mut Certificate, body: Body) {
    fact.sha256 = Some(body.sha256);
    fact.serial = body.serial.or(fact.serial.take());
    fact.subject = body.subject.or(fact.subject.take());
    fact.issuer = body.issuer.or(fact.issuer.take());
    fact.key = body.key.or(fact.key.take());
    fact.signature = body.signature.or(fact.signature.take());
    if !body.names.is_empty() {
        fact.names = body.names;
    }
    if !matches!(body.validity, Validity::Unknown(_)) {
        fact.validity = body.validity;
    }
}

#[cfg(test)]
mod tests {
    use howler_model::{Origin, Resource, Role};
    use rcgen::{CertificateParams, KeyPair};

    use super::*;
    use crate::aws::certificate::somewhere;

    fn fact() -> Certificate {
        let resource = Resource {
            scope: somewhere("acm"),
            kind: "acm-certificate",
            id: "arn:c".to_owned(),
            name: "a.example".to_owned(),
        };
        let validity = Validity::Unknown("ACM's words".to_owned());
        let names = vec!["a.example".to_owned()];
        let key = Some("RSA-2048".to_owned());
        Certificate { names, key, ..Certificate::dated(resource, Role::Leaf, Origin::AcmIssued, validity) }
    }

    fn body(names: &[&str]) -> Body {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        leaf(&params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()).unwrap()
    }

    #[test]
    fn the_body_goes_before_what_acm_says_as_far_as_it_can_be_read() {
        let (mut one, read) = (fact(), body(&["b.example"]));
        set(&mut one, read.clone());
        assert_eq!((one.sha256, &one.serial), (Some(read.sha256), &read.serial));
        assert_eq!((one.names, one.key.as_deref()), (vec!["b.example".to_owned()], Some("EC-P-256")));
        assert_eq!((one.validity, one.signature), (read.validity, read.signature));
        assert_eq!(one.role, Role::Leaf);

        let mut bare = fact();
        let unread = Body { validity: Validity::Unknown("odd".to_owned()), key: None, ..body(&[]) };
        set(&mut bare, unread);
        assert_eq!(bare.validity, Validity::Unknown("ACM's words".to_owned()));
        assert_eq!((bare.names, bare.key.as_deref()), (vec!["a.example".to_owned()], Some("RSA-2048")));
    }

    #[test]
    fn only_what_may_be_served_is_read() {
        let worth = |status: CertificateStatus, in_use: Option<bool>| {
            is_worth_reading(&CertificateSummary::builder().status(status).set_in_use(in_use).build())
        };
        assert!(worth(CertificateStatus::Issued, Some(true)));
        assert!(worth(CertificateStatus::Issued, None));
        assert!(!worth(CertificateStatus::Issued, Some(false)));
        for status in [CertificateStatus::PendingValidation, CertificateStatus::Expired] {
            assert!(!worth(status, Some(true)));
        }
    }

    #[test]
    fn a_body_without_a_certificate_is_malformed() {
        for text in ["", "?", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"] {
            assert_eq!(leaf(text).map_err(|unseen| unseen.reason), Err(Reason::Malformed), "{text}");
        }
    }
}
