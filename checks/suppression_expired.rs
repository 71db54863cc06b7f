//! Suppressions that have ended or are about to: what they hide comes back, and whoever hid it should know.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use howler_model::{
    Check, FactKind, Facts, Grain, Measure, Resource, Scope, Service, Severity, Status, Suppression,
    Thresholds, Verdict,
};

/// Days before the end from which it is told.
const EARLY: i64 = 14;

pub(crate) static CHECK: Check = Check {
    id: "suppression-expired",
    title: "Suppression has ended or ends soon",
    why: "A finding was hidden until a date, for a reason. Once that date is past it is told again, and whoever hid \
          it may have forgotten why.",
    fix: "Mend what it hides. If it has to stay hidden, say why in the suppression file and until when; if not, \
          `howler suppress prune` takes out all that have ended.",
    since: "0.1.0",
    grain: Grain::Estate,
    needs: &[FactKind::Suppression],
    verdicts,
};

fn verdicts(facts: &Facts, _: &Thresholds, now: DateTime<Utc>) -> Vec<Verdict> {
    let today = now.date_naive();
    facts.suppressions.iter().filter_map(|suppression| judge(suppression, today)).collect()
}

/// A suppression holds through its last day (UTC).
fn judge(suppression: &Suppression, today: NaiveDate) -> Option<Verdict> {
    let days_left = suppression.until.signed_duration_since(today).num_days();
    let (status, severity) = match days_left {
        i64::MIN..0 => (Status::Fail, Severity::Medium),
        0..=EARLY => (Status::Warn, Severity::Low),
        _ => return None,
    };
    Some(Verdict {
        resource: resource(suppression),
        status,
        severity,
        measure: measure(suppression, days_left),
        deadline: Some(suppression.until.succ_opt()?.and_time(NaiveTime::MIN).and_utc()),
        affects: Vec::new(),
    })
}

/// Named after what it matches: another date or reason is the same suppression.
fn resource(suppression: &Suppression) -> Resource {
    Resource {
        scope: Scope::outside(&suppression.file, Service::named("suppression")),
        kind: "suppression",
        id: suppression.selector.clone(),
        name: suppression.selector.clone(),
    }
}

fn measure(suppression: &Suppression, days_left: i64) -> Measure {
    let Suppression { reason, owner, until, .. } = suppression.clone();
    Measure::Suppression { reason, owner, until, days_left }
}

#[cfg(test)]
mod tests {
    use howler_model::Finding;

    use super::*;
    use crate::shared::examples::{judge as run, now};

    fn hidden(selector: &str, days: i64) -> Suppression {
        Suppression {
            file: "suppressions.toml".into(),
            selector: selector.into(),
            reason: "moves next month".into(),
            owner: "team-a".into(),
            until: now().date_naive() + chrono::TimeDelta::days(days),
        }
    }

    fn told(suppressions: Vec<Suppression>) -> Vec<Finding> {
        run(&CHECK, &Facts { suppressions, ..Facts::default() })
    }

    #[test]
    fn it_holds_through_its_last_day_and_is_told_two_weeks_before() {
        for (days, expected) in [
            (15, None),
            (14, Some((Status::Warn, Severity::Low))),
            (0, Some((Status::Warn, Severity::Low))),
            (-1, Some((Status::Fail, Severity::Medium))),
            (-400, Some((Status::Fail, Severity::Medium))),
        ] {
            let findings = told(vec![hidden("check=quota-utilization", days)]);
            let got = findings.first().map(|finding| (finding.verdict.status, finding.verdict.severity));
            assert_eq!(got, expected, "{days}");
        }
    }

    #[test]
    fn it_says_who_hid_it_and_why_and_when_that_ended() {
        let finding = told(vec![hidden("check=quota-utilization", -3)]).remove(0);
        let until = "2026-07-29".parse().unwrap();
        let (reason, owner) = ("moves next month".to_owned(), "team-a".to_owned());
        assert_eq!(finding.verdict.measure, Measure::Suppression { reason, owner, until, days_left: -3 });
        assert_eq!(finding.verdict.deadline, Some("2026-07-30T00:00:00Z".parse().unwrap()));
        assert_eq!(finding.verdict.resource.name, "check=quota-utilization");
    }

    #[test]
    fn another_date_is_the_same_finding_and_another_selector_is_not() {
        let id = |selector, days| told(vec![hidden(selector, days)]).remove(0).id;
        assert_eq!(id("check=a", -1), id("check=a", 3));
        assert_ne!(id("check=a", -1), id("check=b", -1));
    }

    #[test]
    fn the_end_of_the_calendar_is_no_panic() {
        for until in [NaiveDate::MAX, NaiveDate::MIN] {
            told(vec![Suppression { until, ..hidden("check=a", 0) }]);
        }
    }
}
