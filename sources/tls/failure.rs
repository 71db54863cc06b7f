//! Why nothing was seen of an address, each way to fail in a class of its own: refused is not silent, old is not
//! absent, and another protocol is not a broken one.

use std::io::{self, ErrorKind};

use howler_model::{Reason, Unseen};
use rustls::{AlertDescription, Error, InvalidMessage, PeerIncompatible};

use super::policy::Refused;

/// The code of an address that is not asked.
pub(crate) const REFUSED: &str = "refused-by-policy";

/// The code of an address that this machine has no way to.
const UNREACHABLE: &str = "unreachable";
/// The code of a host on which nobody serves a port.
pub(crate) const NOBODY: &str = "connection-refused";

/// A failure before the server showed a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    reason: Reason,
    code: &'static str,
    message: String,
}

impl Failure {
    fn new(reason: Reason, code: &'static str, message: impl Into<String>) -> Self {
        Self { reason, code, message: message.into() }
    }

    pub(super) fn timeout(code: &'static str, message: &str) -> Self {
        Self::new(Reason::Timeout, code, message)
    }

    pub(super) fn not_resolved(message: &str) -> Self {
        Self::new(Reason::Network, "name-not-resolved", message)
    }

    /// What somebody named has to be seen; what was only found need not be.
    pub(super) fn refused(rule: Refused, found: bool) -> Self {
        let reason = if found { Reason::LeftOut } else { Reason::Skipped };
        Self::new(reason, REFUSED, rule.to_string())
    }

    pub(super) fn too_many_addresses(beyond: usize, found: bool) -> Self {
        let reason = if found { Reason::LeftOut } else { Reason::Skipped };
        Self::new(reason, "too-many-addresses", format!("{beyond} more addresses were not tried"))
    }

    /// Whether this machine has no way to the address.
    pub(super) fn is_unreachable(&self) -> bool {
        self.code == UNREACHABLE
    }

    /// It need not be seen.
    pub(super) fn leave_out(&mut self) {
        self.reason = Reason::LeftOut;
    }

    pub(super) fn too_many_bytes(most: u64) -> Self {
        Self::new(Reason::Malformed, "too-many-bytes", format!("the handshake is longer than {most} bytes"))
    }

    pub(super) fn no_certificate() -> Self {
        Self::new(Reason::NoData, "no-certificate", "the server shows no certificate")
    }

    pub(super) fn closed() -> Self {
        Self::new(Reason::Network, "connection-closed", "the server closed the connection")
    }

    pub(super) fn malformed() -> Self {
        Self::new(Reason::Malformed, "malformed-handshake", "the handshake is malformed")
    }

    pub(super) fn too_large() -> Self {
        Self::new(Reason::Malformed, "certificate-too-large", "a message of the handshake is too large")
    }

    pub(super) fn not_tls() -> Self {
        Self::new(Reason::Malformed, "not-tls", "the answer is no TLS")
    }

    /// The server does not begin TLS, in its own words.
    pub(super) fn no_starttls(said: &[u8]) -> Self {
        Self::new(
            Reason::Failed,
            "starttls-refused",
            format!("the server does not begin TLS: {}", quoted(said)),
        )
    }

    /// What was said before TLS is of another protocol.
    pub(super) fn unexpected(wanted: &str, said: &[u8]) -> Self {
        let message = format!("{wanted} was expected before TLS, not {}", quoted(said));
        Self::new(Reason::Malformed, "starttls-unexpected", message)
    }

    /// Whether a server that speaks only what current clients refuse may fail like this.
    pub(super) fn may_be_of_old(&self) -> bool {
        const OLD: [&str; 7] = [
            "protocol-version",
            "handshake-failure",
            "tls-alert",
            "malformed-handshake",
            "certificate-too-large",
            "connection-reset",
            "connection-closed",
        ];
        OLD.contains(&self.code)
    }

    /// Whether the server answered, and has nothing that fits to what was offered.
    pub(super) fn is_an_answer(&self) -> bool {
        const ANSWERS: [&str; 5] =
            ["protocol-version", "handshake-failure", "tls-alert", "connection-reset", "connection-closed"];
        ANSWERS.contains(&self.code)
    }

    /// From a connection.
    pub(super) fn of_io(error: &io::Error) -> Self {
        let (reason, code) = match error.kind() {
            ErrorKind::ConnectionRefused => (Reason::Network, NOBODY),
            ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
                (Reason::Network, "connection-reset")
            }
            ErrorKind::UnexpectedEof => (Reason::Network, "connection-closed"),
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::AddrNotAvailable => {
                (Reason::Network, UNREACHABLE)
            }
            ErrorKind::TimedOut => (Reason::Timeout, "connect-timeout"),
            _ => (Reason::Network, "network"),
        };
        Self::new(reason, code, error.to_string())
    }

    /// From a handshake.
    pub(super) fn of_tls(error: &Error) -> Self {
        let (reason, code) = match error {
            Error::AlertReceived(alert) => (Reason::Failed, of_alert(*alert)),
            Error::PeerIncompatible(incompatible) => (Reason::Failed, of_incompatible(incompatible)),
            Error::InvalidMessage(invalid) => (Reason::Malformed, of_invalid(invalid)),
            Error::NoCertificatesPresented => (Reason::NoData, "no-certificate"),
            _ => (Reason::Malformed, "malformed-handshake"),
        };
        Self::new(reason, code, error.to_string())
    }

    pub(super) fn into_unseen(self) -> Unseen {
        Unseen { code: Some(self.code.to_owned()), ..Unseen::new(self.reason, "tls:handshake", self.message) }
    }
}

/// The beginning of what a server said, harmless wherever it is shown.
fn quoted(said: &[u8]) -> String {
    const MOST: usize = 120;
    let (shown, more) = match said.get(..MOST) {
        Some(beginning) => (beginning, "…"),
        None => (said, ""),
    };
    format!("'{}{more}'", shown.escape_ascii())
}

fn of_alert(alert: AlertDescription) -> &'static str {
    match alert {
        AlertDescription::ProtocolVersion => "protocol-version",
        AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity => "handshake-failure",
        AlertDescription::UnrecognisedName => "unrecognised-name",
        _ => "tls-alert",
    }
}

fn of_incompatible(incompatible: &PeerIncompatible) -> &'static str {
    match incompatible {
        PeerIncompatible::ServerDoesNotSupportTls12Or13
        | PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig => "protocol-version",
        _ => "handshake-failure",
    }
}

/// Another protocol shows in the first bytes: its letters are no TLS record.
fn of_invalid(invalid: &InvalidMessage) -> &'static str {
    match invalid {
        InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion => "not-tls",
        InvalidMessage::HandshakePayloadTooLarge | InvalidMessage::CertificatePayloadTooLarge => {
            "certificate-too-large"
        }
        _ => "malformed-handshake",
    }
}
