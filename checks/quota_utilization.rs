//! Quotas that are nearly or wholly used up.

use chrono::{DateTime, Utc};
use howler_model::{
    Check, FactKind, Facts, Grain, Limit, Measure, Quota, QuotaTier, Reason, Severity, Status, Thresholds,
    Unseen, Usage, Verdict,
};

pub(crate) static CHECK: Check = Check {
    id: "quota-utilization",
    title: "Quota nearly or wholly used",
    why: "AWS refuses whatever would exceed a quota, usually first in the hour in which a deployment, a failover or \
          autoscaling needs it most. An increase takes from minutes to days to be granted.",
    fix: "Request an increase under Service Quotas in the console of the same account and region, or run `aws \
          service-quotas request-service-quota-increase --service-code SERVICE --quota-code CODE --desired-value N \
          --region REGION`. Where AWS does not raise the quota, delete what is unused or move some of it to another \
          region or account.",
    since: "0.1.0",
    grain: Grain::Account,
    needs: &[FactKind::Quota],
    verdicts,
};

fn verdicts(facts: &Facts, thresholds: &Thresholds, _: DateTime<Utc>) -> Vec<Verdict> {
    facts.quotas.iter().map(|quota| judge(quota, thresholds.quota)).collect()
}

fn judge(quota: &Quota, tier: QuotaTier) -> Verdict {
    let (status, severity, measure) = seen(quota, tier).unwrap_or_else(|| unseen(quota));
    Verdict {
        resource: quota.resource.clone(),
        status,
        severity,
        measure,
        deadline: None,
        affects: quota.context.iter().cloned().collect(),
    }
}

/// The judgement of a quota of which both numbers are known.
fn seen(quota: &Quota, tier: QuotaTier) -> Option<(Status, Severity, Measure)> {
    let (&Limit::Known { value: limit, by: limit_by }, &Usage::Measured { value: usage, at, by: usage_by }) =
        (&quota.limit, &quota.usage)
    else {
        return None;
    };
    let (usage, limit) = (sane(usage)?, sane(limit)?);
    let (status, severity) = grade(usage, limit, tier);
    let unit = quota.unit.clone();
    Some((status, severity, Measure::Utilization { usage, limit, unit, limit_by, usage_by, at }))
}

/// A number that can be an amount; anything else is as good as not told.
fn sane(value: f64) -> Option<f64> {
    (value.is_finite() && value >= 0.0).then_some(value)
}

/// Multiplies instead of dividing: exact for whole numbers and binary fractions, so exactly 80 % is in.
fn grade(usage: f64, limit: f64, tier: QuotaTier) -> (Status, Severity) {
    let reaches = |percent: f64| usage * 100.0 >= percent * limit;
    if limit == 0.0 {
        match usage == 0.0 {
            true => (Status::Pass, Severity::Info),
            false => (Status::Fail, Severity::High),
        }
    } else if reaches(100.0) {
        (Status::Fail, Severity::Critical)
    } else if reaches(tier.critical_percent) {
        (Status::Fail, Severity::High)
    } else if reaches(tier.warn_percent) {
        (Status::Warn, Severity::Medium)
    } else {
        (Status::Pass, Severity::Info)
    }
}

/// What to say of a quota of which a number is missing. Without data points there is most likely no use.
fn unseen(quota: &Quota) -> (Status, Severity, Measure) {
    let (limit, usage) = (known(quota), measured(quota));
    let (severity, unseen) = match (&quota.limit, &quota.usage) {
        (Limit::Unknown(unseen), _) => (Severity::Medium, unseen.clone()),
        (_, Usage::Unknown(unseen)) if unseen.reason == Reason::NoData => (Severity::Low, unseen.clone()),
        (_, Usage::Unknown(unseen)) => (Severity::Medium, unseen.clone()),
        (Limit::Known { value: limit, .. }, Usage::Measured { value: usage, .. }) => {
            (Severity::Medium, Unseen::new(Reason::Malformed, CHECK.id, format!("{usage}/{limit}")))
        }
    };
    let unit = quota.unit.clone();
    (Status::Unknown, severity, Measure::UtilizationUnknown { usage, limit, unit, unseen })
}

fn known(quota: &Quota) -> Option<f64> {
    match quota.limit {
        Limit::Known { value, .. } => sane(value),
        Limit::Unknown(_) => None,
    }
}

fn measured(quota: &Quota) -> Option<f64> {
    match quota.usage {
        Usage::Measured { value, .. } => sane(value),
        Usage::Unknown(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use howler_model::{LimitSource, UsageSource};

    use super::*;
    use crate::shared::examples::{judge as run, now, quota, unseen as no};

    fn one(quota: Quota) -> Verdict {
        run(&CHECK, &Facts { quotas: vec![quota], ..Facts::default() }).remove(0).verdict
    }

    fn graded(usage: f64, limit: f64) -> (Status, Severity) {
        let verdict = one(quota(usage, limit));
        (verdict.status, verdict.severity)
    }

    const PASS: (Status, Severity) = (Status::Pass, Severity::Info);
    const WARN: (Status, Severity) = (Status::Warn, Severity::Medium);
    const HIGH: (Status, Severity) = (Status::Fail, Severity::High);
    const FULL: (Status, Severity) = (Status::Fail, Severity::Critical);

    #[test]
    fn each_threshold_is_inside_in_whole_numbers() {
        for (usage, limit, expected) in [
            (0.0, 5.0, PASS),
            (4.0, 5.0, WARN),
            (799_999.0, 1_000_000.0, PASS),
            (800_000.0, 1_000_000.0, WARN),
            (949_999.0, 1_000_000.0, WARN),
            (950_000.0, 1_000_000.0, HIGH),
            (999_999.0, 1_000_000.0, HIGH),
            (1_000_000.0, 1_000_000.0, FULL),
            (1_000_001.0, 1_000_000.0, FULL),
            (19.0, 20.0, HIGH),
            (1.0, 1.0, FULL),
        ] {
            assert_eq!(graded(usage, limit), expected, "{usage} of {limit}");
        }
        for limit in 1..=2_000_u32 {
            let limit = f64::from(limit) * 20.0;
            assert_eq!(graded(limit / 20.0 * 16.0, limit), WARN, "80 % of {limit}");
            assert_eq!(graded(limit / 20.0 * 16.0 - 1.0, limit), PASS, "just below 80 % of {limit}");
            assert_eq!(graded(limit / 20.0 * 19.0, limit), HIGH, "95 % of {limit}");
            assert_eq!(graded(limit / 20.0 * 19.0 - 1.0, limit), WARN, "just below 95 % of {limit}");
        }
    }

    #[test]
    fn each_threshold_is_inside_in_fractions_of_tib() {
        let gib = 1.0 / 1024.0;
        for gibs in (20..=100_000_u32).step_by(20).map(f64::from) {
            let limit = gibs * gib;
            assert_eq!(graded(gibs / 5.0 * 4.0 * gib, limit), WARN, "80 % of {gibs} GiB");
            assert_eq!(graded((gibs / 5.0 * 4.0 - 1.0) * gib, limit), PASS, "1 GiB below 80 % of {gibs} GiB");
            assert_eq!(graded(gibs / 20.0 * 19.0 * gib, limit), HIGH, "95 % of {gibs} GiB");
            assert_eq!(graded(limit, limit), FULL, "{gibs} GiB");
        }
    }

    #[test]
    fn thresholds_are_the_users_and_every_whole_percent_is_exact() {
        for percent in (1..100_u32).map(f64::from) {
            let tier = QuotaTier { warn_percent: percent, critical_percent: 100.0 };
            assert_eq!(grade(percent, 100.0, tier), WARN, "{percent} %");
            assert_eq!(grade(percent - 1.0, 100.0, tier), PASS, "below {percent} %");
        }
    }

    #[test]
    fn a_limit_of_zero_is_fine_until_something_is_used() {
        assert_eq!(graded(0.0, 0.0), PASS);
        assert_eq!(graded(1.0, 0.0), HIGH);
        assert_eq!(graded(-0.0, 0.0), PASS);
    }

    #[test]
    fn the_measure_has_both_numbers_and_where_they_came_from() {
        let verdict = one(Quota { context: Some("vpc-1".into()), ..quota(46.0, 50.0) });
        let measure = Measure::Utilization {
            usage: 46.0,
            limit: 50.0,
            unit: "vCPU".into(),
            limit_by: LimitSource::Applied,
            usage_by: UsageSource::Counted,
            at: now(),
        };
        assert_eq!((verdict.measure, verdict.affects), (measure, vec!["vpc-1".to_owned()]));
        assert_eq!((verdict.status, verdict.deadline), (Status::Warn, None));
    }

    #[test]
    fn what_cannot_be_an_amount_is_unknown_and_never_a_number() {
        for bad in [-1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for (broken, usage, limit) in [
                (quota(bad, 5.0), None, Some(5.0)),
                (quota(1.0, bad), Some(1.0), None),
                (quota(bad, bad), None, None),
            ] {
                let verdict = one(broken);
                assert_eq!((verdict.status, verdict.severity), (Status::Unknown, Severity::Medium));
                let Measure::UtilizationUnknown { usage: told, limit: allowed, unseen, .. } = verdict.measure
                else {
                    panic!("{bad} was taken for a number")
                };
                assert_eq!((told, allowed, unseen.reason), (usage, limit, Reason::Malformed));
            }
        }
    }

    #[test]
    fn a_missing_number_is_unknown_with_its_reason() {
        let usage = |reason| Usage::Unknown(no(reason, "ec2:DescribeInstances"));
        let limit = Limit::Unknown(no(Reason::Throttled, "servicequotas:ListServiceQuotas"));
        let no_usage = |reason| Quota { usage: usage(reason), ..quota(0.0, 5.0) };
        let no_limit = Quota { limit: limit.clone(), ..quota(3.0, 0.0) };
        let neither = Quota { limit, ..no_usage(Reason::NoData) };
        for (quota, severity, numbers, reason) in [
            (no_usage(Reason::Denied), Severity::Medium, (None, Some(5.0)), Reason::Denied),
            (no_usage(Reason::NoData), Severity::Low, (None, Some(5.0)), Reason::NoData),
            (no_limit, Severity::Medium, (Some(3.0), None), Reason::Throttled),
            (neither, Severity::Medium, (None, None), Reason::Throttled),
        ] {
            let verdict = one(quota);
            assert_eq!((verdict.status, verdict.severity), (Status::Unknown, severity));
            let Measure::UtilizationUnknown { usage, limit, unit, unseen } = verdict.measure else {
                panic!("a missing number was taken for a number")
            };
            assert_eq!((usage, limit), numbers);
            assert_eq!((unit.as_str(), unseen.reason), ("vCPU", reason));
        }
    }

    #[test]
    fn every_quota_has_its_own_finding() {
        let mut other = quota(1.0, 5.0);
        other.resource.id = "ec2/L-0263D0A3".into();
        let findings = run(&CHECK, &Facts { quotas: vec![quota(5.0, 5.0), other], ..Facts::default() });
        assert_eq!(findings.len(), 2);
        assert_ne!(findings[0].id, findings[1].id);
    }
}
