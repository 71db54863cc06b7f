//! CNAME records, asked for as any program of this machine resolves names: the standard library resolves names to
//! addresses alone, and what stands between is what has to be known here.

mod message;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use tokio::net::UdpSocket;
use tokio::time::timeout;

pub(crate) use message::is_same;
use message::{Answer, query, read};

/// Where machines say whom to ask.
const SYSTEM: &str = "/etc/resolv.conf";
const PORT: u16 = 53;
/// Servers are asked one after another, all of them so often.
const ROUNDS: usize = 2;
/// The longest answer that fits into one packet without being cut off (RFC 6891 section 6.2.5).
const LONGEST: usize = 4096;

/// Who is asked for records.
#[derive(Debug, Clone)]
pub(crate) struct Resolver {
    servers: Vec<SocketAddr>,
    patience: Duration,
}

/// What a name is, according to its zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cname {
    /// Another name for this one.
    Of(String),
    /// No name, or a name that is no other one.
    Absent,
    /// Nobody could tell.
    Unknown,
}

impl Resolver {
    /// Whoever this machine asks; itself where nothing says that.
    pub(crate) fn system() -> Self {
        let text = std::fs::read_to_string(Path::new(SYSTEM)).unwrap_or_default();
        Self::of(servers(&text))
    }

    /// These servers, in this order.
    pub(crate) fn of(servers: Vec<SocketAddr>) -> Self {
        Self { servers, patience: Duration::from_secs(2) }
    }

    /// What a name is another name of.
    pub(crate) async fn cname(&self, name: &str) -> Cname {
        for server in std::iter::repeat_n(&self.servers, ROUNDS).flatten() {
            match timeout(self.patience, ask(*server, name)).await {
                Ok(Some(Answer::Cname(target))) => return Cname::Of(target),
                Ok(Some(Answer::Absent)) => return Cname::Absent,
                // Another server may know more.
                Ok(Some(Answer::Failed) | None) | Err(_) => {}
            }
        }
        Cname::Unknown
    }
}

/// The answer of one server; none if it cannot be asked, or the name is none.
async fn ask(server: SocketAddr, name: &str) -> Option<Answer> {
    let id = fastrand::u16(..);
    let query = query(id, name)?;
    let local: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (std::net::Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    // Of a socket that is connected, nobody else's packets are read.
    let socket = UdpSocket::bind(local).await.ok()?;
    socket.connect(server).await.ok()?;
    socket.send(&query).await.ok()?;
    let mut buffer = vec![0; LONGEST];
    loop {
        let length = socket.recv(&mut buffer).await.ok()?;
        if let Some(answer) = buffer.get(..length).and_then(|packet| read(packet, id, name)) {
            return Some(answer);
        }
    }
}

/// The servers of a `resolv.conf`.
fn servers(text: &str) -> Vec<SocketAddr> {
    let named = text.lines().filter_map(|line| line.trim().strip_prefix("nameserver"));
    let addresses = named.filter_map(|rest| rest.trim().parse::<IpAddr>().ok());
    let servers: Vec<SocketAddr> = addresses.map(|address| (address, PORT).into()).collect();
    match servers.is_empty() {
        true => vec![(Ipv4Addr::LOCALHOST, PORT).into()],
        false => servers,
    }
}

#[cfg(test)]
pub(crate) mod tests;
