//! A role through which other roles are taken: signed by it, renewed behind it, and never waiting for itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod simulated;

use std::time::Duration;

use futures::future::join_all;
use howler_model::Reason;
use howler_simulator::{Account, Fault, Faults, Organization, Region, Request, Rule, Simulator};
use howler_sources::{Role, Session, Settings};
use simulated::{ACCOUNT, gather, now, settings};

const WORKER: &str = "222222222222";
const HERE: &str = "eu-west-1";
const MEMBERS: u64 = 100;

fn member(number: u64) -> String {
    (333_333_333_333 + number).to_string()
}

fn role(account: &str) -> Role {
    let arn = format!("arn:aws:iam::{account}:role/howler");
    Role { arn: arn.parse().unwrap(), external_id: None }
}

async fn started(faults: Faults) -> (Simulator, Session) {
    let account = |id: &str| Account::new(id, id).region(HERE, Region::default());
    let organization = Organization::of(account(ACCOUNT)).with(account(WORKER));
    let organization = (0..MEMBERS).fold(organization, |all, number| all.with(account(&member(number))));
    let simulator = Simulator::start(organization, faults, now()).unwrap();
    let settings = Settings { places: 200, ..settings(&simulator) };
    let session = Session::start(&settings).await.unwrap();
    (simulator, session)
}

/// Who took a role, one after the other.
fn takers(simulator: &Simulator) -> Vec<String> {
    let taken = |request: &Request| request.action == "sts:AssumeRole";
    simulator.requests().into_iter().filter(taken).map(|request| request.account).collect()
}

#[tokio::test]
async fn roles_behind_a_role_are_taken_by_it() {
    let (simulator, session) = started(vec![]).await;
    let worker = session.through(&role(WORKER)).await.unwrap();
    assert_eq!(worker.caller().await.unwrap().id().as_str(), WORKER);
    let account = worker.assume(&role(&member(0))).await.unwrap();
    assert_eq!(account.id().as_str(), member(0));
    assert_eq!(takers(&simulator), [ACCOUNT, WORKER]);
}

#[tokio::test]
async fn more_accounts_than_roles_at_once_survive_the_end_of_the_role_before() {
    let by_worker = || Rule::new(Fault::ExpiredToken).account(WORKER).action("sts:AssumeRole");
    let of_members = Rule::new(Fault::ExpiredToken).account("3*").action("acm:*").first(MEMBERS);
    let (simulator, session) = started(vec![by_worker().first(MEMBERS), of_members]).await;
    let worker = session.through(&role(WORKER)).await.unwrap();
    let scan = join_all((0..MEMBERS).map(|number| {
        let worker = &worker;
        async move {
            let account = worker.assume(&role(&member(number))).await.unwrap();
            gather(&account, HERE, &["acm-certificates"]).await
        }
    }));
    let facts = tokio::time::timeout(Duration::from_secs(60), scan).await.unwrap();
    assert!(facts.iter().flat_map(|facts| &facts.scopes).all(|scope| scope.gaps.is_empty()));
    let renewed = takers(&simulator).iter().filter(|taker| *taker == ACCOUNT).count();
    assert!((2..20).contains(&renewed), "once for all that saw the same end, not {renewed} times");
}

#[tokio::test]
async fn a_first_role_that_is_not_there_is_told_by_its_name() {
    let (_simulator, session) = started(vec![]).await;
    let nowhere =
        Role { arn: format!("arn:aws:iam::{WORKER}:role/other").parse().unwrap(), external_id: None };
    let unseen = session.through(&nowhere).await.unwrap_err();
    assert_eq!((unseen.reason, unseen.action.as_str()), (Reason::Denied, "sts:AssumeRole"));
    assert!(unseen.message.contains("role/other"), "{}", unseen.message);
}
