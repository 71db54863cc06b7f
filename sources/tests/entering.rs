//! Accounts are entered in as few round trips as AWS permits, and only those that were meant.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod simulated;

use std::time::{Duration, Instant};

use howler_model::{Partition, Reason, Region as Name};
use howler_simulator::{Account, Fault, Faults, Latency, Organization, Region, Rule, Simulation, Simulator};
use howler_sources::{Error, RegionStatus, Role, Session, Settings};
use simulated::{ACCOUNT, now, session, settings};

const MEMBER: &str = "222222222222";
const TRIP: Duration = Duration::from_millis(500);

/// The management account and a member of two regions, of which one is not enabled.
async fn started(faults: Faults) -> (Simulator, Session) {
    let mut member = Account::new(MEMBER, "member").region("us-east-1", Region::default());
    member.disabled_regions.push("af-south-1".to_owned());
    let management = Account::new(ACCOUNT, "management").region("us-east-1", Region::default());
    let simulation = Simulation::new(Organization::of(management).with(member), now()).faults(faults);
    let simulator = simulation.latency(Latency::constant(TRIP)).start().unwrap();
    let session = session(&simulator).await;
    (simulator, session)
}

fn role() -> Role {
    let arn = format!("arn:aws:iam::{MEMBER}:role/howler");
    Role { arn: arn.parse().unwrap(), external_id: None }
}

fn region(name: &str) -> Name {
    name.parse().unwrap()
}

#[tokio::test]
async fn identity_and_regions_are_asked_for_at_the_same_time() {
    let (_simulator, session) = started(vec![]).await;
    let began = Instant::now();
    let (account, regions) = session.enter_as_caller().await.unwrap();
    assert!(began.elapsed() < TRIP * 19 / 10, "one round trip, not two: {:?}", began.elapsed());
    assert_eq!(account.id().as_str(), ACCOUNT);
    assert_eq!(regions.unwrap()[&region("us-east-1")], RegionStatus::Always);

    let began = Instant::now();
    let (account, regions) = session.enter(&role()).await.unwrap();
    assert!(began.elapsed() < TRIP * 29 / 10, "the role and one round trip: {:?}", began.elapsed());
    assert_eq!(account.id().as_str(), MEMBER);
    assert_eq!(regions.unwrap()[&region("af-south-1")], RegionStatus::NotOptedIn);
}

#[tokio::test]
async fn regions_that_are_not_told_leave_the_account() {
    let denied = Rule::new(Fault::Deny { by_scp: true }).action("ec2:*");
    let (_simulator, session) = started(vec![denied]).await;
    let (account, regions) = session.enter(&role()).await.unwrap();
    assert_eq!((account.id().as_str(), regions.unwrap_err().reason), (MEMBER, Reason::DeniedByScp));
    assert_eq!(session.enter_as_caller().await.unwrap().1.unwrap_err().reason, Reason::DeniedByScp);
}

#[tokio::test]
async fn without_an_identity_there_is_no_account() {
    let denied = Rule::new(Fault::Deny { by_scp: false }).action("sts:GetCallerIdentity");
    let (_simulator, session) = started(vec![denied]).await;
    let unseen = session.enter(&role()).await.unwrap_err();
    assert_eq!((unseen.reason, unseen.action.as_str()), (Reason::Denied, "sts:GetCallerIdentity"));
    assert!(matches!(session.enter_as_caller().await.unwrap_err(), Error::Identity(_)));
}

#[tokio::test]
async fn a_partition_that_was_guessed_wrong_is_asked_again() {
    let (simulator, _) = started(vec![]).await;
    let elsewhere = Settings { region: region("cn-north-1"), ..settings(&simulator) };
    let (account, regions) = Session::start(&elsewhere).await.unwrap().enter_as_caller().await.unwrap();
    assert_eq!(account.partition(), Partition::Aws);
    assert!(regions.unwrap().contains_key(&region("us-east-1")));
}
