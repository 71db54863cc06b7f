//! What a finding measured, told apart by `kind`.

use chrono::{DateTime, NaiveDate, Utc};
use howler_model as model;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::number::{known, plain, short};
use super::{LimitSource, Origin, Unseen, Untrusted, UsageSource};

/// The numbers and names behind a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Measure {
    /// When a certificate ends.
    Expiry {
        /// The first valid second; null if not known.
        not_before: Option<DateTime<Utc>>,
        /// The last valid second.
        not_after: DateTime<Utc>,
        /// What is left, in seconds; negative once expired.
        seconds_left: i64,
        /// What is left of the lifetime, 0..1; null if the lifetime is not known.
        #[serde(serialize_with = "known")]
        lifetime_left_ratio: Option<f64>,
        /// Which certificate it is.
        certificate: Certificate,
    },
    /// A certificate that names no end.
    NoExpiry,
    /// A certificate that is requested and not issued.
    NotIssued,
    /// A certificate whose end could not be read.
    ExpiryUnknown {
        /// The source's words.
        reason: String,
    },
    /// A certificate that is not valid yet.
    NotYetValid {
        /// The first valid second.
        not_before: DateTime<Utc>,
        /// What is left until then, in seconds.
        seconds_until: i64,
    },
    /// A name that a certificate should cover.
    Name {
        /// The name that clients ask for.
        wanted: String,
        /// The names in the certificate.
        covered: Vec<String>,
    },
    /// A chain.
    Chain {
        /// Why it leads to no trust anchor; null if it does.
        untrusted: Option<Untrusted>,
        /// The validator's words.
        reason: String,
    },
    /// How much of a quota is used.
    Utilization {
        /// In `unit`.
        #[serde(serialize_with = "plain")]
        usage: f64,
        /// In `unit`.
        #[serde(serialize_with = "plain")]
        limit: f64,
        /// `usage / limit`; null if the limit is 0.
        #[serde(serialize_with = "known")]
        utilization_ratio: Option<f64>,
        /// The unit, in the singular.
        unit: String,
        /// Who said what the limit is.
        limit_by: LimitSource,
        /// How the usage was measured.
        usage_by: UsageSource,
        /// When the usage was so.
        observed_at: DateTime<Utc>,
    },
    /// A quota of which a number is missing.
    UtilizationUnknown {
        /// In `unit`; null if not known.
        #[serde(serialize_with = "known")]
        usage: Option<f64>,
        /// In `unit`; null if not known.
        #[serde(serialize_with = "known")]
        limit: Option<f64>,
        /// The unit, in the singular.
        unit: String,
        /// Why the other is missing.
        unseen: Unseen,
    },
    /// A suppression that ends.
    Suppression {
        /// Why somebody said it.
        reason: String,
        /// Who said it.
        owner: String,
        /// The last day of it (UTC).
        until: NaiveDate,
        /// Days until that one; 0 on it, negative once it has ended.
        days_left: i64,
    },
    /// Something that could not be seen.
    Gap {
        /// What and why.
        unseen: Unseen,
    },
}

impl From<&model::Measure> for Measure {
    fn from(measure: &model::Measure) -> Self {
        use model::Measure as M;
        let ratio = measure.utilization();
        match measure.clone() {
            M::Expiry { not_before, not_after, seconds_left, lifetime_left, certificate } => Self::Expiry {
                not_before,
                not_after,
                seconds_left,
                lifetime_left_ratio: lifetime_left.map(short),
                certificate: Certificate::from(*certificate),
            },
            M::NoExpiry => Self::NoExpiry,
            M::NotIssued => Self::NotIssued,
            M::ExpiryUnknown(reason) => Self::ExpiryUnknown { reason },
            M::NotYetValid { not_before, seconds_until } => Self::NotYetValid { not_before, seconds_until },
            M::Name { wanted, covered } => Self::Name { wanted, covered },
            M::Chain { untrusted, reason } => {
                Self::Chain { untrusted: untrusted.map(Untrusted::from), reason }
            }
            M::Utilization { usage, limit, unit, limit_by, usage_by, at } => Self::Utilization {
                usage: short(usage),
                limit: short(limit),
                utilization_ratio: ratio.map(short),
                unit,
                limit_by: limit_by.into(),
                usage_by: usage_by.into(),
                observed_at: at,
            },
            M::UtilizationUnknown { usage, limit, unit, unseen } => {
                let (usage, limit) = (usage.map(short), limit.map(short));
                Self::UtilizationUnknown { usage, limit, unit, unseen: Unseen::from(&unseen) }
            }
            M::Suppression { reason, owner, until, days_left } => {
                Self::Suppression { reason, owner, until, days_left }
            }
            M::Gap(unseen) => Self::Gap { unseen: Unseen::from(&unseen) },
        }
    }
}

/// What tells a certificate apart, as far as the source could read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Certificate {
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
