//! Certificates of servers and clients that never end.

use chrono::{DateTime, Utc};
use howler_model::{
    Check, FactKind, Facts, Grain, Measure, Role, Severity, Status, Thresholds, Validity, Verdict,
};

use crate::shared::{placed, worst_of_each};

pub(crate) static CHECK: Check = Check {
    id: "certificate-no-expiry",
    title: "Certificate that never ends",
    why: "A certificate without an end is never replaced: nobody practises it, its key lies where it was put once for all, \
          and whoever copied that can be this server or client for ever.",
    fix: "Issue it again with a lifetime that somebody or something renews: 90 days by a program, a year by hand.",
    since: "0.1.0",
    grain: Grain::Account,
    needs: &[FactKind::Certificate, FactKind::Binding, FactKind::Served],
    verdicts,
};

/// Authorities and lists of whom to trust may have no end: those who trust them decide how long.
fn verdicts(facts: &Facts, _: &Thresholds, _: DateTime<Utc>) -> Vec<Verdict> {
    let endless = placed(facts)
        .into_iter()
        .filter(|place| place.role == Role::Leaf && place.certificate.validity == Validity::NoExpiry);
    let low = (Status::Warn, Severity::Low);
    worst_of_each(endless.map(|place| place.verdict(low, Measure::NoExpiry, None)))
}

#[cfg(test)]
mod tests {
    use howler_model::Certificate;

    use super::*;
    use crate::shared::examples::{authority, certificate, judge as run};

    #[test]
    fn a_leaf_needs_an_end_and_an_authority_does_not() {
        let endless = |certificate| Certificate { validity: Validity::NoExpiry, ..certificate };
        let certificates = vec![endless(certificate("a")), endless(authority("b")), certificate("c")];
        let findings = run(&CHECK, &Facts { certificates, ..Facts::default() });
        let told: Vec<_> = findings
            .iter()
            .map(|it| (it.verdict.resource.id.as_str(), it.verdict.status, it.verdict.severity))
            .collect();
        assert_eq!(told, [("a", Status::Warn, Severity::Low)]);
    }
}
