//! A scan of a server that is not ours, filled by a script that knows what it made. Where moto answers wrongly or not
//! at all, the scan must say so.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::harness::{assert_valid, moto};

/// What moto does not implement (it answers 500): usage is unknown there, never zero.
const UNIMPLEMENTED: [&str; 8] = [
    "autoscaling/L-6B80B8FA",
    "autoscaling/L-CDE20ADC",
    "autoscaling/L-CEE5E714",
    "ebs/L-631ECBD3",
    "ec2/L-8EA77D34",
    "ec2/L-D0B7243C",
    "elasticloadbalancing/L-43FE5A42",
    "elasticloadbalancing/L-A8F7060B",
];

/// The service and the code of a quota's id.
fn code(id: &str) -> String {
    id.split('/').take(2).collect::<Vec<_>>().join("/")
}

#[test]
fn several_hundred_resources_in_two_regions_are_there_to_be_found() {
    let manifest = &moto().manifest;
    assert!(manifest.made > 700, "{}", manifest.made);
    let (ends, usages) = (manifest.ends(), manifest.usages());
    let regions: BTreeSet<&str> =
        ends.keys().chain(usages.keys()).map(|(region, _)| region.as_str()).collect();
    assert_eq!(regions, BTreeSet::from(["eu-west-1", "global", "us-east-1"]));
    let keys: BTreeSet<String> = manifest.keys().into_values().collect();
    assert_eq!(keys.len(), 7, "{keys:?}");
}

#[test]
fn every_certificate_has_the_end_that_its_pem_holds_and_there_is_no_other() {
    assert_eq!(moto().document().ends(), moto().manifest.ends());
}

#[test]
fn certificates_are_told_by_their_fingerprints_and_keys() {
    let document = moto().document();
    let measured = |name: &str| {
        let of = |finding: &Value| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let place = (text(&finding["scope"]["region"]), text(&finding["resource"]["id"]));
            (place, text(&finding["measure"]["certificate"][name]))
        };
        document.of_check("certificate-expiry").map(of).collect::<BTreeMap<_, _>>()
    };
    let (digests, keys) = (measured("sha256"), measured("key"));
    for (at, digest) in moto().manifest.fingerprints() {
        assert_eq!(digests[&at], digest, "{at:?}");
    }
    for (at, key) in moto().manifest.keys() {
        assert_eq!(keys[&at], key, "{at:?}");
    }
}

#[test]
fn every_certificate_is_owned_by_the_team_that_its_tag_names() {
    let document = moto().document();
    let owner = |finding: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        ((text(&finding["scope"]["region"]), text(&finding["resource"]["id"])), text(&finding["owner"]))
    };
    let owners: BTreeMap<_, _> = document.of_check("certificate-expiry").map(owner).collect();
    assert_eq!(owners, moto().manifest.owners());
    assert!(owners.values().any(|name| name == "team-2") && owners.values().any(|name| name == "nobody"));
}

#[test]
fn every_usage_is_what_was_made() {
    let (found, made) = (moto().document().usages(), moto().manifest.usages());
    let codes: BTreeSet<String> = made.keys().map(|(_, id)| code(id)).collect();
    assert!(codes.len() >= 60, "{} quotas", codes.len());
    let differs =
        |(at, usage): &(&(String, String), &Value)| found.get(*at).and_then(Value::as_f64) != usage.as_f64();
    let wrong: Vec<String> = made
        .iter()
        .filter(differs)
        .map(|(at, usage)| format!("{at:?}: {usage} made, {:?} found", found.get(at)))
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), made.len(), wrong.join("\n"));
}

#[test]
fn what_moto_cannot_answer_is_unknown_and_never_zero() {
    let usages = moto().document().usages();
    for quota in UNIMPLEMENTED {
        let of_quota: Vec<_> = usages.iter().filter(|((_, id), _)| code(id) == quota).collect();
        assert!(!of_quota.is_empty(), "{quota} is not told at all");
        assert!(of_quota.iter().all(|(_, usage)| usage.is_null()), "{quota}: {of_quota:?}");
    }
    let unknown: BTreeSet<String> =
        usages.iter().filter(|(_, usage)| usage.is_null()).map(|((_, id), _)| code(id)).collect();
    assert_eq!(unknown, UNIMPLEMENTED.map(str::to_owned).into(), "nothing else is unknown");
}

#[test]
fn limits_that_moto_does_not_know_are_null_and_gaps() {
    let ran = &moto().ran;
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    let document = moto().document();
    // Moto tells defaults of VPC and no applied values, which may be lower: none of them may pass for a limit.
    for quota in ["vpc/L-F678F1CE", "ec2/L-1216C47A"] {
        let unlimited = document.of_check("quota-utilization").find(|it| it["resource"]["id"] == quota);
        let measure = &unlimited.unwrap()["measure"];
        assert_eq!(measure["kind"], "utilization-unknown");
        assert!(measure["limit"].is_null() && measure["usage"].is_number(), "{measure:#}");
    }
    for region in ["eu-west-1", "us-east-1"] {
        let scope = document.scope(Some(region), "ec2");
        let gaps = scope["gaps"].as_array().unwrap();
        assert!(gaps.iter().any(|gap| gap["action"] == "servicequotas:ListServiceQuotas"), "{gaps:#?}");
    }
}

#[test]
fn the_document_keeps_to_the_schema() {
    assert_valid(&moto().document());
}
