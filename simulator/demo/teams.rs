//! The accounts of the demo and what stands out in each.

use chrono::{DateTime, TimeDelta, Utc};

use super::landscape::Landscape;
use super::places;
use crate::acm::Certificate;
use crate::certificate::Key;
use crate::iam::{self, ServerCertificate};
use crate::organization::{Account, Region};
use crate::value::Value;
use crate::{ec2, elbv2, names};

/// What public certificates live for at most since March 2026.
const PUBLIC_LIFETIME: TimeDelta = TimeDelta::days(199);
/// What a private authority of ours gives.
const PRIVATE_LIFETIME: TimeDelta = TimeDelta::days(730);

/// The shared edge: an expired certificate in production, a name that no certificate covers, authorities that end,
/// addresses and rules filling up.
pub(super) fn platform(now: DateTime<Utc>) -> Account {
    let mut east = Landscape::new("platform", "us-east-1", now);
    let expired = imported("edge.platform.example.com", now, -2).name("*.edge.platform.example.com");
    let distribution = "EDFDVBD632BHDS5";
    let modern = issued("status.platform.example.com", now, 150)
        .key(Key::EcPrime256v1)
        .used_by(Value::arn("cloudfront", format!("distribution/{distribution}")));
    serve(&mut east, "platform", &[expired, modern.clone()]);
    east.addresses(4 - 1); // one is there already: 4 of 5
    let (group, vpc) = (east.id("sg", 9), east.vpc.clone());
    east.add(ec2::security_group(&group, "partner-allowlist", &vpc, 51));
    east.add(ec2::vpc(&east.id("vpc", 1), "10.1.0.0/16"));

    backbone(&mut east, now);
    trust(&mut east, now);

    let mut west = Landscape::new("platform", "eu-west-1", now);
    serve(&mut west, "platform", &[issued("eu.platform.example.com", now, 120)]);

    let mut sydney = Landscape::new("platform", "ap-southeast-2", now);
    let vpn = ServerCertificate::new(
        "vpn-gateway",
        "vpn.platform.example.com",
        now - TimeDelta::days(353),
        days(now, 12),
    );
    let legacy = ServerCertificate::new(
        "legacy-gateway",
        "gw.platform.example.com",
        now - TimeDelta::days(165),
        days(now, 200),
    );
    attach(&mut sydney, "platform", "network", "TLS", &[vpn.arn(), legacy.arn()]);

    let mut account = account("111111111111", "platform", now, [east, west, sydney]);
    account.iam.certificates.extend([vpn, legacy]);
    account.iam.resources.add(iam::saml_provider("partner-login", days(now, 20)));
    let aliases = ["status.platform.example.com", "www.platform.example.com"];
    account.answer(places::distribution(distribution, &aliases, &modern))
}

/// Whom the platform trusts, and in whose name it issues.
fn trust(landscape: &mut Landscape, now: DateTime<Utc>) {
    let (name, id) = ("Example Issuing Authority", names::uuid("issuing authority", 0));
    let issuing = places::private_authority(&id, name, days(now, 150 - 5 * 365), days(now, 150));
    let partners = [("Partner One Root", days(now, 90)), ("Partner Two Root", days(now, 1_200))];
    let trusted = places::trusted("partners", &partners);
    landscape.region().answers.extend(issuing.into_iter().chain(trusted));
}

/// What connects the networks of the organisation, and what else only the platform has.
fn backbone(landscape: &mut Landscape, now: DateTime<Utc>) {
    let id = |prefix, number| landscape.id(prefix, number);
    let (vpc, zone, gateway) = (landscape.vpc.clone(), landscape.zone.clone(), id("tgw", 0));
    let resources = [
        ec2::transit_gateway(&gateway),
        ec2::transit_gateway_attachment(&id("tgw-attach", 0), &gateway, "vpc", &vpc),
        ec2::transit_gateway_route_table(&id("tgw-rtb", 0), &gateway),
        ec2::customer_gateway(&id("cgw", 0), "198.51.100.7"),
        ec2::vpn_gateway(&id("vgw", 0), &vpc),
        ec2::vpn_connection(&id("vpn", 0), &id("cgw", 0), &id("vgw", 0)),
        ec2::client_vpn_endpoint(&id("cvpn-endpoint", 0), &vpc),
        ec2::vpc_peering_connection(&id("pcx", 0), &vpc, &id("vpc", 1), "active"),
        ec2::egress_only_internet_gateway(&id("eigw", 0), &vpc),
        ec2::host(&id("h", 0), "m5", &zone),
        ec2::reserved_instances("f127bd27-edb7-44c9-a0eb-0d7e09259af0", "m5.large", 3, now),
        ec2::fast_snapshot_restore(&id("snap", 0), &zone, "enabled"),
        elbv2::trust_store("partners", 2),
    ];
    landscape.region().resources.extend(resources);
}

/// Payments: three days left on the busiest certificate, a failing renewal and one that waits, a database whose
/// certificate ends soon, vCPUs at 92 %.
pub(super) fn payments(now: DateTime<Utc>) -> Account {
    let mut east = Landscape::new("payments", "us-east-1", now);
    let waiting = issued("shop.pay.example.com", now, 30).renewal("PENDING_VALIDATION");
    serve(&mut east, "payments", &[imported("us.pay.example.com", now, 300).key(Key::Rsa3072), waiting]);
    let pending = Certificate::pending(
        &names::uuid("new.pay.example.com", 0),
        "new.pay.example.com",
        now - TimeDelta::days(1),
    );
    east.region().certificates.push(pending);

    let mut west = Landscape::new("payments", "eu-west-1", now);
    let urgent =
        imported("pay.example.com", now, 3).name("www.pay.example.com").tag("owner", "payments-core");
    let soon = issued("checkout.example.com", now, 20).key(Key::EcSecp384r1).renewal("FAILED");
    let healthy = imported("invoices.example.com", now, 400).key(Key::Rsa4096);
    serve(&mut west, "payments", &[urgent, soon, healthy]);
    west.instances("m5.xlarge", 44, 4.0); // with the usual 3 m5.large and one more: 184 of 200
    west.instances("c5.large", 1, 2.0);
    west.region().set_quota("ec2", "L-1216C47A", 200.0);
    west.region().answers.extend(places::database("orders", days(now, 20), days(now, 200)));

    let mut sydney = Landscape::new("payments", "ap-southeast-2", now);
    serve(&mut sydney, "payments", &[issued("au.pay.example.com", now, 90)]);
    account("222222222222", "payments", now, [east, west, sydney])
}

/// Data: storage at 97 %, a forgotten certificate, a listener whose certificate was deleted, and a region whose certificates nobody may list.
pub(super) fn data(now: DateTime<Utc>) -> Account {
    let mut east = Landscape::new("data", "us-east-1", now);
    serve(&mut east, "data", &[issued("lake.data.example.com", now, 75)]);
    // With the usual 200 GiB: 49,664 of 51,200 GiB.
    for number in 0..96 {
        east.add(ec2::volume(&names::id("vol", "data/kafka", number), "gp3", 512, 3000));
    }
    east.add(ec2::volume(&names::id("vol", "data/kafka", 96), "gp3", 312, 3000));

    let mut west = Landscape::new("data", "eu-west-1", now);
    serve(&mut west, "data", &[imported("warehouse.data.example.com", now, 210).key(Key::EcSecp521r1)]);
    west.region().certificates.push(imported("legacy-etl.data.example.com", now, -40).key(Key::Rsa1024));
    west.region().answers.push(places::classic_load_balancer("legacy-reports"));

    let mut sydney = Landscape::new("data", "ap-southeast-2", now);
    serve(&mut sydney, "data", &[issued("au.data.example.com", now, 60)]);
    account("333333333333", "data", now, [east, west, sydney])
}

fn account(id: &str, name: &str, now: DateTime<Utc>, regions: [Landscape; 3]) -> Account {
    let [east, west, sydney] = regions.map(Landscape::finish);
    let mut account = Account::new(id, name)
        .region("us-east-1", east)
        .region("eu-west-1", west)
        .region("ap-southeast-2", sydney);
    account.disabled_regions.push("af-south-1".to_owned());
    let policy =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;
    account.iam.resources.extend([
        iam::role("howler", 1),
        iam::role("deploy", 4),
        iam::role("web", 2),
        iam::user("break-glass", &["administrators"], 0),
        iam::group("administrators", 2),
        iam::policy("read-artifacts", policy, 3),
        iam::open_id_connect_provider("ci.example.com"),
        iam::saml_provider("single-sign-on", days(now, 500)),
    ]);
    account
}

fn days(now: DateTime<Utc>, days: i64) -> DateTime<Utc> {
    now + TimeDelta::days(days)
}

/// A certificate of Amazon with that many days left.
fn issued(domain: &str, now: DateTime<Utc>, left: i64) -> Certificate {
    let not_after = days(now, left);
    Certificate::issued(&names::uuid(domain, 0), domain, not_after - PUBLIC_LIFETIME, not_after)
}

/// An imported certificate with that many days left, or gone for that many.
fn imported(domain: &str, now: DateTime<Utc>, left: i64) -> Certificate {
    let not_after = days(now, left);
    Certificate::imported(&names::uuid(domain, 0), domain, not_after - PRIVATE_LIFETIME, not_after)
}

/// Puts certificates on the HTTPS listener of the team's load balancer: the first by default, the others by SNI.
fn serve(landscape: &mut Landscape, team: &str, certificates: &[Certificate]) {
    let arns: Vec<Value> = certificates.iter().map(Certificate::arn).collect();
    attach(landscape, team, "application", "HTTPS", &arns);
    let balancer = elbv2::load_balancer_arn(&format!("{team}-web"), "application");
    let used = certificates.iter().map(|certificate| certificate.clone().used_by(balancer.clone()));
    landscape.region().certificates.extend(used);
}

fn attach(landscape: &mut Landscape, team: &str, kind: &str, protocol: &str, arns: &[Value]) {
    let name = if kind == "application" { format!("{team}-web") } else { format!("{team}-{kind}") };
    if kind != "application" {
        let (vpc, zone) = (landscape.vpc.clone(), landscape.zone.clone());
        landscape.add(elbv2::load_balancer(&name, kind, &vpc, &[&zone]));
    }
    let Some((default, further)) = arns.split_first() else { return };
    let resources = elbv2::listener(&name, kind, protocol, 443, Some(default.clone()), further);
    let region: &mut Region = landscape.region();
    region.resources.extend(resources);
}
