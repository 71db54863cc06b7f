//! What could not be seen: each gap of a scan is a finding, so that it is never taken for green.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use howler_model::{
    Check, CoverageStatus, FactKind, Facts, Gap, Grain, Measure, Resource, ScopeCoverage, Severity, Status,
    Thresholds, Verdict,
};

pub(crate) static CHECK: Check = Check {
    id: "scan-coverage",
    title: "Part of the scan could not be seen",
    why: "Nothing is known about what is behind a gap: a certificate there may have expired and a quota may be used \
          up. A scan with gaps is not green.",
    fix: "Denied: allow the named action to the scanning role (`howler policy iam` prints the whole policy); if a \
          service control policy denies it, change that in the management account of the organisation. Throttled: \
          scan again, or at a quieter hour. Timeout or network: check DNS, routes and firewalls from the scanning \
          host. Credentials: sign in again. Skipped: let the scan run to its end, or lift the rule that the \
          code names.",
    since: "0.1.0",
    grain: Grain::Account,
    needs: &[FactKind::Coverage],
    verdicts,
};

fn verdicts(facts: &Facts, _: &Thresholds, _: DateTime<Utc>) -> Vec<Verdict> {
    facts.scopes.iter().flat_map(judge).collect()
}

/// One verdict for each action that failed in a scope, however many items it failed for.
///
/// What is not enabled is no gap: there is nothing to see. What was left out is none: nobody wants to see it.
fn judge(scope: &ScopeCoverage) -> Vec<Verdict> {
    let mut by_action = BTreeMap::<&str, Vec<&Gap>>::new();
    for gap in scope.gaps.iter().filter(|gap| gap.unseen.reason.is_gap()) {
        by_action.entry(&gap.unseen.action).or_default().push(gap);
    }
    by_action.into_iter().filter_map(|(action, gaps)| missed(scope, action, &gaps)).collect()
}

fn missed(scope: &ScopeCoverage, action: &str, gaps: &[&Gap]) -> Option<Verdict> {
    let mut affects: Vec<String> = gaps.iter().filter_map(|gap| gap.item.clone()).collect();
    affects.sort();
    affects.dedup();
    Some(Verdict {
        resource: resource(scope, action),
        status: Status::Unknown,
        severity: severity(scope.status()),
        measure: Measure::Gap(gaps.first()?.unseen.clone()),
        deadline: None,
        affects,
    })
}

/// The action is in the id, so that a second gap in a scope does not rename the first.
fn resource(scope: &ScopeCoverage, action: &str) -> Resource {
    let name = scope.scope.to_string();
    Resource { scope: scope.scope.clone(), kind: "scope", id: format!("{name} {action}"), name }
}

/// Where something was answered, or was left out on purpose, the gap is smaller.
fn severity(status: CoverageStatus) -> Severity {
    match status {
        CoverageStatus::Partial | CoverageStatus::Skipped => Severity::Medium,
        _ => Severity::High,
    }
}

#[cfg(test)]
mod tests {
    use howler_model::Reason;

    use super::*;
    use crate::shared::examples::{judge as run, scope, unseen};

    const LIST: &str = "acm:ListCertificates";
    const DESCRIBE: &str = "acm:DescribeCertificate";

    fn covered(answered: usize, gaps: &[(Reason, &str, Option<&str>)]) -> ScopeCoverage {
        let gap = |&(reason, action, item): &(Reason, &str, Option<&str>)| Gap {
            scope: scope("acm"),
            item: item.map(str::to_owned),
            unseen: unseen(reason, action),
        };
        ScopeCoverage { scope: scope("acm"), facts: 0, answered, gaps: gaps.iter().map(gap).collect() }
    }

    fn verdicts(scopes: Vec<ScopeCoverage>) -> Vec<Verdict> {
        let findings = run(&CHECK, &Facts { scopes, ..Facts::default() });
        findings.into_iter().map(|finding| finding.verdict).collect()
    }

    #[test]
    fn what_was_seen_and_what_is_not_there_is_no_finding() {
        let left_out = covered(1, &[(Reason::LeftOut, LIST, Some("arn:a"))]);
        assert_eq!(
            verdicts(vec![covered(1, &[]), covered(0, &[(Reason::Disabled, LIST, None)]), left_out]),
            []
        );
    }

    #[test]
    fn each_reason_is_unknown_and_as_bad_as_the_part_that_is_missing() {
        for (answered, reason, severity) in [
            (0, Reason::Denied, Severity::High),
            (0, Reason::DeniedByScp, Severity::High),
            (0, Reason::Throttled, Severity::High),
            (0, Reason::Timeout, Severity::High),
            (0, Reason::NoData, Severity::High),
            (0, Reason::Skipped, Severity::Medium),
            (1, Reason::Denied, Severity::Medium),
        ] {
            let told = verdicts(vec![covered(answered, &[(reason, LIST, None)])]);
            assert_eq!(told.len(), 1, "{reason:?}");
            assert_eq!((told[0].status, told[0].severity), (Status::Unknown, severity), "{reason:?}");
            assert_eq!(told[0].measure, Measure::Gap(unseen(reason, LIST)));
        }
    }

    #[test]
    fn an_action_is_one_finding_for_all_its_items() {
        let told = verdicts(vec![covered(
            5,
            &[
                (Reason::Denied, DESCRIBE, Some("arn:b")),
                (Reason::Throttled, LIST, None),
                (Reason::Denied, DESCRIBE, Some("arn:a")),
                (Reason::Timeout, DESCRIBE, Some("arn:b")),
            ],
        )]);
        let ids: Vec<_> = told.iter().map(|verdict| verdict.resource.id.as_str()).collect();
        let place = "123456789012/eu-west-1/acm";
        assert_eq!(ids, [format!("{place} {DESCRIBE}"), format!("{place} {LIST}")]);
        assert_eq!(told[0].affects, ["arn:a", "arn:b"]);
        assert_eq!(told[0].measure, Measure::Gap(unseen(Reason::Denied, DESCRIBE)));
        assert_eq!((told[0].resource.kind, told[0].resource.name.as_str()), ("scope", place));
    }

    #[test]
    fn a_second_gap_does_not_rename_the_first() {
        let ids = |scopes| -> Vec<_> {
            run(&CHECK, &Facts { scopes, ..Facts::default() }).into_iter().map(|finding| finding.id).collect()
        };
        let denied = (Reason::Denied, LIST, None);
        let alone = ids(vec![covered(0, &[denied])]);
        let both = ids(vec![covered(0, &[denied, (Reason::Denied, "acm:SearchCertificates", None)])]);
        let throttled = ids(vec![covered(3, &[(Reason::Throttled, LIST, None)])]);
        assert_eq!((alone.len(), both.len()), (1, 2));
        assert!(both.contains(&alone[0]));
        assert_eq!(alone, throttled, "the reason is not in the id");
    }

    #[test]
    fn what_is_not_there_hides_no_failure_beside_it() {
        let gaps = [(Reason::Disabled, DESCRIBE, None), (Reason::Throttled, LIST, None)];
        let told = verdicts(vec![covered(0, &gaps)]);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].measure, Measure::Gap(unseen(Reason::Throttled, LIST)));
        assert_eq!(told[0].severity, Severity::High);
    }
}
