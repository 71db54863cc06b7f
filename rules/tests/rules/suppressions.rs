//! What need not be told, and what cannot be hidden.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use howler_model::{Finding, Measure, Scope, Service, Status, Suppressed};
use howler_rules::{Applied, Blind, Rules};

use crate::samples::{self as a, ACCOUNT, Known, read};

fn block(selector: &str, reason: &str, until: &str) -> String {
    format!("[[suppress]]\n{selector}\nreason = \"{reason}\"\nowner = \"team-a\"\nuntil = {until}\n")
}

fn rules(blocks: &[String]) -> Rules {
    read("suppressions.toml", &blocks.concat()).unwrap()
}

fn apply(rules: &Rules, mut finding: Finding, days: i64) -> (Finding, Applied) {
    let now = a::now() + TimeDelta::days(days);
    let applied = rules.apply(&mut finding, &Known::default().around(), now);
    (finding, applied)
}

fn hides(selector: &str, finding: Finding) -> bool {
    let rules = rules(&[block(selector, "r", "2027-01-31")]);
    let (after, applied) = apply(&rules, finding, 0);
    assert_eq!(after.verdict.status == Status::Suppressed, after.suppressed.is_some());
    assert_eq!(after.suppressed.is_some(), applied.suppressions == [0], "{selector}");
    after.suppressed.is_some()
}

#[test]
fn what_is_suppressed_says_why_and_what_it_would_be() {
    let rules = rules(&[block("service = \"acm\"", "moves", "2027-01-31")]);
    let (finding, _) = apply(&rules, a::certificate(), 0);
    assert_eq!(finding.verdict.status, Status::Suppressed);
    let (reason, owner, until) = ("moves".into(), "team-a".into(), "2027-01-31".parse().unwrap());
    assert_eq!(finding.suppressed, Some(Suppressed { reason, owner, until, status: Status::Warn }));
}

#[test]
fn it_holds_through_its_last_day_in_utc() {
    let rules = rules(&[block("service = \"acm\"", "r", "2026-11-25")]);
    for (time, hidden) in [
        ("2026-11-23T12:00:00Z", true),
        ("2026-11-25T23:59:59Z", true),
        ("2026-11-26T00:00:00Z", false),
        ("2027-11-25T00:00:00Z", false),
    ] {
        let mut finding = a::certificate();
        let applied = rules.apply(&mut finding, &Known::default().around(), time.parse().unwrap());
        assert_eq!(finding.suppressed.is_some(), hidden, "{time}");
        assert_eq!(applied.suppressions, [0], "it matches, whether it still holds or not");
    }
}

#[test]
fn the_first_that_still_holds_counts() {
    let blocks = [
        block("service = \"acm\"", "ended", "2026-11-01"),
        block("region = \"eu-west-1\"", "first", "2027-01-31"),
        block("check = \"certificate-expiry\"", "second", "2027-01-31"),
        block("service = \"iam\"", "other", "2027-01-31"),
    ];
    let (finding, applied) = apply(&rules(&blocks), a::certificate(), 0);
    assert_eq!(finding.suppressed.unwrap().reason, "first");
    assert_eq!(applied.suppressions, [0, 1, 2]);
}

#[test]
fn a_gap_is_hidden_only_by_who_names_it() {
    let id = a::gap().id;
    for yes in [
        format!("id = \"{id}\""),
        format!("account = \"{ACCOUNT}\"\ncheck = \"scan-coverage\""),
        format!("account = \"{ACCOUNT}\"\ncheck = \"scan-coverage\"\nregion = \"eu-west-1\""),
    ] {
        assert!(hides(&yes, a::gap()), "{yes}");
    }
    for no in [
        "check = \"scan-coverage\"".to_owned(),
        format!("account = \"{ACCOUNT}\""),
        format!("account = \"{ACCOUNT}\"\ncheck = \"scan-*\""),
        format!("account = \"{ACCOUNT}\"\ncheck = \"scan-coverag?\""),
        format!("account = \"{ACCOUNT}\"\ncheck = \"scan-coverage\"\nregion = \"*\""),
        format!("account = \"{ACCOUNT}\"\ncheck = \"scan-coverage\"\nresource = \"*\""),
        "resource = \"*\"".to_owned(),
    ] {
        assert!(!hides(&no, a::gap()), "{no}");
        let unknown = || {
            let mut finding = a::certificate();
            finding.verdict.status = Status::Unknown;
            finding.verdict.measure = Measure::ExpiryUnknown("?".into());
            finding
        };
        assert!(!hides("resource = \"*\"", unknown()), "unknown is a gap too");
    }
}

#[test]
fn what_passes_is_never_suppressed_but_is_matched() {
    let mut finding = a::certificate();
    finding.verdict.status = Status::Pass;
    let (finding, applied) = apply(&rules(&[block("service = \"acm\"", "r", "2027-01-31")]), finding, 0);
    assert_eq!((finding.verdict.status, finding.suppressed), (Status::Pass, None));
    assert_eq!(applied.suppressions, [0]);
}

#[test]
fn a_suppression_does_not_hide_its_own_end() {
    let until = a::now().date_naive();
    let measure = Measure::Suppression { reason: "r".into(), owner: "o".into(), until, days_left: 0 };
    let scope = Scope::outside("suppressions.toml", Service::named("suppression"));
    let ends =
        || a::finding("suppression-expired", "suppression", "service=*", scope.clone(), measure.clone());
    for selector in ["service = \"*\"", "resource = \"*\"", "check = \"suppression-expired\""] {
        assert!(!hides(selector, ends()), "{selector}");
    }
    assert!(hides(&format!("id = \"{}\"", ends().id), ends()));
}

#[test]
fn those_that_matched_nothing_are_named() {
    let blocks =
        [block("service = \"acm\"", "r", "2027-01-31"), block("service = \"iam\"", "r", "2027-01-31")];
    let rules = rules(&blocks);
    let lines = rules.unmatched(&BTreeSet::from([0]));
    assert_eq!(lines, ["suppressions.toml:6: matches no finding of this scan: service=iam"]);
    assert_eq!(Rules::default().unmatched(&BTreeSet::new()), [""; 0]);
}

#[test]
fn as_facts_they_are_called_the_same_however_they_are_written() {
    let one = "account = [\"222222222222\", \"111111111111\"]\ncheck = \"scan-coverage\"\ntag = \"a b=c,d\"";
    let other =
        "tag = \"a b=c,d\"\ncheck = \"scan-coverage\"\naccount = [\"111111111111\", \"222222222222\"]";
    let facts = |selector| rules(&[block(selector, "r", "2027-01-31")]).suppressions().remove(0);
    assert_eq!(facts(one), facts(other));
    let fact = facts(one);
    assert_eq!(fact.selector, "check=scan-coverage account=111111111111,222222222222 tag=\"a b=c,d\"");
    assert_eq!((fact.file.as_str(), fact.owner.as_str()), ("suppressions.toml", "team-a"));
    assert_eq!(fact.until, "2027-01-31".parse().unwrap());
}

#[test]
fn what_might_hide_a_finding_or_score_it_anew_is_unsure() {
    let blind = || {
        let region = a::certificate().verdict.resource.scope.region().cloned();
        Known { blind: Blind { regions: region.into_iter().collect(), account: true }, ..Known::default() }
    };
    let unsure = |name: &str, text: &str, known: &Known| {
        let mut finding = a::certificate();
        read(name, text).unwrap().apply(&mut finding, &known.around(), a::now());
        finding.unsure
    };
    let hidden = |selector: &str| {
        let text = block(selector, "r", "2027-01-31");
        let unsure = |known: &Known| unsure("suppressions.toml", &text, known).suppression;
        (unsure(&blind()), unsure(&Known::default()))
    };
    assert_eq!(hidden("tag = \"env=dev\""), (true, false));
    assert_eq!(hidden("account_tag = \"env=dev\""), (true, false));
    assert_eq!(hidden("ou = \"ou-ab12-34cd56ef\""), (true, true), "nobody knows who is in it");
    assert_eq!(hidden("tag = \"env=dev\"\nservice = \"rds\""), (false, false), "it is of another service");
    assert_eq!(hidden("service = \"acm\""), (false, false), "it is hidden");
    let scored = |text: &str| unsure("severities.toml", text, &blind()).severity;
    let rule = |selector: &str| format!("[[severity]]\n{selector}\nseverity = \"low\"\n");
    let (tagged, all) = (rule("tag = \"env=dev\""), rule("service = \"acm\""));
    assert!(scored(&tagged) && scored(&format!("{all}{tagged}")));
    assert!(!scored(&all) && !scored(&format!("{tagged}{all}")), "the last that matches holds");
    let mut tagged_known = blind().tag(&a::certificate().verdict.resource.id, "env", "dev");
    tagged_known.blind.account = false;
    assert!(!unsure("severities.toml", &tagged, &tagged_known).severity, "its own tag is known");
}
