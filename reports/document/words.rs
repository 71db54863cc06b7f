//! The words of the document, named as in the model; a new word there does not compile until it stands here.

use howler_model as model;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An enumeration of the document with the variants of one in the model, written in kebab-case.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        #[allow(missing_docs, reason = "each variant is documented in the model")]
        pub enum $name { $($variant),* }

        impl From<model::$name> for $name {
            fn from(word: model::$name) -> Self {
                match word { $(model::$name::$variant => Self::$variant),* }
            }
        }

        impl From<$name> for model::$name {
            fn from(word: $name) -> Self {
                match word { $($name::$variant => Self::$variant),* }
            }
        }
    )*};
}

words! {
    /// The result of a comparison.
    Status { Fail, Warn, Unknown, Suppressed, Pass }
    /// How bad a finding is.
    Severity { Critical, High, Medium, Low, Info }
    /// How much of a scope was seen.
    CoverageStatus { Ok, Partial, Denied, Disabled, Throttled, Error, Skipped }
    /// Why something could not be seen.
    Reason {
        Denied, DeniedByScp, Disabled, Throttled, Timeout, Network, Credentials, Malformed, PagingLoop, Failed,
        NoData, Skipped, LeftOut,
    }
    /// Where a certificate came from.
    Origin { AcmIssued, AcmPrivate, AcmAcme, AcmImported, Iam, AcmPca, Service, Uploaded, File, Served }
    /// What a certificate is for.
    Role { Leaf, Authority, Database, TrustStore, RevocationList, Federation }
    /// Why a renewal will not come by itself.
    Obstacle { Ineligible, NotInUse, Failed, RecordMissing, Email, Unvalidated }
    /// Why a chain leads to no trust anchor.
    Untrusted { SelfSigned, UnknownIssuer, BadSignature, BadChain, Malformed }
    /// Who said what the limit of a quota is.
    LimitSource { Applied, Default, AccountApi }
    /// How the usage of a quota came to be known.
    UsageSource { Counted, Metric, AccountApi }
    /// A closed part of AWS.
    Partition { Aws, AwsCn, AwsUsGov, AwsEusc }
}

/// The words that reports other than JSON say too.
macro_rules! said {
    ($($name:ident),*) => {$(
        impl $name {
            /// The word as it stands in the document.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                model::$name::from(self).as_str()
            }
        }
    )*};
}

said! { Status, Severity, CoverageStatus, Reason, Partition }

impl Status {
    /// Whether somebody should act on it or look into it.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Warn | Self::Fail | Self::Unknown)
    }
}

impl Reason {
    /// Whether something is missing because of it that should have been seen.
    #[must_use]
    pub fn is_gap(self) -> bool {
        model::Reason::from(self).is_gap()
    }
}

impl CoverageStatus {
    /// Whether something that should have been seen was not.
    #[must_use]
    pub fn is_gap(self) -> bool {
        model::CoverageStatus::from(self).is_gap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The word in the document and the word of the model.
    fn pairs() -> Vec<(serde_json::Value, &'static str)> {
        fn written<W: Serialize>(word: W) -> serde_json::Value {
            serde_json::to_value(word).unwrap()
        }
        use model::Partition as P;
        let statuses = model::Status::ALL.map(|word| (written(Status::from(word)), word.as_str()));
        let severities = model::Severity::ALL.map(|word| (written(Severity::from(word)), word.as_str()));
        let coverage =
            model::CoverageStatus::ALL.map(|word| (written(CoverageStatus::from(word)), word.as_str()));
        let partitions = [P::Aws, P::AwsCn, P::AwsUsGov, P::AwsEusc]
            .map(|word| (written(Partition::from(word)), word.as_str()));
        let reasons = [
            model::Reason::Denied,
            model::Reason::DeniedByScp,
            model::Reason::PagingLoop,
            model::Reason::NoData,
            model::Reason::LeftOut,
        ]
        .map(|word| (written(Reason::from(word)), word.as_str()));
        let origins = [model::Origin::AcmIssued, model::Origin::AcmImported, model::Origin::Iam]
            .map(|word| (written(Origin::from(word)), word.as_str()));
        let roles = model::Role::ALL.map(|word| (written(Role::from(word)), word.as_str()));
        use model::Obstacle as O;
        let obstacles = [O::Ineligible, O::NotInUse, O::Failed, O::RecordMissing, O::Email, O::Unvalidated]
            .map(|word| (written(Obstacle::from(word)), word.as_str()));
        let limits = [model::LimitSource::Applied, model::LimitSource::AccountApi]
            .map(|word| (written(LimitSource::from(word)), word.as_str()));
        let usages = [model::UsageSource::Counted, model::UsageSource::AccountApi]
            .map(|word| (written(UsageSource::from(word)), word.as_str()));
        let all = statuses.into_iter().chain(severities).chain(coverage).chain(partitions);
        all.chain(reasons).chain(origins).chain(roles).chain(obstacles).chain(limits).chain(usages).collect()
    }

    #[test]
    fn the_document_says_the_words_of_the_model() {
        for (written, word) in pairs() {
            assert_eq!(written, word);
        }
    }
}
