//! A live endpoint and what it served.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use crate::{Certificate, Error, Resource};

/// Where to connect and which name to ask for: `host:port` or `host:port#sni`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// A DNS name or an IP address (IPv6 without brackets).
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// The server name to ask for and to expect in the certificate, where it is not the host.
    pub sni: Option<String>,
}

impl Endpoint {
    /// The name that the certificate must cover.
    #[must_use]
    pub fn name(&self) -> &str {
        self.sni.as_deref().unwrap_or(&self.host)
    }
}

impl FromStr for Endpoint {
    type Err = Error;

    /// Reads `host:port`, `[v6]:port`, and either with `#sni`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error::Endpoint(text.to_owned());
        let (address, sni) = match text.split_once('#') {
            Some((address, sni)) => (address, Some(sni)),
            None => (text, None),
        };
        let (host, port) = address.rsplit_once(':').ok_or_else(wrong)?;
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let host = bare.unwrap_or(host);
        let named = |name: &str| !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '/');
        let bracketed = bare.is_some() || !host.contains(':');
        if !(bracketed && named(host) && sni.is_none_or(named)) {
            return Err(wrong());
        }
        let port = port.parse().ok().filter(|port| *port != 0).ok_or_else(wrong)?;
        Ok(Self { host: host.to_owned(), port, sni: sni.map(str::to_owned) })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(out, "[{}]:{}", self.host, self.port)?,
            false => write!(out, "{}:{}", self.host, self.port)?,
        }
        match &self.sni {
            Some(sni) => write!(out, "#{sni}"),
            None => Ok(()),
        }
    }
}

/// Why a chain does not lead to a trust anchor; the dates are judged apart from this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Untrusted {
    /// The leaf signed itself.
    SelfSigned,
    /// No trusted issuer: a private CA, or an intermediate is missing.
    UnknownIssuer,
    /// A signature that does not fit, or an algorithm that is not trusted any more.
    BadSignature,
    /// A certificate in the chain is not allowed to do what it does.
    BadChain,
    /// The certificate could not be read by a strict parser.
    Malformed,
}

/// The verdict of a strict path validator (RFC 5280 section 6) at the time of the handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// A path to a trust anchor exists.
    Trusted,
    /// A path may exist, but a date on it stopped the validator; expiry is told by the dates themselves.
    OutOfDate,
    /// No path, with the validator's words.
    Untrusted(Untrusted, String),
}

/// Whether the leaf covers the name that was asked for (RFC 6125, RFC 9525).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameMatch {
    /// It does.
    Covers,
    /// It does not.
    Differs,
    /// The certificate could not be read for it.
    Unknown,
}

/// What one address of an endpoint served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// The endpoint, as a resource of its own: `host:port#sni`.
    pub resource: Resource,
    /// What was asked for.
    pub endpoint: Endpoint,
    /// The address that answered.
    pub address: SocketAddr,
    /// `TLSv1.2` or `TLSv1.3`, if the handshake came that far.
    pub protocol: Option<&'static str>,
    /// The chain as it was served, leaf first.
    pub chain: Vec<Certificate>,
    /// Does the chain lead to a trust anchor?
    pub trust: Trust,
    /// Does the leaf cover the name?
    pub name: NameMatch,
    /// The server demands a certificate of the client.
    pub client_certificate: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_read_back_as_they_are_written() {
        for text in [
            "api.example.com:443",
            "10.0.0.1:8443#api.example.com",
            "[::1]:443",
            "[2001:db8::1]:443#x.example",
        ] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_not_an_endpoint_is_refused() {
        for text in [
            "",
            "host",
            ":443",
            "host:",
            "host:0",
            "host:70000",
            "host:443#",
            "::1:443",
            "https://host:443",
            "a b:1",
        ] {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
    }
}
