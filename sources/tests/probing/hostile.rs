//! Servers that mean harm, or that speak no TLS at all: the class of each.

use super::server::{Script, Then, play};
use super::{Expected, Row};

/// A handshake record that holds one message.
fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = |size: usize| u16::try_from(size).unwrap().to_be_bytes();
    let head = [&[22, 3, 3][..], &length(body.len() + 4), &[kind, 0], &length(body.len())].concat();
    [&head, body].concat()
}

fn said(bytes: &[u8], then: Then) -> Script {
    Script { greeting: bytes.to_vec(), turns: Vec::new(), then }
}

/// A hello of a server with TLS 1.2 and ECDHE-ECDSA-AES128-GCM-SHA256.
fn server_hello() -> Vec<u8> {
    message(2, &[&[3, 3][..], &[7; 32], &[0, 0xc0, 0x2b, 0]].concat())
}

pub(crate) async fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, code, script) in scripts() {
        let (port, clients) = play(script).await;
        let endpoint = format!("127.0.0.1:{port}#a.example").parse().unwrap();
        let expected = Expected::Gap(code.to_owned());
        rows.push(Row { name: name.to_owned(), endpoint, expected, clients, _server: None });
    }
    for (name, host, code) in [
        ("metadata", "169.254.169.254", "refused-by-policy"),
        ("metadata in disguise", "[64:ff9b::a9fe:a9fe]", "refused-by-policy"),
        ("no such name", "nowhere.invalid", "name-not-resolved"),
        ("nobody listens", "127.0.0.1", "connection-refused"),
    ] {
        let endpoint = format!("{host}:9").parse().unwrap();
        rows.push(Row {
            name: name.to_owned(),
            endpoint,
            expected: Expected::Gap(code.to_owned()),
            clients: Default::default(),
            _server: None,
        });
    }
    rows
}

#[rustfmt::skip]
fn scripts() -> Vec<(&'static str, &'static str, Script)> {
    let long = [&[22, 3, 3, 0x40, 0][..], &[2; 60]].concat();
    let cut = [server_hello(), message(11, b"\0\0\xff\0\0\xfahello")].concat();
    let key = [&[3, 0, 0x1d, 32][..], &[9; 32], &[4, 3, 0, 4, 1, 2, 3, 4]].concat(); // X25519, a false signature
    let nothing = [server_hello(), message(11, b"\0\0\0"), message(12, &key), message(14, &[])].concat();
    let without = [server_hello(), message(14, &[])].concat();
    vec![
        ("tarpit", "handshake-timeout", said(b"", Then::Silence)),
        ("a byte a second", "handshake-timeout", said(b"", Then::Drip(long.clone()))),
        ("a hello a byte a second", "handshake-timeout", said(&server_hello(), Then::Drip(long))),
        ("a hello, then silence", "handshake-timeout", said(&server_hello(), Then::Silence)),
        ("a closed door", "connection-closed", said(b"", Then::End)),
        ("a reset", "connection-reset", said(b"", Then::Reset)),
        ("a hello, then an end", "connection-closed", said(&server_hello(), Then::End)),
        ("HTTP", "not-tls", said(b"HTTP/1.1 400 Bad Request\r\n\r\n", Then::Silence)),
        ("SSH", "not-tls", said(b"SSH-2.0-OpenSSH_9.2\r\n", Then::Silence)),
        ("a mail server, asked for TLS at once", "not-tls", said(b"220 mail.example ESMTP\r\n", Then::Silence)),
        ("zeros without end", "not-tls", said(b"", Then::Flood(vec![0; 4096]))),
        ("empty messages without end", "malformed-handshake", said(b"", Then::Flood(message(0, &[])))),
        ("a refusal", "handshake-failure", said(&[21, 3, 3, 0, 2, 2, 40], Then::Silence)),
        ("another refusal", "tls-alert", said(&[21, 3, 3, 0, 2, 2, 80], Then::Silence)),
        ("an old refusal", "protocol-version", said(&[21, 3, 1, 0, 2, 2, 70], Then::Silence)),
        ("a certificate with a lie about its length", "malformed-handshake", said(&cut, Then::Silence)),
        ("a certificate message with nothing in it", "no-certificate", said(&nothing, Then::Silence)),
        ("a hello without a certificate", "malformed-handshake", said(&without, Then::Silence)),
        ("a record of too great a length", "malformed-handshake", said(&[22, 3, 3, 0xff, 0xff, 2, 0, 0, 0], Then::Silence)),
        ("a message without end", "certificate-too-large", said(&[22, 3, 3, 0, 4, 2, 0, 0xff, 0xff], Then::Flood([&[22, 3, 3, 0x10, 0][..], &[0; 4096]].concat()))),
    ]
}
