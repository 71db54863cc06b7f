//! The signature of a body: whoever shares the secret sees that howler wrote it, and when.

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::gateway::Secret;

/// The header that holds it.
const HEADER: &str = "howler-signature";

/// What bodies are signed with. It has no `Debug`.
pub(super) struct Signature(Hmac<Sha256>);

impl Signature {
    /// Signs with a secret.
    ///
    /// # Errors
    /// What is wrong with it: everybody knows an empty one.
    pub(super) fn new(secret: &Secret) -> Result<Self, &'static str> {
        let key = secret.expose().as_bytes();
        let mac = Hmac::new_from_slice(key).map_err(|_| "the secret to sign with is none")?;
        if key.is_empty() { Err("the secret to sign with is empty") } else { Ok(Self(mac)) }
    }

    /// `Howler-Signature: t=SECONDS,v1=HEX`: HMAC-SHA256 over the seconds since 1970, a dot, and the body.
    pub(super) fn header(&self, body: &str, at: DateTime<Utc>) -> (&'static str, Secret) {
        let seconds = at.timestamp();
        let mut mac = self.0.clone();
        mac.update(format!("{seconds}.").as_bytes());
        mac.update(body.as_bytes());
        let code = HEXLOWER.encode(&mac.finalize().into_bytes());
        (HEADER, Secret::new(format!("t={seconds},v1={code}")))
    }
}
