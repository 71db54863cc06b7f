//! What the command says about itself: golden, so that a change of it is seen and meant.

use serde_json::Value;

use crate::harness::{Document, howler};

fn said(args: &[&str]) -> String {
    let ran = howler(args).run().exits(0);
    assert_eq!(ran.stderr, "");
    ran.stdout
}

fn checks() -> Vec<String> {
    let listed: Value = serde_json::from_str(&said(&["checks", "--format", "json"])).unwrap();
    listed.as_array().unwrap().iter().map(|check| check["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn help_is_golden() {
    insta::assert_snapshot!("help", said(&["--help"]));
    insta::assert_snapshot!("help_scan", said(&["scan", "--help"]));
}

#[test]
fn checks_are_golden_and_explained_one_by_one() {
    let table = said(&["checks"]);
    insta::assert_snapshot!("checks", table);
    assert_eq!(table.lines().count(), checks().len());
    let explained: Vec<_> = checks().iter().map(|check| said(&["explain", check])).collect();
    insta::assert_snapshot!("explain", explained.join("\n---\n"));
}

#[test]
fn the_policy_is_golden_and_takes_only_the_roles_that_are_named() {
    insta::assert_snapshot!("policy", said(&["policy", "iam"]));
    let role = "arn:aws:iam::123456789012:role/howler";
    let policy = Document::parse(&said(&["policy", "iam", "--role", role]));
    assert_eq!(policy.0["Statement"][1]["Action"], "sts:AssumeRole");
    assert_eq!(policy.0["Statement"][1]["Resource"], serde_json::json!([role]));
    assert!(!said(&["policy", "iam"]).contains("AssumeRole"));
}

#[test]
fn a_policy_takes_roles_in_the_partition_that_is_meant_and_those_of_a_chain() {
    let via = "arn:aws-cn:iam::123456789012:role/scanner";
    let taken = |args: &[&str]| {
        let policy = Document::parse(&said(&[&["policy", "iam"], args].concat()));
        policy.0["Statement"][1]["Resource"].clone()
    };
    let resources = taken(&["--org", "--partition", "aws-cn", "--role-name", "audit", "--via", via]);
    assert_eq!(resources, serde_json::json!(["arn:aws-cn:iam::*:role/audit", via]));
    assert_eq!(taken(&["--via", via]), serde_json::json!([via]));
    let refused = howler(&["policy", "iam", "--org", "--partition", "aws-moon"]).run().exits(2);
    assert!(
        refused.stderr.contains("aws-us-gov") && refused.stderr.contains("aws-moon"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_policy_of_one_check_asks_for_less() {
    let actions = |args: &[&str]| {
        let policy = Document::parse(&said(&[&["policy", "iam"], args].concat()));
        policy.0["Statement"][0]["Action"].as_array().unwrap().len()
    };
    assert!(actions(&["--check", "certificate-expiry"]) < actions(&[]));
}

#[test]
fn the_version_is_that_of_the_package() {
    assert_eq!(said(&["--version"]), format!("howler {}\n", env!("CARGO_PKG_VERSION")));
}
