//! The parsers of howler-sources, by their files: whoever fuzzes them need not build the AWS SDK, and the crate need not
//! show them to everybody.
//!
//! ```text
//! scripts/fuzz 60              every target for a minute, from the certificates that scripts/prepare brings
//! scripts/fuzz 600 store       one of them for ten
//! ```
//!
//! That nothing panics or takes all memory is checked by the fuzzer itself; what else has to hold is asserted here.
#![allow(dead_code, unused_imports, unreachable_pub, reason = "a part of another crate")]

#[path = "../sources/error.rs"]
mod error;
mod files;
#[path = "../sources/passwords.rs"]
mod passwords;
mod tls;
#[path = "../sources/x509/mod.rs"]
mod x509;

pub use files::manifest;
pub use tls::server;

use howler_model::Sha256;
use passwords::Passwords;

/// One certificate in DER.
pub fn certificate(der: &[u8]) {
    if let Ok(body) = x509::read(der) {
        assert_eq!(body.sha256, Sha256::of(der));
    }
}

/// Anything that may hold certificates: text, a bundle, a store with a password or without one.
pub fn store(bytes: &[u8]) {
    let passwords = Passwords::new(["password".to_owned()]);
    let found = x509::certificates(bytes, &passwords);
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    assert!(!text.contains("-----BEGIN CERTIFICATE-----\n") || !found.is_empty(), "a block without a word");
}

/// Revocation lists.
pub fn crl(bytes: &[u8]) {
    let all = x509::revocation_lists(bytes);
    assert_eq!(x509::revocation_list(bytes).ok(), all.into_iter().next().and_then(Result::ok));
}

/// Metadata of a SAML provider.
pub fn metadata(bytes: &[u8]) {
    drop(x509::signing_certificates(&String::from_utf8_lossy(bytes)));
}
