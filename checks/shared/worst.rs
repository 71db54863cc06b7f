//! One verdict for each resource: the worst of those that came from several addresses or listings.

use chrono::{DateTime, Utc};
use howler_model::{Measure, Scope, Served, Severity, Status, Verdict};

/// Keeps the worst verdict about each resource, with all that is affected equally; in the order of resources.
///
/// The result does not depend on the order of the verdicts, because sources answer in any order.
pub(crate) fn worst_of_each(verdicts: impl IntoIterator<Item = Verdict>) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> = verdicts.into_iter().collect();
    verdicts.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| rank(a).cmp(&rank(b))));
    verdicts.dedup_by(|other, worst| {
        let same = place(other) == place(worst);
        if same && (other.status, other.severity) == (worst.status, worst.severity) {
            worst.affects.append(&mut other.affects);
        }
        same
    });
    for verdict in &mut verdicts {
        verdict.affects.sort();
        verdict.affects.dedup();
    }
    verdicts
}

/// One verdict for each endpoint, from what each of its addresses served.
pub(crate) fn by_address<'a>(
    served: impl IntoIterator<Item = &'a Served>,
    judge: impl Fn(&Served) -> (Status, Severity, Measure),
) -> Vec<Verdict> {
    worst_of_each(served.into_iter().map(|served| {
        let (status, severity, measure) = judge(served);
        Verdict {
            resource: served.resource.clone(),
            status,
            severity,
            measure,
            deadline: None,
            affects: vec![served.address.to_string()],
        }
    }))
}

/// What makes two verdicts speak of the same thing: all of the resource but its name.
fn place(verdict: &Verdict) -> (&Scope, &str, &str) {
    let resource = &verdict.resource;
    (&resource.scope, resource.kind, &resource.id)
}

/// The worst first: severity, status, then what ends first; affected names decide between equals.
fn rank(verdict: &Verdict) -> impl Ord + use<'_> {
    let status = Status::ALL.iter().position(|status| *status == verdict.status);
    let end: (bool, Option<DateTime<Utc>>) = (verdict.deadline.is_none(), verdict.deadline);
    (std::cmp::Reverse(verdict.severity), status, end, &verdict.affects)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::examples::{certificate, now};
    use chrono::TimeDelta;

    fn verdict(id: &str, status: Status, severity: Severity, affects: &str) -> Verdict {
        Verdict {
            resource: certificate(id).resource,
            status,
            severity,
            measure: Measure::NoExpiry,
            deadline: None,
            affects: vec![affects.to_owned()],
        }
    }

    #[test]
    fn the_worst_stays_with_those_that_share_it_in_any_order() {
        let mut verdicts = vec![
            verdict("b", Status::Pass, Severity::Info, "5"),
            verdict("a", Status::Pass, Severity::Info, "4"),
            verdict("a", Status::Fail, Severity::High, "3"),
            verdict("a", Status::Warn, Severity::Medium, "2"),
            verdict("a", Status::Fail, Severity::High, "1"),
        ];
        let worst = worst_of_each(verdicts.clone());
        let told: Vec<_> =
            worst.iter().map(|v| (v.resource.id.as_str(), v.status, v.affects.join(" "))).collect();
        assert_eq!(told, [("a", Status::Fail, "1 3".to_owned()), ("b", Status::Pass, "5".to_owned())]);
        verdicts.reverse();
        assert_eq!(worst_of_each(verdicts), worst);
    }

    #[test]
    fn equals_are_told_the_same_in_any_order() {
        let words = |words: &str| Verdict {
            measure: Measure::ExpiryUnknown(words.to_owned()),
            ..verdict("a", Status::Unknown, Severity::Medium, words)
        };
        assert_eq!(worst_of_each([words("1"), words("2")]), worst_of_each([words("2"), words("1")]));
    }

    #[test]
    fn what_is_unknown_is_worse_than_a_pass_and_what_ends_first_is_worse_than_the_rest() {
        let blind = verdict("a", Status::Unknown, Severity::Info, "1");
        let worst = worst_of_each([verdict("a", Status::Pass, Severity::Info, "2"), blind]);
        assert_eq!(worst.iter().map(|v| v.status).collect::<Vec<_>>(), [Status::Unknown]);

        let ends = |days| Verdict {
            deadline: Some(now() + TimeDelta::days(days)),
            ..verdict("a", Status::Fail, Severity::High, "1")
        };
        assert_eq!(worst_of_each([ends(3), ends(2)]), [ends(2)]);
    }
}
