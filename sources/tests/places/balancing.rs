//! Load balancers: listeners of both generations, and what application load balancers check clients against.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use howler_model::{Certificate, CertificateUsage, Facts, Origin, Reason, Role, Validity};
use howler_simulator::acm::Certificate as InAcm;
use howler_simulator::{Fault, Plain, Region, Rule, certificate, elbv2};
use rcgen::{
    CertificateParams, CertificateRevocationListParams, Issuer, KeyIdMethod, KeyPair, SerialNumber,
    date_time_ymd,
};

use crate::gaps::gaps;
use crate::simulated::{ACCOUNT, Simulated, now};

/// The places that are shown here.
pub(crate) const PLACES: &[&str] = &["elb_classic_listener", "elbv2_listener", "elbv2_trust_store"];

const HERE: &str = "eu-west-1";
const DENIED: Fault = Fault::Deny { by_scp: false };
const BUNDLE: &str = "elasticloadbalancing:GetTrustStoreCaCertificatesBundle";
const CONTENT: &str = "elasticloadbalancing:GetTrustStoreRevocationContent";

fn days(count: i64) -> DateTime<Utc> {
    now() + TimeDelta::days(count)
}

fn arn(of: &str) -> String {
    format!("arn:aws:elasticloadbalancing:{HERE}:{ACCOUNT}:{of}")
}

/// The answer of load balancing to an operation.
fn said(operation: &str, items: &str) -> Plain {
    let text = format!(
        "<{operation}Response xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/\">\
         <{operation}Result>{items}</{operation}Result></{operation}Response>"
    );
    Plain::new(format!("elasticloadbalancing:{operation}"), text)
}

fn classic(name: &str, scheme: &str, listeners: &[(&str, u16, &str, &str)]) -> String {
    let listener = |(protocol, port, certificate, policy): &(&str, u16, &str, &str)| {
        let certificate = match *certificate {
            "" => String::new(),
            arn => format!("<SSLCertificateId>{arn}</SSLCertificateId>"),
        };
        format!(
            "<member><Listener><Protocol>{protocol}</Protocol><LoadBalancerPort>{port}</LoadBalancerPort>\
             <InstanceProtocol>HTTP</InstanceProtocol><InstancePort>80</InstancePort>{certificate}</Listener>\
             <PolicyNames><member>{policy}</member></PolicyNames></member>"
        )
    };
    let listeners: String = listeners.iter().map(listener).collect();
    format!(
        "<member><LoadBalancerName>{name}</LoadBalancerName><DNSName>{name}-1.example</DNSName>\
         <Scheme>{scheme}</Scheme><ListenerDescriptions>{listeners}</ListenerDescriptions></member>"
    )
}

/// Two pages of classic load balancers.
fn classics() -> Vec<Plain> {
    let page = |balancers: &[String], next: &str| {
        let balancers = balancers.concat();
        said(
            "DescribeLoadBalancers",
            &format!("<LoadBalancerDescriptions>{balancers}</LoadBalancerDescriptions>{next}"),
        )
    };
    let web = [
        ("HTTPS", 443, "Invalid-Certificate", "ELBSecurityPolicy-2014-01"),
        ("HTTP", 80, "", ""),
        ("SSL", 8443, "arn:aws:iam::111111111111:server-certificate/web", "mine"),
    ];
    let inner = [("HTTPS", 443, "arn:aws:acm:eu-west-1:111111111111:certificate/inner", "")];
    vec![
        page(&[classic("web", "internet-facing", &web)], "<NextMarker>page-2</NextMarker>"),
        page(&[classic("inner", "internal", &inner)], "").about("Marker=page-2"),
    ]
}

#[tokio::test]
async fn listeners_of_classic_load_balancers_bind_what_stands_there_even_if_it_is_gone() {
    let region = classics().into_iter().fold(Region::default(), Region::answer);
    let simulated = Simulated::start([(HERE, region)], vec![]).await;
    let facts = simulated.gather(HERE, &["elb-classic-listeners"]).await;
    assert_eq!(gaps(&facts), []);
    let found: Vec<_> = facts
        .bindings
        .iter()
        .map(|one| (one.user.name.as_str(), one.certificate.as_str(), one.private, one.oldest))
        .collect();
    let expected = [
        ("web:443", "Invalid-Certificate", false, Some("SSLv3")),
        ("web:8443", "arn:aws:iam::111111111111:server-certificate/web", false, None),
        ("inner:443", "arn:aws:acm:eu-west-1:111111111111:certificate/inner", true, None),
    ];
    assert_eq!(found, expected);
    assert_eq!(facts.bindings[1].user.id, arn("loadbalancer/web#8443"));
    assert_eq!(facts.bindings[1].endpoints, ["web-1.example:8443".parse().unwrap()]);
    assert_eq!(simulated.asked("elasticloadbalancing:DescribeLoadBalancers"), 2);
}

#[tokio::test]
async fn classic_load_balancers_that_nobody_may_list_are_a_gap() {
    let denied = Rule::new(DENIED).action("elasticloadbalancing:DescribeLoadBalancers");
    let simulated = Simulated::start([(HERE, Region::default())], vec![denied]).await;
    let facts = simulated.gather(HERE, &["elb-classic-listeners"]).await;
    assert_eq!(gaps(&facts), [(None, Reason::Denied, "elasticloadbalancing:DescribeLoadBalancers")]);
    assert_eq!(facts.bindings, []);
}

#[tokio::test]
async fn a_listener_tells_the_oldest_protocol_of_its_policy() {
    let mut region = Region::default();
    let secure = InAcm::issued("default", "x.example", days(-1), days(99)).arn();
    region.resources.add(elbv2::load_balancer("shop", "application", "vpc-1", &["a"]));
    region.resources.extend(elbv2::listener("shop", "application", "HTTPS", 443, Some(secure.clone()), &[]));
    let old = elbv2::listener("shop", "application", "HTTPS", 8443, Some(secure), &[]);
    region.resources.extend(old.into_iter().map(|one| one.with("SslPolicy", "ELBSecurityPolicy-2016-08")));
    let simulated = Simulated::start([(HERE, region)], vec![]).await;
    let facts = simulated.gather(HERE, &["elb-listeners"]).await;
    let oldest: Vec<_> = facts.bindings.iter().map(|one| (one.user.name.as_str(), one.oldest)).collect();
    assert_eq!(oldest, [("shop:443", Some("TLSv1.2")), ("shop:8443", Some("TLSv1.0"))]);
}

fn location(operation: &str, object: &str) -> Plain {
    let url = format!("{{endpoint}}/_simulator/objects/{object}?X-Amz-Signature=secret");
    said(operation, &format!("<Location>{url}</Location>"))
}

/// A revocation list whose next update is due on the first of a month, in DER.
fn revocations(month: u8) -> Vec<u8> {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![]).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    params.key_usages = vec![rcgen::KeyUsagePurpose::CrlSign];
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2026, 10, 1),
        next_update: date_time_ymd(2026, month, 1),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: vec![],
        key_identifier_method: KeyIdMethod::Sha256,
    };
    list.signed_by(&Issuer::new(params, key)).unwrap().der().to_vec()
}

/// Two trust stores: one in use, of two authorities and a revocation list; one of which nothing can be fetched.
fn stores() -> Region {
    let mut region = Region::default();
    region.resources.add(elbv2::trust_store("clients", 2));
    region.resources.add(elbv2::trust_store("others", 1));
    let authority = |name, end| certificate::root(name, days(-100), days(end)).unwrap();
    let bundle = format!("{}{}", authority("First", 40), authority("Second", 400));
    let listener = arn("listener/app/shop/1/2");
    let revoked = "<member><RevocationId>7</RevocationId></member>";
    let used = format!("<member><ResourceArn>{listener}</ResourceArn></member>");
    let empty = |operation: &str, list: &str| said(operation, &format!("<{list}/>"));
    [
        location("GetTrustStoreCaCertificatesBundle", "bundle").about("truststore/clients"),
        location("GetTrustStoreCaCertificatesBundle", "nowhere").about("truststore/others"),
        Plain::new("s3:GetObject", bundle).about("bundle"),
        said(
            "DescribeTrustStoreRevocations",
            &format!("<TrustStoreRevocations>{revoked}</TrustStoreRevocations>"),
        )
        .about("truststore/clients"),
        empty("DescribeTrustStoreRevocations", "TrustStoreRevocations"),
        location("GetTrustStoreRevocationContent", "list").about("RevocationId=7"),
        Plain::new("s3:GetObject", revocations(12)).about("list"),
        said(
            "DescribeTrustStoreAssociations",
            &format!("<TrustStoreAssociations>{used}</TrustStoreAssociations>"),
        )
        .about("truststore/clients"),
        empty("DescribeTrustStoreAssociations", "TrustStoreAssociations"),
    ]
    .into_iter()
    .fold(region, Region::answer)
}

fn named<'a>(facts: &'a Facts, part: &str) -> &'a Certificate {
    let mut found = facts.certificates.iter().filter(|one| one.resource.name.contains(part));
    let one = found.next().unwrap_or_else(|| panic!("no {part}"));
    assert!(found.next().is_none(), "one {part}");
    one
}

#[tokio::test]
async fn trust_stores_are_read_where_they_lie() {
    let simulated = Simulated::start([(HERE, stores())], vec![]).await;
    let facts = simulated.gather(HERE, &["elb-trust-stores"]).await;
    let store = arn("truststore/clients/73e2d6bc24d8a063");
    let used = CertificateUsage::By(vec![arn("listener/app/shop/1/2")]);

    let first = named(&facts, "First");
    assert_eq!((first.role, first.origin, &first.usage), (Role::TrustStore, Origin::Uploaded, &used));
    assert!(matches!(first.validity, Validity::Until { not_after, .. } if not_after == days(40)));
    assert_eq!(first.resource.id, format!("{store}#{}", first.sha256.unwrap()));
    assert!(
        matches!(named(&facts, "Second").validity, Validity::Until { not_after, .. } if not_after == days(400))
    );

    let list = facts.certificates.iter().find(|one| one.role == Role::RevocationList).unwrap();
    assert_eq!((&list.resource.id, &list.usage), (&format!("{store}#revocation-7"), &used));
    let due = |end: DateTime<Utc>| (end.month(), end.day()) == (12, 1);
    assert!(
        matches!(list.validity, Validity::Until { not_after, .. } if due(not_after)),
        "{:?}",
        list.validity
    );

    let others = named(&facts, "others");
    assert_eq!((&others.usage, others.role), (&CertificateUsage::Unused, Role::TrustStore));
    assert!(matches!(others.validity, Validity::Unknown(_)));
    assert_eq!(gaps(&facts), [(Some(others.resource.id.as_str()), Reason::Failed, BUNDLE)]);
    assert!(!format!("{facts:?}").contains("X-Amz-Signature"), "an address is a credential");
    assert_eq!(facts.certificates.len(), 4);
}

#[tokio::test]
async fn bundles_that_nobody_may_have_are_one_gap_and_unknown() {
    let faults = vec![Rule::new(DENIED).action(BUNDLE), Rule::new(DENIED).action(CONTENT)];
    let simulated = Simulated::start([(HERE, stores())], faults).await;
    let facts = simulated.gather(HERE, &["elb-trust-stores"]).await;
    assert_eq!(gaps(&facts), [(None, Reason::Denied, BUNDLE), (None, Reason::Denied, CONTENT)]);
    let roles: Vec<_> = facts.certificates.iter().map(|one| one.role).collect();
    assert_eq!(roles, [Role::TrustStore, Role::TrustStore, Role::RevocationList]);
    assert!(facts.certificates.iter().all(|one| matches!(one.validity, Validity::Unknown(_))));
}

#[tokio::test]
async fn a_store_whose_users_nobody_tells_counts_as_used() {
    let denied = Rule::new(DENIED).action("elasticloadbalancing:DescribeTrustStoreAssociations");
    let simulated = Simulated::start([(HERE, stores())], vec![denied]).await;
    let facts = simulated.gather(HERE, &["elb-trust-stores"]).await;
    assert!(facts.certificates.iter().all(|one| one.usage == CertificateUsage::Unknown));
    assert_eq!(facts.certificates.len(), 4);
}

#[tokio::test]
async fn every_source_here_declares_exactly_the_actions_that_it_asks() {
    for id in ["elb-classic-listeners", "elb-trust-stores"] {
        let simulated = Simulated::start([(HERE, stores())], vec![]).await;
        simulated.gather(HERE, &[id]).await;
        let declared = (crate::simulated::source(id).actions)().into_iter().map(str::to_owned).collect();
        assert_eq!(simulated.actions(), declared, "{id}");
    }
}
