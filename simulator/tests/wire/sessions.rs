//! Sessions of assumed roles end when they are told to, by the machine's clock and in the words of each service.

use std::time::{Duration, SystemTime};

use crate::client::{ACCOUNT, Answer, Caller, now};
use chrono::{DateTime, Utc};
use howler_simulator::{Account, Organization, Region, Simulation, Simulator};

fn simulator(lifetime: Option<Duration>) -> Simulator {
    let account = Account::new(ACCOUNT, "test").region("eu-west-1", Region::default());
    let simulation = Simulation::new(Organization::of(account), now());
    match lifetime {
        Some(lifetime) => simulation.session_lifetime(lifetime).start().unwrap(),
        None => simulation.start().unwrap(),
    }
}

/// A session of the role, and when it ends.
async fn session(simulator: &Simulator) -> (Caller, DateTime<Utc>) {
    let caller = Caller::new(simulator);
    let role = format!("Action=AssumeRole&RoleArn=arn:aws:iam::{ACCOUNT}:role/howler&RoleSessionName=scan");
    let answer = caller.query("sts", &role).await;
    let (key, token) = (answer.element("AccessKeyId").unwrap(), answer.element("SessionToken"));
    let end = answer.element("Expiration").unwrap().parse().unwrap();
    (Caller { key, token, ..caller }, end)
}

/// How much longer a session lives by the clock of this machine.
#[allow(clippy::disallowed_methods, reason = "sessions end by the clock of this machine")]
fn left(end: DateTime<Utc>) -> Duration {
    let now: DateTime<Utc> = SystemTime::now().into();
    (end - now).to_std().unwrap_or_default()
}

fn code(answer: &Answer) -> (u16, String) {
    let code = answer.element("Code").unwrap_or_else(|| answer.json()["__type"].as_str().unwrap().to_owned());
    (answer.status, code)
}

#[tokio::test]
async fn a_session_works_until_its_end_and_is_refused_afterwards() {
    let simulator = simulator(Some(Duration::from_millis(1_500)));
    let (session, end) = session(&simulator).await;
    assert!(left(end) <= Duration::from_millis(1_500), "{end}");
    let identity = session.query("sts", "Action=GetCallerIdentity").await;
    let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/howler/scan");
    assert_eq!(identity.element("Arn"), Some(arn));
    tokio::time::sleep(left(end) + Duration::from_millis(10)).await;
    let refused = [
        code(&session.query("ec2", "Action=DescribeVpcs").await),
        code(&session.query("sts", "Action=GetCallerIdentity").await),
        code(&session.json("acm", "ListCertificates", "{}").await),
    ];
    let expected = [(400, "RequestExpired"), (403, "ExpiredToken"), (400, "ExpiredTokenException")];
    assert_eq!(refused, expected.map(|(status, code)| (status, code.to_owned())));
    let counters = simulator.counters();
    assert_eq!((counters.calls, counters.needed), (5, 2), "what was refused for its session is not needed");
}

#[tokio::test]
async fn a_new_session_outlives_the_old_one_and_a_user_has_none() {
    let simulator = simulator(Some(Duration::from_millis(1_000)));
    let (old, end) = session(&simulator).await;
    tokio::time::sleep(left(end) + Duration::from_millis(10)).await;
    let (new, _) = session(&simulator).await;
    assert_eq!(old.query("ec2", "Action=DescribeVpcs").await.status, 400);
    assert_eq!(new.query("ec2", "Action=DescribeVpcs").await.status, 200);
    assert_eq!(Caller::new(&simulator).query("ec2", "Action=DescribeVpcs").await.status, 200);
}

#[tokio::test]
async fn without_a_lifetime_sessions_last() {
    let (session, end) = session(&simulator(None)).await;
    assert!(left(end) > Duration::from_secs(365 * 86_400));
    assert_eq!(session.token.as_deref(), Some("howler/scan"));
}
