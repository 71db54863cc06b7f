//! Database servers, their authorities, and what DMS trusts databases by.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use howler_model::{Certificate, CertificateUsage, Facts, Reason, Role, Validity};
use howler_simulator::{Fault, Plain, Region, Rule, certificate};

use crate::gaps::gaps;
use crate::simulated::{ACCOUNT, Simulated, now};

/// The places that are shown here.
pub(crate) const PLACES: &[&str] =
    &["dms_certificate", "docdb_instance", "neptune_instance", "rds_cluster", "rds_instance", "rds_proxy"];

const HERE: &str = "eu-west-1";
const DENIED: Fault = Fault::Deny { by_scp: false };

fn days(count: i64) -> DateTime<Utc> {
    now() + TimeDelta::days(count)
}

fn until(not_before: Option<DateTime<Utc>>, not_after: DateTime<Utc>) -> Validity {
    Validity::Until { not_before, not_after }
}

fn arn(of: &str) -> String {
    format!("arn:aws:rds:{HERE}:{ACCOUNT}:{of}")
}

/// The answer of RDS to an operation.
fn said(operation: &str, items: &str) -> Plain {
    let text = format!(
        "<{operation}Response xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><{operation}Result>{items}\
         </{operation}Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{operation}Response>"
    );
    Plain::new(format!("rds:{operation}"), text)
}

fn details(authority: &str, end: DateTime<Utc>) -> String {
    let end = end.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    format!(
        "<CertificateDetails><CAIdentifier>{authority}</CAIdentifier><ValidTill>{end}</ValidTill></CertificateDetails>"
    )
}

fn instance(name: &str, engine: &str, port: u16, authority: &str, rest: &str) -> String {
    format!(
        "<DBInstance><DBInstanceIdentifier>{name}</DBInstanceIdentifier><Engine>{engine}</Engine>\
         <DBInstanceArn>arn:aws:rds:{{region}}:{{account}}:db:{name}</DBInstanceArn>\
         <DBInstanceStatus>available</DBInstanceStatus><Endpoint><Address>{name}.example</Address>\
         <Port>{port}</Port></Endpoint><CACertificateIdentifier>{authority}</CACertificateIdentifier>\
         <PubliclyAccessible>{}</PubliclyAccessible>{rest}</DBInstance>",
        name == "shop"
    )
}

/// Two pages of instances of four engines.
fn instances() -> Vec<Plain> {
    let first = [
        instance("shop", "postgres", 5432, "rds-ca-rsa2048-g1", &details("rds-ca-rsa2048-g1", days(20))),
        instance("docs", "docdb", 27017, "rds-ca-rsa2048-g1", &details("rds-ca-rsa2048-g1", days(300))),
    ];
    let second = [
        instance("graph", "neptune", 8182, "rds-ca-2099", ""),
        instance("old", "oracle-ee", 1521, "rds-ca-2019", &details("rds-ca-2019", days(-1))),
    ];
    let page = |items: &[String; 2], rest: &str| {
        let items = format!("<DBInstances>{}</DBInstances>{rest}", items.concat());
        said("DescribeDBInstances", &items)
    };
    vec![page(&first, "<Marker>two</Marker>"), page(&second, "").about("Marker=two")]
}

fn clusters() -> Plain {
    let cluster = |name: &str, rest: &str| {
        format!(
            "<DBCluster><DBClusterIdentifier>{name}</DBClusterIdentifier><Engine>mysql</Engine>\
             <DBClusterArn>arn:aws:rds:{{region}}:{{account}}:cluster:{name}</DBClusterArn><Status>available</Status>\
             <Endpoint>{name}.example</Endpoint><Port>3306</Port>{rest}</DBCluster>"
        )
    };
    let (zones, aurora) = (cluster("zones", &details("rds-ca-rsa2048-g1", days(200))), cluster("aurora", ""));
    said("DescribeDBClusters", &format!("<DBClusters>{zones}{aurora}</DBClusters>"))
}

fn authorities() -> Plain {
    let authority = |name: &str, end: DateTime<Utc>| {
        format!(
            "<Certificate><CertificateIdentifier>{name}</CertificateIdentifier><CertificateType>CA</CertificateType>\
             <Thumbprint>ab12</Thumbprint><ValidFrom>2021-05-25T22:34:57Z</ValidFrom><ValidTill>{}</ValidTill>\
             <CertificateArn>arn:aws:rds:{{region}}::cert:{name}</CertificateArn></Certificate>",
            end.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
        )
    };
    let listed = [
        authority("rds-ca-2019", days(-60)),
        authority("rds-ca-rsa2048-g1", days(9_000)),
        authority("rds-ca-ecc384-g1", days(9_001)),
    ];
    said("DescribeCertificates", &format!("<Certificates>{}</Certificates>", listed.concat()))
}

fn proxies() -> Plain {
    said(
        "DescribeDBProxies",
        "<DBProxies><member><DBProxyName>pool</DBProxyName><EngineFamily>POSTGRESQL</EngineFamily>\
         <DBProxyArn>arn:aws:rds:{region}:{account}:db-proxy:prx-1</DBProxyArn><Status>available</Status>\
         <Endpoint>pool.example</Endpoint></member></DBProxies>",
    )
}

fn servers() -> Vec<Plain> {
    [instances(), vec![clusters(), authorities(), proxies()]].concat()
}

fn region() -> Region {
    servers().into_iter().fold(Region::default(), Region::answer)
}

fn by_id(facts: &Facts) -> BTreeMap<&str, &Certificate> {
    facts.certificates.iter().map(|one| (one.resource.id.as_str(), one)).collect()
}

fn by(arns: &[&str]) -> CertificateUsage {
    CertificateUsage::By(arns.iter().map(|of| arn(of)).collect())
}

#[tokio::test]
async fn servers_and_their_authorities_have_dates_of_their_own() {
    let simulated = Simulated::start([(HERE, region())], vec![]).await;
    let facts = simulated.gather(HERE, &["rds-certificates"]).await;
    assert_eq!(gaps(&facts), []);
    let found = by_id(&facts);
    assert_eq!((found.len(), facts.certificates.len()), (9, 9), "Aurora's cluster has none of its own");
    for (id, kind, validity) in [
        ("db:shop", "rds-server-certificate", until(None, days(20))),
        ("db:docs", "docdb-server-certificate", until(None, days(300))),
        ("db:graph", "neptune-server-certificate", unknown("Neptune does not tell when it ends")),
        ("db:old", "rds-server-certificate", until(None, days(-1))),
        ("cluster:zones", "rds-server-certificate", until(None, days(200))),
    ] {
        let one = found[arn(id).as_str()];
        assert_eq!((one.resource.kind, &one.validity), (kind, &validity), "{id}");
        assert_eq!((one.role, &one.usage), (Role::Database, &by(&[id])), "{id}");
    }
    let began = Some("2021-05-25T22:34:57Z".parse().unwrap());
    for (name, validity, usage) in [
        ("rds-ca-2019", until(began, days(-60)), by(&["db:old"])),
        ("rds-ca-rsa2048-g1", until(began, days(9_000)), by(&["db:shop", "db:docs", "cluster:zones"])),
        ("rds-ca-ecc384-g1", until(began, days(9_001)), CertificateUsage::Unused),
        ("rds-ca-2099", unknown("RDS does not list this authority"), by(&["db:graph"])),
    ] {
        let one = found[format!("arn:aws:rds:{HERE}::cert:{name}").as_str()];
        assert_eq!((one.resource.kind, one.role), ("rds-authority", Role::Database), "{name}");
        assert_eq!((&one.validity, &one.usage), (&validity, &usage), "{name}");
    }
}

fn unknown(words: &str) -> Validity {
    Validity::Unknown(words.to_owned())
}

#[tokio::test]
async fn servers_are_found_where_their_clients_ask_for_tls() {
    let simulated = Simulated::start([(HERE, region())], vec![]).await;
    let facts = simulated.gather(HERE, &["rds-certificates"]).await;
    let found: BTreeMap<String, (&str, bool)> = facts
        .discovered
        .iter()
        .map(|found| (found.endpoint.to_string(), (found.user.kind, found.private)))
        .collect();
    let expected = [
        ("docs.example:27017", ("rds-instance", true)),
        ("graph.example:8182", ("rds-instance", true)),
        ("pool.example:5432", ("rds-proxy", true)),
        ("shop.example:5432", ("rds-instance", false)),
        ("zones.example:3306", ("rds-cluster", true)),
    ];
    let expected = expected.map(|(endpoint, told)| (endpoint.to_owned(), told));
    assert_eq!(found, BTreeMap::from(expected), "nobody knows Oracle's port for TLS");
}

#[tokio::test]
async fn a_region_without_servers_costs_two_calls() {
    let simulated = Simulated::start([(HERE, Region::default())], vec![]).await;
    let facts = simulated.gather(HERE, &["rds-certificates"]).await;
    assert_eq!((facts.len(), gaps(&facts)), (0, vec![]));
    let asked = ["rds:DescribeDBClusters", "rds:DescribeDBInstances"].map(str::to_owned);
    assert_eq!(simulated.actions(), asked.into());
}

#[tokio::test]
async fn what_is_denied_takes_nothing_else_away() {
    let gathered = async |action: &str| {
        let faults = vec![Rule::new(DENIED).action(action)];
        let simulated = Simulated::start([(HERE, region())], faults).await;
        simulated.gather(HERE, &["rds-certificates"]).await
    };
    let facts = gathered("rds:DescribeCertificates").await;
    assert_eq!(gaps(&facts), [(None, Reason::Denied, "rds:DescribeCertificates")]);
    assert_eq!((facts.certificates.len(), facts.discovered.len()), (5, 5), "no authority is made up");

    let facts = gathered("rds:DescribeDBInstances").await;
    assert_eq!(gaps(&facts), [(None, Reason::Denied, "rds:DescribeDBInstances")]);
    let names: Vec<_> = facts.certificates.iter().map(|one| one.resource.name.as_str()).collect();
    assert_eq!(names, ["zones", "rds-ca-rsa2048-g1"], "others may be used or not");

    let facts = gathered("rds:DescribeDBProxies").await;
    assert_eq!(gaps(&facts), [(None, Reason::Denied, "rds:DescribeDBProxies")]);
    assert_eq!((facts.certificates.len(), facts.discovered.len()), (9, 4));
}

/// A certificate in PEM as JSON has it.
fn pem(name: &str, end: DateTime<Utc>) -> String {
    certificate::pem(name, &[name], days(-30), end).unwrap().body.replace('\n', "\\n")
}

/// Two pages of certificates: two bodies, a wallet, and a body that is none.
fn imported() -> Vec<Plain> {
    let one = |name: &str, rest: &str| {
        format!(
            "{{\"CertificateIdentifier\":\"{name}\",\
             \"CertificateArn\":\"arn:aws:dms:{{region}}:{{account}}:cert:{name}\"{rest}}}"
        )
    };
    let body = |name: &str, end| one(name, &format!(",\"CertificatePem\":\"{}\"", pem(name, end)));
    let dated = format!(",\"ValidToDate\":{}", days(7).timestamp());
    let first =
        [body("used", days(40)), one("wallet", &(",\"CertificateWallet\":\"AAAA\"".to_owned() + &dated))];
    let second = [body("client", days(50)), one("odd", ",\"CertificatePem\":\"nothing\"")];
    let page = |certificates: [String; 2], marker: &str| {
        let text = format!("{{\"Certificates\":[{}]{marker}}}", certificates.join(","));
        Plain::new("dms:DescribeCertificates", text)
    };
    vec![page(first, ",\"Marker\":\"two\""), page(second, "").about("\"two\"")]
}

fn endpoints() -> Plain {
    let cert = |name: &str| format!("arn:aws:dms:{{region}}:{{account}}:cert:{name}");
    let text = format!(
        "{{\"Endpoints\":[{{\"EndpointArn\":\"arn:e1\",\"CertificateArn\":\"{}\"}},{{\"EndpointArn\":\"arn:e2\",\
         \"KafkaSettings\":{{\"SslClientCertificateArn\":\"{}\"}}}}]}}",
        cert("used"),
        cert("client")
    );
    Plain::new("dms:DescribeEndpoints", text)
}

#[tokio::test]
async fn dms_certificates_are_what_their_bodies_say() {
    let region = imported().into_iter().fold(Region::default(), Region::answer).answer(endpoints());
    let simulated = Simulated::start([(HERE, region)], vec![]).await;
    let facts = simulated.gather(HERE, &["dms-certificates"]).await;
    let id = |name: &str| format!("arn:aws:dms:{HERE}:{ACCOUNT}:cert:{name}");
    let found = by_id(&facts);
    let by = |arn: &str| CertificateUsage::By(vec![arn.to_owned()]);
    assert_eq!(found.len(), 4);
    for (name, validity, role, usage) in [
        ("used", until(Some(days(-30)), days(40)), Role::TrustStore, by("arn:e1")),
        ("client", until(Some(days(-30)), days(50)), Role::Leaf, by("arn:e2")),
        ("wallet", until(None, days(7)), Role::TrustStore, CertificateUsage::Unknown),
        ("odd", unknown("there is no certificate in its body"), Role::TrustStore, CertificateUsage::Unknown),
    ] {
        let one = found[id(name).as_str()];
        assert_eq!((&one.validity, one.role, &one.usage), (&validity, role, &usage), "{name}");
    }
    assert_eq!(gaps(&facts), [(Some(id("odd").as_str()), Reason::Malformed, "dms:DescribeCertificates")]);
}

#[tokio::test]
async fn dms_without_certificates_is_asked_once_and_denied_endpoints_leave_the_dates() {
    let nothing = Plain::refused("dms:DescribeCertificates", 400, "ResourceNotFoundFault", "none");
    let simulated = Simulated::start([(HERE, Region::default().answer(nothing))], vec![]).await;
    let facts = simulated.gather(HERE, &["dms-certificates"]).await;
    assert_eq!((facts.len(), gaps(&facts)), (0, vec![]));
    assert_eq!(simulated.asked("dms:DescribeEndpoints"), 0);

    let region = imported().into_iter().fold(Region::default(), Region::answer).answer(endpoints());
    let faults = vec![Rule::new(DENIED).action("dms:DescribeEndpoints")];
    let simulated = Simulated::start([(HERE, region)], faults).await;
    let facts = simulated.gather(HERE, &["dms-certificates"]).await;
    assert!(gaps(&facts).contains(&(None, Reason::Denied, "dms:DescribeEndpoints")));
    assert_eq!(facts.certificates.len(), 4);
    assert!(facts.certificates.iter().all(|one| one.usage == CertificateUsage::Unknown));
}

#[tokio::test]
async fn every_source_here_declares_exactly_the_actions_that_it_asks() {
    for (id, answers) in
        [("dms-certificates", [imported(), vec![endpoints()]].concat()), ("rds-certificates", servers())]
    {
        let region = answers.into_iter().fold(Region::default(), Region::answer);
        let simulated = Simulated::start([(HERE, region)], vec![]).await;
        simulated.gather(HERE, &[id]).await;
        let declared = (crate::simulated::source(id).actions)().into_iter().map(str::to_owned).collect();
        assert_eq!(simulated.actions(), declared, "{id}");
    }
}
