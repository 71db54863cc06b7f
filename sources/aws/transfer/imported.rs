//! Certificates that were imported for AS2: our own and those of partners, to sign, to encrypt and for TLS.

use aws_sdk_transfer::types::{DescribedCertificate, ListedCertificate};
use chrono::{DateTime, Utc};
use howler_model::{CertificateUsage, Origin, Reason, Resource, Role, Scope, Unseen, Validity};

use super::SERVICE;
use crate::aws::AccountRegion;
use crate::aws::access::Listing;
use crate::aws::certificate::{Kept, time, validity};
use crate::aws::listings::of_each::of_each;
use crate::aws::listings::transfer::ListCertificates;
use crate::source::Gathered;

pub(super) const DESCRIBE: &str = "transfer:DescribeCertificate";

pub(super) async fn gather(at: &AccountRegion, listed: &[ListedCertificate], gathered: &mut Gathered) {
    let scope = at.scope(SERVICE);
    if listed.iter().any(|one| one.arn().is_none()) {
        let unseen = Unseen::new(Reason::Malformed, ListCertificates::ACTION, "a certificate without an ARN");
        gathered.miss(None, unseen);
    }
    let named = listed.iter().filter(|one| one.arn().is_some());
    match of_each(named.clone(), |one| describe(at, one)).await {
        Ok(described) => {
            for of in described {
                match gathered.note(of.parent.arn(), of.answer) {
                    Some(answer) => add(&scope, &of.parent, &answer, gathered),
                    None => gathered.facts.certificates.push(unread(&scope, &of.parent)),
                }
            }
        }
        Err(unseen) => {
            gathered.facts.certificates.extend(named.map(|one| unread(&scope, one)));
            gathered.miss(None, unseen);
        }
    }
}

async fn describe(at: &AccountRegion, listed: &ListedCertificate) -> Result<DescribedCertificate, Unseen> {
    let id = listed.certificate_id().unwrap_or_default();
    let request = at.transfer().describe_certificate().certificate_id(id);
    let answer = at.call(DESCRIBE, || request.clone().send()).await?;
    let words = "the answer has no certificate in it";
    answer.certificate.ok_or_else(|| Unseen::new(Reason::Malformed, DESCRIBE, words))
}

fn kept(scope: &Scope, listed: &ListedCertificate, kind: &'static str, role: Role) -> Kept {
    let name = listed.description().filter(|text| !text.is_empty()).or(listed.certificate_id());
    let id = listed.arn().unwrap_or_default();
    let resource =
        Resource { scope: scope.clone(), kind, id: id.to_owned(), name: name.unwrap_or(id).to_owned() };
    // Only profiles tell whether it is used, and an inactive one may be just one that nobody replaced in time.
    Kept { resource, role, origin: Origin::Uploaded, usage: CertificateUsage::Unknown, changes: false }
}

fn unread(scope: &Scope, listed: &ListedCertificate) -> howler_model::Certificate {
    let kept = kept(scope, listed, "transfer-certificate", Role::Leaf);
    kept.unread(validity(None, listed.inactive_date(), "Transfer Family does not tell when it ends"))
}

/// The certificate, and those of its chain.
fn add(scope: &Scope, listed: &ListedCertificate, answer: &DescribedCertificate, gathered: &mut Gathered) {
    let known = gathered.facts.certificates.len();
    let leaf = kept(scope, listed, "transfer-certificate", Role::Leaf);
    let told = |words: String| validity(answer.not_before_date(), answer.not_after_date(), &words);
    match answer.certificate() {
        Some(pem) => leaf.read(pem.as_bytes(), DESCRIBE, told, gathered),
        None => {
            let words = "Transfer Family does not tell when it ends".to_owned();
            gathered.facts.certificates.push(leaf.unread(told(words)));
        }
    }
    let inactive = answer.inactive_date().and_then(time);
    for fact in gathered.facts.certificates.iter_mut().skip(known) {
        fact.validity = until_inactive(fact.validity.clone(), inactive);
    }
    if let Some(chain) = answer.certificate_chain().filter(|chain| !chain.trim().is_empty()) {
        let kept =
            Kept { changes: true, ..kept(scope, listed, "transfer-certificate-chain", Role::Authority) };
        kept.read(chain.as_bytes(), DESCRIBE, Validity::Unknown, gathered);
    }
}

/// A certificate is not used any more from the day on which somebody said that it ends, even if it could be.
fn until_inactive(validity: Validity, inactive: Option<DateTime<Utc>>) -> Validity {
    match (validity, inactive) {
        (Validity::Until { not_before, not_after }, Some(inactive)) => {
            Validity::Until { not_before, not_after: not_after.min(inactive) }
        }
        (Validity::NoExpiry | Validity::Unknown(_), Some(inactive)) => Validity::between(None, inactive),
        (validity, _) => validity,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use aws_sdk_transfer::primitives::DateTime as SdkTime;
    use aws_sdk_transfer::types::builders::{DescribedCertificateBuilder, ListedCertificateBuilder};
    use rcgen::{CertificateParams, KeyPair};

    use super::*;
    use crate::aws::certificate::somewhere;

    /// 31 December 2026, when the certificates of these tests end.
    const END: i64 = 1_798_675_200;

    fn pem(name: &str) -> String {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        params.not_after = rcgen::date_time_ymd(2026, 12, 31);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
    }

    fn listed() -> ListedCertificateBuilder {
        ListedCertificate::builder().arn("arn:c").certificate_id("cert-1")
    }

    fn answer() -> DescribedCertificateBuilder {
        DescribedCertificate::builder().arn("arn:c").certificate(pem("as2.example"))
    }

    fn gathered(answer: DescribedCertificateBuilder) -> Gathered {
        let mut gathered = Gathered::default();
        add(&somewhere("transfer"), &listed().build(), &answer.build().unwrap(), &mut gathered);
        gathered
    }

    fn end(gathered: &Gathered) -> Option<i64> {
        match gathered.facts.certificates[0].validity {
            Validity::Until { not_after, .. } => Some(not_after.timestamp()),
            _ => None,
        }
    }

    #[test]
    fn the_earlier_end_counts() {
        let inactive = |end| gathered(answer().inactive_date(SdkTime::from_secs(end)));
        assert_eq!(end(&gathered(answer())), Some(END));
        assert_eq!(end(&inactive(END - 1)), Some(END - 1));
        assert_eq!(end(&inactive(END + 1)), Some(END));
        let fact = &inactive(END - 1).facts.certificates[0];
        assert!(matches!(fact.validity, Validity::Until { not_before: Some(_), .. }));
        assert_eq!((fact.resource.id.as_str(), fact.resource.name.as_str()), ("arn:c", "cert-1"));
        assert_eq!((fact.role, fact.usage.clone()), (Role::Leaf, CertificateUsage::Unknown));
        let inactive = DateTime::from_timestamp(5, 0);
        assert_eq!(until_inactive(Validity::NoExpiry, None), Validity::NoExpiry);
        assert_eq!(until_inactive(Validity::NoExpiry, inactive), Validity::between(None, inactive.unwrap()));
    }

    #[test]
    fn without_a_body_the_dates_are_those_of_the_answer() {
        let dated =
            |answer: DescribedCertificateBuilder| gathered(answer.not_after_date(SdkTime::from_secs(9)));
        let missing = dated(answer().set_certificate(None));
        assert_eq!((end(&missing), missing.gaps.len()), (Some(9), 0));
        let odd = dated(answer().certificate("name.pem"));
        assert_eq!((end(&odd), odd.gaps.len()), (Some(9), 1));
        let undated = gathered(answer().set_certificate(None));
        assert!(matches!(undated.facts.certificates[0].validity, Validity::Unknown(_)));
    }

    #[test]
    fn the_chain_is_beside_its_certificate() {
        let chained = gathered(answer().certificate_chain(pem("ca.example")));
        let [leaf, chain] = &chained.facts.certificates[..] else { panic!("two certificates") };
        assert_eq!(
            (leaf.resource.kind, chain.resource.kind),
            ("transfer-certificate", "transfer-certificate-chain")
        );
        assert_eq!(chain.resource.id, format!("arn:c#{}", chain.sha256.unwrap()));
        assert_eq!(chain.role, Role::Authority);
    }

    #[test]
    fn what_was_not_described_ends_when_the_listing_says_or_nobody_knows() {
        let of = |listed: ListedCertificateBuilder| unread(&somewhere("transfer"), &listed.build()).validity;
        assert!(matches!(of(listed()), Validity::Unknown(_)));
        let inactive = of(listed().inactive_date(SdkTime::from_secs(3)));
        assert!(matches!(inactive, Validity::Until { not_after, .. } if not_after.timestamp() == 3));
    }
}
