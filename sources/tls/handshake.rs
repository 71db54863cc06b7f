//! What one address shows of itself, in one connection or two: a second one where the first failed as with servers
//! that speak only what is old, or where there may be a certificate for another kind of key.

use std::net::SocketAddr;
use std::sync::Arc;

use howler_model::Endpoint;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, ProtocolVersion};
use tokio::time::{Instant, timeout_at};

use super::failure::Failure;
use super::offer::Keys;
use super::recorder::Recorder;
use super::wire::Wire;
use super::{Limits, hello, name, plain, starttls};
use crate::x509;

/// What a server showed of itself.
#[derive(Debug)]
pub(super) struct Handshake {
    /// The chain as it was served, leaf first, never empty.
    pub(super) chain: Vec<CertificateDer<'static>>,
    /// None if the handshake failed after the chain was seen.
    pub(super) protocol: Option<&'static str>,
    /// Only what current clients refuse.
    pub(super) legacy: bool,
    /// The server asked for a certificate of ours, and did not go on without one as far as we can see: a server of
    /// TLS 1.3 says so only after the handshake.
    pub(super) client_certificate: bool,
}

/// One address that is asked, until a deadline.
#[derive(Debug, Clone, Copy)]
pub(super) struct Probe<'a> {
    pub(super) address: SocketAddr,
    pub(super) endpoint: &'a Endpoint,
    pub(super) deadline: Instant,
    pub(super) limits: &'a Limits,
}

impl Probe<'_> {
    /// What was seen, and what could not be, in at most two connections.
    pub(super) async fn ask(&self) -> Vec<Result<Handshake, Failure>> {
        match self.current(Keys::Any).await {
            Ok(first) => {
                let other = self.other(&first).await;
                [Some(Ok(first)), other].into_iter().flatten().collect()
            }
            // What the first one failed of says more than that of the second.
            Err(failure) if failure.may_be_of_old() => vec![self.old().await.map_err(|_| failure)],
            Err(failure) => vec![Err(failure)],
        }
    }

    /// The chain for the other kind of key, if there is one. That a server refuses is an answer: it has none.
    async fn other(&self, first: &Handshake) -> Option<Result<Handshake, Failure>> {
        let leaf = first.chain.first()?;
        let keys = match x509::read(leaf).ok()?.key?.starts_with("RSA") {
            true => Keys::Ecdsa,
            false => Keys::Rsa,
        };
        match self.current(keys).await {
            Ok(second) if second.chain.first() == Some(leaf) => None,
            Err(failure) if failure.is_an_answer() => None,
            seen => Some(seen),
        }
    }

    /// A handshake of today. A failure after the chain was seen is no failure.
    async fn current(&self, keys: Keys) -> Result<Handshake, Failure> {
        let mut wire = self.wire().await?;
        let (recorder, config) = Recorder::new(keys).map_err(|error| Failure::of_tls(&error))?;
        let outcome = self.in_time(self.greet(&mut wire, config)).await;
        match (recorder.chain(), outcome) {
            (Some(chain), outcome) => {
                let protocol = outcome.ok().flatten();
                let done_without = protocol == Some("TLSv1.2");
                let client_certificate = recorder.asked_for_certificate() && !done_without;
                Ok(Handshake { chain, protocol, legacy: false, client_certificate })
            }
            (None, Err(failure)) => Err(failure),
            (None, Ok(_)) => Err(Failure::no_certificate()),
        }
    }

    /// The beginning of a handshake of yesterday, whose certificates are in plain text.
    async fn old(&self) -> Result<Handshake, Failure> {
        let mut wire = self.wire().await?;
        let name = name::server_name(self.endpoint);
        let hello = hello::client_hello(name.as_ref(), random());
        let shown = self.in_time(async {
            wire.send(&hello).await?;
            plain::read(&mut wire).await
        });
        let shown = shown.await?;
        let legacy = shown.version < 0x0303 || !hello::is_current(shown.suite);
        let protocol = protocol_name(shown.version.into());
        Ok(Handshake { chain: shown.chain, protocol, legacy, client_certificate: false })
    }

    /// A connection, at the point where TLS begins.
    async fn wire(&self) -> Result<Wire, Failure> {
        let mut wire = Wire::open(self.address, self.deadline, self.limits).await?;
        if let Some(protocol) = self.endpoint.starttls {
            let dialogue = starttls::begin(&mut wire, protocol, self.endpoint.name());
            let late = |_| Failure::timeout("starttls-timeout", "TLS did not begin in time");
            timeout_at(self.deadline, dialogue).await.map_err(late)??;
        }
        Ok(wire)
    }

    async fn in_time<T>(&self, handshake: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        let late = |_| Failure::timeout("handshake-timeout", "the handshake was not over in time");
        timeout_at(self.deadline, handshake).await.map_err(late)?
    }

    /// The handshake itself; gives the protocol.
    async fn greet(
        &self,
        wire: &mut Wire,
        config: Arc<ClientConfig>,
    ) -> Result<Option<&'static str>, Failure> {
        // An IP address is not sent as a server name.
        let name =
            name::server_name(self.endpoint).unwrap_or(ServerName::IpAddress(self.address.ip().into()));
        let mut tls = ClientConnection::new(config, name).map_err(|error| Failure::of_tls(&error))?;
        loop {
            send(&mut tls, wire).await?;
            if !tls.is_handshaking() {
                return Ok(tls.protocol_version().and_then(protocol_name));
            }
            if let Err(failure) = take(&mut tls, &wire.some().await?) {
                let _nobody_minds = send(&mut tls, wire).await; // the alert that says why we go
                return Err(failure);
            }
        }
    }
}

async fn send(tls: &mut ClientConnection, wire: &mut Wire) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    while tls.wants_write() {
        tls.write_tls(&mut bytes).map_err(|error| Failure::of_io(&error))?;
    }
    match bytes.is_empty() {
        true => Ok(()),
        false => wire.send(&bytes).await,
    }
}

/// Gives what came to TLS, as far as it wants it.
fn take(tls: &mut ClientConnection, mut bytes: &[u8]) -> Result<(), Failure> {
    while !bytes.is_empty() {
        let taken = tls.read_tls(&mut bytes).map_err(|_| Failure::too_large())?; // its buffer is full
        tls.process_new_packets().map_err(|error| Failure::of_tls(&error))?;
        if taken == 0 {
            return Err(Failure::closed());
        }
    }
    Ok(())
}

/// It keeps nothing secret: no handshake that begins with it is ended.
fn random() -> [u8; 32] {
    std::array::from_fn(|_| fastrand::u8(..))
}

fn protocol_name(version: ProtocolVersion) -> Option<&'static str> {
    match version {
        ProtocolVersion::SSLv3 => Some("SSLv3"),
        ProtocolVersion::TLSv1_0 => Some("TLSv1.0"),
        ProtocolVersion::TLSv1_1 => Some("TLSv1.1"),
        ProtocolVersion::TLSv1_2 => Some("TLSv1.2"),
        ProtocolVersion::TLSv1_3 => Some("TLSv1.3"),
        _ => None,
    }
}
