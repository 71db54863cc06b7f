//! Endpoints of an account against servers on this machine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::future::pending;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use howler_model::{
    Binding, Certificate, CoverageStatus, Discovered, Origin, Partition, Region, Resource, Role,
};
use howler_model::{Scope, Service, Validity};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::{ResolvesServerCert, ResolvesServerCertUsingSni};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ServerConfig, ServerConnection};

use super::*;
use crate::SOURCES;
use crate::tls::{Limits, TrustAnchors};

/// A server that has a certificate for each of these names, and shows its only one to whoever comes; and how many
/// connections it had.
fn server(names: &[&str]) -> (SocketAddr, Arc<AtomicUsize>) {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let mut resolver = ResolvesServerCertUsingSni::new();
    let mut last = None;
    for name in names {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec![(*name).to_owned()]).unwrap();
        let chain = vec![params.self_signed(&key).unwrap().der().clone()];
        let der = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let certified = CertifiedKey::new(chain, provider.key_provider.load_private_key(der).unwrap());
        resolver.add(name, certified.clone()).unwrap();
        last = Some(certified);
    }
    let resolver: Arc<dyn ResolvesServerCert> = match (names, last) {
        ([_], Some(only)) => Arc::new(SingleCertAndKey::from(only)),
        _ => Arc::new(resolver),
    };
    let config = ServerConfig::builder_with_provider(Arc::new(provider));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let config = Arc::new(config.with_cert_resolver(resolver));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, clients) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&clients);
    thread::spawn(move || {
        for stream in listener.incoming() {
            count.fetch_add(1, Ordering::Relaxed);
            let (mut stream, mut tls) =
                (stream.unwrap(), ServerConnection::new(Arc::clone(&config)).unwrap());
            // A client that only looks goes without a word.
            let _gone = tls.complete_io(&mut stream);
        }
    });
    (address, clients)
}

fn resource(kind: &'static str, id: &str) -> Resource {
    let (account, region) = ("111111111111".parse().unwrap(), "eu-west-1".parse::<Region>().unwrap());
    let scope = Scope::aws(Partition::Aws, account, region, Service::named("elasticloadbalancing"));
    Resource { scope, kind, id: id.to_owned(), name: id.to_owned() }
}

fn certificate(id: &str, name: &str) -> Certificate {
    let dated = Certificate::dated(
        resource("acm-certificate", id),
        Role::Leaf,
        Origin::AcmIssued,
        Validity::NoExpiry,
    );
    Certificate { names: vec![name.to_owned()], ..dated }
}

fn binding(certificate: &str, address: SocketAddr) -> Binding {
    let endpoints = vec![address.to_string().parse().unwrap()];
    Binding { endpoints, ..Binding::new(certificate, resource("elb-listener", "arn:listener")) }
}

fn discovered(address: SocketAddr) -> Facts {
    let (endpoint, user) = (address.to_string().parse().unwrap(), resource("network-interface", "eni"));
    Facts { discovered: vec![Discovered { endpoint, user, private: false }], ..Facts::default() }
}

/// What is seen where these networks are allowed.
async fn served(facts: &Facts, networks: &[&str], stopped: impl Future<Output = Unseen>) -> Facts {
    let limits = Limits { total: Duration::from_secs(3), ..Limits::default() };
    let networks = networks.iter().map(|network| network.parse().unwrap()).collect();
    let probing = Probing::new(&Prober::new(TrustAnchors::default(), limits), SOURCES, networks, 1_000);
    probing.served(facts, DateTime::UNIX_EPOCH, stopped).await
}

const HERE: &[&str] = &["127.0.0.0/8"];

#[tokio::test]
async fn a_listener_shows_the_certificate_of_each_name_in_a_scope_of_its_account() {
    let (address, _) = server(&["a.example", "b.example"]);
    let facts = Facts {
        certificates: vec![certificate("arn:a", "a.example"), certificate("arn:b", "b.example")],
        bindings: vec![binding("arn:a", address), binding("arn:b", address)],
        ..Facts::default()
    };
    let seen = served(&facts, HERE, pending()).await;
    let shown: Vec<_> =
        seen.served.iter().map(|it| (it.resource.id.clone(), it.chain[0].names.clone(), it.name)).collect();
    let expected = ["a.example", "b.example"]
        .map(|name| (format!("{address}#{name}"), vec![name.to_owned()], NameMatch::Covers));
    assert_eq!(shown, expected);
    let scope = "111111111111/eu-west-1/tls";
    assert!(seen.served.iter().all(|it| it.resource.scope.to_string() == scope));
    assert!(seen.served.iter().all(|it| it.chain[0].resource.scope.to_string() == scope));
    assert_eq!(seen.scopes.len(), 1);
    let coverage = &seen.scopes[0];
    assert_eq!((coverage.scope.to_string().as_str(), coverage.status()), (scope, CoverageStatus::Ok));
    assert_eq!((coverage.answered, coverage.facts), (2, 2));
}

#[tokio::test]
async fn an_endpoint_that_is_found_twice_is_asked_once() {
    let (address, clients) = server(&["a.example"]);
    let mut facts = Facts {
        certificates: vec![certificate("arn:a", "a.example")],
        bindings: vec![binding("arn:a", address); 3],
        ..Facts::default()
    };
    facts.discovered = vec![Discovered {
        endpoint: format!("{address}#a.example").parse().unwrap(),
        user: resource("dns-record", "zone"),
        private: false,
    }];
    assert_eq!(served(&facts, HERE, pending()).await.served.len(), 1);
    assert!(clients.load(Ordering::Relaxed) <= 2, "a second connection looks for another kind of key");
}

#[tokio::test]
async fn what_is_private_is_asked_only_where_it_is_allowed_and_is_no_gap() {
    let (address, clients) = server(&["a.example"]);
    let internal =
        Facts { bindings: vec![Binding { private: true, ..binding("arn:a", address) }], ..Facts::default() };
    for (facts, networks) in [(&internal, &[][..]), (&discovered(address), &[]), (&internal, &["10.0.0.0/8"])]
    {
        let seen = served(facts, networks, pending()).await;
        let gap = &seen.scopes[0].gaps[0];
        assert_eq!((gap.unseen.reason, gap.unseen.code.as_deref()), (Reason::LeftOut, Some(REFUSED)));
        assert_eq!(gap.item, Some(address.to_string()));
        assert!(!seen.scopes[0].status().is_gap() && seen.served.is_empty());
    }
    assert_eq!(clients.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn an_address_has_no_name_to_expect() {
    let (address, _) = server(&["a.example"]);
    let bound = Facts { bindings: vec![binding("arn:gone", address)], ..Facts::default() };
    for facts in [discovered(address), bound] {
        let seen = served(&facts, HERE, pending()).await;
        assert_eq!((seen.served.len(), seen.served[0].name), (1, NameMatch::Unasked));
    }
}

#[tokio::test]
async fn an_endpoint_that_fails_is_a_gap_by_its_name_with_the_address_in_words() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let facts = Facts { bindings: vec![binding("arn:gone", free)], ..Facts::default() };
    let seen = served(&facts, HERE, pending()).await;
    let gap = &seen.scopes[0].gaps[0];
    assert_eq!((gap.item.clone(), gap.unseen.reason), (Some(free.to_string()), Reason::Network));
    assert!(gap.unseen.message.starts_with(&format!("{free}: ")), "{gap:?}");
    assert_eq!(seen.scopes[0].status(), CoverageStatus::Error);
}

#[tokio::test]
async fn a_port_that_nobody_serves_is_no_gap_where_nobody_said_that_it_is_served() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let seen = served(&discovered(free), HERE, pending()).await;
    assert_eq!(seen.scopes[0].gaps[0].unseen.reason, Reason::Disabled);
    assert_eq!(seen.scopes[0].status(), CoverageStatus::Disabled);
}

#[tokio::test]
async fn what_is_not_over_at_the_stop_is_a_gap_and_the_rest_is_kept() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, _) = server(&["a.example"]);
    let mut facts = discovered(silent.local_addr().unwrap());
    facts.extend(Facts {
        certificates: vec![certificate("arn:a", "a.example")],
        bindings: vec![binding("arn:a", address)],
        ..Facts::default()
    });
    let stopped = async {
        tokio::time::sleep(Duration::from_millis(1_000)).await;
        Unseen::new(Reason::Skipped, "scan", "stopped")
    };
    let seen = served(&facts, HERE, stopped).await;
    assert_eq!(seen.served.len(), 1);
    let gaps: Vec<_> = seen.scopes[0].gaps.iter().map(|gap| (gap.item.clone(), gap.unseen.reason)).collect();
    assert_eq!(gaps, [(Some(silent.local_addr().unwrap().to_string()), Reason::Skipped)]);
}

#[tokio::test]
async fn nothing_found_is_nothing_asked_for() {
    assert_eq!(served(&Facts::default(), HERE, pending()).await, Facts::default());
}
