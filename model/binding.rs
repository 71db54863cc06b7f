//! What uses certificates, and where that can be reached.

use crate::{Endpoint, Resource};

/// That something in AWS uses a certificate: a listener and the certificate's ARN.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Binding {
    /// The certificate as its user names it: an ARN (of ACM, IAM or ACM Private CA), the id of a certificate of IAM,
    /// or what stands in their place once the certificate is deleted.
    pub certificate: String,
    /// What uses it.
    pub user: Resource,
    /// Where clients reach it and are shown this certificate; empty if that cannot be known.
    pub endpoints: Vec<Endpoint>,
    /// It is not reached from the internet: an internal load balancer, a database.
    pub private: bool,
    /// The names that clients ask it for, as far as its configuration says: aliases, custom domains. Untrusted text.
    pub names: Vec<String>,
    /// The oldest protocol that its configuration allows, as handshakes name it (`TLSv1.0`), if it says so.
    pub oldest: Option<&'static str>,
}

impl Binding {
    /// A use of a certificate of which no more is known.
    #[must_use]
    pub fn new(certificate: impl Into<String>, user: Resource) -> Self {
        Self {
            certificate: certificate.into(),
            user,
            endpoints: Vec::new(),
            private: false,
            names: Vec::new(),
            oldest: None,
        }
    }
}

/// An endpoint that somebody found without a certificate that belongs to it: a DNS record, a public address, an origin.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Discovered {
    /// Where it is. A host that is an address and has no server name is asked without one, and no name is
    /// expected of it.
    pub endpoint: Endpoint,
    /// What it belongs to.
    pub user: Resource,
    /// It is not reached from the internet.
    pub private: bool,
}
