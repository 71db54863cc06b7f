//! What can go wrong between a scan and its readers: the one error enum of this crate.

use thiserror::Error;

/// A gateway that cannot be opened, or a document that cannot be read. No variant carries a credential.
#[derive(Debug, Error)]
pub enum Error {
    /// A gateway is `NAME=TARGET`.
    #[error("'{0}' names no gateway: NAME=URL is expected, where NAME is one of {known}", known = crate::gateway::names())]
    Gateway(String),
    /// A gateway address that is not one, with the reason. The address is left out: it may hold a password.
    #[error("the address of gateway '{gateway}' is not usable: {reason}")]
    Address {
        /// The name of the gateway.
        gateway: &'static str,
        /// What is wrong with the address.
        reason: String,
    },
    /// No HTTP client could be made on this machine.
    #[error("no HTTP client for gateway '{gateway}': {source}")]
    Client {
        /// The name of the gateway.
        gateway: &'static str,
        /// What the client library says.
        source: reqwest::Error,
    },
    /// A part of a scan that cannot be merged.
    #[error("{path}: {reason}")]
    Part {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A document that was kept and cannot be read.
    #[error("{path}: {reason}")]
    Kept {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A document that is not a `howler.report/v1`.
    #[error("this is not a howler.report/v1 document: {0}")]
    Document(#[from] serde_json::Error),
}
