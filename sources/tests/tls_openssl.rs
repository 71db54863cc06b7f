//! The prober against real `openssl s_server` processes, and against servers that behave badly on purpose.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use howler_model::{
    CertificateUsage, CoverageStatus, Endpoint, Facts, NameMatch, Origin, Reason, Role, Served, Trust,
    Untrusted, Validity,
};
use howler_sources::{Gather, Limits, Prober, SOURCES, TrustAnchors};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

const LIMITS: Limits = Limits {
    total: Duration::from_secs(2),
    connect: Duration::from_secs(1),
    bytes: 128 << 10,
    at_once: 5,
    addresses: 32,
};

/// The time at which everything here is judged.
fn now() -> DateTime<Utc> {
    "2026-11-01T00:00:00Z".parse().unwrap()
}

/// A private authority: root, intermediate, and what it issued.
struct Authority {
    root: Issuer<'static, KeyPair>,
    root_pem: String,
    intermediate: Issuer<'static, KeyPair>,
    intermediate_pem: String,
}

/// What `s_server` needs: its certificate, what it sends behind it, and the key.
struct Identity {
    leaf: String,
    others: String,
    key: String,
}

impl Identity {
    fn new(leaf: String, key: &KeyPair) -> Self {
        Self { leaf, others: String::new(), key: key.serialize_pem() }
    }
}

fn params(name: &str, years: (i32, i32)) -> CertificateParams {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = rcgen::date_time_ymd(years.0, 1, 1);
    params.not_after = rcgen::date_time_ymd(years.1, 1, 1);
    params
}

fn authority_params(name: &str, years: (i32, i32)) -> CertificateParams {
    let mut params = params(name, years);
    params.subject_alt_names.clear();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

impl Authority {
    fn new() -> Self {
        let (key, root) = (KeyPair::generate().unwrap(), authority_params("Root", (2020, 2040)));
        let root_pem = root.self_signed(&key).unwrap().pem();
        let root = Issuer::new(root, key);
        let (key, middle) = (KeyPair::generate().unwrap(), authority_params("Intermediate", (2020, 2035)));
        let intermediate_pem = middle.signed_by(&key, &root).unwrap().pem();
        Self { root, root_pem, intermediate: Issuer::new(middle, key), intermediate_pem }
    }

    /// Signed by the root itself.
    fn issue(&self, params: &CertificateParams) -> Identity {
        let key = KeyPair::generate().unwrap();
        Identity::new(params.signed_by(&key, &self.root).unwrap().pem(), &key)
    }

    /// Signed by the intermediate, without sending it.
    fn issue_by_intermediate(&self, params: &CertificateParams) -> Identity {
        let key = KeyPair::generate().unwrap();
        Identity::new(params.signed_by(&key, &self.intermediate).unwrap().pem(), &key)
    }

    fn anchors(&self) -> TrustAnchors {
        TrustAnchors::from_pem(self.root_pem.as_bytes(), "test").unwrap()
    }
}

fn self_signed(params: &CertificateParams) -> Identity {
    let key = KeyPair::generate().unwrap();
    Identity::new(params.self_signed(&key).unwrap().pem(), &key)
}

/// A running `openssl s_server`, ended when dropped.
struct Server {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl Server {
    fn start(identity: &Identity, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let (leaf, key) = (file("leaf.pem", &identity.leaf), file("key.pem", &identity.key));
        let mut command = command(&leaf, &key);
        if !identity.others.is_empty() {
            command.arg("-cert_chain").arg(file("others.pem", &identity.others));
        }
        let mut child = command.args(options).spawn().expect("openssl is installed");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port =
            lines.find_map(|line| line.unwrap().strip_prefix("ACCEPT ")?.rsplit_once(':')?.1.parse().ok());
        std::thread::spawn(move || lines.for_each(drop)); // a full pipe would stop the server
        Self { child, port: port.expect("openssl says where it listens"), _folder: folder }
    }

    fn endpoint(&self, name: &str) -> Endpoint {
        format!("127.0.0.1:{}#{name}", self.port).parse().unwrap()
    }
}

fn command(leaf: &Path, key: &Path) -> Command {
    let mut command = Command::new("openssl");
    command.args(["s_server", "-accept", "127.0.0.1:0", "-www", "-cert"]).arg(leaf).arg("-key").arg(key);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// The source as `howler scan` asks it.
async fn ask(endpoint: &Endpoint, trust: &TrustAnchors, limits: Limits) -> Facts {
    let source = SOURCES.iter().find(|source| source.id == "endpoints").unwrap();
    let Gather::Endpoint(gather) = source.gather else { panic!("{} asks no endpoints", source.id) };
    gather(&Prober::new(trust.clone(), limits), endpoint, now()).await
}

async fn seen(endpoint: &Endpoint, anchors: &TrustAnchors) -> Facts {
    let begun = Instant::now();
    let facts = ask(endpoint, anchors, LIMITS).await;
    assert!(begun.elapsed() < LIMITS.total + Duration::from_secs(1), "took {:?}", begun.elapsed());
    facts
}

/// The one thing that was served, with nothing missing.
async fn served(server: &Server, name: &str, anchors: &TrustAnchors) -> Served {
    let mut facts = seen(&server.endpoint(name), anchors).await;
    assert_eq!(facts.scopes[0].status(), CoverageStatus::Ok, "{:?}", facts.scopes);
    assert_eq!((facts.scopes.len(), facts.served.len()), (1, 1));
    facts.served.remove(0)
}

/// The class of the one gap, with nothing served.
async fn missing(endpoint: &Endpoint) -> (Reason, String) {
    let facts = seen(endpoint, &TrustAnchors::default()).await;
    assert_eq!(facts.served, []);
    let [scope] = facts.scopes.as_slice() else { panic!("{:?}", facts.scopes) };
    let [gap] = scope.gaps.as_slice() else { panic!("{:?}", scope.gaps) };
    assert_eq!((gap.unseen.action.as_str(), scope.answered), ("tls:handshake", 0));
    (gap.unseen.reason, gap.unseen.code.clone().unwrap())
}

fn untrusted(served: &Served) -> Untrusted {
    match &served.trust {
        Trust::Untrusted(class, _) => *class,
        trust => panic!("{trust:?}"),
    }
}

#[tokio::test]
async fn a_good_endpoint_is_trusted_and_covers_its_name() {
    let authority = Authority::new();
    let mut identity = authority.issue_by_intermediate(&params("good.example", (2026, 2027)));
    identity.others.push_str(&authority.intermediate_pem);
    let server = Server::start(&identity, &[]);
    let served = served(&server, "good.example", &authority.anchors()).await;
    assert_eq!((&served.trust, served.name), (&Trust::Trusted, NameMatch::Covers));
    assert_eq!((served.protocol, served.client_certificate), (Some("TLSv1.3"), false));
    assert_eq!(served.address.to_string(), format!("127.0.0.1:{}", server.port));
    let endpoint = server.endpoint("good.example").to_string();
    assert_eq!((served.resource.kind, &served.resource.id), ("tls-endpoint", &endpoint));
    let [leaf, intermediate] = served.chain.as_slice() else { panic!("{:?}", served.chain) };
    assert_eq!((&leaf.resource, leaf.role, leaf.origin), (&served.resource, Role::Leaf, Origin::Served));
    assert_eq!(leaf.usage, CertificateUsage::By(vec![endpoint.clone()]));
    assert_eq!((intermediate.resource.kind, intermediate.role), ("tls-chain-member", Role::Authority));
    assert_eq!(intermediate.resource.id, format!("{endpoint}/{}", intermediate.sha256.unwrap()));
    assert_eq!(intermediate.resource.name, "CN=Intermediate");
}

#[tokio::test]
async fn a_certificate_that_is_sent_twice_is_one_fact() {
    let authority = Authority::new();
    let mut identity = authority.issue_by_intermediate(&params("a.example", (2026, 2027)));
    identity.others = identity.leaf.clone() + &authority.intermediate_pem.repeat(2);
    let served = served(&Server::start(&identity, &[]), "a.example", &authority.anchors()).await;
    let subjects: Vec<_> = served.chain.iter().map(|member| member.subject.as_deref().unwrap()).collect();
    assert_eq!(
        (subjects.as_slice(), served.trust),
        (["CN=a.example", "CN=Intermediate"].as_slice(), Trust::Trusted)
    );
}

#[tokio::test]
async fn a_missing_intermediate_is_an_unknown_issuer() {
    let authority = Authority::new();
    let server = Server::start(&authority.issue_by_intermediate(&params("a.example", (2026, 2027))), &[]);
    assert_eq!(
        untrusted(&served(&server, "a.example", &authority.anchors()).await),
        Untrusted::UnknownIssuer
    );
}

#[tokio::test]
async fn dates_are_told_apart_from_trust() {
    let authority = Authority::new();
    for years in [(2024, 2025), (2027, 2028)] {
        let server = Server::start(&authority.issue(&params("a.example", years)), &[]);
        let trusted = served(&server, "a.example", &authority.anchors()).await;
        assert_eq!((trusted.trust, trusted.name), (Trust::OutOfDate, NameMatch::Covers), "{years:?}");
        let stranger = served(&server, "a.example", &Authority::new().anchors()).await;
        assert!(matches!(stranger.trust, Trust::Untrusted(..)), "{years:?} {:?}", stranger.trust);
    }
}

#[tokio::test]
async fn an_intermediate_that_is_over_is_out_of_date_too() {
    let authority = Authority::new();
    let key = KeyPair::generate().unwrap();
    let old = authority_params("Old", (2020, 2026));
    let old_pem = old.signed_by(&key, &authority.root).unwrap().pem();
    let leaf_key = KeyPair::generate().unwrap();
    let leaf = params("a.example", (2025, 2027)).signed_by(&leaf_key, &Issuer::new(old, key)).unwrap();
    let identity = Identity { others: old_pem, ..Identity::new(leaf.pem(), &leaf_key) };
    let server = Server::start(&identity, &[]);
    assert_eq!(served(&server, "a.example", &authority.anchors()).await.trust, Trust::OutOfDate);
}

#[tokio::test]
async fn a_wrong_name_differs_and_is_still_trusted() {
    let authority = Authority::new();
    let server = Server::start(&authority.issue(&params("other.example", (2026, 2027))), &[]);
    let served = served(&server, "wanted.example", &authority.anchors()).await;
    assert_eq!((served.trust, served.name), (Trust::Trusted, NameMatch::Differs));
}

#[tokio::test]
async fn an_address_needs_a_certificate_for_the_address() {
    let authority = Authority::new();
    for (name, expected) in [("127.0.0.1", NameMatch::Covers), ("a.example", NameMatch::Differs)] {
        let server = Server::start(&authority.issue(&params(name, (2026, 2027))), &[]);
        let endpoint = format!("127.0.0.1:{}", server.port).parse().unwrap();
        let facts = seen(&endpoint, &authority.anchors()).await;
        assert_eq!((&facts.served[0].trust, facts.served[0].name), (&Trust::Trusted, expected));
    }
}

#[tokio::test]
async fn a_self_signed_certificate_is_one_whatever_else_is_wrong_with_it() {
    let mut authority = params("a.example", (2026, 2027));
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    for params in [params("a.example", (2026, 2027)), params("a.example", (2024, 2025)), authority.clone()] {
        let server = Server::start(&self_signed(&params), &[]);
        let served = served(&server, "a.example", &TrustAnchors::mozilla()).await;
        assert_eq!((untrusted(&served), served.name), (Untrusted::SelfSigned, NameMatch::Covers));
        assert_eq!(served.chain[0].role, Role::Leaf, "it is the endpoint's own");
    }
    let identity = self_signed(&authority);
    let pinned = TrustAnchors::from_pem(identity.leaf.as_bytes(), "test").unwrap();
    assert_eq!(served(&Server::start(&identity, &[]), "a.example", &pinned).await.trust, Trust::Trusted);
}

#[tokio::test]
async fn one_protocol_version_is_enough() {
    let authority = Authority::new();
    let identity = authority.issue(&params("a.example", (2026, 2027)));
    for (option, protocol) in [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")] {
        let server = Server::start(&identity, &[option]);
        let served = served(&server, "a.example", &authority.anchors()).await;
        assert_eq!((served.protocol, served.trust), (Some(protocol), Trust::Trusted));
    }
}

#[tokio::test]
async fn a_demanded_client_certificate_hides_nothing() {
    let authority = Authority::new();
    let identity = authority.issue(&params("a.example", (2026, 2027)));
    for (option, protocol) in [("-tls1_2", None), ("-tls1_3", Some("TLSv1.3"))] {
        let server = Server::start(&identity, &[option, "-Verify", "1"]);
        let served = served(&server, "a.example", &authority.anchors()).await;
        assert!(served.client_certificate, "{option}");
        assert_eq!((served.protocol, served.trust), (protocol, Trust::Trusted));
    }
    let server = Server::start(&identity, &["-tls1_2", "-verify", "1"]);
    let welcome = served(&server, "a.example", &authority.anchors()).await;
    assert_eq!(
        (welcome.protocol, welcome.client_certificate),
        (Some("TLSv1.2"), false),
        "asked, not demanded"
    );
}

#[tokio::test]
async fn keys_that_cannot_be_verified_are_still_seen() {
    let folder = tempfile::tempdir().unwrap();
    for (algorithm, key) in [("RSA-PSS", "RSA-PSS-2048"), ("ED448", "Ed448")] {
        let (leaf, secret) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-nodes",
                "-subj",
                "/CN=a.example",
                "-addext",
                "subjectAltName=DNS:a.example",
            ])
            .args(["-newkey", algorithm, "-days", "9000", "-keyout"])
            .arg(&secret)
            .arg("-out")
            .arg(&leaf)
            .stderr(Stdio::null())
            .status();
        assert!(made.unwrap().success());
        let text = |path: &Path| std::fs::read_to_string(path).unwrap();
        for protocol in ["-tls1_2", "-tls1_3"] {
            let identity = Identity { leaf: text(&leaf), others: String::new(), key: text(&secret) };
            let server = Server::start(&identity, &[protocol]);
            let served = served(&server, "a.example", &TrustAnchors::mozilla()).await;
            assert_eq!(served.chain[0].key.as_deref(), Some(key), "{protocol}");
            assert_eq!(served.name, NameMatch::Covers);
        }
    }
}

#[tokio::test]
async fn old_servers_show_their_certificate_and_are_told_as_old() {
    let authority = Authority::new();
    let identity = authority.issue(&params("a.example", (2026, 2027)));
    for (options, protocol) in [
        (["-tls1", "-cipher", "ALL@SECLEVEL=0"], "TLSv1.0"),
        (["-tls1_1", "-cipher", "ALL@SECLEVEL=0"], "TLSv1.1"),
        (["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"], "TLSv1.2"),
    ] {
        let server = Server::start(&identity, &options);
        let served = served(&server, "a.example", &authority.anchors()).await;
        assert_eq!((served.protocol, served.legacy), (Some(protocol), true));
        assert_eq!((served.trust, served.name), (Trust::Trusted, NameMatch::Covers), "{protocol}");
    }
    let current = served(&Server::start(&identity, &[]), "a.example", &authority.anchors()).await;
    assert!(!current.legacy);
}

#[tokio::test]
async fn refusing_servers_have_a_class_of_their_own() {
    let identity = self_signed(&params("a.example", (2026, 2027)));
    let code = async |options: &[&str]| {
        let server = Server::start(&identity, options);
        missing(&server.endpoint("a.example")).await
    };
    let failed = |code: &str| (Reason::Failed, code.to_owned());
    assert_eq!(code(&["-tls1_2", "-cipher", "PSK", "-psk", "00"]).await, failed("handshake-failure"));
    let folder = tempfile::tempdir().unwrap();
    let second = folder.path().join("second.pem");
    std::fs::write(&second, identity.leaf.clone() + &identity.key).unwrap();
    let second = second.to_str().unwrap();
    let strict = ["-servername", "b.example", "-servername_fatal", "-cert2", second, "-key2", second];
    assert_eq!(code(&strict).await, failed("unrecognised-name"));
}

#[tokio::test]
async fn more_bytes_than_the_limit_are_not_read() {
    let server = Server::start(&self_signed(&params("a.example", (2026, 2027))), &[]);
    let limits = Limits { bytes: 100, ..LIMITS };
    let facts = ask(&server.endpoint("a.example"), &TrustAnchors::default(), limits).await;
    assert_eq!(facts.scopes[0].gaps[0].unseen.code.as_deref(), Some("too-many-bytes"));
}

/// An endpoint whose every connection is given to `serve`.
async fn listening<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Endpoint
where
    F: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = listener.local_addr().unwrap().to_string().parse().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            serve(stream).await;
        }
    });
    endpoint
}

#[tokio::test]
async fn a_silent_server_ends_with_the_deadline() {
    let endpoint = listening(|stream| async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        drop(stream);
    });
    assert_eq!(missing(&endpoint.await).await, (Reason::Timeout, "handshake-timeout".into()));
}

#[tokio::test]
async fn a_byte_a_second_ends_with_the_deadline() {
    let endpoint = listening(|mut stream| async move {
        for byte in [0x16, 0x03, 0x03, 0x40, 0x00, 0x02].into_iter().chain([0; 54]) {
            let _gone = stream.write_all(&[byte]).await;
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    assert_eq!(missing(&endpoint.await).await, (Reason::Timeout, "handshake-timeout".into()));
}

/// A handshake message in a record of its own.
fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = |size: usize| u16::try_from(size).unwrap().to_be_bytes();
    let head = [&[22, 3, 3][..], &length(body.len() + 4), &[kind, 0], &length(body.len())].concat();
    [&head, body].concat()
}

#[tokio::test]
async fn what_is_no_certificate_is_a_fact_with_unknown_dates() {
    let endpoint = listening(|mut stream| async move {
        let hello = [&[3, 3][..], &[7; 32], &[0, 0xc0, 0x2f, 0]].concat(); // TLS 1.2, ECDHE-RSA-AES128-GCM-SHA256
        let certificate = b"\x00\x00\x08\x00\x00\x05hello";
        let key = [&[3, 0, 0x1d, 32][..], &[9; 32], &[8, 4, 0, 4, 1, 2, 3, 4]].concat(); // X25519, a false signature
        let parts = [message(2, &hello), message(11, certificate), message(12, &key), message(14, &[])];
        let _gone = stream.write_all(&parts.concat()).await;
        let _ready = stream.readable().await;
    });
    let facts = seen(&endpoint.await, &TrustAnchors::mozilla()).await;
    let [served] = facts.served.as_slice() else { panic!("{:?}", facts.scopes) };
    assert_eq!((untrusted(served), served.name), (Untrusted::Malformed, NameMatch::Unknown));
    assert_eq!((served.protocol, served.chain.len()), (None, 1), "the handshake failed afterwards");
    assert_eq!(served.chain[0].validity, Validity::Unknown("not an X.509 certificate".to_owned()));
}

#[tokio::test]
async fn other_protocols_are_not_tls() {
    for banner in ["HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH\r\n", "220 mail.example ESMTP\r\n"] {
        let endpoint = listening(move |mut stream| async move {
            let _gone = stream.write_all(banner.as_bytes()).await;
            let _gone = stream.readable().await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        });
        assert_eq!(missing(&endpoint.await).await, (Reason::Malformed, "not-tls".into()), "{banner}");
    }
}

#[tokio::test]
async fn a_reset_and_a_closed_port_are_told_apart() {
    let unread = listening(|stream| async move {
        let _ready = stream.readable().await; // closing with bytes unread sends a reset
    });
    assert_eq!(missing(&unread.await).await, (Reason::Network, "connection-reset".into()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = listener.local_addr().unwrap().to_string().parse().unwrap();
    drop(listener);
    assert_eq!(missing(&endpoint).await, (Reason::Network, "connection-refused".into()));
}

#[tokio::test]
async fn a_name_without_address_and_a_forbidden_address_are_gaps() {
    let endpoint = "nowhere.invalid:443".parse().unwrap();
    assert_eq!(missing(&endpoint).await, (Reason::Network, "name-not-resolved".into()));
    for host in ["169.254.169.254", "[::ffff:169.254.169.254]", "0.0.0.0"] {
        let endpoint = format!("{host}:443").parse().unwrap();
        assert_eq!(missing(&endpoint).await, (Reason::Skipped, "refused-by-policy".into()), "{host}");
    }
}

#[tokio::test]
async fn a_probe_can_run_as_a_task() {
    let endpoint: Endpoint = "0.0.0.0:443".parse().unwrap();
    let task = tokio::spawn(async move { ask(&endpoint, &TrustAnchors::default(), LIMITS).await });
    assert_eq!(task.await.unwrap().scopes[0].status(), CoverageStatus::Skipped);
}
