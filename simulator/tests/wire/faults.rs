//! Faults strike where they are told to, in the shape of each service.

use std::io::ErrorKind;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::client::{Answer, Caller, start};
use howler_simulator::{Fault, Outcome, Region, Rule, estate, storm};

fn region() -> Region {
    let mut region = Region::default();
    region.resources.extend(estate::volumes(12, "gp3", 1));
    region
}

fn error(answer: &Answer) -> (u16, String) {
    let code = answer.element("Code").unwrap_or_else(|| answer.json()["__type"].as_str().unwrap().to_owned());
    (answer.status, code)
}

/// Whether a request fails, or is not even answered, in a storm.
async fn fails(caller: Caller, form: String) -> (bool, bool) {
    let head = caller.signed("ec2");
    let asked = tokio::time::timeout(Duration::from_secs(5), caller.send("/", &head, form.as_bytes()));
    match asked.await {
        Err(_) => (true, true),
        Ok(Ok(answer)) => (answer.status != 200 || !answer.text().ends_with("Response>"), false),
        Ok(Err(_)) => (true, false),
    }
}

#[tokio::test]
async fn a_storm_strikes_its_share_of_what_is_asked_again_too() {
    let simulator = start(region(), storm(0.3, 42));
    let mut ends = Vec::new();
    // A few at a time: every one has a connection of its own.
    for few in 0..4 {
        let mut asked = JoinSet::new();
        for number in few * 100..(few + 1) * 100 {
            let form = format!("Action=DescribeVolumes&MaxResults={}", 5 + number / 2);
            asked.spawn(fails(Caller::new(&simulator), form));
        }
        ends.extend(asked.join_all().await);
    }
    let failed = ends.iter().filter(|(failed, _)| *failed).count();
    let hung = ends.iter().filter(|(_, hung)| *hung).count();
    assert!((90..=150).contains(&failed), "{failed} of 400 failed");
    assert!((1..=15).contains(&hung), "{hung} of 400 hung");
}

/// What EC2, IAM and ACM answer under one fault.
async fn struck(fault: Fault) -> [(u16, String); 3] {
    let simulator = start(region(), vec![Rule::new(fault)]);
    let caller = Caller::new(&simulator);
    [
        error(&caller.query("ec2", "Action=DescribeVolumes").await),
        error(&caller.query("iam", "Action=GetAccountSummary").await),
        error(&caller.json("acm", "ListCertificates", "{}").await),
    ]
}

#[tokio::test]
async fn each_service_has_its_own_words() {
    let owned = |expected: [(u16, &str); 3]| expected.map(|(status, code)| (status, code.to_owned()));
    let denied = struck(Fault::Deny { by_scp: true }).await;
    assert_eq!(
        denied,
        owned([(403, "UnauthorizedOperation"), (403, "AccessDenied"), (400, "AccessDeniedException")])
    );
    let throttled = struck(Fault::Throttle).await;
    assert_eq!(
        throttled,
        owned([(503, "RequestLimitExceeded"), (400, "Throttling"), (400, "ThrottlingException")])
    );
    let failed = struck(Fault::Fail(500)).await;
    assert_eq!(failed, owned([(500, "InternalError"), (500, "InternalFailure"), (500, "InternalFailure")]));
    let expired = struck(Fault::ExpiredToken).await;
    assert_eq!(
        expired,
        owned([(400, "RequestExpired"), (403, "ExpiredToken"), (400, "ExpiredTokenException")])
    );
    let closed = struck(Fault::NotOptedIn).await;
    assert_eq!(
        closed,
        owned([(401, "AuthFailure"), (403, "InvalidClientTokenId"), (400, "UnrecognizedClientException")])
    );
}

#[tokio::test]
async fn a_denial_names_the_policy_kind_and_only_its_scope() {
    let rule = Rule::new(Fault::Deny { by_scp: true }).region("eu-*").action("ec2:DescribeVol*");
    let simulator = start(region(), vec![rule]);
    let caller = Caller::new(&simulator);
    let denied = caller.query("ec2", "Action=DescribeVolumes").await;
    assert!(
        denied.element("Message").unwrap().ends_with("with an explicit deny in a service control policy")
    );
    assert_eq!(caller.query("ec2", "Action=DescribeVpcs").await.status, 200);
}

#[tokio::test]
async fn the_first_requests_fail_and_then_no_more() {
    let simulator = start(region(), vec![Rule::new(Fault::Throttle).action("ec2:*").first(2)]);
    let caller = Caller::new(&simulator);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(caller.query("ec2", "Action=DescribeVolumes").await.status);
    }
    assert_eq!(statuses, [503, 503, 200, 200]);
}

#[tokio::test]
async fn cut_hung_and_reset_answers_are_logged_as_such() {
    let cut = Rule::new(Fault::TruncatedBody).action("ec2:DescribeVolumes");
    let hung = Rule::new(Fault::Hang).action("ec2:DescribeVpcs");
    let reset = Rule::new(Fault::Reset).action("ec2:DescribeSubnets");
    let simulator = start(region(), vec![cut, hung, reset]);
    let caller = Caller::new(&simulator);
    let send = async |form: &'static str| caller.send("/", &caller.signed("ec2"), form.as_bytes()).await;
    let cut = send("Action=DescribeVolumes").await.unwrap_err();
    assert_eq!(cut.kind(), ErrorKind::UnexpectedEof);
    let hung = tokio::time::timeout(Duration::from_millis(200), send("Action=DescribeVpcs")).await;
    assert!(hung.is_err());
    let reset = send("Action=DescribeSubnets").await.unwrap_err();
    assert_eq!(reset.kind(), ErrorKind::ConnectionReset);
    let outcomes: Vec<Outcome> = simulator.requests().into_iter().map(|request| request.outcome).collect();
    assert_eq!(outcomes, [Outcome::Broken, Outcome::Hung, Outcome::Broken]);
}

/// The tokens of the first pages of a listing of twelve, five a page.
async fn tokens(fault: Fault) -> Vec<String> {
    let simulator = start(region(), vec![Rule::new(fault)]);
    let caller = Caller::new(&simulator);
    let (mut tokens, mut token) = (Vec::new(), String::new());
    for _ in 0..5 {
        let answer = caller.query("ec2", &format!("Action=DescribeVolumes&MaxResults=5{token}")).await;
        let Some(next) = answer.element("nextToken") else { break };
        token = format!("&NextToken={next}");
        tokens.push(next);
    }
    tokens
}

#[tokio::test]
async fn paging_faults_lead_in_circles() {
    let repeated = tokens(Fault::RepeatToken).await;
    assert_eq!(repeated.len(), 5);
    assert!(repeated.iter().all(|token| *token == repeated[0]));
    let looped = tokens(Fault::LoopTokens).await;
    assert_eq!(looped.len(), 5);
    assert!(looped[0] != looped[1] && looped[0] == looped[2] && looped[1] == looped[3]);
}

#[tokio::test]
async fn a_share_strikes_the_same_requests_in_any_order() {
    let run = async |order: Vec<u32>| {
        let simulator = start(region(), vec![Rule::new(Fault::Fail(503)).share(0.5, 42)]);
        let caller = Caller::new(&simulator);
        let mut struck = Vec::new();
        for number in order {
            let head = format!("{}amz-sdk-request: attempt={number}; max=99\r\n", caller.signed("ec2"));
            if caller.send("/", &head, b"Action=DescribeVpcs").await.unwrap().status == 503 {
                struck.push(number);
            }
        }
        struck.sort_unstable();
        struck
    };
    let forwards = run((1..=40).collect()).await;
    assert_eq!(run((1..=40).rev().collect()).await, forwards);
    assert!((8..=32).contains(&forwards.len()), "{forwards:?}");
}
