//! What went over the wire is counted as the other side counts it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod simulated;

use std::collections::BTreeMap;

use howler_simulator::{Account, Fault, Organization, Outcome, Region, Rule, Simulator, estate};
use howler_sources::Role;
use simulated::{ACCOUNT, gather, now, session};

const MEMBER: &str = "222222222222";
const HERE: &str = "eu-west-1";

fn organization() -> Organization {
    let region = || Region { certificates: estate::certificates(3, now()), ..Region::default() };
    let account = |id, name| Account::new(id, name).region("us-east-1", region()).region(HERE, region());
    Organization::of(account(ACCOUNT, "management")).with(account(MEMBER, "member"))
}

#[tokio::test]
async fn requests_are_counted_by_service_and_account() {
    let slow = Rule::new(Fault::Throttle).account(MEMBER).action("acm:ListCertificates").first(2);
    let broken = Rule::new(Fault::Fail(500)).account(ACCOUNT).action("iam:ListServerCertificates").first(1);
    let simulator = Simulator::start(organization(), vec![slow, broken], now()).unwrap();
    let session = session(&simulator).await;
    let (caller, _) = session.enter_as_caller().await.unwrap();
    let arn = format!("arn:aws:iam::{MEMBER}:role/howler").parse().unwrap();
    let (member, _) = session.enter(&Role { arn, external_id: None }).await.unwrap();
    for account in [&caller, &member] {
        gather(account, HERE, &["acm-certificates", "iam-certificates", "elb-listeners"]).await;
    }

    let (traffic, requests) = (session.traffic(), simulator.requests());
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    requests.iter().for_each(|request| *seen.entry(request.service.clone()).or_default() += 1);
    let counted: BTreeMap<String, u64> =
        traffic.services.iter().map(|(service, counts)| (service.clone(), counts.calls)).collect();
    assert_eq!(counted, seen);
    assert_eq!(session.calls().sent(), requests.len() as u64);
    assert_eq!(traffic.answers, requests.len() as u64, "every one was answered");

    let of = |service: &str| (traffic.services[service].retries, traffic.services[service].throttled);
    assert_eq!((of("acm"), of("iam"), of("sts")), ((2, 2), (1, 0), (0, 0)));
    assert_eq!(
        requests.iter().filter(|one| one.outcome == Outcome::Refused("ThrottlingException")).count(),
        2
    );

    let taken = requests.iter().filter(|request| request.action == "sts:AssumeRole").count() as u64;
    let by = |id: &str| requests.iter().filter(|request| request.account == id).count() as u64;
    assert_eq!((caller.calls(), member.calls()), (by(ACCOUNT) - taken, by(MEMBER)));
    let slowest = traffic.slowest.unwrap();
    assert!([ACCOUNT, MEMBER].contains(&slowest.account.as_str()), "{slowest:?}");
}
