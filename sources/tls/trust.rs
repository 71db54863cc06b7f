//! The verdict of a strict path validator on a recorded chain (RFC 5280 section 6).
//!
//! The validator names only the first fault, and a date that is over hides all others. So on a date it is asked
//! again, at times when the chain was valid.

use std::time::Duration;

use chrono::{DateTime, Utc};
use howler_model::{Trust, Untrusted, Validity};
use rustls::pki_types::{CertificateDer, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, Error, KeyUsage};

use super::anchors::TrustAnchors;
use crate::x509::{Body, ReadError};

/// Judges a chain, leaf first, together with what was read of it.
pub(super) fn trust(
    chain: &[CertificateDer<'static>],
    bodies: &[Result<Body, ReadError>],
    anchors: &TrustAnchors,
    now: DateTime<Utc>,
) -> Trust {
    let Some((leaf, intermediates)) = chain.split_first() else {
        return Trust::Untrusted(Untrusted::Malformed, "there is no certificate".to_owned());
    };
    let self_issued = matches!(bodies.first(), Some(Ok(leaf)) if leaf.self_issued);
    let at = |time| path(leaf, intermediates, anchors, time);
    match at(now) {
        Ok(()) => Trust::Trusted,
        Err(error) if anchors.contains(leaf) => of_an_anchor(&error),
        Err(error) if is_date(&error) => {
            match valid_times(bodies).map(at).find(|verdict| !is_out_of_date(verdict)) {
                Some(Err(error)) => untrusted(&error, self_issued),
                Some(Ok(())) | None => Trust::OutOfDate,
            }
        }
        Err(error) => untrusted(&error, self_issued),
    }
}

/// Somebody trusts this very certificate, so only its dates can spoil it.
fn of_an_anchor(error: &Error) -> Trust {
    if is_date(error) { Trust::OutOfDate } else { Trust::Trusted }
}

fn path(
    leaf: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    anchors: &TrustAnchors,
    time: DateTime<Utc>,
) -> Result<(), Error> {
    let seconds = u64::try_from(time.timestamp()).unwrap_or(0);
    let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    let (usage, algorithms) = (KeyUsage::server_auth(), ALL_VERIFICATION_ALGS);
    let leaf = EndEntityCert::try_from(leaf)?;
    leaf.verify_for_usage(algorithms, &anchors.anchors, intermediates, time, usage, None, None).map(|_| ())
}

/// Times when the chain may have been valid: the last second of its first member to end, and that of the leaf.
fn valid_times(bodies: &[Result<Body, ReadError>]) -> impl Iterator<Item = DateTime<Utc>> + use<> {
    let ends: Vec<_> = bodies.iter().flatten().filter_map(end).collect();
    [ends.iter().min().copied(), ends.first().copied()].into_iter().flatten()
}

fn end(body: &Body) -> Option<DateTime<Utc>> {
    match body.validity {
        Validity::Until { not_after, .. } => Some(not_after),
        _ => None,
    }
}

fn is_out_of_date(verdict: &Result<(), Error>) -> bool {
    verdict.as_ref().is_err_and(is_date)
}

fn is_date(error: &Error) -> bool {
    matches!(error, Error::CertExpired { .. } | Error::CertNotValidYet { .. })
}

/// A leaf that signed itself is told apart whatever the validator minds first.
fn untrusted(error: &Error, self_issued: bool) -> Trust {
    if self_issued {
        return Trust::Untrusted(Untrusted::SelfSigned, "the certificate signed itself".to_owned());
    }
    let (class, words) = class(error);
    Trust::Untrusted(class, words)
}

fn class(error: &Error) -> (Untrusted, String) {
    let (class, words) = match error {
        Error::UnknownIssuer => (
            Untrusted::UnknownIssuer,
            "no trusted issuer: a private authority, or an intermediate is missing",
        ),
        Error::InvalidSignatureForPublicKey | Error::SignatureAlgorithmMismatch => {
            (Untrusted::BadSignature, "a signature in the chain does not fit")
        }
        Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            (Untrusted::BadSignature, "a signature algorithm or key in the chain is not trusted any more")
        }
        Error::CaUsedAsEndEntity => {
            (Untrusted::BadChain, "the certificate of an authority is used by a server")
        }
        Error::EndEntityUsedAsCa => {
            (Untrusted::BadChain, "a certificate that is no authority signed another")
        }
        Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => {
            (Untrusted::BadChain, "a certificate is not meant for servers (extended key usage)")
        }
        Error::NameConstraintViolation => (Untrusted::BadChain, "an authority may not sign this name"),
        Error::PathLenConstraintViolated => {
            (Untrusted::BadChain, "an authority may not sign other authorities")
        }
        Error::CertDistrusted | Error::CertRevoked => {
            (Untrusted::BadChain, "a key in the chain is distrusted")
        }
        Error::InvalidCertValidity => (Untrusted::BadChain, "a validity ends before it begins"),
        Error::MaximumNameConstraintComparisonsExceeded
        | Error::MaximumPathBuildCallsExceeded
        | Error::MaximumPathDepthExceeded
        | Error::MaximumSignatureChecksExceeded => (Untrusted::BadChain, "the chain is too complex to judge"),
        other => return (Untrusted::Malformed, format!("a strict reader refuses a certificate: {other}")),
    };
    (class, words.to_owned())
}
