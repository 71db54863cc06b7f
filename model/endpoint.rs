//! A live endpoint and what it served.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;

use crate::{Certificate, Error, Resource};

/// What is said in plain text before TLS begins on the same connection (STARTTLS and its kin).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StartTls {
    /// Mail transfer and submission (RFC 3207).
    Smtp,
    /// Mail reading (RFC 9051).
    Imap,
    /// Mail reading (RFC 2595).
    Pop3,
    /// File transfer (RFC 4217).
    Ftp,
    /// Directories (RFC 4511 section 4.14).
    Ldap,
    /// `PostgreSQL`.
    Postgres,
    /// `MySQL` and `MariaDB`.
    Mysql,
    /// Microsoft SQL Server (MS-TDS).
    Tds,
    /// Messaging of clients (RFC 6120).
    Xmpp,
}

impl StartTls {
    /// Each with its scheme and the ports that it has by convention.
    const KNOWN: [(Self, &'static str, &'static [u16]); 9] = [
        (Self::Smtp, "smtp", &[25, 587]),
        (Self::Imap, "imap", &[143]),
        (Self::Pop3, "pop3", &[110]),
        (Self::Ftp, "ftp", &[21]),
        (Self::Ldap, "ldap", &[389]),
        (Self::Postgres, "postgres", &[5432]),
        (Self::Mysql, "mysql", &[3306]),
        (Self::Tds, "tds", &[1433]),
        (Self::Xmpp, "xmpp", &[5222]),
    ];

    /// Its scheme in an endpoint.
    #[must_use]
    pub fn scheme(self) -> &'static str {
        Self::KNOWN.iter().find(|(known, ..)| *known == self).map_or("", |(_, scheme, _)| scheme)
    }

    fn of_port(port: u16) -> Option<Self> {
        Self::KNOWN.iter().find(|(.., ports)| ports.contains(&port)).map(|(known, ..)| *known)
    }

    /// From a scheme: `tls` is none of them.
    fn of_scheme(scheme: &str) -> Option<Option<Self>> {
        let known = Self::KNOWN.iter().find(|(_, name, _)| *name == scheme);
        known.map(|(known, ..)| Some(*known)).or_else(|| (scheme == TLS).then_some(None))
    }
}

/// The scheme of TLS from the first byte on, wherever a port would say something else.
const TLS: &str = "tls";

/// Where to connect and which name to ask for: `host:port`, `host:port#sni`, `smtp://host:port`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// A DNS name or an IP address (IPv6 without brackets).
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// The server name to ask for and to expect in the certificate, where it is not the host.
    pub sni: Option<String>,
    /// What comes before TLS: as the scheme says, or else the port.
    pub starttls: Option<StartTls>,
}

impl Endpoint {
    /// One that speaks TLS from the first byte on, whatever its port.
    ///
    /// # Errors
    /// As [`Endpoint::from_str`]: a host that is none, or port 0.
    pub fn direct(host: &str, port: u16) -> Result<Self, Error> {
        let bracketed = match host.contains(':') {
            true => format!("{TLS}://[{host}]:{port}"),
            false => format!("{TLS}://{host}:{port}"),
        };
        bracketed.parse()
    }

    /// This endpoint, asked for by another name than that of its host.
    ///
    /// # Errors
    /// If it is no name.
    pub fn asked_for(self, name: &str) -> Result<Self, Error> {
        match is_name(name) {
            true => Ok(Self { sni: (name != self.host).then(|| name.to_owned()), ..self }),
            false => Err(Error::Endpoint(format!("{self}#{name}"))),
        }
    }

    /// The name that the certificate must cover.
    #[must_use]
    pub fn name(&self) -> &str {
        self.sni.as_deref().unwrap_or(&self.host)
    }
}

impl FromStr for Endpoint {
    type Err = Error;

    /// Reads `host:port`, `[v6]:port`, either with `#sni`, and all of them behind a scheme: `smtp://host:port`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error::Endpoint(text.to_owned());
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(StartTls::of_scheme(scheme).ok_or_else(wrong)?), rest),
            None => (None, text),
        };
        let (address, sni) = match rest.split_once('#') {
            Some((address, sni)) => (address, Some(sni)),
            None => (rest, None),
        };
        let (host, port) = address.rsplit_once(':').ok_or_else(wrong)?;
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let host = bare.unwrap_or(host);
        let bracketed = bare.is_some() || !host.contains(':');
        if !(bracketed && is_name(host) && sni.is_none_or(is_name)) || is_odd_address(host) {
            return Err(wrong());
        }
        let port = port.parse().ok().filter(|port| *port != 0).ok_or_else(wrong)?;
        let starttls = scheme.unwrap_or_else(|| StartTls::of_port(port));
        Ok(Self { host: host.to_owned(), port, sni: sni.map(str::to_owned), starttls })
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '/')
}

/// An IPv4 address in other than four decimal numbers (`2130706433`, `0x7f.1`, `127.1`), which some resolvers take
/// for an address: whoever reads it would not see which one.
fn is_odd_address(host: &str) -> bool {
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let hexadecimal = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    let numeric = match hexadecimal {
        Some(digits) => digits.chars().all(|c| c.is_ascii_hexdigit()),
        None => last.chars().all(|c| c.is_ascii_digit()),
    };
    numeric && !host.contains(':') && host.parse::<Ipv4Addr>().is_err()
}

impl fmt::Display for Endpoint {
    /// With the scheme only where the port says something else, so that an endpoint has one name.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.starttls != StartTls::of_port(self.port) {
            write!(out, "{}://", self.starttls.map_or(TLS, StartTls::scheme))?;
        }
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
    /// No client asks for the endpoint by a name that is known.
    Unasked,
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
    /// `TLSv1.3`, `TLSv1.2`, `TLSv1.1`, `TLSv1.0` or `SSLv3`, if the handshake came that far.
    pub protocol: Option<&'static str>,
    /// It speaks only what current clients refuse: an older protocol, or old ways to exchange keys and to encrypt.
    /// Its certificate was read without ending a handshake.
    pub legacy: bool,
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
            "smtp://mail.example:2525",
            "tls://mail.example:25#x.example",
            "ldap://[::1]:443",
            "mail.example:25",
        ] {
            assert_eq!(text.parse::<Endpoint>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn an_endpoint_is_made_of_its_parts() {
        let mail = Endpoint::direct("mail.example", 25).unwrap();
        assert_eq!(mail.to_string(), "tls://mail.example:25");
        assert_eq!(Endpoint::direct("::1", 443).unwrap().to_string(), "[::1]:443");
        assert!(Endpoint::direct("a b", 443).is_err() && Endpoint::direct("a.example", 0).is_err());
        assert_eq!(
            mail.clone().asked_for("x.example").unwrap().to_string(),
            "tls://mail.example:25#x.example"
        );
        assert_eq!(mail.clone().asked_for("mail.example").unwrap(), mail);
        assert!(mail.asked_for("").is_err());
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
            "://host:443",
            "SMTP://host:25",
            "a\u{7}b:1",
        ] {
            assert!(text.parse::<Endpoint>().is_err(), "{text}");
        }
    }

    #[test]
    fn odd_spellings_of_addresses_are_refused_and_names_are_not() {
        for host in
            ["2130706433", "0x7f000001", "0x7f.1", "127.1", "0177.0.0.1", "127.0.0.1.", "1.2.3.256", "0x"]
        {
            assert!(format!("{host}:443").parse::<Endpoint>().is_err(), "{host}");
        }
        for host in ["127.0.0.1", "[::ffff:1.2.3.4]", "1.example", "0x7f.example", "x1", "1e100.net", "a.0xg"]
        {
            assert!(format!("{host}:443").parse::<Endpoint>().is_ok(), "{host}");
        }
    }

    #[test]
    fn what_comes_before_tls_is_said_by_the_scheme_or_else_by_the_port() {
        let starttls = |text: &str| text.parse::<Endpoint>().unwrap().starttls;
        for (known, scheme, ports) in StartTls::KNOWN {
            assert_eq!(starttls(&format!("{scheme}://h:4000")), Some(known), "{scheme}");
            for port in ports {
                assert_eq!(starttls(&format!("h:{port}")), Some(known), "{port}");
                assert_eq!(starttls(&format!("tls://h:{port}")), None, "{port}");
            }
        }
        assert_eq!(starttls("h:443"), None);
        assert_eq!("smtp://h:25".parse::<Endpoint>(), "h:25".parse(), "one endpoint has one name");
    }
}
