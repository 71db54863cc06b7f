//! What can be wrong with a word that came from outside: the one error enum of this crate.

use thiserror::Error;

/// A word that does not name what it should.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// An account id is 12 digits.
    #[error("'{0}' is not an AWS account id: 12 digits are expected")]
    AccountId(String),
    /// A region looks like `eu-west-1`.
    #[error("'{0}' is not an AWS region name: something like eu-west-1 is expected")]
    Region(String),
    /// A partition is one of AWS's own.
    #[error("'{0}' is not an AWS partition: one of {known} is expected", known = crate::Partition::NAMES.join(", "))]
    Partition(String),
    /// A severity is one of five words.
    #[error("'{0}' is not a severity: one of critical, high, medium, low, info is expected")]
    Severity(String),
    /// An endpoint is `host:port` with an optional `#sni`, and perhaps a scheme.
    #[error(
        "'{0}' is not an endpoint: HOST:PORT or HOST:PORT#SNI is expected, perhaps after smtp:// or another scheme"
    )]
    Endpoint(String),
}
