//! What one revocation list says (RFC 5280 section 5): who issued it, and when the next one is due.

use howler_model::{Certificate, CertificateUsage, Origin, Resource, Role, Sha256, Validity};
use x509_parser::asn1_rs::Tag;

use super::body::{Body, ReadError, date};
use super::der::Element;
use super::{key, name, pem};

/// The fields of a revocation list that facts need. Whom it revokes is passed over. All texts are untrusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Crl {
    /// The fingerprint of the DER encoding.
    pub sha256: Sha256,
    /// The issuer, if it can be read.
    pub issuer: Option<String>,
    /// From its update until the next one is due; without end if it names none.
    pub validity: Validity,
    /// The signature algorithm, as in `sha256WithRSAEncryption`.
    pub signature: Option<String>,
}

/// Reads the revocation list of a text (the first one, if it has several) or of DER.
///
/// # Errors
/// If there is none, or if it cannot be read. A date that is none is no error.
pub(crate) fn revocation_list(bytes: &[u8]) -> Result<Crl, ReadError> {
    revocation_lists(bytes).into_iter().next().unwrap_or(Err(ReadError::NotARevocationList))
}

/// Reads every revocation list of a text, each with its own error, or the one of DER; empty only if nothing looks
/// like one.
pub(crate) fn revocation_lists(bytes: &[u8]) -> Vec<Result<Crl, ReadError>> {
    match bytes.first() {
        Some(0x30) => in_der(bytes).into_iter().map(Ok).collect(),
        _ => pem::lists_in_pem(bytes).into_iter().map(|der| read(&der?)).collect(),
    }
}

fn read(der: &[u8]) -> Result<Crl, ReadError> {
    in_der(der).ok_or(ReadError::NotARevocationList)
}

/// None if the shape is another one, or if something follows.
fn in_der(der: &[u8]) -> Option<Crl> {
    let (list, rest) = Element::first(der)?;
    let signed = list.sequence()?.next()?;
    let mut fields = signed.sequence()?.skip_while(|field| field.is(Tag::Integer)); // the version
    let signature = fields.next().filter(|field| field.is(Tag::Sequence))?;
    let issuer = fields.next().filter(|field| field.is(Tag::Sequence))?;
    let update = fields.next().filter(is_time)?;
    let next = fields.next().filter(is_time);
    rest.is_empty().then(|| Crl {
        sha256: Sha256::of(der),
        issuer: name::name_text(issuer.whole),
        validity: validity(&update, next.as_ref()),
        signature: key::signature_name(signature.whole),
    })
}

fn is_time(field: &Element<'_>) -> bool {
    field.is(Tag::UtcTime) || field.is(Tag::GeneralizedTime)
}

fn validity(update: &Element<'_>, next: Option<&Element<'_>>) -> Validity {
    let Some(next) = next else { return Validity::NoExpiry };
    match date(next) {
        Some(due) => Validity::between(date(update), due),
        None => {
            let text = String::from_utf8_lossy(next.content);
            Validity::Unknown(format!("its next update is not a date: {text}"))
        }
    }
}

impl Crl {
    /// The list in its place, in the terms of certificates.
    #[must_use]
    pub(crate) fn at(self, resource: Resource, origin: Origin, usage: CertificateUsage) -> Certificate {
        Body::from(self).at(resource, origin, usage)
    }
}

impl From<Crl> for Body {
    /// A list stands among certificates as one without subject and key.
    fn from(list: Crl) -> Self {
        Self {
            sha256: list.sha256,
            subject: None,
            issuer: list.issuer,
            names: Vec::new(),
            common_name_only: false,
            serial: None,
            validity: list.validity,
            key: None,
            signature: list.signature,
            role: Role::RevocationList,
            self_issued: false,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use chrono::{DateTime, Utc};
    use rcgen::{
        BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, IsCa, Issuer,
        KeyIdMethod, KeyPair, RevokedCertParams, SerialNumber, date_time_ymd,
    };

    use super::*;

    /// A list with one revoked certificate, from the first to the last day of March 2026.
    fn list() -> rcgen::CertificateRevocationList {
        let mut authority = CertificateParams::default();
        authority.distinguished_name.push(DnType::CommonName, "ca.example");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = Issuer::new(authority, KeyPair::generate().unwrap());
        let revoked = RevokedCertParams {
            serial_number: SerialNumber::from(7),
            revocation_time: date_time_ymd(2026, 2, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 3, 1),
            next_update: date_time_ymd(2026, 3, 31),
            crl_number: SerialNumber::from(3),
            issuing_distribution_point: None,
            revoked_certs: vec![revoked],
            key_identifier_method: KeyIdMethod::Sha256,
        };
        params.signed_by(&issuer).unwrap()
    }

    fn day(text: &str) -> DateTime<Utc> {
        format!("{text}T00:00:00Z").parse().unwrap()
    }

    fn replaced(der: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
        let at = der.windows(from.len()).position(|window| window == from).unwrap();
        [&der[..at], to, &der[at + from.len()..]].concat()
    }

    #[test]
    fn a_list_says_the_same_in_text_and_in_der() {
        let (der, pem) = (list().der().to_vec(), list().pem().unwrap());
        let read = revocation_list(&der).unwrap();
        assert!(read.issuer.as_deref().unwrap().contains("CN=ca.example"));
        assert_eq!(read.signature.as_deref(), Some("ecdsa-with-SHA256"));
        let until = Validity::Until { not_before: Some(day("2026-03-01")), not_after: day("2026-03-31") };
        assert_eq!(read.validity, until);
        let text = revocation_list(format!("a comment\r\n{}", pem.replace('\n', "\r\n")).as_bytes()).unwrap();
        assert_eq!((text.issuer, text.validity), (read.issuer, read.validity));
    }

    #[test]
    fn no_next_update_is_no_end_and_one_that_is_no_date_is_unknown() {
        let der = list().der().to_vec();
        let due = [&[0x17, 13][..], b"260331000000Z"].concat();
        let month = replaced(&der, b"260331000000Z", b"261331000000Z");
        let words = "its next update is not a date: 261331000000Z".to_owned();
        assert_eq!(revocation_list(&month).unwrap().validity, Validity::Unknown(words));
        // The element becomes a [5] that nobody knows, so that the lengths around it stay.
        let without = replaced(&der, &due, &[&[0x85, 13][..], b"260331000000Z"].concat());
        assert_eq!(revocation_list(&without).unwrap().validity, Validity::NoExpiry);
    }

    #[test]
    fn several_lists_are_read_one_by_one_and_a_bad_one_hides_none() {
        let bad = "-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n";
        let text = format!("{bad}{}{bad}", list().pem().unwrap());
        let read = revocation_lists(text.as_bytes());
        let good: Vec<bool> = read.iter().map(Result::is_ok).collect();
        assert_eq!(good, [false, true, false]);
        assert_eq!(revocation_list(text.as_bytes()), Err(ReadError::NotARevocationList));
    }

    #[test]
    fn what_is_no_list_is_an_error() {
        let der = list().der().to_vec();
        let certificate = CertificateParams::default().self_signed(&KeyPair::generate().unwrap()).unwrap();
        assert!(revocation_lists(certificate.pem().as_bytes()).is_empty());
        let followed = [&der[..], b"x"].concat();
        for bytes in [&b""[..], b"hello", certificate.der(), &followed] {
            assert_eq!(revocation_list(bytes), Err(ReadError::NotARevocationList));
        }
        for end in 0..der.len() {
            assert!(revocation_list(&der[..end]).is_err(), "{end}");
        }
    }

    #[test]
    fn a_list_is_a_certificate_of_its_own_role() {
        let read = revocation_list(list().der()).unwrap();
        let body = Body::from(read.clone());
        assert_eq!((body.role, body.subject, body.sha256), (Role::RevocationList, None, read.sha256));
        assert_eq!(body.validity, read.validity);
    }
}
