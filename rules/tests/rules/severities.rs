//! What is worse or better here than its check says.

use howler_model::{Finding, Rescored, Severity, Status};

use crate::samples::{self as a, Known, read};

use Severity::{Critical, High, Info, Low, Medium};

/// The severity of a finding that its check says is medium, and how it came to that.
fn scored(text: &str, mut finding: Finding) -> (Severity, Option<Rescored>) {
    let rules = read("severities.toml", text).unwrap();
    rules.apply(&mut finding, &Known::default().around(), a::now());
    (finding.verdict.severity, finding.rescored)
}

fn over(selector: &str, severity: &str) -> String {
    format!("[[severity]]\n{selector}\nseverity = \"{severity}\"\n")
}

fn escalate(days: u32, severity: &str) -> String {
    format!("[[escalate]]\nservice = \"acm\"\nwithin_days = {days}\nseverity = \"{severity}\"\n")
}

#[test]
fn the_last_that_matches_holds_and_says_where_it_stands() {
    let text = over("service = \"acm\"", "low")
        + &over("check = \"*\"", "high")
        + &over("service = \"iam\"", "info");
    let rescored = Rescored { from: Medium, via: "severities.toml:4".into() };
    assert_eq!(scored(&text, a::certificate()), (High, Some(rescored)));
}

#[test]
fn the_same_severity_is_no_change() {
    assert_eq!(scored(&over("service = \"acm\"", "medium"), a::certificate()), (Medium, None));
    assert_eq!(scored(&over("service = \"iam\"", "low"), a::certificate()), (Medium, None));
}

#[test]
fn it_gets_worse_as_the_end_comes_near_and_never_better() {
    for (days, severity, expected) in [
        (9, "high", Medium),
        (10, "high", High),
        (11, "high", High),
        (11, "low", Medium),
        (0, "critical", Medium),
    ] {
        assert_eq!(scored(&escalate(days, severity), a::certificate()).0, expected, "{days} {severity}");
    }
    let (low, high) = (over("service = \"acm\"", "info"), escalate(30, "high") + &escalate(14, "critical"));
    let (severity, rescored) = scored(&(low + &high), a::certificate());
    assert_eq!((severity, rescored.unwrap().from), (Critical, Medium));
}

#[test]
fn what_is_past_is_near_and_what_has_no_end_is_not() {
    let mut past = a::certificate();
    past.verdict.deadline = Some("2026-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(scored(&escalate(0, "critical"), past).0, Critical);
    let mut without = a::certificate();
    without.verdict.deadline = None;
    assert_eq!(scored(&escalate(36_500, "critical"), without).0, Medium);
}

#[test]
fn only_what_is_open_is_scored() {
    for (status, expected) in
        [(Status::Pass, Medium), (Status::Warn, Low), (Status::Fail, Low), (Status::Unknown, Low)]
    {
        let mut finding = a::certificate();
        finding.verdict.status = status;
        assert_eq!(scored(&over("service = \"acm\"", "low"), finding).0, expected, "{status:?}");
    }
}

#[test]
fn what_is_not_known_is_made_info_only_by_who_names_it() {
    let exact = "account = \"111111111111\"\ncheck = \"scan-coverage\"";
    assert_eq!(scored(&over("service = \"acm\"", "info"), a::certificate()).0, Info);
    assert_eq!(scored(&over("service = \"acm\"", "info"), a::gap()), (Medium, None));
    assert_eq!(scored(&over("service = \"acm\"", "low"), a::gap()).0, Low);
    assert_eq!(scored(&over(exact, "info"), a::gap()).0, Info);
}
