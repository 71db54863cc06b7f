//! An organisation on a server that is not ours: what is seeded in each account and region is what is found there.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::harness::{Child, Document, Ran, howler, program};

/// A server and the organisation in it, as the script says it made it.
struct Organization {
    made: Value,
    url: String,
    _server: Child,
}

fn script(name: &str, args: &[&str]) -> Command {
    let mut python = program("python");
    python.arg(format!("{}/tests/moto/{name}", env!("CARGO_MANIFEST_DIR"))).args(args);
    python.env("PYTHONDONTWRITEBYTECODE", "1").stdout(Stdio::piped());
    python
}

impl Organization {
    fn start() -> Self {
        let mut server = Child::start(script("serve.py", &[]));
        let mut url = String::new();
        BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let url = url.trim().to_owned();
        let output = script("organization.py", &[&url]).output().expect("run scripts/test");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self { made: serde_json::from_slice(&output.stdout).unwrap(), url, _server: server }
    }

    /// A scan of certificates in all regions that have some.
    fn scan(&self, args: &[&str]) -> Ran {
        let scan = howler(&["scan", "--check", "certificate-expiry", "--format", "json"]).args(args);
        let regions = ["-r", "us-east-1", "-r", "eu-west-1", "-r", "ap-southeast-2"];
        scan.args(&regions).aws(&self.url, "moto").run()
    }

    /// The end of each certificate that was made in some accounts, by account, region and id.
    fn made(&self, within: impl Fn(&str) -> bool) -> BTreeMap<[String; 3], String> {
        let made = self.made["certificates"].as_array().unwrap().iter();
        let made = made.filter(|it| within(it["account"].as_str().unwrap()));
        made.map(|it| (["account", "region", "id"].map(|name| text(&it[name])), text(&it["not_after"])))
            .collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The end of each certificate that was found, each once.
fn found(document: &Document) -> BTreeMap<[String; 3], String> {
    let findings: Vec<_> = document.of_check("certificate-expiry").collect();
    let at = |it: &Value| [&it["scope"]["account"], &it["scope"]["region"], &it["resource"]["id"]].map(text);
    let found: BTreeMap<_, _> =
        findings.iter().map(|it| (at(it), text(&it["measure"]["not_after"]))).collect();
    assert_eq!(found.len(), findings.len(), "a certificate was found twice");
    found
}

#[test]
fn every_certificate_of_every_account_and_region_is_found_once() {
    let organization = Organization::start();
    let document = organization.scan(&["--org"]).document();
    let made = organization.made(|_| true);
    assert_eq!(made.len(), 12);
    assert_eq!(found(&document), made);
    assert_eq!(document.0["complete"], true);
    let closed = document.scopes().iter().find(|scope| scope["account"] == organization.made["closed"]);
    assert_eq!(closed.unwrap()["status"], "disabled");
    let unit = text(&organization.made["unit"]);
    let in_unit: BTreeSet<String> =
        organization.made["in_unit"].as_array().unwrap().iter().map(text).collect();
    let document = organization.scan(&["--ou", &unit]).document();
    assert_eq!(found(&document), organization.made(|account| in_unit.contains(account)));
}
