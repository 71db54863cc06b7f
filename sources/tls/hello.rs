//! A `ClientHello` of TLS 1.2 and older that offers what no current client does: so that old servers answer with
//! their certificate, which they send in plain text.

use rustls::pki_types::ServerName;

/// Ways to exchange keys and to encrypt that current clients have, too: without them a server is a legacy one.
const CURRENT: [u16; 6] = [0xc02b, 0xc02c, 0xc02f, 0xc030, 0xcca8, 0xcca9];

/// Others, better ones first (IANA, TLS cipher suites): ECDHE, DHE, RSA, static ECDH and DH; the last one says that
/// renegotiation is safe.
#[rustfmt::skip]
const OLD: [u16; 68] = [
    0xc023, 0xc024, 0xc027, 0xc028, 0xc009, 0xc00a, 0xc013, 0xc014, 0xc0ac, 0xc0ad, 0xc072, 0xc076, 0xc008, 0xc012,
    0xc007, 0xc011, 0x009e, 0x009f, 0xccaa, 0x0067, 0x006b, 0x0033, 0x0039, 0x0045, 0x0088, 0x0016, 0x00a2, 0x00a3,
    0x0040, 0x006a, 0x0032, 0x0038, 0x0013, 0x009c, 0x009d, 0xc09c, 0xc09d, 0x003c, 0x003d, 0x002f, 0x0035, 0x0041,
    0x0084, 0x00ba, 0x00c0, 0x0096, 0x0007, 0xc050, 0xc051, 0x000a, 0x0005, 0x0004, 0x0009, 0xc02d, 0xc02e, 0xc031,
    0xc032, 0xc004, 0xc005, 0xc00e, 0xc00f, 0x00a0, 0x00a4, 0x0031, 0x0030, 0x0037, 0x0036, 0x00ff,
];

/// X25519, X448, and the curves of NIST and Brainpool.
const GROUPS: [u16; 9] = [29, 23, 24, 25, 30, 22, 26, 27, 28];

/// ECDSA, `EdDSA`, RSA-PSS, RSA and DSA, down to SHA-1 and MD5.
const SIGNATURES: [u16; 21] = [
    0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501,
    0x0601, 0x0303, 0x0301, 0x0402, 0x0203, 0x0201, 0x0202, 0x0101,
];

/// Records of these sizes stop some old load balancers; a longer one does not.
const UNLUCKY: std::ops::Range<usize> = 252..512;

/// Whether current clients can do with a way to exchange keys and to encrypt.
pub(super) fn is_current(suite: u16) -> bool {
    CURRENT.contains(&suite)
}

/// The record. An IP address is not sent as a server name.
pub(super) fn client_hello(name: Option<&ServerName<'_>>, random: [u8; 32]) -> Vec<u8> {
    let suites = numbers(&[&CURRENT[..], &OLD[..]].concat());
    let fixed = [&[3, 3][..], &random, &[0], &long(&suites), &[1, 0]].concat();
    let mut extensions = [
        name.and_then(server_name).unwrap_or_default(),
        extension(10, &long(&numbers(&GROUPS))),
        extension(11, &[1, 0]),
        extension(13, &long(&numbers(&SIGNATURES))),
    ]
    .concat();
    let size = fixed.len() + 2 + extensions.len();
    if UNLUCKY.contains(&size) {
        extensions.extend(extension(21, &vec![0; UNLUCKY.end - size]));
    }
    let body = [fixed, long(&extensions)].concat();
    let message = [&[1, 0][..], &long(&body)].concat();
    [&[22, 3, 1][..], &long(&message)].concat()
}

fn server_name(name: &ServerName<'_>) -> Option<Vec<u8>> {
    let ServerName::DnsName(name) = name else { return None };
    let entry = [&[0][..], &long(name.as_ref().as_bytes())].concat();
    Some(extension(0, &long(&entry)))
}

fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &long(body)].concat()
}

/// Bytes behind their number, in two octets. All that is sent here is far shorter than that may be.
fn long(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes()[..], bytes].concat()
}

fn numbers(numbers: &[u16]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn lengths_say_what_follows_whatever_the_name() {
        for name in ["a.example", "127.0.0.1", &["x".repeat(60).as_str(); 4].join(".")] {
            let name = ServerName::try_from(name.to_owned()).unwrap();
            let hello = client_hello(Some(&name), [7; 32]);
            let length = |at: usize| usize::from(u16::from_be_bytes([hello[at], hello[at + 1]]));
            assert_eq!((length(3), length(7)), (hello.len() - 5, hello.len() - 9));
            let sent = hello.windows(4).any(|window| window == b"a.ex" || window == b"xxxx");
            assert_eq!(sent, matches!(name, ServerName::DnsName(_)));
            assert!(!UNLUCKY.contains(&(hello.len() - 9)), "{}", hello.len());
        }
    }

    #[test]
    fn no_suite_is_offered_twice() {
        let suites: BTreeSet<u16> = CURRENT.into_iter().chain(OLD).collect();
        assert_eq!(suites.len(), CURRENT.len() + OLD.len());
        assert!(is_current(0xc02f) && !is_current(0x002f));
    }
}
