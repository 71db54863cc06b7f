//! How a gateway is reached, as the configuration says it.

use std::fmt;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::Severity;
use crate::gateway::Pace;

/// Text that is never printed.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(String);

impl Secret {
    /// Keeps the text to itself.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for whoever has to send it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Eight digits that tell it apart from others and give nothing of it away.
    pub(crate) fn mark(&self) -> String {
        let mut mark = HEXLOWER.encode(&Sha256::digest(&self.0));
        mark.truncate(8);
        mark
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(..)")
    }
}

/// How a gateway is reached and what it is for. Not all gateways know all of it.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Where: one address, or those of all members of a cluster.
    pub addresses: Vec<Secret>,
    /// Sent as `Authorization: Bearer`.
    pub bearer: Option<Secret>,
    /// What requests are signed with.
    pub signing: Option<Secret>,
    /// Certificates to trust beside the machine's own, in PEM.
    pub trust: Vec<u8>,
    /// Less severe findings are not told; the gateway's own choice if none.
    pub at_least: Option<Severity>,
    /// Whether it is told of every scan that it took place; the gateway's own choice if none.
    pub heartbeat: Option<bool>,
    /// How long it waits and how often it tries again.
    pub pace: Pace,
    /// AWS, for gateways that are services of it.
    #[cfg(feature = "aws")]
    pub aws: Option<std::sync::Arc<dyn super::Aws>>,
}
