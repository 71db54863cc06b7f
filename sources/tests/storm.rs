//! Where three calls in ten fail, in every way that passes, the facts are those of a calm day.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod simulated;

use futures::future::join_all;
use howler_model::Facts;
use howler_simulator::{Account, Faults, Organization, Region, Simulator, estate, storm};
use howler_sources::Role;
use simulated::{ACCOUNT, gather_all, now, session};

const MEMBER: &str = "222222222222";
const HERE: &str = "eu-west-1";

async fn scanned(faults: Faults) -> Facts {
    let account = |id: &str| {
        let region = estate::small_region(now());
        Account::new(id, id).region("us-east-1", Region::default()).region(HERE, region)
    };
    let organization = Organization::of(account(ACCOUNT)).with(account(MEMBER));
    let simulator = Simulator::start(organization, faults, now()).unwrap();
    let arn = format!("arn:aws:iam::{MEMBER}:role/howler").parse().unwrap();
    let (account, regions) = session(&simulator).await.enter(&Role { arn, external_id: None }).await.unwrap();
    assert!(regions.is_ok(), "{regions:?}");
    gather_all(&account, HERE).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_changes_no_fact() {
    let calm = scanned(vec![]).await;
    assert!(calm.scopes.iter().all(|scope| scope.gaps.is_empty()), "{:?}", calm.scopes);
    let stormy = join_all((1..=5).map(|seed| scanned(storm(0.3, seed)))).await;
    for (number, facts) in stormy.iter().enumerate() {
        let gaps: Vec<_> = facts.scopes.iter().flat_map(|scope| &scope.gaps).collect();
        assert!(gaps.is_empty(), "seed {}: {gaps:?}", number + 1);
        assert_eq!(*facts, calm, "seed {}", number + 1);
    }
}
