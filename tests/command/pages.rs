//! More of everything than fits a page: nothing is lost, nothing is counted twice.

use howler_simulator::certificate::Key;
use howler_simulator::iam::ServerCertificate;
use howler_simulator::{Account, Organization, Region, elbv2, estate};
use serde_json::Value;

use chrono::TimeDelta;

use crate::harness::{Document, Simulated, assert_valid, now};

const REGION: &str = "eu-west-1";
const CERTIFICATES: u32 = 2_203;
const INSTANCES: usize = 2_101;
const GROUPS: usize = 1_203;
const VOLUMES: usize = 1_507;
const BALANCERS: usize = 403;
const LISTENING: usize = 5;

fn organization() -> Organization {
    let mut region = Region { certificates: estate::certificates(CERTIFICATES, now()), ..Region::default() };
    let resources = &mut region.resources;
    resources.extend(estate::instances(INSTANCES, "m5.large", "eu-west-1a"));
    resources.extend(estate::security_groups(GROUPS, "vpc-1", 7));
    resources.extend(estate::volumes(VOLUMES, "gp3", 64));
    // Each listener costs further calls, at ten calls a second: few have one.
    resources.extend(estate::load_balancers(LISTENING, &region.certificates[0], 2));
    let silent =
        |number| elbv2::load_balancer(&format!("silent-{number}"), "application", "vpc-1", &["a", "b"]);
    resources.extend((LISTENING..BALANCERS).map(silent));
    let mut account = Account::new("100000000000", "large").region(REGION, region);
    account = account.region("us-east-1", Region::default()); // where IAM has its quotas
    account.iam.certificates.extend((0..250).map(|number| {
        let end = now() + TimeDelta::days(number + 1);
        let name = format!("server{number}");
        ServerCertificate::new(&name, &format!("{name}.example.com"), end - TimeDelta::days(365), end)
    }));
    Organization::of(account)
}

fn usage(document: &Document, quota: &str) -> Value {
    document.usages()[&(REGION.to_owned(), quota.to_owned())].clone()
}

#[test]
fn everything_on_every_page_is_found_once() {
    let simulated = Simulated::start(organization(), Vec::new());
    let ran = simulated.scan(&["-r", REGION, "--format", "json"]).run();
    let document = ran.document();
    let gaps: Vec<_> = document.scopes().iter().flat_map(|scope| scope["gaps"].as_array().unwrap()).collect();
    assert!(gaps.is_empty() && document.0["complete"] == true, "{} gaps: {:#?}", gaps.len(), gaps.first());
    let ends = document.ends();
    let of_acm: Vec<_> = ends.iter().filter(|((region, _), _)| region == REGION).collect();
    assert_eq!(of_acm.len(), CERTIFICATES as usize);
    // The certificate of number n ends n + 1 days from now.
    let end = |number: u32| (now() + TimeDelta::days(i64::from(number) + 1)).format("%Y-%m-%dT%H:%M:%SZ");
    let mut expected: Vec<String> = (0..CERTIFICATES).map(|number| end(number).to_string()).collect();
    let mut found: Vec<String> = of_acm.into_iter().map(|(_, end)| end.clone()).collect();
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    assert_eq!(Key::ACM.len(), 7, "all key types are among them");
    assert_eq!(usage(&document, "acm/L-F141DD1D"), CERTIFICATES);
    assert_eq!(usage(&document, "ec2/L-1216C47A"), 2 * INSTANCES);
    assert_eq!(usage(&document, "vpc/L-E79EC296"), GROUPS);
    assert_eq!(usage(&document, "ebs/L-7A658B76"), VOLUMES as f64 * 64.0 / 1024.0);
    assert_eq!(usage(&document, "elasticloadbalancing/L-53DA6B97"), BALANCERS);
    let rules = document.usages().into_iter().filter(|((_, id), _)| id.starts_with("vpc/L-0EA8095F/"));
    assert_eq!(rules.filter(|(_, usage)| *usage == 7).count(), GROUPS);
    let in_iam = ends.keys().filter(|(region, id)| region == "global" && !id.contains('#'));
    assert_eq!(in_iam.count(), 250);
    assert_valid(&document);
}
