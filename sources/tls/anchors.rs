//! Whom to trust: the machine's trust anchors, Mozilla's, or those of a file.

use std::collections::BTreeSet;

use howler_model::Sha256;
use rustls::pki_types::{CertificateDer, TrustAnchor};

use crate::error::Error;
use crate::x509;

/// Certificates that a chain may lead to.
#[derive(Debug, Clone, Default)]
pub struct TrustAnchors {
    pub(super) anchors: Vec<TrustAnchor<'static>>,
    fingerprints: BTreeSet<Sha256>,
}

impl TrustAnchors {
    /// Those that this machine trusts; single ones that no validator reads are passed over, as its clients do.
    ///
    /// # Errors
    /// If there is none at all: then nothing would be trusted.
    pub fn native() -> Result<Self, Error> {
        let found = rustls_native_certs::load_native_certs();
        let mut trusted = Self::default();
        for certificate in &found.certs {
            let _unusable = trusted.add(certificate);
        }
        match trusted.anchors.is_empty() {
            false => Ok(trusted),
            true => Err(refused(
                "this machine",
                found.errors.first().map_or_else(|| "there are none".to_owned(), ToString::to_string),
            )),
        }
    }

    /// Mozilla's, as they were when howler was built.
    #[must_use]
    pub fn mozilla() -> Self {
        Self { anchors: webpki_roots::TLS_SERVER_ROOTS.to_vec(), fingerprints: BTreeSet::new() }
    }

    /// Those in a PEM text; `origin` names it in errors.
    ///
    /// # Errors
    /// If one of them cannot be used, or if there is none.
    pub fn from_pem(text: &[u8], origin: &str) -> Result<Self, Error> {
        let mut trusted = Self::default();
        for (index, der) in x509::encodings_in_pem(text).into_iter().enumerate() {
            let der = der.map_err(|error| refused(origin, error.to_string()))?;
            let unusable = |error| refused(origin, format!("certificate block {}: {error}", index + 1));
            trusted.add(&CertificateDer::from(der)).map_err(unusable)?;
        }
        match trusted.anchors.is_empty() {
            true => Err(refused(origin, "no certificate in it".to_owned())),
            false => Ok(trusted),
        }
    }

    /// These and others.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.anchors.extend(other.anchors);
        self.fingerprints.extend(other.fingerprints);
        self
    }

    /// Whether a certificate is itself an anchor: somebody trusts it as it is, whatever it may be used for.
    pub(super) fn contains(&self, der: &[u8]) -> bool {
        self.fingerprints.contains(&Sha256::of(der))
    }

    fn add(&mut self, certificate: &CertificateDer<'_>) -> Result<(), webpki::Error> {
        self.anchors.push(webpki::anchor_from_trusted_cert(certificate)?.to_owned());
        self.fingerprints.insert(Sha256::of(certificate));
        Ok(())
    }
}

fn refused(origin: &str, reason: String) -> Error {
    Error::TrustAnchors { origin: origin.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_come_from_text_and_a_bad_one_is_named() {
        let key = rcgen::KeyPair::generate().unwrap();
        let pem = rcgen::CertificateParams::new([]).unwrap().self_signed(&key).unwrap().pem();
        let trusted = TrustAnchors::from_pem(pem.as_bytes(), "ca.pem").unwrap();
        assert_eq!(trusted.and(TrustAnchors::default()).anchors.len(), 1);
        let says = |text: &str| TrustAnchors::from_pem(text.as_bytes(), "ca.pem").unwrap_err().to_string();
        assert_eq!(says("hello"), "the trust anchors in ca.pem cannot be used: no certificate in it");
        assert!(says(&pem.repeat(2).replacen("MII", "?", 1)).contains("certificate block 1: "));
        assert!(TrustAnchors::mozilla().anchors.len() > 100);
    }
}
