//! Every source, asked about every region of the demo: services that hold nothing there are no gaps, and what the
//! demo keeps beyond ACM and IAM is found.

use howler_model::{Facts, Reason, Validity};
use howler_simulator::{Simulator, demo};
use howler_sources::Role;

use crate::simulated::{ACCOUNT, gather_all, now, session};

const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-southeast-2"];

/// All facts of an account of the demo.
async fn facts(simulator: &Simulator, account: &str) -> Facts {
    let session = session(simulator).await;
    let account = match account {
        ACCOUNT => session.caller().await.unwrap(),
        member => {
            let arn = format!("arn:aws:iam::{member}:role/howler").parse().unwrap();
            session.enter(&Role { arn, external_id: None }).await.unwrap().0
        }
    };
    let mut facts = Facts::default();
    for region in REGIONS {
        facts.extend(gather_all(&account, region).await);
    }
    facts
}

/// The days until the only certificate of a kind ends.
#[track_caller]
fn days(facts: &Facts, kind: &str, name: &str) -> i64 {
    let is_it = |it: &&howler_model::Certificate| it.resource.kind == kind && it.resource.name == name;
    let mut ends: Vec<_> = facts.certificates.iter().filter(is_it).map(|it| it.validity.clone()).collect();
    ends.dedup();
    let [Validity::Until { not_after, .. }] = ends[..] else { panic!("{kind} {name}: {ends:?}") };
    (not_after - now()).num_days()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_in_the_demo_is_a_gap_but_what_is_denied() {
    let (organization, faults) = demo(now());
    let simulator = Simulator::start(organization, faults, now()).unwrap();
    for account in [ACCOUNT, "222222222222", "333333333333"] {
        let facts = facts(&simulator, account).await;
        let gaps =
            facts.scopes.iter().flat_map(|scope| scope.gaps.iter().map(move |gap| (&scope.scope, gap)));
        for (scope, gap) in gaps {
            let denied = gap.unseen.reason == Reason::Denied && gap.unseen.action.starts_with("acm:");
            assert!(denied && account == "333333333333", "{scope}: {gap:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_demo_keeps_beyond_acm_and_iam_is_found() {
    let (organization, faults) = demo(now());
    let simulator = Simulator::start(organization, faults, now()).unwrap();
    let platform = facts(&simulator, ACCOUNT).await;
    assert_eq!(days(&platform, "private-authority", "Example Issuing Authority"), 150);
    assert_eq!(days(&platform, "saml-provider", "partner-login"), 20);
    let trusted = platform.certificates.iter().filter(|it| it.resource.kind == "elb-trust-store");
    assert_eq!(trusted.count(), 2);
    let distribution = platform.bindings.iter().find(|it| it.user.kind == "cloudfront-distribution").unwrap();
    assert_eq!(distribution.names, ["status.platform.example.com", "www.platform.example.com"]);
    let bound = platform.certificates.iter().find(|it| it.resource.id == distribution.certificate).unwrap();
    assert_eq!(bound.names, ["status.platform.example.com"]);

    let payments = facts(&simulator, "222222222222").await;
    assert_eq!(days(&payments, "rds-server-certificate", "orders"), 20);
    assert_eq!(days(&payments, "rds-authority", "rds-ca-rsa2048-g1"), 200);

    let data = facts(&simulator, "333333333333").await;
    assert!(data.bindings.iter().any(|it| it.certificate == "Invalid-Certificate"), "{:?}", data.bindings);
}
