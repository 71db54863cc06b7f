//! What was issued and what is served, on parts that are not ours: a certificate that is renewed in moto's ACM, and
//! OpenSSL where the listener of moto's load balancer leads to.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::harness::{Authority, Child, Document, Leaf, Memory, TlsServer, free_port, howler, program};

const REGION: &str = "us-east-1";
const NAME: &str = "shop.example";
const CHECK: &str = "certificate-older-served";

/// A script of `tests/moto`.
fn script(name: &str, args: &[&str]) -> Command {
    let mut python = program("python");
    python.arg(format!("{}/tests/moto/{name}", env!("CARGO_MANIFEST_DIR"))).args(args);
    python.env("PYTHONDONTWRITEBYTECODE", "1").stdout(Stdio::piped());
    python
}

/// Moto, whose load balancers lead to this machine.
struct Moto {
    url: String,
    _server: Child,
}

impl Moto {
    fn start() -> Self {
        let mut server = Child::start(script("serve.py", &["127.0.0.1"]));
        let mut url = String::new();
        BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut url).unwrap();
        assert!(url.starts_with("http://"), "moto did not start: run scripts/test");
        Self { url: url.trim().to_owned(), _server: server }
    }

    /// Puts a certificate into ACM: behind a new listener on a port, or in place of one; gives its ARN.
    fn put(&self, leaf: &Leaf, what: &str, of: &str) -> String {
        let [certificate, key] = [&leaf.certificate, &leaf.key].map(|path| path.to_str().unwrap());
        let put = script("renewed.py", &[&self.url, certificate, key, what, of]).output().unwrap();
        assert!(put.status.success(), "{}", String::from_utf8_lossy(&put.stderr));
        String::from_utf8(put.stdout).unwrap().trim().to_owned()
    }
}

/// One scan after another.
struct Scans {
    moto: Moto,
    authority: Authority,
    memory: Memory,
}

impl Scans {
    /// What the next one tells. Moto does not answer every source, so that gaps do not count here.
    fn next(&self) -> Document {
        let trust = self.authority.path();
        let args = ["scan", "--quiet", "-r", REGION, "--check", CHECK, "--format", "json", "--allow-gaps"];
        let probe = ["--probe", "--allow-private", "127.0.0.0/8", "--trust", trust.to_str().unwrap()];
        let howler = howler(&args).args(&probe).args(&["--state", &self.memory.text()]);
        let ran = howler.aws(&self.moto.url, "moto").run();
        assert!([0, 1].contains(&ran.code), "{} {}", ran.code, ran.stderr);
        ran.document()
    }
}

/// The end of a certificate as the document writes it.
fn end(leaf: &Leaf) -> String {
    let mut openssl = program("openssl");
    openssl.args(["x509", "-noout", "-enddate", "-dateopt", "iso_8601", "-in"]).arg(&leaf.certificate);
    let said = String::from_utf8(openssl.output().unwrap().stdout).unwrap();
    said.trim().trim_start_matches("notAfter=").replace(' ', "T")
}

#[test]
fn what_was_renewed_and_not_deployed_is_told_until_it_is_deployed() {
    let scans = Scans { moto: Moto::start(), authority: Authority::new(), memory: Memory::new() };
    let (moto, port) = (&scans.moto, free_port());
    let old = scans.authority.sign(NAME, 5);
    let old_end = end(&old);
    let server = TlsServer::on(port, &old, &[]);
    let arn = moto.put(&old, "listen", &port.to_string());
    assert_eq!(scans.next().of_check(CHECK).count(), 0, "it serves what was issued");

    let new = scans.authority.sign(NAME, 80);
    assert_eq!(moto.put(&new, "renew", &arn), arn);
    let document = scans.next();
    let told: Vec<&Value> = document.of_check(CHECK).collect();
    let [finding] = told[..] else { panic!("{told:#?}") };
    assert_eq!((&finding["status"], &finding["scope"]["region"]), (&"fail".into(), &REGION.into()));
    assert_eq!(finding["resource"]["id"], server.endpoint(NAME));
    let measure = &finding["measure"];
    assert_eq!(measure["bound"]["place"], arn.as_str());
    assert_eq!(measure["bound"]["not_after"], end(&new));
    assert_eq!(measure["served"]["not_after"], old_end);

    drop(server);
    let _server = TlsServer::on(port, &new, &[]);
    let document = scans.next();
    assert_eq!(document.of_check(CHECK).count(), 0, "it serves the new one");
}
