//! Tags of resources: the real SDK against a simulated Resource Groups Tagging API.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod simulated;

use howler_model::{CoverageStatus, Facts, Reason};
use howler_simulator::acm::Certificate;
use howler_simulator::{Account, Fault, Region, Rule, Value, ec2, elbv2};
use simulated::{ACCOUNT, Simulated, now};

const HERE: &str = "eu-west-1";

fn certificate(number: u32) -> Certificate {
    Certificate::pending(&format!("c-{number}"), "a.example.com", now())
        .tag("team", &format!("team-{number}"))
}

fn region(certificates: u32) -> Region {
    let mut region =
        Region { certificates: (0..certificates).map(certificate).collect(), ..Region::default() };
    region.resources.add(ec2::vpc("vpc-1", "10.0.0.0/16"));
    let vpc = Value::arn("ec2", "vpc/vpc-1");
    region.tag(elbv2::load_balancer_arn("web", "application"), "owner", "edge").tag(vpc, "owner", "network")
}

/// The value of a tag of the resource whose ARN ends so.
fn tag<'a>(facts: &'a Facts, ends: &str, key: &str) -> Option<&'a str> {
    let (_, tags) = facts.tags.iter().find(|(arn, _)| arn.ends_with(ends))?;
    tags.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn tags_of_every_page_are_known_by_arn_and_only_of_what_findings_are_about() {
    let simulated = Simulated::start([(HERE, region(230))], vec![]).await;
    let facts = simulated.gather(HERE, &["resource-tags"]).await;
    assert_eq!(facts.tags.len(), 231, "no tags of the network");
    assert_eq!(simulated.asked("tag:GetResources"), 3, "100 a page");
    let arn = format!("arn:aws:acm:{HERE}:{ACCOUNT}:certificate/c-229");
    assert_eq!(facts.tags[&arn], [("team".to_owned(), "team-229".to_owned())]);
    assert_eq!(tag(&facts, "loadbalancer/app/web/50dc6c495c0c9188", "owner"), Some("edge"));
    let [scope] = &facts.scopes[..] else { panic!("{:?}", facts.scopes) };
    assert_eq!((scope.status(), scope.answered, scope.facts), (CoverageStatus::Ok, 1, 231));
    assert_eq!(scope.scope.to_string(), format!("{ACCOUNT}/{HERE}/tagging"));
}

#[tokio::test]
async fn what_has_no_region_is_asked_for_in_the_home_region_once_an_account() {
    let mut account =
        Account::new(ACCOUNT, "test").region("us-east-1", region(1)).region(HERE, Region::default());
    account.iam = account.iam.tag(Value::arn("iam", "server-certificate/vpn"), "owner", "network");
    let simulated = Simulated::of(account, vec![]).await;
    let facts = simulated.gather(HERE, &["global-tags"]).await;
    assert_eq!(facts.tags.len(), 1, "{:?}", facts.tags);
    assert_eq!(tag(&facts, ":server-certificate/vpn", "owner"), Some("network"));
    assert_eq!(facts.scopes[0].scope.to_string(), format!("{ACCOUNT}/global/tagging"));
}

#[tokio::test]
async fn tags_that_may_not_be_read_are_a_gap_and_half_of_them_are_none() {
    let denied = Rule::new(Fault::Deny { by_scp: false }).action("tag:GetResources");
    let simulated = Simulated::start([(HERE, region(2))], vec![denied]).await;
    let facts = simulated.gather(HERE, &["resource-tags"]).await;
    assert!(facts.tags.is_empty());
    let gap = &facts.scopes[0].gaps[0].unseen;
    assert_eq!((gap.reason, gap.action.as_str()), (Reason::Denied, "tag:GetResources"));
    assert_eq!(facts.scopes[0].status(), CoverageStatus::Denied);

    let looped = Rule::new(Fault::RepeatToken).action("tag:GetResources");
    let simulated = Simulated::start([(HERE, region(230))], vec![looped]).await;
    let facts = simulated.gather(HERE, &["resource-tags"]).await;
    assert_eq!(facts.scopes[0].gaps[0].unseen.reason, Reason::PagingLoop);
    assert!(facts.tags.is_empty());
}
