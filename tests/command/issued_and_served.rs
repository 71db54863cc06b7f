//! What was issued and what is served, on parts that are not ours: a certificate that is renewed in moto's ACM, and
//! OpenSSL where the listener of moto's load balancer leads to. What of it is remembered, on the simulator: moto
//! answers too few services for anything in a region to be known to be over.

use std::fs;

use chrono::{TimeDelta, Utc};
use howler_simulator::acm::Certificate;
use howler_simulator::{Account, Organization, Plain, Region, Simulation, elbv2};
use serde_json::{Value, json};

use crate::harness::{
    Authority, Document, Howler, Leaf, Memory, MotoServer, Simulated, TlsServer, free_port, howler, program,
};

const REGION: &str = "us-east-1";
const NAME: &str = "shop.example";
const CHECK: &str = "certificate-older-served";

/// What a scan of one check tells that asks endpoints on this machine. Gaps do not count here: moto has many.
fn scan(howler: Howler, authority: &Authority) -> Document {
    let trust = authority.path();
    let howler =
        howler.args(&["--quiet", "-r", REGION, "--check", CHECK, "--format", "json", "--allow-gaps"]);
    let probe = ["--probe", "--allow-private", "127.0.0.0/8", "--trust", trust.to_str().unwrap()];
    let ran = howler.args(&probe).run();
    assert!([0, 1].contains(&ran.code), "{} {}", ran.code, ran.stderr);
    ran.document()
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
    let (moto, authority, port) = (MotoServer::leading_to("127.0.0.1"), Authority::new(), free_port());
    let put = |leaf: &Leaf, what: &str, of: &str| {
        let [certificate, key] = [&leaf.certificate, &leaf.key].map(|path| path.to_str().unwrap());
        moto.tell("renewed.py", &[certificate, key, what, of]).trim().to_owned()
    };
    let scan = || scan(howler(&["scan"]).aws(&moto.url, "moto"), &authority);
    let old = authority.sign(NAME, 5);
    let old_end = end(&old);
    let server = TlsServer::on(port, &old, &[]);
    let arn = put(&old, "listen", &port.to_string());
    assert_eq!(scan().of_check(CHECK).count(), 0, "it serves what was issued");

    let new = authority.sign(NAME, 80);
    assert_eq!(put(&new, "renew", &arn), arn);
    let document = scan();
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
    assert_eq!(scan().of_check(CHECK).count(), 0, "it serves the new one");
}

/// A load balancer that leads to a port of this machine, with a certificate of ACM whose body this is.
fn organization(port: u16, body: &Leaf) -> Organization {
    let days = |days| Utc::now() + TimeDelta::days(days);
    let certificate = Certificate::issued("shop", NAME, days(-10), days(80));
    let certificate = certificate.used_by(elbv2::load_balancer_arn("shop", "application"));
    let pem = fs::read_to_string(&body.certificate).unwrap();
    let listener = elbv2::listener("shop", "application", "HTTPS", port, Some(certificate.arn()), &[]);
    let balancer = elbv2::load_balancer("shop", "application", "vpc-1", &["a"]).with("DNSName", "127.0.0.1");
    let mut region = Region { certificates: vec![certificate], ..Region::default() };
    std::iter::once(balancer).chain(listener).for_each(|resource| region.resources.add(resource));
    let answer = Plain::new("acm:GetCertificate", json!({ "Certificate": pem }).to_string());
    Organization::of(Account::new("111111111111", "shop").region(REGION, region.answer(answer)))
}

#[test]
fn what_was_deployed_is_over_and_what_could_not_be_seen_is_not() {
    let (authority, memory, port) = (Authority::new(), Memory::new(), free_port());
    let old = TlsServer::on(port, &authority.sign(NAME, 5), &[]);
    let new = authority.sign(NAME, 80);
    let scan = || {
        let simulated = Simulated::of(Simulation::new(organization(port, &new), Utc::now()));
        scan(simulated.howler(&["scan", "--state", &memory.text()]), &authority)
    };
    let found = scan();
    let id = found.one(CHECK, &old.endpoint(NAME))["id"].clone();
    drop(old);
    let changes = scan().0["changes"].clone();
    assert_eq!(changes["findings"], json!([]), "nobody answered");
    assert_eq!(changes["unconfirmed"][0]["id"], id, "{changes:#}");
    let _new = TlsServer::on(port, &new, &[]);
    let changes = scan().0["changes"].clone();
    assert_eq!((&changes["findings"][0]["id"], &changes["findings"][0]["change"]), (&id, &"resolved".into()));
}
