//! The nouns of howler and nothing else: no I/O, no AWS, no clock.
//!
//! Sources produce facts ([`Certificate`], [`Served`], [`Quota`], [`ScopeCoverage`]), checks turn [`Facts`] into
//! [`Finding`]s, and a [`Scan`] holds what every report tells.

mod binding;
mod certificate;
mod coverage;
mod endpoint;
mod error;
mod exception;
mod facts;
mod finding;
mod id;
mod measure;
mod quota;
mod resource;
mod rule;
mod scope;
mod severity;
mod thresholds;
mod unseen;

pub use binding::{Binding, Discovered};
pub use certificate::{
    Certificate, Cname, Identity, Origin, Renewal, Role, Sha256, Usage as CertificateUsage, Validation,
    Validity,
};
pub use coverage::{CoverageStatus, Gap, ScopeCoverage};
pub use endpoint::{Endpoint, NameMatch, Served, StartTls, Trust, Untrusted};
pub use error::Error;
pub use exception::{Exception, Judged, Lines};
pub use facts::{FactKind, Facts};
pub use finding::{Check, CheckId, Finding, Grain, Status, Verdict};
pub use id::FindingId;
pub use measure::{Measure, Obstacle, Sighting};
pub use quota::{Limit, LimitSource, Quota, Usage, UsageSource};
pub use resource::Resource;
pub use rule::{Owner, Rescored, Suppressed, Suppression, Tags, Unsure, tags_of};
pub use scope::{AccountId, Partition, Place, Region, Scope, Service};
pub use severity::Severity;
pub use thresholds::{CertificateTier, MANUAL_LIFETIME, QuotaTier, Thresholds};
pub use unseen::{Reason, Unseen};
