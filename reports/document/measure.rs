//! What a finding measured, told apart by `kind`.

use chrono::{DateTime, NaiveDate, Utc};
use howler_model as model;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::number::{known, plain, short};
use super::{Certificate, LimitSource, Obstacle, Sighting, Unseen, Untrusted, UsageSource, Validation};

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
        /// Whether it is scanned so seldom that fewer than four scans see its life.
        #[serde(default)]
        scanned_too_seldom: bool,
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
        /// The issuer whose certificate the server does not send and nobody here knows; null if that is not why.
        #[serde(default)]
        missing: Option<String>,
    },
    /// A renewal that should come by itself.
    Renewal {
        /// Why it will not come; null if it is merely late.
        obstacle: Option<Obstacle>,
        /// The last valid second of the certificate that there is.
        not_after: DateTime<Utc>,
        /// What is left until then, in seconds.
        seconds_left: i64,
        /// When it should have been renewed; null if it is not late.
        due: Option<DateTime<Utc>>,
        /// What ACM says of the renewal; null if it has not begun.
        status: Option<String>,
        /// Why it failed, as ACM puts it; null if it did not.
        failure: Option<String>,
        /// The domains that it waits for.
        validations: Vec<Validation>,
        /// Which certificate it is.
        certificate: Certificate,
    },
    /// A certificate that an endpoint should serve, and the one that it does.
    Deployment {
        /// What should be served.
        bound: Box<Sighting>,
        /// What is.
        served: Box<Sighting>,
        /// The addresses that serve it.
        addresses: Vec<String>,
        /// How many addresses were seen.
        seen: usize,
    },
    /// Names that clients ask for and no certificate covers.
    UncoveredNames {
        /// The names.
        wanted: Vec<String>,
        /// What the certificates cover.
        covered: Vec<String>,
    },
    /// Certificates that are used and not there.
    Dangling {
        /// As their user names them.
        certificates: Vec<String>,
    },
    /// Certificates that a server sends and nobody needs.
    NeedlessChain {
        /// Roots, by subject.
        roots: Vec<String>,
        /// Those that issued no other certificate of the chain, by subject.
        strangers: Vec<String>,
    },
    /// A key that is too short, or a signature by a broken algorithm.
    Weak {
        /// The key; null if it is not weak.
        key: Option<String>,
        /// The signature algorithm; null if it is not weak.
        signature: Option<String>,
    },
    /// A certificate that signed itself.
    SelfSigned {
        /// Its subject as text.
        subject: String,
    },
    /// A certificate that ends before it begins.
    DatesInverted {
        /// The first valid second.
        not_before: DateTime<Utc>,
        /// The last valid second.
        not_after: DateTime<Utc>,
    },
    /// A protocol or cipher that current clients refuse.
    LegacyProtocol {
        /// The oldest protocol that is allowed or was spoken; null if it is not known.
        oldest: Option<String>,
        /// Whether nothing newer is spoken.
        only: bool,
    },
    /// A certificate that nothing uses.
    Unused {
        /// Its last valid second; null if it has none that is known.
        not_after: Option<DateTime<Utc>>,
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
            M::Expiry { not_before, not_after, seconds_left, lifetime_left, seldom, certificate } => {
                Self::Expiry {
                    not_before,
                    not_after,
                    seconds_left,
                    lifetime_left_ratio: lifetime_left.map(short),
                    scanned_too_seldom: seldom,
                    certificate: Certificate::from(*certificate),
                }
            }
            M::NoExpiry => Self::NoExpiry,
            M::NotIssued => Self::NotIssued,
            M::ExpiryUnknown(reason) => Self::ExpiryUnknown { reason },
            M::NotYetValid { not_before, seconds_until } => Self::NotYetValid { not_before, seconds_until },
            M::Name { wanted, covered } => Self::Name { wanted, covered },
            M::Chain { untrusted, reason, missing } => {
                Self::Chain { untrusted: untrusted.map(Untrusted::from), reason, missing }
            }
            M::Renewal {
                obstacle,
                not_after,
                seconds_left,
                due,
                status,
                failure,
                validations,
                certificate,
            } => Self::Renewal {
                obstacle: obstacle.map(Obstacle::from),
                not_after,
                seconds_left,
                due,
                status,
                failure,
                validations: validations.into_iter().map(Validation::from).collect(),
                certificate: Certificate::from(*certificate),
            },
            M::Deployment { bound, served, addresses, seen } => {
                let (bound, served) = (Box::new((*bound).into()), Box::new((*served).into()));
                Self::Deployment { bound, served, addresses, seen }
            }
            M::UncoveredNames { wanted, covered } => Self::UncoveredNames { wanted, covered },
            M::Dangling(certificates) => Self::Dangling { certificates },
            M::NeedlessChain { roots, strangers } => Self::NeedlessChain { roots, strangers },
            M::Weak { key, signature } => Self::Weak { key, signature },
            M::SelfSigned(subject) => Self::SelfSigned { subject },
            M::DatesInverted { not_before, not_after } => Self::DatesInverted { not_before, not_after },
            M::LegacyProtocol { oldest, only } => Self::LegacyProtocol { oldest, only },
            M::Unused(not_after) => Self::Unused { not_after },
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
