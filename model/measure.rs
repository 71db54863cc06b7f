//! What a finding measured, typed, so that every report words and formats it in its own way.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{Identity, LimitSource, Unseen, Untrusted, UsageSource};

/// The numbers and names behind a verdict.
#[derive(Debug, Clone, PartialEq)]
pub enum Measure {
    /// When a certificate ends.
    Expiry {
        /// The first valid second, if known.
        not_before: Option<DateTime<Utc>>,
        /// The last valid second.
        not_after: DateTime<Utc>,
        /// What is left, in seconds; negative once expired.
        seconds_left: i64,
        /// What is left of the lifetime, 0..1, if the lifetime is known.
        lifetime_left: Option<f64>,
        /// Which certificate it is: [`crate::Certificate::identity`].
        certificate: Box<Identity>,
    },
    /// A certificate that names no end.
    NoExpiry,
    /// A certificate that is requested and not issued.
    NotIssued,
    /// A certificate whose end could not be read, with the source's words.
    ExpiryUnknown(String),
    /// A certificate that is not valid yet.
    NotYetValid {
        /// The first valid second.
        not_before: DateTime<Utc>,
        /// What is left until then, in seconds.
        seconds_until: i64,
    },
    /// A name that the certificate should cover, and the ones that it does.
    Name {
        /// The name that clients ask for.
        wanted: String,
        /// The names in the certificate.
        covered: Vec<String>,
    },
    /// A chain, and why it leads to no trust anchor.
    Chain {
        /// None if a path exists.
        untrusted: Option<Untrusted>,
        /// The validator's words. Untrusted text.
        reason: String,
    },
    /// How much of a quota is used.
    Utilization {
        /// In `unit`.
        usage: f64,
        /// In `unit`.
        limit: f64,
        /// In the singular.
        unit: String,
        /// Who said what the limit is.
        limit_by: LimitSource,
        /// How the usage was measured.
        usage_by: UsageSource,
        /// When the usage was so.
        at: DateTime<Utc>,
    },
    /// A quota of which one number is missing.
    UtilizationUnknown {
        /// The usage, if that was measured.
        usage: Option<f64>,
        /// The limit, if that is known.
        limit: Option<f64>,
        /// In the singular.
        unit: String,
        /// Why the other is missing.
        unseen: Unseen,
    },
    /// When somebody's word that something need not be told ends.
    Suppression {
        /// Why they said it.
        reason: String,
        /// Who says so.
        owner: String,
        /// The last day of it (UTC).
        until: NaiveDate,
        /// Days until that one; 0 on it, negative once it has ended.
        days_left: i64,
    },
    /// A scope or an item that could not be seen.
    Gap(Unseen),
}

impl Measure {
    /// `usage / limit`, or none without a limit to divide by.
    #[must_use]
    pub fn utilization(&self) -> Option<f64> {
        match self {
            Self::Utilization { usage, limit, .. } if *limit > 0.0 => Some(usage / limit),
            _ => None,
        }
    }
}
