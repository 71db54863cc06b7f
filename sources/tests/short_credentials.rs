//! Credentials that live for seconds in a scan that takes longer: no gap, and no more roles taken than they end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod simulated;

use std::ops::Range;
use std::time::{Duration, Instant};

use futures::future::join_all;
use howler_simulator::{Account, Latency, Organization, Outcome, Region, Simulation, Simulator, estate};
use howler_sources::{Role, Session};
use simulated::{ACCOUNT, gather_all, now, session};

const ACCOUNTS: u64 = 3;
const ROUNDS: usize = 2;
const LIFETIME: Duration = Duration::from_secs(2);
const HERE: &str = "eu-west-1";

fn id(number: u64) -> String {
    (222_222_222_222 + number).to_string()
}

fn role(account: &str) -> Role {
    let arn = format!("arn:aws:iam::{account}:role/howler");
    Role { arn: arn.parse().unwrap(), external_id: None }
}

async fn started() -> (Simulator, Session) {
    let account = |id: &str| {
        let region = estate::small_region(now());
        Account::new(id, id).region("us-east-1", Region::default()).region(HERE, region)
    };
    let organization =
        (0..ACCOUNTS).fold(Organization::of(account(ACCOUNT)), |all, number| all.with(account(&id(number))));
    let simulation =
        Simulation::new(organization, now()).latency(Latency::constant(Duration::from_millis(250)));
    let simulator = simulation.session_lifetime(LIFETIME).start().unwrap();
    let session = session(&simulator).await;
    (simulator, session)
}

/// Looks through an account again and again; the gaps that it has.
async fn gaps(session: &Session, account: &str) -> usize {
    let account = session.assume(&role(account)).await.unwrap();
    let mut gaps = 0;
    for _ in 0..ROUNDS {
        gaps += gather_all(&account, HERE).await.scopes.iter().map(|scope| scope.gaps.len()).sum::<usize>();
    }
    gaps
}

/// How many roles were taken, and how many requests came with credentials that were over.
fn counted(simulator: &Simulator) -> (usize, usize) {
    let requests = simulator.requests();
    let taken = requests.iter().filter(|request| request.action == "sts:AssumeRole").count();
    let is_late = |outcome: Outcome| matches!(outcome, Outcome::Refused(code) if code.contains("Expired"));
    (taken, requests.iter().filter(|request| is_late(request.outcome)).count())
}

/// The most lives that credentials can have in a scan: each is renewed at three quarters.
fn lives(scan: Duration) -> usize {
    (scan.as_secs_f64() / (LIFETIME.as_secs_f64() * 0.75)).ceil() as usize
}

/// Scans accounts by a session, and holds the roles taken against the time that it took.
async fn assert_no_gap(simulator: &Simulator, session: &Session, accounts: Range<u64>) {
    let began = Instant::now();
    let gaps = join_all(accounts.map(|number| async move { gaps(session, &id(number)).await })).await;
    assert_eq!(gaps.iter().sum::<usize>(), 0);
    let scan = began.elapsed();
    assert!(scan > LIFETIME * 2, "the credentials ended in the middle: {scan:?}");
    let (taken, late) = counted(simulator);
    let (least, most) = (2 * ACCOUNTS as usize, ACCOUNTS as usize * (lives(scan) + 1));
    assert!((least..=most).contains(&taken), "{taken} roles taken in {scan:?}, not {least} to {most}");
    assert_eq!(late, 0, "all were renewed before their end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scan_outlives_its_credentials_many_times() {
    let (simulator, session) = started().await;
    assert_no_gap(&simulator, &session, 0..ACCOUNTS).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scan_outlives_those_of_the_role_that_takes_the_others_too() {
    let (simulator, session) = started().await;
    let worker = session.through(&role(&id(0))).await.unwrap();
    assert_no_gap(&simulator, &worker, 1..ACCOUNTS).await;
}
