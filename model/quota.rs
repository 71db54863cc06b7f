//! A quota: a limit and how much of it is used, each with its provenance.

use chrono::{DateTime, Utc};

use crate::{Resource, Unseen};

/// Who said what the limit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LimitSource {
    /// Service Quotas, the value applied to this account (`ListServiceQuotas`).
    Applied,
    /// Service Quotas, AWS's default, where no applied value is told (`ListAWSDefaultServiceQuotas`).
    Default,
    /// The service itself (`GetAccountSummary`, `DescribeAccountLimits`).
    AccountApi,
}

impl LimitSource {
    /// The name in documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Default => "default",
            Self::AccountApi => "account-api",
        }
    }
}

/// How the usage came to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UsageSource {
    /// Counted from the resources that a listing returned.
    Counted,
    /// The maximum of a CloudWatch usage metric.
    Metric,
    /// The service itself.
    AccountApi,
}

impl UsageSource {
    /// The name in documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counted => "counted",
            Self::Metric => "metric",
            Self::AccountApi => "account-api",
        }
    }
}

/// What may be used.
#[derive(Debug, Clone, PartialEq)]
pub enum Limit {
    /// So much, in the quota's unit.
    Known {
        /// In the quota's unit; may be 0.
        value: f64,
        /// Who said so.
        by: LimitSource,
    },
    /// Could not be read.
    Unknown(Unseen),
}

/// What is used.
#[derive(Debug, Clone, PartialEq)]
pub enum Usage {
    /// So much, in the quota's unit; a zero is a measured zero.
    Measured {
        /// In the quota's unit.
        value: f64,
        /// When it was so.
        at: DateTime<Utc>,
        /// How it was measured.
        by: UsageSource,
    },
    /// Could not be measured.
    Unknown(Unseen),
}

/// One quota in one scope; a quota per resource is one fact for each resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Quota {
    /// The quota as a resource: its id is `service/code`, with `/` and the resource for a quota per resource.
    pub resource: Resource,
    /// The quota code of Service Quotas (`L-1216C47A`), where the quota has one.
    pub code: Option<String>,
    /// The resource that a quota per resource is about (ARN or id).
    pub context: Option<String>,
    /// The unit of both numbers, in the singular: `vCPU`, `TiB`, `count`.
    pub unit: String,
    /// Whether AWS raises it on request, where known.
    pub adjustable: Option<bool>,
    /// What may be used.
    pub limit: Limit,
    /// What is used.
    pub usage: Usage,
}
