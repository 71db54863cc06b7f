//! What a finding measured, typed, so that every report words and formats it in its own way.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{Identity, LimitSource, Unseen, Untrusted, UsageSource, Validation};

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
        /// It is scanned so seldom that fewer than four scans see its life.
        seldom: bool,
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
        /// The issuer of the leaf, if the server does not send its certificate and the validator does not know it.
        /// Untrusted text.
        missing: Option<String>,
    },
    /// How it stands with a renewal that should come by itself.
    Renewal {
        /// Why it will not come; none if it is merely late.
        obstacle: Option<Obstacle>,
        /// The last valid second of the certificate that there is.
        not_after: DateTime<Utc>,
        /// What is left until then, in seconds.
        seconds_left: i64,
        /// When it should have been renewed, where it is late.
        due: Option<DateTime<Utc>>,
        /// What ACM says of the renewal (`RenewalStatus`), once it has begun.
        status: Option<String>,
        /// Why it failed, as ACM puts it.
        failure: Option<String>,
        /// The domains that are not shown to be ours yet.
        validations: Vec<Validation>,
        /// Which certificate it is.
        certificate: Box<Identity>,
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
    /// Names that clients ask for and no certificate of their user covers.
    UncoveredNames {
        /// The names. Untrusted text.
        wanted: Vec<String>,
        /// What the certificates cover. Untrusted text.
        covered: Vec<String>,
    },
    /// Certificates that are used and not there, as their user names them. Untrusted text.
    Dangling(Vec<String>),
    /// Certificates that a server sends and nobody needs.
    NeedlessChain {
        /// Roots, by subject: who trusts them has them. Untrusted text.
        roots: Vec<String>,
        /// Those that no other certificate of the chain was issued by. Untrusted text.
        strangers: Vec<String>,
    },
    /// A key that is too short, or a signature by a broken algorithm; none where that is not the matter.
    Weak {
        /// As in [`crate::Certificate::key`].
        key: Option<String>,
        /// As in [`crate::Certificate::signature`].
        signature: Option<String>,
    },
    /// A certificate that signed itself, with its subject. Untrusted text.
    SelfSigned(String),
    /// A certificate that ends before it begins.
    DatesInverted {
        /// The first valid second.
        not_before: DateTime<Utc>,
        /// The last valid second.
        not_after: DateTime<Utc>,
    },
    /// A protocol, or ways to encrypt, that current clients refuse.
    LegacyProtocol {
        /// The oldest protocol that is allowed or was spoken, as handshakes name it; none if it is not known.
        oldest: Option<String>,
        /// It speaks nothing else.
        only: bool,
    },
    /// A certificate that nothing uses, with its last valid second if it has one.
    Unused(Option<DateTime<Utc>>),
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

/// Why a renewal will not come by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Obstacle {
    /// ACM does not renew it, though it is in use.
    Ineligible,
    /// ACM does not renew what nothing uses.
    NotInUse,
    /// ACM tried and gave up.
    Failed,
    /// The record that shows that a domain is ours is not there.
    RecordMissing,
    /// Somebody has to answer an e-mail.
    Email,
    /// A domain is not validated, and nobody looked why.
    Unvalidated,
}

impl Obstacle {
    /// The name in documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ineligible => "ineligible",
            Self::NotInUse => "not-in-use",
            Self::Failed => "failed",
            Self::RecordMissing => "record-missing",
            Self::Email => "email",
            Self::Unvalidated => "unvalidated",
        }
    }
}

/// A certificate, and where it was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// The ARN or the endpoint.
    pub place: String,
    /// Its first valid second, if known.
    pub not_before: Option<DateTime<Utc>>,
    /// Its last valid second, if it has one that is known.
    pub not_after: Option<DateTime<Utc>>,
    /// Which certificate it is.
    pub certificate: Identity,
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
