//! Credentials that end in the middle of a scan: they are renewed, and nothing waits for itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod simulated;

use std::time::Duration;

use howler_model::{Facts, Reason};
use howler_simulator::{Account, Fault, Organization, Region, Rule, Simulator};
use howler_sources::{Role, Session, Settings};
use simulated::{ACCOUNT, gather, now, settings};

const MEMBER: &str = "222222222222";
const HERE: &str = "eu-west-1";
const LISTING: &str = "acm:ListCertificates";

fn started(fault: Rule) -> Simulator {
    let account = |id, name| Account::new(id, name).region(HERE, Region::default());
    let organization = Organization::of(account(ACCOUNT, "management")).with(account(MEMBER, "member"));
    Simulator::start(organization, vec![fault], now()).unwrap()
}

fn role() -> Role {
    let arn = format!("arn:aws:iam::{MEMBER}:role/howler");
    Role { arn: arn.parse().unwrap(), external_id: None }
}

fn asked(simulator: &Simulator, action: &str) -> usize {
    simulator.requests().iter().filter(|request| request.action == action).count()
}

/// The certificates of the member, asked for with a role, or those of the caller.
async fn certificates(settings: &Settings, by_role: bool) -> Facts {
    let scan = async {
        let session = Session::start(settings).await.unwrap();
        let account = match by_role {
            true => session.assume(&role()).await.unwrap(),
            false => session.caller().await.unwrap(),
        };
        gather(&account, HERE, &["acm-certificates"]).await
    };
    tokio::time::timeout(Duration::from_secs(30), scan).await.unwrap()
}

#[tokio::test]
async fn a_renewal_needs_no_permit_that_a_waiting_call_holds() {
    let simulator = started(Rule::new(Fault::ExpiredToken).action(LISTING).first(1));
    let one_at_a_time = Settings { concurrency: 1, places: 2, ..settings(&simulator) };
    let facts = certificates(&one_at_a_time, true).await;
    assert!(facts.scopes.iter().all(|scope| scope.gaps.is_empty()), "{facts:?}");
    let taken = asked(&simulator, "sts:AssumeRole");
    assert_eq!(taken, 2, "at the beginning, and when AWS called the credentials expired");
}

#[tokio::test]
async fn credentials_may_expire_again_and_again() {
    for (by_role, taken) in [(true, 6), (false, 0)] {
        let simulator = started(Rule::new(Fault::ExpiredToken).action(LISTING).first(5));
        let facts = certificates(&settings(&simulator), by_role).await;
        assert!(facts.scopes.iter().all(|scope| scope.gaps.is_empty()), "{facts:?}");
        assert_eq!((asked(&simulator, LISTING), asked(&simulator, "sts:AssumeRole")), (6, taken));
    }
}

#[tokio::test]
async fn credentials_that_always_expire_are_a_gap() {
    let simulator = started(Rule::new(Fault::ExpiredToken).action(LISTING));
    let facts = certificates(&settings(&simulator), true).await;
    let unseen = &facts.scopes[0].gaps[0].unseen;
    assert_eq!((unseen.reason, unseen.action.as_str(), unseen.attempts), (Reason::Credentials, LISTING, 8));
    assert_eq!(unseen.code.as_deref(), Some("ExpiredTokenException"));
}

#[tokio::test]
async fn a_silent_connection_holds_up_for_seconds_and_not_for_the_whole_deadline() {
    let simulator = started(Rule::new(Fault::Hang).action(LISTING).first(1));
    let began = std::time::Instant::now();
    let facts = certificates(&settings(&simulator), true).await;
    assert!(facts.scopes.iter().all(|scope| scope.gaps.is_empty()), "{facts:?}");
    assert!(began.elapsed() < Duration::from_secs(12), "{:?}", began.elapsed());
}
