//! Which certificate a finding is about, where it was seen, and how its domains are validated.

use chrono::{DateTime, Utc};
use howler_model as model;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Origin, Role};

/// What tells a certificate apart, as far as the source could read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Certificate {
    /// What it is for; null in documents of versions that did not say it.
    #[serde(default)]
    pub role: Option<Role>,
    /// Where it came from.
    pub origin: Origin,
    /// Its subject as text; null if not known.
    pub subject: Option<String>,
    /// Its issuer as text; null if not known.
    pub issuer: Option<String>,
    /// DNS names and IP addresses that it covers.
    pub names: Vec<String>,
    /// The serial number in lower-case hexadecimal; null if not known.
    pub serial: Option<String>,
    /// The SHA-256 of its DER encoding in lower-case hexadecimal; null if the body was not read.
    pub sha256: Option<String>,
    /// The key, as in `RSA-2048`; null if not known.
    pub key: Option<String>,
    /// The signature algorithm; null if not known.
    pub signature: Option<String>,
}

impl From<model::Identity> for Certificate {
    fn from(identity: model::Identity) -> Self {
        Self {
            role: Some(identity.role.into()),
            origin: identity.origin.into(),
            subject: identity.subject,
            issuer: identity.issuer,
            names: identity.names,
            serial: identity.serial,
            sha256: identity.sha256.map(|digest| digest.to_string()),
            key: identity.key,
            signature: identity.signature,
        }
    }
}

/// A certificate, and where it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sighting {
    /// The ARN or the endpoint.
    pub place: String,
    /// Its first valid second; null if not known.
    pub not_before: Option<DateTime<Utc>>,
    /// Its last valid second; null if it has none that is known.
    pub not_after: Option<DateTime<Utc>>,
    /// Which certificate it is.
    pub certificate: Certificate,
}

impl From<model::Sighting> for Sighting {
    fn from(sighting: model::Sighting) -> Self {
        let model::Sighting { place, not_before, not_after, certificate } = sighting;
        Self { place, not_before, not_after, certificate: certificate.into() }
    }
}

/// How somebody shows that a domain is theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Validation {
    /// The domain.
    pub domain: String,
    /// `DNS`, `EMAIL` or `HTTP`; null if not known.
    pub method: Option<String>,
    /// `PENDING_VALIDATION`, `SUCCESS` or `FAILED`; null if not known.
    pub status: Option<String>,
    /// The record that has to be there; null if none has to.
    pub record: Option<Cname>,
    /// Whether the record is there; null if nobody looked, or nobody could tell.
    pub published: Option<bool>,
}

/// A CNAME record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cname {
    /// Its name.
    pub name: String,
    /// What it has to lead to.
    pub value: String,
}

impl From<model::Validation> for Validation {
    fn from(validation: model::Validation) -> Self {
        let model::Validation { domain, method, status, record, published } = validation;
        let record = record.map(|model::Cname { name, value }| Cname { name, value });
        Self { domain, method, status, record, published }
    }
}
