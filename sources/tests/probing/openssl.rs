//! `openssl s_server` with each protocol, key, suite and group, and what it shows.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use super::identity::{Identities, Identity, text};
use super::{Expected, Row};

/// A running `openssl s_server`, ended when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
}

impl Server {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new("openssl");
        command.args(["s_server", "-accept", "127.0.0.1:0", "-www"]).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("openssl is installed");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port =
            lines.find_map(|line| line.unwrap().strip_prefix("ACCEPT ")?.rsplit_once(':')?.1.parse().ok());
        std::thread::spawn(move || lines.for_each(drop)); // a full pipe would stop the server
        Self { child, port: port.unwrap_or_else(|| panic!("openssl s_server {arguments:?} does not start")) }
    }

    /// With one identity and some options in one text.
    pub(crate) fn with(identity: &Identity, options: &str) -> Self {
        let mut arguments = vec!["-cert", text(&identity.certificate), "-key", text(&identity.key)];
        arguments.extend(options.split_whitespace());
        Self::start(&arguments)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

pub(crate) fn leaves(identities: &[&Identity]) -> std::collections::BTreeSet<String> {
    identities.iter().map(|identity| identity.sha256.clone()).collect()
}

/// Protocol, whether it is old, key, options.
type Served = (Option<&'static str>, bool, &'static str, &'static str);

const V10: Option<&str> = Some("TLSv1.0");
const V11: Option<&str> = Some("TLSv1.1");
const V12: Option<&str> = Some("TLSv1.2");
const V13: Option<&str> = Some("TLSv1.3");

/// Servers that show their one certificate; without a protocol where the handshake fails after that.
#[rustfmt::skip]
const SERVED: &[Served] = &[
    (V13, false, "rsa-2048", ""),
    (V13, false, "rsa-1024", "-tls1_3 -cipher ALL@SECLEVEL=0"),
    (V13, false, "rsa-2048", "-tls1_3"),
    (V13, false, "rsa-3072", "-tls1_3"),
    (V13, false, "rsa-pss", "-tls1_3"),
    (V13, false, "p-256", "-tls1_3"),
    (V13, false, "p-384", "-tls1_3"),
    (V13, false, "p-521", "-tls1_3"),
    (V13, false, "ed25519", "-tls1_3"),
    (V13, false, "ed448", "-tls1_3"),
    (V13, false, "sha-1", "-tls1_3 -cipher ALL@SECLEVEL=0"),
    (V12, false, "rsa-1024", "-tls1_2 -cipher ALL@SECLEVEL=0"),
    (V12, false, "rsa-2048", "-tls1_2"),
    (V12, false, "rsa-3072", "-tls1_2"),
    (None, false, "rsa-pss", "-tls1_2"),
    (V12, false, "p-256", "-tls1_2"),
    (V12, false, "p-384", "-tls1_2"),
    (V12, false, "p-521", "-tls1_2"),
    (V12, false, "ed25519", "-tls1_2"),
    (None, false, "ed448", "-tls1_2"),
    (V12, false, "secp256k1", "-tls1_2"),
    (V12, false, "brainpool", "-tls1_2"),
    (V13, false, "p-256", "-ciphersuites TLS_AES_128_GCM_SHA256"),
    (V13, false, "p-256", "-ciphersuites TLS_CHACHA20_POLY1305_SHA256"),
    (V13, false, "p-256", "-tls1_3 -groups P-384"),
    (V12, false, "p-256", "-tls1_2 -groups P-521"),
    (V13, false, "p-256", "-alpn h2"),
    (V13, false, "p-256", "-tls1_3 -Verify 1"),
    (V13, false, "p-256", "-tls1_3 -num_tickets 20"),
    (V12, false, "p-256", "-tls1_2 -verify 1"),
    (None, false, "p-256", "-tls1_2 -Verify 1"),
    (V13, false, "60-kb", "-tls1_3"),
    (V12, false, "60-kb", "-tls1_2"),
    (V12, false, "70-kb", "-tls1_2"),
    (V10, true, "rsa-2048", "-tls1 -cipher ALL@SECLEVEL=0"),
    (V10, true, "rsa-1024", "-tls1 -cipher DHE-RSA-AES128-SHA@SECLEVEL=0"),
    (V10, true, "rsa-2048", "-tls1 -cipher AES128-SHA@SECLEVEL=0"),
    (V10, true, "p-256", "-tls1 -cipher ALL@SECLEVEL=0"),
    (V10, true, "dsa", "-tls1 -cipher ALL@SECLEVEL=0"),
    (V11, true, "rsa-2048", "-tls1_1 -cipher ALL@SECLEVEL=0"),
    (V11, true, "p-256", "-tls1_1 -cipher ALL@SECLEVEL=0"),
    (V11, true, "dsa", "-tls1_1 -cipher ALL@SECLEVEL=0"),
    (V11, true, "p-256", "-no_tls1_2 -no_tls1_3 -cipher ALL@SECLEVEL=0"),
    (V12, true, "dsa", "-tls1_2 -cipher DHE-DSS-AES128-GCM-SHA256@SECLEVEL=0"),
    (V12, true, "rsa-2048", "-tls1_2 -cipher AES128-SHA"),
    (V12, true, "rsa-2048", "-tls1_2 -cipher AES256-GCM-SHA384"),
    (V12, true, "rsa-2048", "-tls1_2 -cipher AES128-CCM"),
    (V12, true, "rsa-2048", "-tls1_2 -cipher CAMELLIA128-SHA"),
    (V12, true, "rsa-2048", "-tls1_2 -cipher ARIA128-GCM-SHA256"),
    (V12, true, "rsa-2048", "-tls1_2 -cipher ECDHE-RSA-AES128-SHA"),
    (V12, true, "rsa-2048", "-tls1_2 -cipher ECDHE-RSA-AES256-SHA384"),
    (V12, true, "rsa-2048", "-tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256"),
    (V12, true, "rsa-2048", "-tls1_2 -cipher DHE-RSA-AES256-SHA"),
    (V12, true, "p-256", "-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA"),
    (V12, true, "p-256", "-tls1_2 -cipher ECDHE-ECDSA-AES128-CCM"),
    (V12, true, "rsa-2048", "-tls1_2 -cipher AES128-SHA -Verify 1"),
];

/// Servers that show none: the class, the key, options.
#[rustfmt::skip]
const GAPS: &[(&str, &str, &str)] = &[
    ("certificate-too-large", "70-kb", "-tls1_3"),
    ("handshake-failure", "p-256", "-tls1_3 -groups P-521"),
    ("handshake-failure", "p-256", "-tls1_2 -cipher PSK -psk 00"),
    ("handshake-failure", "rsa-2048", "-tls1_2 -cipher aNULL@SECLEVEL=0"),
];

pub(crate) fn rows(identities: &Identities) -> Vec<Row> {
    let served = SERVED.iter().map(|&(protocol, legacy, key, options)| {
        let identity = identities.of(key);
        let expected = Expected::Served(leaves(&[identity]), protocol, legacy);
        row(format!("{key} {options}"), Server::with(identity, options), "#a.example", expected)
    });
    let gaps = GAPS.iter().map(|&(code, key, options)| {
        let server = Server::with(identities.of(key), options);
        row(format!("{key} {options}"), server, "#a.example", Expected::Gap(code.into()))
    });
    served
        .chain(gaps)
        .chain(names(identities))
        .chain(both_keys(identities))
        .chain([chain(identities)])
        .collect()
}

fn row(name: String, server: Server, sni: &str, expected: Expected) -> Row {
    let endpoint = format!("127.0.0.1:{}{sni}", server.port).parse().unwrap();
    Row { name, endpoint, expected, clients: Default::default(), _server: Some(server) }
}

/// One certificate for all names and another for one of them.
fn names(identities: &Identities) -> Vec<Row> {
    let (all, one) = (identities.of("p-256"), identities.of("another"));
    let second = format!("-servername b.example -cert2 {} -key2 {}", text(&one.certificate), text(&one.key));
    let served = |identity| Expected::Served(leaves(&[identity]), V13, false);
    let with = |name: &str, more: &str, sni: &str, expected| {
        row(name.to_owned(), Server::with(all, &format!("{second} {more}")), sni, expected)
    };
    vec![
        with("a name of its own", "", "#b.example", served(one)),
        with("another name", "", "#c.example", served(all)),
        with("no name", "", "", served(all)),
        with("an unknown name", "-servername_fatal", "#c.example", Expected::Gap("unrecognised-name".into())),
    ]
}

fn both_keys(identities: &Identities) -> Vec<Row> {
    let (rsa, ecdsa) = (identities.of("rsa-2048"), identities.of("p-256"));
    let both = |first: &Identity, second: &Identity, protocol, option: &str| {
        let more = format!("{option} -dcert {} -dkey {}", text(&second.certificate), text(&second.key));
        let expected = Expected::Served(leaves(&[rsa, ecdsa]), protocol, false);
        let name = format!("two keys {option} {}", first.sha256);
        row(name, Server::with(first, &more), "#a.example", expected)
    };
    vec![
        both(rsa, ecdsa, V12, "-tls1_2"),
        both(rsa, ecdsa, V13, "-tls1_3"),
        both(ecdsa, rsa, V12, "-tls1_2 -serverpref"),
        both(ecdsa, rsa, V13, "-tls1_3 -serverpref"),
    ]
}

/// A hundred certificates behind its own.
fn chain(identities: &Identities) -> Row {
    let (leaf, path) = (identities.of("p-256"), identities.path("chain.pem"));
    let other = std::fs::read_to_string(&identities.of("another").certificate).unwrap();
    std::fs::write(&path, other.repeat(100)).unwrap();
    let server = Server::with(leaf, &format!("-cert_chain {}", text(&path)));
    row("a chain of 100".to_owned(), server, "#a.example", Expected::Served(leaves(&[leaf]), V13, false))
}
