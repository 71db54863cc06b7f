//! A certificate as some source saw it, with no verdict in it.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256 as Sha256Hash};

use crate::Resource;

/// The SHA-256 of the DER encoding: the same certificate has the same fingerprint wherever it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256([u8; 32]);

impl Sha256 {
    /// The fingerprint of a DER encoding.
    #[must_use]
    pub fn of(der: &[u8]) -> Self {
        Self(Sha256Hash::digest(der).into())
    }
}

impl fmt::Display for Sha256 {
    /// 64 lower-case hexadecimal digits.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&HEXLOWER.encode(&self.0))
    }
}

/// What a certificate is for, which decides how early its end must be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Proves the identity of a server or client.
    Leaf,
    /// Signs others: an intermediate or a root.
    Authority,
    /// Of a database server, or the authority that its clients have to trust: both change on all clients together.
    Database,
    /// An authority in a list that somebody checks certificates of clients or peers against.
    TrustStore,
    /// A list of revoked certificates: who checks against it refuses everybody once its next update is overdue.
    RevocationList,
    /// What another directory signs with, which somebody there replaces: SAML, LDAPS.
    Federation,
}

impl Role {
    /// All roles, in the order of documentation.
    pub const ALL: [Self; 6] = [
        Self::Leaf,
        Self::Authority,
        Self::Database,
        Self::TrustStore,
        Self::RevocationList,
        Self::Federation,
    ];

    /// The name in documents and in configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Leaf => "leaf",
            Self::Authority => "authority",
            Self::Database => "database",
            Self::TrustStore => "trust-store",
            Self::RevocationList => "revocation-list",
            Self::Federation => "federation",
        }
    }
}

/// Where a certificate came from, which decides who renews it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// ACM issued it and may renew it by itself.
    AcmIssued,
    /// ACM issued it from a private CA and may renew it by itself.
    AcmPrivate,
    /// An ACME client got it through ACM's ACME endpoint and renews it.
    AcmAcme,
    /// Somebody imported it into ACM and must import it again.
    AcmImported,
    /// Somebody uploaded it to IAM and must upload it again.
    Iam,
    /// It belongs to an authority of ACM Private CA, whose owner has to issue it again.
    AcmPca,
    /// The service that has it made it, and makes a new one, at the latest when somebody asks for that.
    Service,
    /// Somebody gave it to the service that has it, and must give it a new one.
    Uploaded,
    /// It lies in a file.
    File,
    /// An endpoint served it.
    Served,
}

impl Origin {
    /// The name in documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AcmIssued => "acm-issued",
            Self::AcmPrivate => "acm-private",
            Self::AcmAcme => "acm-acme",
            Self::AcmImported => "acm-imported",
            Self::Iam => "iam",
            Self::AcmPca => "acm-pca",
            Self::Service => "service",
            Self::Uploaded => "uploaded",
            Self::File => "file",
            Self::Served => "served",
        }
    }
}

/// The time in which a certificate is valid (RFC 5280 section 4.1.2.5, both ends included).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Validity {
    /// It ends.
    Until {
        /// The first valid second, if the source says it.
        not_before: Option<DateTime<Utc>>,
        /// The last valid second.
        not_after: DateTime<Utc>,
    },
    /// It says 99991231235959Z: no well-defined end.
    NoExpiry,
    /// Not issued yet: there is no date to know, so this is not a gap.
    NotIssued,
    /// The source cannot tell, with its words. Never read as expired.
    Unknown(String),
}

impl Validity {
    /// From the two dates of a certificate, with RFC 5280's "no well-defined expiration date" told apart.
    #[must_use]
    pub fn between(not_before: Option<DateTime<Utc>>, not_after: DateTime<Utc>) -> Self {
        const NO_EXPIRY: i64 = 253_402_300_799; // 9999-12-31T23:59:59Z
        match not_after.timestamp() >= NO_EXPIRY {
            true => Self::NoExpiry,
            false => Self::Until { not_before, not_after },
        }
    }

    /// From the first to the last valid second, if both are known and in order.
    #[must_use]
    pub fn lifetime(&self) -> Option<TimeDelta> {
        match self {
            Self::Until { not_before: Some(start), not_after } if not_after > start => {
                Some(*not_after - *start)
            }
            _ => None,
        }
    }
}

/// Whether anything uses a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Usage {
    /// These do: ARNs, endpoints. Empty where the source says that it is used, but was not asked by what.
    By(Vec<String>),
    /// The source says that nothing does.
    Unused,
    /// The source cannot tell. Treated as used: blind is not green.
    Unknown,
}

/// What ACM says about renewing a certificate by itself (`RenewalEligibility`, `RenewalSummary`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// Whether ACM would renew it.
    pub eligible: bool,
    /// `PENDING_AUTO_RENEWAL`, `PENDING_VALIDATION`, `SUCCESS` or `FAILED`, once it has begun.
    pub status: Option<String>,
    /// Why it failed, as ACM puts it.
    pub failure: Option<String>,
    /// When ACM said so last.
    pub updated: Option<DateTime<Utc>>,
    /// How it is shown that the domains are ours, one for each; empty if that was not asked.
    pub validations: Vec<Validation>,
}

/// How somebody shows that a domain is theirs (`DomainValidationOptions` of ACM).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validation {
    /// The domain. Untrusted text.
    pub domain: String,
    /// `DNS`, `EMAIL` or `HTTP`.
    pub method: Option<String>,
    /// `PENDING_VALIDATION`, `SUCCESS` or `FAILED`, as of the renewal if one has begun.
    pub status: Option<String>,
    /// The CNAME record that has to be there.
    pub record: Option<Cname>,
    /// Whether it is there; none if nobody looked, or nobody could tell.
    pub published: Option<bool>,
}

/// A CNAME record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cname {
    /// Its name. Untrusted text.
    pub name: String,
    /// What it has to lead to. Untrusted text.
    pub value: String,
}

/// A certificate in one place. The same certificate in two places is two facts with one fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Where it is.
    pub resource: Resource,
    /// What it is for.
    pub role: Role,
    /// Where it came from.
    pub origin: Origin,
    /// When it is valid.
    pub validity: Validity,
    /// Its subject as text, if the body was read. Untrusted text.
    pub subject: Option<String>,
    /// Its issuer as text, if known. Untrusted text.
    pub issuer: Option<String>,
    /// DNS names and IP addresses that it covers. Untrusted text.
    pub names: Vec<String>,
    /// The serial number in lower-case hexadecimal, if known.
    pub serial: Option<String>,
    /// The fingerprint, if the body was read.
    pub sha256: Option<Sha256>,
    /// The key, as in `RSA-2048`, `EC-P-256`.
    pub key: Option<String>,
    /// The signature algorithm, as in `sha256WithRSAEncryption`.
    pub signature: Option<String>,
    /// What uses it.
    pub usage: Usage,
    /// How it will be renewed, where AWS does it.
    pub renewal: Option<Renewal>,
    /// Another id by which users name it: CloudFront knows certificates of IAM by theirs.
    pub alias: Option<String>,
}

impl Certificate {
    /// A certificate of which only its dates are known, and not what uses it. Fields that a source knows are set
    /// over it.
    #[must_use]
    pub fn dated(resource: Resource, role: Role, origin: Origin, validity: Validity) -> Self {
        Self {
            resource,
            role,
            origin,
            validity,
            subject: None,
            issuer: None,
            names: Vec::new(),
            serial: None,
            sha256: None,
            key: None,
            signature: None,
            usage: Usage::Unknown,
            renewal: None,
            alias: None,
        }
    }

    /// What tells it apart, for the finding about it.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity {
            role: self.role,
            origin: self.origin,
            subject: self.subject.clone(),
            issuer: self.issuer.clone(),
            names: self.names.clone(),
            serial: self.serial.clone(),
            sha256: self.sha256,
            key: self.key.clone(),
            signature: self.signature.clone(),
        }
    }
}

/// What tells a certificate apart and who renews it: the part of a [`Certificate`] that its findings carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// What it is for.
    pub role: Role,
    /// Where it came from.
    pub origin: Origin,
    /// As in [`Certificate::subject`].
    pub subject: Option<String>,
    /// As in [`Certificate::issuer`].
    pub issuer: Option<String>,
    /// As in [`Certificate::names`].
    pub names: Vec<String>,
    /// As in [`Certificate::serial`].
    pub serial: Option<String>,
    /// As in [`Certificate::sha256`].
    pub sha256: Option<Sha256>,
    /// As in [`Certificate::key`].
    pub key: Option<String>,
    /// As in [`Certificate::signature`].
    pub signature: Option<String>,
}
