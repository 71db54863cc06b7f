//! What is said before TLS, by servers that begin it, that do not, and that say something else.

use super::identity::Identities;
use super::openssl::{Server, leaves};
use super::server::{Script, Then, play};
use super::{Expected, Row};

/// A name, a scheme, what is said first, and turns.
type Dialogue = (&'static str, &'static str, &'static [u8], &'static [(&'static [u8], &'static [u8])]);

const EHLO: &[u8] = b"EHLO localhost\r\n";
const LDAP: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";
const POSTGRES: &[u8] = b"\x00\x00\x00\x08\x04\xd2\x16\x2f";
const MYSQL: &[u8] =
    b"\x20\x00\x00\x01\x01\x8a\x00\x00\x00\x00\x00\x01\x2d\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
const MYSQL_GREETING: &[u8] = b"\x1c\x00\x00\x00\x0a8.0.36\0\x08\0\0\0abcdefgh\0\xff\xff\xff\x02\0\0\0";
const MYSQL_WITHOUT: &[u8] = b"\x1c\x00\x00\x00\x0a8.0.36\0\x08\0\0\0abcdefgh\0\xff\xf7\xff\x02\0\0\0";
const TDS: &[u8] = b"\x12\x01\x00\x1a\0\0\0\0\0\0\x0b\0\x06\x01\0\x11\0\x01\xff\x09\0\0\0\0\0\x01";
const XMPP: &[u8] = b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' \
    xmlns:stream='http://etherx.jabber.org/streams' to='a.example' version='1.0'>";
const XMPP_FEATURES: &[u8] = b"<?xml version='1.0'?>\n<stream:stream from='a.example' id='1' version='1.0'>\
    <stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>";
/// The features end with the tag in which it is offered.
const XMPP_OFFER: &[u8] =
    b"<stream:stream id='1'><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
const XMPP_PLEASE: &[u8] = b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

#[rustfmt::skip]
const GOOD: &[Dialogue] = &[
    ("short", "smtp", b"220 mail\r\n", &[(EHLO, b"250 STARTTLS\r\n"), (b"STARTTLS\r\n", b"220\r\n")]),
    ("long", "smtp", b"220-mail\r\n220 ESMTP\r\n",
        &[(EHLO, b"250-mail\r\n250-SIZE 9\r\n250-starttls\r\n250 HELP\r\n"), (b"STARTTLS\r\n", b"220 go\r\n")]),
    ("short", "imap", b"* OK ready\r\n", &[(b"a STARTTLS\r\n", b"a OK go\r\n")]),
    ("long", "imap", b"* OK [CAPABILITY IMAP4] \x1b[31m\r\n", &[(b"a STARTTLS\r\n", b"* CAPABILITY X\r\na OK go\r\n")]),
    ("short", "pop3", b"+OK\r\n", &[(b"STLS\r\n", b"+OK\r\n")]),
    ("short", "ftp", b"220 ready\r\n", &[(b"AUTH TLS\r\n", b"234 go\r\n")]),
    ("long", "ftp", b"220-ready\r\n for you\r\n\r\n220 now\r\n", &[(b"AUTH TLS\r\n", b"234 go\r\n")]),
    ("short", "ldap", b"", &[(LDAP, b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00")]),
    ("long", "ldap", b"", &[(LDAP, b"\x30\x84\0\0\0\x10\x02\x01\x01\x78\x84\0\0\0\x07\x0a\x01\x00\x04\x00\x04\x00")]),
    ("short", "postgres", b"", &[(POSTGRES, b"S")]),
    ("short", "mysql", MYSQL_GREETING, &[(MYSQL, b"")]),
    ("short", "tds", b"", &[(TDS, b"\x04\x01\0\x0f\0\0\x01\0\x01\0\x06\0\x01\xff\x01")]),
    ("long", "tds", b"", &[(TDS, b"\x04\x01\0\x1a\0\0\x01\0\0\0\x0b\0\x06\x01\0\x11\0\x01\xff\x10\0\x04\x08\0\0\x03")]),
    ("short", "xmpp", b"", &[(XMPP, XMPP_OFFER), (XMPP_PLEASE, b"</stream:features><proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")]),
    ("long", "xmpp", b"", &[(XMPP, XMPP_FEATURES), (XMPP_PLEASE, b"\n<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")]),
];

const REFUSED: &str = "starttls-refused";
const UNEXPECTED: &str = "starttls-unexpected";

#[rustfmt::skip]
const BAD: &[(&str, Dialogue)] = &[
    (REFUSED, ("not offered", "smtp", b"220 mail\r\n", &[(EHLO, b"250-mail\r\n250 HELP\r\n")])),
    (REFUSED, ("not now", "smtp", b"220 mail\r\n", &[(EHLO, b"250 STARTTLS\r\n"), (b"STARTTLS\r\n", b"454 no\r\n")])),
    (REFUSED, ("closed", "smtp", b"554 \x1b]0;owned\x07 go away\r\n", &[])),
    (UNEXPECTED, ("another protocol", "smtp", b"SSH-2.0-x\r\n", &[])),
    (UNEXPECTED, ("another code", "smtp", b"220 mail\r\n", &[(EHLO, b"354 \xe2\x80\xae\r\n")])),
    ("not-tls", ("words after it", "smtp", b"220 mail\r\n",
        &[(EHLO, b"250 STARTTLS\r\n"), (b"STARTTLS\r\n", b"220 go\r\n250 injected\r\n")])),
    (REFUSED, ("known already", "imap", b"* PREAUTH hello\r\n", &[])),
    (REFUSED, ("no", "imap", b"* OK\r\n", &[(b"a STARTTLS\r\n", b"a BAD unknown\r\n")])),
    (UNEXPECTED, ("another protocol", "imap", b"220 mail\r\n", &[])),
    (REFUSED, ("no", "pop3", b"+OK\r\n", &[(b"STLS\r\n", b"-ERR no\r\n")])),
    (UNEXPECTED, ("another protocol", "pop3", b"HTTP/1.1 400 Bad Request\r\n", &[])),
    (REFUSED, ("no", "ftp", b"220 ready\r\n", &[(b"AUTH TLS\r\n", b"530 log in first\r\n")])),
    (REFUSED, ("no", "ldap", b"", &[(LDAP, b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00")])),
    (UNEXPECTED, ("another protocol", "ldap", b"", &[(LDAP, b"HTTP/1.1 400\r\n")])),
    (UNEXPECTED, ("without end", "ldap", b"", &[(LDAP, b"\x30\x84\xff\xff\xff\xff")])),
    (UNEXPECTED, ("cut", "ldap", b"", &[(LDAP, b"\x30\x04\x02\x01\x01\x78")])),
    (REFUSED, ("no", "postgres", b"", &[(POSTGRES, b"N")])),
    (REFUSED, ("an error", "postgres", b"", &[(POSTGRES, b"E\0\0\0\x09FATAL")])),
    (UNEXPECTED, ("another protocol", "postgres", b"", &[(POSTGRES, b"H")])),
    (REFUSED, ("cannot", "mysql", MYSQL_WITHOUT, &[])),
    (REFUSED, ("blocked", "mysql", b"\x09\0\0\0\xff\x69\x04Host \x1b", &[])),
    (UNEXPECTED, ("another protocol", "mysql", b"220 mail\r\n", &[])),
    (UNEXPECTED, ("cut", "mysql", b"\x02\0\0\0\x0a8", &[])),
    (REFUSED, ("cannot", "tds", b"", &[(TDS, b"\x04\x01\0\x0f\0\0\x01\0\x01\0\x06\0\x01\xff\x02")])),
    (UNEXPECTED, ("another protocol", "tds", b"", &[(TDS, b"HTTP\0\x08\0\0")])),
    (UNEXPECTED, ("an empty packet", "tds", b"", &[(TDS, b"\x04\x01\0\0\0\0\0\0")])),
    (REFUSED, ("no", "xmpp", b"", &[(XMPP, XMPP_OFFER), (XMPP_PLEASE, b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")])),
    (REFUSED, ("unknown host", "xmpp", b"", &[(XMPP, b"<stream:stream id='1'><stream:error><host-unknown/>")])),
    (REFUSED, ("not offered", "xmpp", b"", &[(XMPP, b"<stream:stream id='1'><stream:features/></stream:stream>")])),
    (UNEXPECTED, ("another protocol", "xmpp", b"", &[(XMPP, b"a > b")])),
];

/// Servers that never come to an end: the class, a name, a scheme, what they say again and again.
#[rustfmt::skip]
const ENDLESS: &[(&str, &str, &str, &[u8], Then)] = &[
    ("starttls-timeout", "silence", "imap", b"", Then::Silence),
    ("starttls-timeout", "silence", "mysql", b"\x4a\0\0\0\x0a", Then::Silence),
    ("connection-closed", "an end", "smtp", b"220 mail\r\n", Then::End),
];

pub(crate) async fn rows(identities: &Identities) -> Vec<Row> {
    let identity = identities.of("p-256");
    let mut rows = Vec::new();
    for (name, scheme, greeting, turns) in GOOD {
        let server = Server::with(identity, "-tls1_3");
        let then = then(scheme, server.port);
        let expected = Expected::Served(leaves(&[identity]), Some("TLSv1.3"), false);
        rows.push(row(name, scheme, script(greeting, turns, then), expected, Some(server)).await);
    }
    let old = Server::with(identity, "-tls1 -cipher ALL@SECLEVEL=0");
    for (_, scheme, greeting, turns) in
        GOOD.iter().filter(|(name, scheme, ..)| *name == "short" && *scheme != "tds")
    {
        let script = script(greeting, turns, then(scheme, old.port));
        let expected = Expected::Served(leaves(&[identity]), Some("TLSv1.0"), true);
        rows.push(row("old", scheme, script, expected, None).await);
    }
    if let Some(row) = rows.last_mut() {
        row._server = Some(old);
    }
    for (code, (name, scheme, greeting, turns)) in BAD {
        let expected = Expected::Gap((*code).to_owned());
        rows.push(row(name, scheme, script(greeting, turns, Then::Silence), expected, None).await);
    }
    for (code, name, scheme, greeting, then) in ENDLESS {
        let expected = Expected::Gap((*code).to_owned());
        rows.push(row(name, scheme, script(greeting, &[], then.clone()), expected, None).await);
    }
    for (scheme, flood, code) in floods() {
        let expected = Expected::Gap(code.to_owned());
        rows.push(row("a flood", scheme, script(b"", &[], Then::Flood(flood)), expected, None).await);
    }
    rows
}

/// Lines without end, and answers of lines without end.
fn floods() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    vec![
        ("smtp", b"220-mail\r\n".to_vec(), UNEXPECTED),
        ("imap", b"* OK again\r\n".to_vec(), UNEXPECTED),
        ("pop3", vec![b'x'; 4000], UNEXPECTED),
        ("ftp", vec![b'2'; 4000], UNEXPECTED),
        ("xmpp", b"<a/>".to_vec(), UNEXPECTED),
        ("mysql", vec![0xff; 4000], UNEXPECTED),
    ]
}

fn then(scheme: &str, port: u16) -> Then {
    if scheme == "tds" { Then::TlsInPackets(port) } else { Then::Tls(port) }
}

fn script(greeting: &[u8], turns: &[(&[u8], &[u8])], then: Then) -> Script {
    let turns = turns.iter().map(|(heard, said)| (heard.to_vec(), said.to_vec())).collect();
    Script { greeting: greeting.to_vec(), turns, then }
}

async fn row(name: &str, scheme: &str, script: Script, expected: Expected, server: Option<Server>) -> Row {
    let (port, clients) = play(script).await;
    let endpoint = format!("{scheme}://127.0.0.1:{port}#a.example").parse().unwrap();
    Row { name: format!("{scheme}: {name}"), endpoint, expected, clients, _server: server }
}
