//! One handshake with one address, recorded as far as it came.

use std::net::SocketAddr;

use howler_model::Endpoint;
use rustls::ProtocolVersion;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;

use super::failure::Failure;
use super::recorder::Recorder;
use super::{Limits, name};

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

/// Connects and shakes hands until `deadline`. A failure after the chain was seen is no failure.
pub(super) async fn handshake(
    address: SocketAddr,
    endpoint: &Endpoint,
    deadline: Instant,
    limits: &Limits,
) -> Result<Handshake, Failure> {
    let socket = connect(address, deadline, limits).await?;
    let (recorder, config) = Recorder::new().map_err(|error| Failure::of_tls(&error))?;
    // An IP address is not sent as a server name.
    let name = name::server_name(endpoint).unwrap_or(ServerName::IpAddress(address.ip().into()));
    let greeting = greet(socket, TlsConnector::from(config), name, limits.bytes);
    let outcome = timeout_at(deadline, greeting)
        .await
        .unwrap_or_else(|_| Err(Failure::timeout("handshake-timeout", "the handshake was not over in time")));
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

async fn connect(address: SocketAddr, deadline: Instant, limits: &Limits) -> Result<TcpStream, Failure> {
    let until = deadline.min(Instant::now() + limits.connect);
    match timeout_at(until, TcpStream::connect(address)).await {
        Ok(connected) => connected.map_err(|error| Failure::of_io(&error)),
        Err(_) => Err(Failure::timeout("connect-timeout", "no connection in time")),
    }
}

/// The handshake itself, reading no more than `most` bytes; gives the protocol.
async fn greet(
    socket: TcpStream,
    connector: TlsConnector,
    name: ServerName<'static>,
    most: u64,
) -> Result<Option<&'static str>, Failure> {
    let (reader, writer) = socket.into_split();
    let capped = tokio::io::join(reader.take(most), writer);
    match connector.connect(name, capped).into_fallible().await {
        Ok(stream) => Ok(stream.get_ref().1.protocol_version().and_then(protocol_name)),
        Err((_, socket)) if socket.reader().limit() == 0 => Err(Failure::too_many_bytes(most)),
        Err((error, _)) => Err(Failure::of_io(&error)),
    }
}

fn protocol_name(version: ProtocolVersion) -> Option<&'static str> {
    match version {
        ProtocolVersion::TLSv1_2 => Some("TLSv1.2"),
        ProtocolVersion::TLSv1_3 => Some("TLSv1.3"),
        _ => None,
    }
}
