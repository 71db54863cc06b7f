//! Live endpoints, served by OpenSSL: the right class for each, and none takes longer than its time.

use std::net::TcpListener;
use std::time::Duration;

use crate::harness::{Authority, Document, Ran, TlsServer, howler};

/// Seconds that an endpoint has.
const TIMEOUT: &str = "2";
/// What a run may take at most: its time, and some for a busy machine.
const AT_MOST: Duration = Duration::from_secs(4);

fn scan(authority: &Authority, endpoint: &str, format: &str) -> Ran {
    let trust = authority.path();
    let args = ["scan", "--endpoint", endpoint, "--endpoint-timeout", TIMEOUT, "--format", format];
    let ran = howler(&args).args(&["--trust", trust.to_str().unwrap()]).run();
    assert!(ran.took < AT_MOST, "{endpoint} took {:?}", ran.took);
    ran
}

/// The document, and each finding about the endpoint that did not pass and that people hear of: its check, status and
/// severity. (A server of OpenSSL that trusts a root sends it too, which is info.)
fn judged(authority: &Authority, endpoint: &str, code: i32) -> (Document, Vec<String>) {
    let document = scan(authority, endpoint, "json").exits(code).document();
    let word = |finding: &serde_json::Value, name: &str| finding[name].as_str().unwrap().to_owned();
    let open = document.findings().iter().filter(|it| it["status"] != "pass" && it["severity"] != "info");
    let open =
        open.map(|it| [word(it, "check"), word(it, "status"), word(it, "severity")].join(" ")).collect();
    (document, open)
}

#[test]
fn a_good_endpoint_passes_in_every_check() {
    let authority = Authority::new();
    let server = TlsServer::start(&authority.sign("good.example", 80), &[]);
    let (document, open) = judged(&authority, &server.endpoint("good.example"), 0);
    assert_eq!(open, [""; 0]);
    for check in ["certificate-expiry", "certificate-name-mismatch", "certificate-untrusted"] {
        assert!(document.of_check(check).count() > 0, "{check}");
    }
    assert_eq!(document.scope(None, "tls")["status"], "ok");
}

#[test]
fn an_expired_certificate_is_expired_and_nothing_else() {
    let authority = Authority::new();
    let server = TlsServer::start(&authority.sign("expired.example", -3), &[]);
    let (_, open) = judged(&authority, &server.endpoint("expired.example"), 1);
    assert_eq!(open, ["certificate-expiry fail critical"]);
}

#[test]
fn another_name_is_a_mismatch() {
    let authority = Authority::new();
    let server = TlsServer::start(&authority.sign("right.example", 80), &[]);
    let (document, open) = judged(&authority, &server.endpoint("wrong.example"), 1);
    let [finding] = &open[..] else { panic!("{open:?}") };
    assert!(finding.starts_with("certificate-name-mismatch fail"), "{finding}");
    let measure = &document.of_check("certificate-name-mismatch").next().unwrap()["measure"];
    assert_eq!(measure["wanted"], "wrong.example");
    assert_eq!(measure["covered"], serde_json::json!(["right.example"]));
}

#[test]
fn a_self_signed_certificate_is_untrusted() {
    let authority = Authority::new();
    let server = TlsServer::start(&authority.self_signed("self.example", 80), &[]);
    let (document, open) = judged(&authority, &server.endpoint("self.example"), 1);
    let [finding] = &open[..] else { panic!("{open:?}") };
    assert!(finding.starts_with("certificate-untrusted fail"), "{finding}");
    let measure = &document.of_check("certificate-untrusted").next().unwrap()["measure"];
    assert_eq!(measure["untrusted"], "self-signed");
}

#[test]
fn an_authority_that_is_not_trusted_is_unknown() {
    let (authority, other) = (Authority::new(), Authority::named("Another authority"));
    let server = TlsServer::start(&other.sign("private.example", 80), &[]);
    let (document, open) = judged(&authority, &server.endpoint("private.example"), 1);
    assert_eq!(open.len(), 1, "{open:?}");
    let measure = &document.of_check("certificate-untrusted").next().unwrap()["measure"];
    assert_eq!(measure["untrusted"], "unknown-issuer");
}

#[test]
fn either_version_of_tls_alone_will_do() {
    let authority = Authority::new();
    for version in ["-tls1_2", "-tls1_3"] {
        let server = TlsServer::start(&authority.sign("version.example", 80), &[version]);
        let (_, open) = judged(&authority, &server.endpoint("version.example"), 0);
        assert_eq!(open, [""; 0], "{version}");
    }
}

#[test]
fn a_server_that_demands_a_certificate_still_shows_its_own() {
    let authority = Authority::new();
    let trust = authority.path();
    for version in ["-tls1_2", "-tls1_3"] {
        let options = ["-Verify", "1", "-verify_return_error", "-CAfile", trust.to_str().unwrap(), version];
        let server = TlsServer::start(&authority.sign("mutual.example", -1), &options);
        let (document, open) = judged(&authority, &server.endpoint("mutual.example"), 1);
        assert_eq!(open, ["certificate-expiry fail critical"], "{version}");
        assert_eq!(document.scope(None, "tls")["status"], "ok", "{version}");
    }
}

#[test]
fn a_server_that_never_answers_is_a_gap_when_its_time_is_up() {
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let endpoint = format!("{}#silent.example", silent.local_addr().unwrap());
    let authority = Authority::new();
    let (document, _) = judged(&authority, &endpoint, 3);
    let gap = &document.scope(None, "tls")["gaps"][0];
    assert_eq!((&gap["reason"], &gap["action"]), (&"timeout".into(), &"tls:handshake".into()), "{gap:#}");
    let table = scan(&authority, &endpoint, "table").exits(3).stdout;
    assert!(table.contains("NOT COMPLETE") && table.contains("did not answer in time"), "{table}");
}

#[test]
fn a_port_where_nobody_listens_is_a_gap() {
    let endpoint = format!("127.0.0.1:{}", crate::harness::free_port());
    let (document, _) = judged(&Authority::new(), &endpoint, 3);
    assert_eq!(document.scope(None, "tls")["gaps"][0]["reason"], "network");
}

#[test]
fn files_are_judged_as_endpoints_are() {
    let authority = Authority::new();
    authority.sign("in-a-file.example", 3);
    let ran = howler(&["scan", "--format", "json", "--file", authority.folder().to_str().unwrap()]).run();
    let document = ran.exits(1).document();
    let finding = document.one("certificate-expiry", "in-a-file.example.pem");
    assert_eq!(finding["status"], "fail");
}
