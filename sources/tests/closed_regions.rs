//! A region that a service control policy closes: few calls find it out, and every gap of it says so.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod simulated;

use howler_model::{CoverageStatus, Reason};
use howler_simulator::{Fault, Region, Rule};
use simulated::Simulated;

const SOURCES: [&str; 5] =
    ["acm-certificates", "elb-quotas", "autoscaling-quotas", "vpc-quotas", "ebs-quotas"];

#[tokio::test]
async fn a_closed_region_is_asked_of_three_services_and_left_alone() {
    let closed = Rule::new(Fault::Deny { by_scp: true }).region("eu-west-1");
    let regions = ["eu-west-1", "us-west-2"].map(|name| (name, Region::default()));
    let simulated = Simulated::start(regions, vec![closed]).await;
    let facts = simulated.gather("eu-west-1", &SOURCES).await;
    assert_eq!(simulated.asked("acm:ListCertificates"), 1);
    assert_eq!(simulated.asked("ec2:DescribeVpcs"), 0, "three other services had been denied by then");
    for scope in &facts.scopes {
        assert_eq!(scope.status(), CoverageStatus::Denied, "{scope:?}");
        assert!(
            scope
                .gaps
                .iter()
                .all(|gap| gap.unseen.reason == Reason::DeniedByScp && gap.unseen.code.is_some())
        );
    }
    let not_asked = |gap: &&howler_model::Gap| gap.unseen.attempts == 0;
    let gaps = facts.scopes.iter().flat_map(|scope| &scope.gaps).filter(not_asked);
    let words: Vec<&str> = gaps.map(|gap| gap.unseen.message.as_str()).collect();
    assert!(!words.is_empty() && words.iter().all(|words| words.starts_with("not asked, as ")), "{words:?}");

    let open = simulated.gather("us-west-2", &SOURCES).await;
    assert!(open.scopes.iter().all(|scope| scope.gaps.is_empty()), "the other region is complete");
}
