//! Endpoints that are found: records of Route 53 and public addresses of EC2.

use howler_model::{Facts, Reason};
use howler_simulator::{Account, Fault, Plain, Region, Rule};

use crate::simulated::{ACCOUNT, Simulated};

/// The places that are shown here.
pub(crate) const PLACES: &[&str] = &["route53_records", "ec2_public_ip"];

const HERE: &str = "eu-west-1";
const RECORDS: &str = "route53:ListResourceRecordSets";

/// Two public zones on two pages, and a private one.
fn zones() -> Vec<Plain> {
    let zone = |id: &str, private: bool| {
        format!(
            "<HostedZone><Id>/hostedzone/{id}</Id><Name>{id}.example.</Name><CallerReference>x</CallerReference>\
             <Config><PrivateZone>{private}</PrivateZone></Config></HostedZone>"
        )
    };
    let page = |zones: String, rest: &str| {
        format!(
            "<ListHostedZonesResponse xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">\
             <HostedZones>{zones}</HostedZones><Marker></Marker><MaxItems>100</MaxItems>{rest}</ListHostedZonesResponse>"
        )
    };
    let more = "<IsTruncated>true</IsTruncated><NextMarker>ZTWO</NextMarker>";
    let last = "<IsTruncated>false</IsTruncated>";
    vec![
        Plain::new("route53:ListHostedZones", page(zone("ZONE", false) + &zone("ZPRIVATE", true), more)),
        Plain::new("route53:ListHostedZones", page(zone("ZTWO", false), last)).about("marker=ZTWO"),
    ]
}

fn record(name: &str, kind: &str, value: &str) -> String {
    format!(
        "<ResourceRecordSet><Name>{name}</Name><Type>{kind}</Type><TTL>60</TTL><ResourceRecords><ResourceRecord>\
         <Value>{value}</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>"
    )
}

fn records(records: &[String], rest: &str) -> String {
    format!(
        "<ListResourceRecordSetsResponse xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">\
         <ResourceRecordSets>{}</ResourceRecordSets><MaxItems>300</MaxItems>{rest}</ListResourceRecordSetsResponse>",
        records.concat()
    )
}

/// The records of the first zone are on two pages, the second of which begins in the middle of a weighted name.
fn dns() -> Account {
    let first = records(
        &[
            record("zone.example.", "MX", "10 mail.zone.example."),
            record("\\052.zone.example.", "A", "198.51.100.1"),
            record("www.zone.example.", "A", "198.51.100.1"),
        ],
        "<IsTruncated>true</IsTruncated><NextRecordName>www.zone.example.</NextRecordName>\
         <NextRecordType>A</NextRecordType><NextRecordIdentifier>second half</NextRecordIdentifier>",
    );
    let last = "<IsTruncated>false</IsTruncated>";
    let second = records(&[record("www.zone.example.", "A", "198.51.100.2")], last);
    let other = records(&[record("shop.ztwo.example.", "CNAME", "d1.cloudfront.net")], last);
    let answers = [
        Plain::new(RECORDS, first).about("/hostedzone/ZONE/"),
        Plain::new(RECORDS, second).about("identifier=second half"),
        Plain::new(RECORDS, other).about("/hostedzone/ZTWO/"),
        Plain::new(RECORDS, records(&[record("inside.example.", "A", "10.0.0.1")], last)).about("ZPRIVATE"),
    ];
    let account = Account::new(ACCOUNT, "test").region(HERE, Region::default());
    zones().into_iter().chain(answers).fold(account, Account::answer)
}

/// The endpoints that were found, with what they belong to.
fn found(facts: &Facts) -> Vec<(String, String)> {
    let mut found: Vec<_> =
        facts.discovered.iter().map(|it| (it.endpoint.to_string(), it.user.id.clone())).collect();
    found.sort();
    found
}

fn are(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|&(endpoint, user)| (endpoint.to_owned(), user.to_owned())).collect()
}

#[tokio::test]
async fn names_of_public_zones_are_found_on_every_page_once() {
    let simulated = Simulated::of(dns(), vec![]).await;
    let facts = simulated.gather(HERE, &["route53-records"]).await;
    assert_eq!(
        found(&facts),
        are(&[
            ("mail.zone.example:25", "hostedzone/ZONE/zone.example./MX"),
            ("shop.ztwo.example:443", "hostedzone/ZTWO/shop.ztwo.example./CNAME"),
            ("www.zone.example:443", "hostedzone/ZONE/www.zone.example./A"),
        ])
    );
    assert_eq!((simulated.asked("route53:ListHostedZones"), simulated.asked(RECORDS)), (2, 3));
    assert!(facts.scopes[0].gaps.is_empty(), "{:?}", facts.scopes);
    assert_eq!(facts.discovered[0].user.scope.region().unwrap().as_str(), "global");
}

#[tokio::test]
async fn a_zone_that_is_refused_is_a_gap_of_its_own() {
    let refused = Plain::refused(RECORDS, 403, "AccessDenied", "not you").about("/hostedzone/ZTWO/");
    let simulated = Simulated::of(dns().answer(refused), vec![]).await;
    let facts = simulated.gather(HERE, &["route53-records"]).await;
    assert_eq!(facts.discovered.len(), 2);
    let gap = &facts.scopes[0].gaps[0];
    assert_eq!((gap.item.as_deref(), gap.unseen.reason), (Some("/hostedzone/ZTWO"), Reason::Denied));
    let denied = Rule::new(Fault::Deny { by_scp: false }).action("route53:ListHostedZones");
    let facts = Simulated::of(dns(), vec![denied]).await.gather(HERE, &["route53-records"]).await;
    let gap = &facts.scopes[0].gaps[0];
    assert_eq!((gap.item.as_deref(), gap.unseen.reason), (None, Reason::Denied));
}

/// Interfaces of a server with two public addresses, of a NAT gateway, of a load balancer, and of one that is private.
fn interfaces() -> Region {
    let association = |address: &str| format!("<association><publicIp>{address}</publicIp></association>");
    let interface = |id: &str, kind: &str, words: &str, rest: String| {
        format!(
            "<item><networkInterfaceId>{id}</networkInterfaceId><interfaceType>{kind}</interfaceType>\
             <description>{words}</description><ownerId>{ACCOUNT}</ownerId>{rest}</item>"
        )
    };
    let second = format!(
        "<privateIpAddressesSet><item>{}</item></privateIpAddressesSet>",
        association("198.51.100.2")
    );
    let items = [
        interface("eni-server", "interface", "web", association("198.51.100.1") + &second),
        interface("eni-nat", "nat_gateway", "Interface for NAT Gateway nat-1", association("198.51.100.3")),
        interface("eni-lb", "interface", "ELB app/shop/1", association("198.51.100.4")),
        interface("eni-inside", "interface", "", String::new()),
    ];
    let body = format!(
        "<DescribeNetworkInterfacesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\
         <networkInterfaceSet>{}</networkInterfaceSet></DescribeNetworkInterfacesResponse>",
        items.concat()
    );
    Region::default().answer(Plain::new("ec2:DescribeNetworkInterfaces", body))
}

#[tokio::test]
async fn public_addresses_of_servers_are_found_with_every_port_that_is_asked() {
    let simulated = Simulated::start([(HERE, interfaces())], vec![]).await;
    let facts = simulated.gather(HERE, &["ec2-addresses"]).await;
    let arn = format!("arn:aws:ec2:{HERE}:{ACCOUNT}:network-interface/eni-server");
    let endpoints = ["198.51.100.1:443", "198.51.100.1:8443", "198.51.100.2:443", "198.51.100.2:8443"];
    assert_eq!(found(&facts), are(&endpoints.map(|endpoint| (endpoint, arn.as_str()))));
    assert!(facts.discovered.iter().all(|it| !it.private && it.endpoint.sni.is_none()));
}

#[tokio::test]
async fn addresses_that_may_not_be_listed_are_a_gap() {
    let denied = Rule::new(Fault::Deny { by_scp: false }).action("ec2:DescribeNetworkInterfaces");
    let facts =
        Simulated::start([(HERE, interfaces())], vec![denied]).await.gather(HERE, &["ec2-addresses"]).await;
    assert_eq!((facts.discovered.len(), facts.scopes[0].gaps[0].unseen.reason), (0, Reason::Denied));
}
