//! An account whose listener leads to a server on this machine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use chrono::TimeDelta;
use howler_simulator::acm::Certificate;
use howler_simulator::{ACCESS_KEY_ID, Organization, Simulator, elbv2};
use howler_sources::{Limits, Settings, StandIn, TrustAnchors};
use serde_json::Value;

use super::*;
use crate::args::Aws;
use crate::commands::scan::settings;
use crate::environment::Clock;
use crate::plan::Wanted;

const ACCOUNT: &str = "111111111111";
const HERE: &str = "eu-west-1";
/// Its findings are about endpoints alone, and a certificate that signed itself is one.
const CHECK: &str = "certificate-untrusted";

fn now() -> DateTime<Utc> {
    "2026-11-23T09:30:00Z".parse().unwrap()
}

/// A server with a certificate of its own making.
struct Server {
    port: u16,
    process: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _gone = self.process.wait();
    }
}

impl Server {
    fn start(folder: &Path) -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
        let [certificate, private] = ["a.pem", "a.key"].map(|name| folder.join(name));
        std::fs::write(&certificate, params.self_signed(&key).unwrap().pem()).unwrap();
        std::fs::write(&private, key.serialize_pem()).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut openssl = Command::new("openssl");
        openssl.args(["s_server", "-quiet", "-accept", &format!("127.0.0.1:{port}"), "-cert"]);
        openssl.arg(certificate).arg("-key").arg(private).stdout(Stdio::null()).stderr(Stdio::null());
        let process = openssl.stdin(Stdio::null()).spawn().expect("openssl");
        for _ in 0..100 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                break;
            }
            sleep(Duration::from_millis(50));
        }
        Self { port, process }
    }
}

/// An account with a load balancer that leads to a port of this machine, with a certificate of ACM.
fn organization(port: u16) -> Organization {
    let certificate = Certificate::issued("a", "a.example", now(), now() + TimeDelta::days(80));
    let arn = certificate.arn();
    let mut region = howler_simulator::Region { certificates: vec![certificate], ..Default::default() };
    region
        .resources
        .add(elbv2::load_balancer("shop", "application", "vpc-1", &["a"]).with("DNSName", "127.0.0.1"));
    for resource in elbv2::listener("shop", "application", "HTTPS", port, Some(arn), &[]) {
        region.resources.add(resource);
    }
    Organization::of(howler_simulator::Account::new(ACCOUNT, "test").region(HERE, region))
}

/// What a scan of the account tells, which asks the endpoints that it finds at private addresses of these networks, or
/// none at all.
async fn scan(organization: Organization, networks: Option<&[&str]>, stop: Stop) -> Seen {
    let simulator = Simulator::start(organization, vec![], now()).unwrap();
    let stand_in = Some(StandIn { url: simulator.endpoint(), access_key: ACCESS_KEY_ID.to_owned() });
    let settings = Settings { stand_in, ..settings(&Aws::default(), Clock::new(Some(now()))).unwrap() };
    let session = Session::start(&settings).await.unwrap();
    let (account, regions) = session.enter_as_caller().await.unwrap();
    let checks = [CHECK.to_owned(), "scan-coverage".to_owned()];
    let wanted = Wanted { checks: &checks, probe: networks.is_some(), ..Wanted::default() };
    let plan = Plan::new(&wanted, Default::default());
    let prober = Prober::new(TrustAnchors::mozilla(), Limits::default());
    let probing = networks.map(|networks| {
        let networks = networks.iter().map(|network| network.parse().unwrap()).collect();
        Probing::new(&prober, &plan.sources, networks, 1_000)
    });
    let unit = Unit::Account(Entrant {
        account: ACCOUNT.parse().unwrap(),
        partition: howler_model::Partition::Aws,
        role: None,
        tags: Some(Vec::new()),
    });
    let scanner = Scanner {
        plan,
        probing,
        session,
        caller: Some(Caller { account, regions }),
        regions: vec![HERE.parse().unwrap()],
        prober,
        passwords: Passwords::default(),
        thresholds: Thresholds::default(),
        units: Units::default(),
        now: now(),
        stop,
    };
    scanner.scan(&unit).await
}

/// The scope of live endpoints in the region, if there is one.
fn endpoints(seen: &Seen) -> Option<Value> {
    let scopes = seen.told.scopes.iter().map(|record| serde_json::from_str::<Value>(&record.json).unwrap());
    scopes.into_iter().find(|scope| scope["service"] == "tls" && scope["region"] == HERE)
}

fn found(seen: &Seen) -> Vec<Value> {
    let findings = seen.told.findings.iter().map(|record| serde_json::from_str(&record.json).unwrap());
    findings.filter(|finding: &Value| finding["check"] == CHECK).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_listener_serves_is_judged_in_its_account() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let (_keep, stop) = Stop::new();
    let seen = scan(organization(server.port), Some(&["127.0.0.0/8"]), stop).await;
    let scope = endpoints(&seen).unwrap();
    assert_eq!((&scope["status"], &scope["account"]), (&"ok".into(), &ACCOUNT.into()), "{scope:#}");
    let [finding] = &found(&seen)[..] else { panic!("{:#?}", found(&seen)) };
    assert_eq!(finding["resource"]["id"], format!("127.0.0.1:{}#a.example", server.port));
    assert_eq!((&finding["scope"]["region"], &finding["status"]), (&HERE.into(), &"fail".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_address_is_told_and_not_asked_and_nothing_is_where_nobody_wants_it() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = nobody.local_addr().unwrap().port();
    let (_keep, stop) = Stop::new();
    let seen = scan(organization(port), Some(&[]), stop.clone()).await;
    let scope = endpoints(&seen).unwrap();
    assert_eq!((&scope["status"], &scope["gaps"][0]["reason"]), (&"disabled".into(), &"left-out".into()));
    assert!(seen.told.tally.is_complete() && seen.told.tally.left_out() == 1);
    nobody.set_nonblocking(true).unwrap();
    assert!(nobody.accept().is_err(), "somebody connected");
    let without = scan(organization(port), None, stop).await;
    assert_eq!(endpoints(&without), None);
}
