//! What makes a simulation behave like AWS under load, and what it counts.

use std::time::{Duration, Instant};

use crate::client::{ACCOUNT, Caller, now};
use howler_simulator::{Account, Counters, Latency, Organization, Region, Simulation, Simulator, estate};

fn simulation() -> Simulation {
    let mut region = Region::default();
    region.resources.extend(estate::volumes(12, "gp3", 1));
    let account = Account::new(ACCOUNT, "test").region("eu-west-1", region);
    Simulation::new(Organization::of(account), now())
}

/// The status and the words of the first refusal among that many calls.
async fn refusal(limited: &Simulator, signing: &str, action: &str, calls: u32) -> (u16, String) {
    let caller = Caller::new(limited);
    for _ in 0..calls {
        let answer = match signing {
            "ec2" | "elasticloadbalancing" => caller.query(signing, &format!("Action={action}")).await,
            _ => caller.json(signing, action, "{}").await,
        };
        if answer.status != 200 {
            let code = answer.element("Code");
            return (
                answer.status,
                code.unwrap_or_else(|| answer.json()["__type"].as_str().unwrap().to_owned()),
            );
        }
    }
    panic!("{calls} calls of {action} were answered");
}

#[tokio::test]
async fn whoever_asks_too_fast_is_told_so_in_the_words_of_each_service() {
    let limited = simulation().limited().start().unwrap();
    let refused =
        async |signing, action, calls| -> (u16, String) { refusal(&limited, signing, action, calls).await };
    let words = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(refused("ec2", "DescribeVpcs", 400).await, words(503, "RequestLimitExceeded"));
    assert_eq!(refused("elasticloadbalancing", "DescribeLoadBalancers", 200).await, words(400, "Throttling"));
    assert_eq!(refused("acm", "ListCertificates", 5).await, words(400, "ThrottlingException"));
    assert_eq!(refused("servicequotas", "ListServices", 50).await, words(400, "TooManyRequestsException"));
    let counters = limited.counters();
    assert_eq!(counters.throttled, 4);
    assert!(counters.actions["ec2:DescribeVpcs"].calls > 100);
}

#[tokio::test]
async fn nobody_is_told_to_slow_down_unless_that_is_asked_for() {
    let simulator = simulation().start().unwrap();
    let caller = Caller::new(&simulator);
    for _ in 0..30 {
        assert_eq!(caller.json("acm", "ListCertificates", "{}").await.status, 200);
    }
    let counters = simulator.counters();
    assert_eq!((counters.calls, counters.needed, counters.throttled), (30, 1, 0));
    assert_eq!(simulator.requests().len(), 30);
}

#[tokio::test]
async fn counters_are_answered_over_http_and_without_a_log() {
    let simulator = simulation().unlogged().start().unwrap();
    let caller = Caller::new(&simulator);
    let first = caller.query("ec2", "Action=DescribeVolumes&MaxResults=5").await;
    let token = first.element("nextToken").unwrap();
    for _ in 0..2 {
        caller.query("ec2", &format!("Action=DescribeVolumes&MaxResults=5&NextToken={token}")).await;
    }
    let answer = caller.send("/_simulator/counters", "", b"").await.unwrap();
    let counters: Counters = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(counters, simulator.counters());
    let volumes = counters.actions["ec2:DescribeVolumes"];
    assert_eq!((counters.calls, counters.needed, volumes.pages), (3, 2, 2));
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn answers_take_the_time_that_they_are_told_to() {
    let time = Duration::from_millis(60);
    let simulator = simulation().latency(Latency::constant(time)).start().unwrap();
    let began = Instant::now();
    Caller::new(&simulator).query("ec2", "Action=DescribeVolumes").await;
    assert!(began.elapsed() >= time);
    let floor = simulator.floor(1, 1, Duration::ZERO);
    assert_eq!(floor.highest().1, time);
}
