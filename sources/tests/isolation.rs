//! One account that is throttled to death takes nothing from another: no time, no retries, no permits.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod simulated;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use howler_model::{CoverageStatus, Facts, Reason, ScopeCoverage};
use howler_simulator::{
    Account, Fault, Faults, Latency, Organization, Region, Rule, Simulation, Simulator, estate,
};
use howler_sources::{Role, SOURCES, Session, Settings};
use simulated::{ACCOUNT, gather_all, now, settings};

const THROTTLED: &str = "222222222222";
const CALM: &str = "333333333333";
const HERE: &str = "eu-west-1";
/// So long that whoever waited for the throttled account would stand out on the busiest machine.
const THROTTLED_FOR: Duration = Duration::from_secs(12);

/// All that a scan asks, but for who it is: without that there would be one gap only.
fn throttled_to_death() -> Faults {
    let actions = SOURCES.iter().flat_map(|source| (source.actions)());
    let services: BTreeSet<&str> = actions.filter_map(|action| action.split(':').next()).collect();
    let throttled =
        |service: &str| Rule::new(Fault::Throttle).account(THROTTLED).action(format!("{service}:*"));
    services.into_iter().map(throttled).collect()
}

/// Two members of the same size, one of which is throttled.
async fn started() -> (Simulator, Session) {
    let account = |id: &str| {
        let region = estate::small_region(now());
        Account::new(id, id).region("us-east-1", Region::default()).region(HERE, region)
    };
    let organization = Organization::of(account(ACCOUNT)).with(account(THROTTLED)).with(account(CALM));
    let simulation = Simulation::new(organization, now()).faults(throttled_to_death());
    let simulator = simulation.latency(Latency::constant(Duration::from_millis(150))).start().unwrap();
    let settings = Settings { throttled_for: THROTTLED_FOR, ..settings(&simulator) };
    let session = Session::start(&settings).await.unwrap();
    (simulator, session)
}

/// What a scan of a member finds, and how long it took.
async fn scan(session: Session, id: &str) -> (Facts, Duration) {
    let role = Role { arn: format!("arn:aws:iam::{id}:role/howler").parse().unwrap(), external_id: None };
    let began = Instant::now();
    let facts = gather_all(&session.assume(&role).await.unwrap(), HERE).await;
    (facts, began.elapsed())
}

fn is_complete(facts: &Facts) -> bool {
    facts.scopes.iter().all(|scope| scope.gaps.is_empty())
}

fn assert_throttled(scope: &ScopeCoverage) {
    assert_eq!(scope.status(), CoverageStatus::Throttled, "{scope:?}");
    let (account, region) = (scope.scope.account(), scope.scope.region());
    assert_eq!(account.map(|id| id.as_str()), Some(THROTTLED));
    assert!(region.is_some_and(|region| region.as_str() == HERE || *region == howler_model::Region::GLOBAL));
    for gap in &scope.gaps {
        let unseen = &gap.unseen;
        assert_eq!((gap.scope.clone(), unseen.reason), (scope.scope.clone(), Reason::Throttled), "{gap:?}");
        assert!(unseen.code.as_deref().is_some_and(|code| !code.is_empty()), "{gap:?}");
        assert!(unseen.action.contains(':'), "{gap:?}");
    }
    // Calls that share a bucket wait for each other, and the time may be up before some are tried again.
    assert!(scope.gaps.iter().any(|gap| gap.unseen.attempts > 1), "{scope:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_is_throttled_for_ever_takes_nothing_from_another() {
    let (_simulator, session) = started().await;
    let (facts, alone) = scan(session, CALM).await;
    assert!(is_complete(&facts), "{:?}", facts.scopes);

    let (_simulator, session) = started().await;
    let stormy = tokio::spawn(scan(session.clone(), THROTTLED));
    // The other one is well under way, and refused, when the calm one begins.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (facts, beside) = scan(session, CALM).await;
    assert!(!stormy.is_finished(), "they ran at the same time");
    assert!(is_complete(&facts), "{:?}", facts.scopes);
    assert!(beside <= alone * 3 / 2 + THROTTLED_FOR / 3, "{beside:?} beside it, {alone:?} alone");

    let (lost, _) = stormy.await.unwrap();
    assert_eq!(lost.scopes.len(), facts.scopes.len(), "every scope is accounted for");
    lost.scopes.iter().for_each(assert_throttled);
}
