//! More than 1,000 of everything crosses every page size, and tokens fit only where they came from.

use std::collections::BTreeSet;

use crate::client::{ACCOUNT, Caller, now, start};
use howler_simulator::{Account, Organization, Region, Simulator, estate};

const ALL_KEYS: &str =
    r#"["RSA_1024","RSA_2048","RSA_3072","RSA_4096","EC_prime256v1","EC_secp384r1","EC_secp521r1"]"#;

/// Every id of an EC2 listing, and how many pages it took.
async fn ec2(caller: &Caller, action: &str, id: &str, size: usize) -> (Vec<String>, usize) {
    let (mut ids, mut pages, mut token) = (Vec::new(), 0, String::new());
    loop {
        let answer = caller.query("ec2", &format!("Action={action}&MaxResults={size}{token}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        ids.extend(answer.elements(id));
        pages += 1;
        match answer.element("nextToken") {
            Some(next) => token = format!("&NextToken={next}"),
            None => return (ids, pages),
        }
    }
}

fn distinct(ids: &[String]) -> usize {
    ids.iter().collect::<BTreeSet<_>>().len()
}

#[tokio::test]
async fn ec2_pages_have_the_size_that_is_asked() {
    let mut region = Region::default();
    region.resources.extend(estate::instances(1_205, "m5.large", "eu-west-1a"));
    region.resources.extend(estate::security_groups(1_101, "vpc-1", 1));
    region.resources.extend(estate::volumes(1_500, "gp3", 10));
    let simulator = start(region, Vec::new());
    let caller = Caller::new(&simulator);
    for (action, id, count) in [
        ("DescribeInstances", "instanceId", 1_205),
        ("DescribeSecurityGroups", "groupId", 1_101),
        ("DescribeVolumes", "volumeId", 1_500_usize),
    ] {
        for size in [1_000, 333, 1_000 - 1] {
            let (ids, pages) = ec2(&caller, action, id, size).await;
            assert_eq!(
                (distinct(&ids), ids.len(), pages),
                (count, count, count.div_ceil(size)),
                "{action} {size}"
            );
        }
        for refused in [4, 1_001] {
            let answer = caller.query("ec2", &format!("Action={action}&MaxResults={refused}")).await;
            assert_eq!(
                (answer.status, answer.element("Code").as_deref()),
                (400, Some("InvalidParameterValue"))
            );
        }
    }
}

#[tokio::test]
async fn certificates_cross_the_largest_page() {
    let region = Region { certificates: estate::certificates(2_100, now()), ..Region::default() };
    let simulator = start(region, Vec::new());
    let caller = Caller::new(&simulator);
    let (mut arns, mut token, mut sizes) = (BTreeSet::new(), String::new(), Vec::new());
    loop {
        let body = format!(r#"{{"MaxItems":1000,"Includes":{{"keyTypes":{ALL_KEYS}}}{token}}}"#);
        let page = caller.json("acm", "ListCertificates", &body).await.json();
        let list = page["CertificateSummaryList"].as_array().unwrap();
        sizes.push(list.len());
        arns.extend(list.iter().map(|summary| summary["CertificateArn"].to_string()));
        match page["NextToken"].as_str() {
            Some(next) => token = format!(r#","NextToken":"{next}""#),
            None => break,
        }
    }
    assert_eq!((arns.len(), sizes), (2_100, vec![1_000, 1_000, 100]));
}

#[tokio::test]
async fn rules_and_load_balancers_cross_their_pages() {
    let certificate = estate::certificates(1, now()).remove(0);
    let mut region = Region::default();
    region.resources.extend(estate::load_balancers(1, &certificate, 1_050));
    let simulator = start(region, Vec::new());
    let caller = Caller::new(&simulator);
    let balancers = caller.query("elasticloadbalancing", "Action=DescribeLoadBalancers").await;
    let balancer = balancers.element("LoadBalancerArn").unwrap();
    let form = format!("Action=DescribeListeners&LoadBalancerArn={balancer}");
    let listener = caller.query("elasticloadbalancing", &form).await.element("ListenerArn").unwrap();
    let (mut rules, mut pages, mut marker) = (Vec::new(), 0, String::new());
    loop {
        let form = format!("Action=DescribeRules&ListenerArn={listener}&PageSize=400{marker}");
        let page = caller.query("elasticloadbalancing", &form).await;
        rules.extend(page.elements("RuleArn"));
        pages += 1;
        match page.element("NextMarker") {
            Some(next) => marker = format!("&Marker={next}"),
            None => break,
        }
    }
    assert_eq!((distinct(&rules), pages), (1_051, 3));
}

#[tokio::test]
async fn accounts_come_twenty_a_page() {
    let simulator =
        Simulator::start(estate::organization(45, &["eu-west-1"], Region::default()), Vec::new(), now())
            .unwrap();
    let caller = Caller::new(&simulator);
    let first = caller.json("organizations", "ListAccounts", "{}").await.json();
    assert_eq!(first["Accounts"].as_array().unwrap().len(), 20);
    let refused = caller.json("organizations", "ListAccounts", r#"{"MaxResults":21}"#).await;
    assert_eq!((refused.status, refused.json()["__type"].as_str()), (400, Some("InvalidInputException")));
}

#[tokio::test]
async fn a_token_fits_only_the_listing_that_gave_it() {
    let mut region = Region::default();
    region.resources.extend(estate::volumes(20, "gp3", 1));
    let account =
        Account::new(ACCOUNT, "test").region("eu-west-1", region.clone()).region("us-east-1", region);
    let simulator = Simulator::start(Organization::of(account), Vec::new(), now()).unwrap();
    let caller = Caller::new(&simulator);
    let token =
        caller.query("ec2", "Action=DescribeVolumes&MaxResults=5").await.element("nextToken").unwrap();
    let follow = |action: &str| format!("Action={action}&MaxResults=5&NextToken={token}");
    let status = |answer: crate::client::Answer| (answer.status, answer.element("Code").unwrap_or_default());
    let invalid = (400, "InvalidNextToken".to_owned());
    assert_eq!(status(caller.query("ec2", &follow("DescribeVolumes")).await).0, 200);
    assert_eq!(status(caller.region("us-east-1").query("ec2", &follow("DescribeVolumes")).await), invalid);
    assert_eq!(status(caller.query("ec2", &follow("DescribeVpcs")).await), invalid);
    assert_eq!(status(caller.query("ec2", "Action=DescribeVolumes&MaxResults=5&NextToken=5").await), invalid);
}
