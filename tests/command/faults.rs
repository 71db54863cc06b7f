//! When AWS does not answer: exactly what depended on it is missing, and says so; all else is as complete as ever.

use std::collections::BTreeMap;

use howler_simulator::{Account, Fault, Organization, Region, Rule, estate};
use serde_json::Value;

use crate::harness::{Document, Ran, Simulated};

const REGION: &str = "eu-west-1";
const REGIONS: [&str; 4] = ["-r", REGION, "-r", "us-east-1"];

fn scan(faults: Vec<Rule>, more: &[&str]) -> Ran {
    Simulated::demo(faults).scan(&REGIONS).args(more).run()
}

fn json(faults: Vec<Rule>) -> Ran {
    scan(faults, &["--format", "json"])
}

/// Every finding by its id, without those of a region's service.
fn elsewhere(document: &Document, region: &str, service: &str) -> BTreeMap<String, Value> {
    let there = |it: &Value| it["scope"]["region"] == region && it["scope"]["service"] == service;
    let others = document.findings().iter().filter(|finding| !there(finding));
    others.map(|finding| (finding["id"].to_string(), finding.clone())).collect()
}

/// The findings of a region's service.
fn there<'a>(document: &'a Document, region: &'a str, service: &'a str) -> impl Iterator<Item = &'a Value> {
    let is = move |it: &&Value| it["scope"]["region"] == region && it["scope"]["service"] == service;
    document.findings().iter().filter(is)
}

/// The one gap of that action in a scope.
#[track_caller]
fn gap<'a>(document: &'a Document, service: &str, action: &str) -> &'a Value {
    let gaps = document.scope(Some(REGION), service)["gaps"].as_array().unwrap();
    gaps.iter().find(|gap| gap["action"] == action).unwrap_or_else(|| panic!("no {action} in {gaps:#?}"))
}

#[test]
fn a_denied_service_in_one_region_hides_nothing_else() {
    let rule = || vec![Rule::new(Fault::Deny { by_scp: false }).region(REGION).action("acm:*")];
    let whole = json(Vec::new()).document();
    let ran = json(rule()).exits(3);
    let document = ran.document();
    assert!(whole.0["complete"] == true && document.0["complete"] == false);
    // All else is word for word the same.
    let (before, after) = (elsewhere(&whole, REGION, "acm"), elsewhere(&document, REGION, "acm"));
    assert!(before.len() > 50, "{}", before.len());
    assert_eq!(before, after);
    let others = |document: &Document| {
        let is_other = |scope: &&Value| !(scope["region"] == REGION && scope["service"] == "acm");
        document.scopes().iter().filter(is_other).cloned().collect::<Vec<_>>()
    };
    assert_eq!(others(&whole), others(&document));
    // There: denied, with API, action and code, and nothing fine or zero.
    let scope = document.scope(Some(REGION), "acm");
    assert_eq!(scope["status"], "denied", "{scope:#}");
    let gap = gap(&document, "acm", "acm:ListCertificates");
    assert_eq!((&gap["reason"], &gap["code"]), (&"denied".into(), &"AccessDeniedException".into()));
    assert!(there(&whole, REGION, "acm").any(|finding| finding["status"] == "pass"));
    assert!(there(&document, REGION, "acm").count() > 0);
    for finding in there(&document, REGION, "acm") {
        assert!(finding["status"] != "pass" && finding["measure"]["usage"].is_null(), "{finding:#}");
    }
    let table = scan(rule(), &[]).exits(3).stdout;
    assert!(table.contains("acm:ListCertificates was denied (AccessDeniedException)"), "{table}");
    assert!(table.contains("NOT COMPLETE"), "{table}");
}

#[test]
fn a_denial_by_the_organisation_is_told_apart() {
    let document =
        json(vec![Rule::new(Fault::Deny { by_scp: true }).region(REGION).action("acm:*")]).document();
    assert_eq!(gap(&document, "acm", "acm:ListCertificates")["reason"], "denied-by-scp");
}

#[test]
fn passing_trouble_leaves_no_trace() {
    let whole = json(Vec::new()).exits(1).document();
    for fault in [Fault::Throttle, Fault::Fail(500), Fault::Fail(503), Fault::TruncatedBody] {
        let actions = ["sts:*", "ec2:*", "acm:*", "elasticloadbalancing:*", "servicequotas:*", "iam:*"];
        let rules = actions.map(|action| Rule::new(fault).action(action).first(2));
        let troubled = json(rules.into()).exits(1).document();
        let mut findings = (whole.0["findings"].clone(), troubled.0["findings"].clone());
        assert_eq!(findings.0.take(), findings.1.take(), "{fault:?}");
        assert_eq!(troubled.0["coverage"], whole.0["coverage"], "{fault:?}");
    }
}

/// A fault that stays, in one listing of one region: a gap of that class, and a usage that is unknown there alone.
#[track_caller]
fn stays(fault: Fault, reason: &str) {
    let rule = Rule::new(fault).region(REGION).action("ec2:DescribeVolumes");
    let document = json(vec![rule]).exits(3).document();
    let gap = gap(&document, "ebs", "ec2:DescribeVolumes");
    assert_eq!(gap["reason"], reason, "{gap:#}");
    let storage = |region: &str| {
        let of = |it: &&Value| it["resource"]["id"] == "ebs/L-7A658B76" && it["scope"]["region"] == region;
        document.findings().iter().find(of).unwrap()["measure"]["usage"].clone()
    };
    assert!(storage(REGION).is_null() && storage("us-east-1").is_number());
}

#[test]
fn throttled_to_the_end_is_a_gap() {
    // Of one check alone: howler gives way to a throttle for minutes, and all calls of a service give way together.
    let rule = Rule::new(Fault::Throttle).region(REGION).action("acm:ListCertificates");
    let ran =
        scan(vec![rule], &["--check", "certificate-expiry", "--check", "scan-coverage", "--format", "json"]);
    let document = ran.exits(3).document();
    assert_eq!(gap(&document, "acm", "acm:ListCertificates")["reason"], "throttled");
    assert_eq!(document.scope(Some(REGION), "acm")["status"], "throttled");
    assert_eq!(there(&document, REGION, "acm").filter(|it| it["status"] == "pass").count(), 0);
    assert!(there(&document, "us-east-1", "acm").any(|it| it["status"] == "pass"));
}

#[test]
fn a_service_that_stays_broken_is_a_gap() {
    stays(Fault::Fail(500), "failed");
}

#[test]
fn answers_that_are_no_document_are_a_gap() {
    stays(Fault::Garbage, "malformed");
}

#[test]
fn credentials_that_expire_on_the_way_are_a_gap() {
    stays(Fault::ExpiredToken, "credentials");
}

#[test]
fn pages_that_never_end_are_noticed() {
    for fault in [Fault::RepeatToken, Fault::LoopTokens] {
        let mut region = Region::default();
        region.resources.extend(estate::volumes(2_500, "gp3", 1));
        let organization = Organization::of(Account::new("100000000000", "large").region(REGION, region));
        let rule = Rule::new(fault).action("ec2:DescribeVolumes");
        let simulated = Simulated::start(organization, vec![rule]);
        let document = simulated.scan(&["-r", REGION, "--format", "json"]).run().exits(3).document();
        assert_eq!(gap(&document, "ebs", "ec2:DescribeVolumes")["reason"], "paging-loop", "{fault:?}");
        let storage = document.one("quota-utilization", "ebs/L-7A658B76");
        assert!(storage["measure"]["usage"].is_null(), "{fault:?}: what was read so far is not the usage");
    }
}
