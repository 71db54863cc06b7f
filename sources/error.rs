//! What stops a source before it can gather anything: the one error enum of this crate.
//!
//! What fails while gathering is not an error but a gap ([`howler_model::Unseen`]): the scan goes on.

use std::path::PathBuf;

use howler_model::Unseen;
use thiserror::Error;

/// A source that cannot be set up.
#[derive(Debug, Error)]
pub enum Error {
    /// A file or folder that was asked for by name and is not there.
    #[error("no file or folder at {path}: {reason}", path = path.display())]
    NoSuchPath {
        /// What was asked for.
        path: PathBuf,
        /// The operating system's words.
        reason: std::io::Error,
    },
    /// Trust anchors that cannot be read.
    #[error("the trust anchors in {origin} cannot be used: {reason}")]
    TrustAnchors {
        /// Where they came from.
        origin: String,
        /// Why not.
        reason: String,
    },
    /// A range of addresses that is none.
    #[error("'{0}' is not a range of addresses: something like 10.0.0.0/8 or fd00::/8 is expected")]
    Network(String),
    /// A role ARN that is none.
    #[error("'{0}' is not the ARN of a role: arn:aws:iam::123456789012:role/NAME is expected")]
    RoleArn(String),
    /// A name of a role that is none.
    #[error("'{0}' is not the name of a role: something like howler, or path/howler, is expected")]
    RoleName(String),
    /// An external id that is none.
    #[error("an external id is 2 to 1224 letters, digits and any of _+=,.@:/- without spaces")]
    ExternalId,
    /// The id of a part of an organisation that is none.
    #[error(
        "'{0}' is not the id of an organisational unit: something like ou-ab12-34cd56ef is expected, or r-ab12 for the root"
    )]
    ParentId(String),
    /// AWS's own settings (region, retry mode, endpoint, certificate bundle) that cannot be used.
    #[error("{0}")]
    Settings(String),
    /// Nobody to scan as: no credentials, or credentials that AWS does not take.
    #[error("{}", who(.0))]
    Identity(Unseen),
}

fn who(unseen: &Unseen) -> String {
    let code = unseen.code.as_deref().map(|code| format!("{code}: ")).unwrap_or_default();
    format!("AWS does not say who we are ({}): {code}{}", unseen.action, unseen.message)
}
