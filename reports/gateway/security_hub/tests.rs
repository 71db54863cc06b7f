//! Findings of Security Hub and their limits.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use aws_sdk_securityhub::types::ImportFindingsError;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::*;
use crate::document::{Change, Partition};
use crate::gateway::event::tests::notices;
use crate::gateway::{News, Secret};
use crate::samples::{self, Sample};

fn opened(address: &str) -> Opened {
    open(&Settings { addresses: vec![Secret::new(address)], ..Settings::default() })
}

/// The findings of all requests.
fn findings(sample: &Sample, address: &str, change: impl Fn(&mut Notice)) -> Vec<Value> {
    let mut notices = notices(sample);
    notices.iter_mut().for_each(change);
    let scan = sample.scan();
    let envelope = Envelope::of(&scan, TimeDelta::hours(24));
    let bodies = opened(address).ok().unwrap().bodies(&notices, &envelope);
    let read =
        |body: String| serde_json::from_str::<Value>(&body).unwrap()["Findings"].as_array().unwrap().clone();
    bodies.into_iter().flat_map(read).collect()
}

#[test]
fn an_address_is_a_region_or_each_finding_has_its_own() {
    for good in ["regions", "eu-west-1", "us-gov-west-1"] {
        assert_eq!(opened(good).ok().unwrap().target(), good);
    }
    for bad in ["", "global", "https://x", "eu west-1"] {
        assert!(opened(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_finding_is_a_snapshot() {
    let all = findings(&samples::scan(), "regions", |_| {});
    assert_eq!(all.len(), notices(&samples::scan()).len());
    let expired = all.iter().find(|it| it["Title"].as_str().unwrap().ends_with("www.example.com")).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(expired).unwrap());
}

#[test]
fn a_finding_is_where_it_belongs() {
    let place = |finding: &Value| {
        let region = finding["ProductArn"].as_str().unwrap().split(':').nth(3).unwrap().to_owned();
        (finding["AwsAccountId"].as_str().unwrap().to_owned(), region)
    };
    let own: BTreeSet<_> = findings(&samples::scan(), "regions", |_| {}).iter().map(place).collect();
    let has = |account: &str, region: &str| own.contains(&(account.to_owned(), region.to_owned()));
    assert!(has("222222222222", "us-east-1"), "what is global is in the home region: {own:?}");
    assert!(has("111111111111", "eu-west-1") && has("CALLER", "REGION"), "{own:?}");
    let one = findings(&samples::scan(), "eu-central-1", |_| {});
    assert!(one.iter().all(|finding| place(finding).1 == "eu-central-1"));
}

#[test]
fn what_ended_is_archived_and_what_is_unknown_is_neither_passed_nor_failed() {
    let at = |hours, change| {
        let all = findings(&samples::scan(), "regions", |notice| {
            notice.news = News::Change(change);
            notice.confirmed_at -= TimeDelta::hours(hours);
        });
        let said = |it: &Value| {
            [&it["RecordState"], &it["Compliance"]["Status"]].map(|it| it.as_str().unwrap().to_owned())
        };
        all.iter().map(said).collect::<BTreeSet<_>>()
    };
    let told = |change| at(24, change);
    let pairs = |all: &[[&str; 2]]| all.iter().map(|pair| pair.map(str::to_owned)).collect::<BTreeSet<_>>();
    assert_eq!(told(Change::Resolved), pairs(&[["ARCHIVED", "PASSED"]]));
    assert_eq!(told(Change::Lapsed), pairs(&[["ARCHIVED", "NOT_AVAILABLE"]]));
    let open = [["ACTIVE", "FAILED"], ["ACTIVE", "WARNING"], ["ACTIVE", "NOT_AVAILABLE"]];
    assert_eq!(told(Change::Worse), pairs(&open));
    let elsewhere = open.map(|[_, status]| ["ARCHIVED", status]);
    assert_eq!(at(0, Change::Resolved), pairs(&elsewhere), "still open, and not for this gateway");
}

#[test]
fn the_customers_fields_are_left_alone() {
    for finding in findings(&samples::scan(), "regions", |_| {}) {
        for theirs in
            ["Note", "Workflow", "UserDefinedFields", "VerificationState", "Confidence", "Criticality"]
        {
            assert!(finding.get(theirs).is_none(), "{finding:#}");
        }
    }
}

/// Counts characters, as the limits of the format do.
fn assert_within(finding: &Value) {
    let chars = |value: &Value| value.as_str().unwrap().chars().count();
    let fits = |value: &Value, most: usize| (1..=most).contains(&chars(value));
    assert!(fits(&finding["Title"], 256) && fits(&finding["Description"], 1024), "{finding:#}");
    assert!(fits(&finding["Id"], 512) && fits(&finding["GeneratorId"], 512));
    assert!(fits(&finding["Resources"][0]["Id"], 512));
    assert!(finding.get("Remediation").is_none_or(|it| fits(&it["Recommendation"]["Text"], 512)));
    let fields = finding["ProductFields"].as_object().unwrap();
    assert!(fields.len() <= 50 && fields.iter().all(|(name, value)| name.len() <= 128 && fits(value, 2048)));
    let at = |name: &str| finding[name].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    assert!(at("CreatedAt") <= at("UpdatedAt") && at("FirstObservedAt") <= at("LastObservedAt"));
}

#[test]
fn hostile_text_keeps_within_the_limits() {
    let long = |text: &str, count: usize| text.repeat(count);
    for letter in ["x", "é", "\u{1b}", "\"", "👩"] {
        for count in [0, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025, 3000] {
            let all = findings(&samples::scan(), "regions", |notice| {
                notice.finding.summary = long(letter, count);
                notice.finding.resource.name = long(letter, count);
                notice.finding.resource.id = format!("arn:{}", long(letter, count));
                notice.finding.owner = Some(long(letter, count));
                notice.finding.affects = vec![long(letter, count); 3];
            });
            all.iter().for_each(assert_within);
        }
    }
    let hostile = findings(&samples::hostile(), "regions", |_| {});
    hostile.iter().for_each(assert_within);
}

#[test]
fn a_request_of_the_largest_findings_fits() {
    let largest = |notice: &mut Notice| {
        notice.finding.summary = "👩".repeat(3_000);
        notice.finding.affects = vec!["👩".repeat(3_000)];
        notice.finding.owner = Some("👩".repeat(3_000));
    };
    let all = findings(&samples::scan(), "regions", largest);
    let most = all.iter().map(|finding| finding.to_string().len()).max().unwrap();
    assert!(most <= 240_000 && most * FINDINGS <= MOST_BYTES, "{most}");
}

#[test]
fn requests_are_of_one_account_and_region_and_of_a_hundred_findings() {
    let sample = samples::scan();
    let one = notices(&sample).into_iter().find(|it| it.finding.scope.account.is_some()).unwrap();
    let scan = sample.scan();
    let envelope = Envelope::of(&scan, TimeDelta::hours(24));
    let gateway = opened("regions").ok().unwrap();
    for (count, sizes) in [(99, vec![99]), (100, vec![100]), (101, vec![100, 1])] {
        let bodies = gateway.bodies(&vec![one.clone(); count], &envelope);
        let read = |body: &String| {
            serde_json::from_str::<Value>(body).unwrap()["Findings"].as_array().unwrap().len()
        };
        assert_eq!(bodies.iter().map(read).collect::<Vec<_>>(), sizes);
    }
}

#[test]
fn the_sdk_is_given_every_field() {
    let sample = samples::scan();
    let scan = sample.scan();
    let envelope = Envelope::of(&scan, TimeDelta::hours(24));
    let caller = Caller {
        account: "123456789012".into(),
        partition: Partition::AwsEusc,
        region: "eusc-de-east-1".into(),
    };
    for notice in notices(&sample) {
        let desk = Desk::of(&notice.finding.scope, None, &caller);
        let ours = Asff::new(&notice, &envelope, &desk);
        let written = serde_json::to_value(&ours).unwrap();
        let sdk = format!("{:?}", ours.to_sdk());
        let mut texts = Vec::new();
        leaves(&written, &mut texts);
        for text in texts {
            let (quoted, word) = (format!("{text:?}"), text.replace('_', "").to_lowercase());
            assert!(sdk.contains(&quoted) || sdk.to_lowercase().contains(&word), "{text} is not in {sdk}");
        }
    }
}

fn leaves(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, into)),
        Value::Object(fields) => fields.values().for_each(|field| leaves(field, into)),
        _ => {}
    }
}

#[test]
fn an_answer_names_the_findings_that_failed() {
    let sample = samples::scan();
    let scan = sample.scan();
    let envelope = Envelope::of(&scan, TimeDelta::hours(24));
    let desk = Desk { partition: Partition::Aws, account: "123456789012".into(), region: "eu-west-1".into() };
    let findings: Vec<Asff> =
        notices(&sample).iter().take(2).map(|it| Asff::new(it, &envelope, &desk)).collect();
    let findings: Vec<&Asff> = findings.iter().collect();
    let answer = |count: i32, failed: &[(&str, &str)]| {
        let error = |(id, code): &(&str, &str)| {
            ImportFindingsError::builder().id(*id).error_code(*code).error_message("x").build()
        };
        let failed: Vec<_> = failed.iter().map(error).collect();
        let builder =
            BatchImportFindingsOutput::builder().failed_count(count).set_failed_findings(Some(failed));
        builder.success_count(2 - count).build()
    };
    assert_eq!(each(&answer(0, &[]), &findings), [Ok(()), Ok(())]);
    let entries = each(&answer(1, &[(findings[1].id.as_str(), "InvalidInput")]), &findings);
    assert_eq!(entries, [Ok(()), Err(Failure::Refused("InvalidInput: x".into()))]);
    assert!(each(&answer(1, &[]), &findings).is_empty(), "a failure without a name may be any of them");
    assert!(each(&answer(1, &[("another", "InvalidInput")]), &findings).is_empty());
}

#[test]
fn what_one_account_does_not_take_does_not_hide_what_others_took() {
    let mut course = Course::default();
    course.note(&[4, 7], Sent { refused: vec![(1, "no".into())], ..Sent::default() });
    course.note(&[2, 3], Sent { lost: Some(("down".into(), vec![1])), ..Sent::default() });
    course.note(&[1], Sent::default());
    course.note(&[5, 6], Sent { left: vec![(vec![0], "denied".into())], ..Sent::default() });
    let sent = course.sent();
    assert_eq!(sent.left, [(vec![5], "denied".into())]);
    assert_eq!(sent.refused, [(7, "no".into())]);
    assert_eq!(sent.lost, Some(("down".into(), vec![1, 3, 4, 6])));
}
