//! Endpoints whose certificate does not cover the name that clients ask for.

use chrono::{DateTime, Utc};
use howler_model::{
    Check, FactKind, Facts, Grain, Measure, NameMatch, Served, Severity, Status, Thresholds, Verdict,
};

use crate::shared::by_address;

pub(crate) static CHECK: Check = Check {
    id: "certificate-name-mismatch",
    title: "Certificate does not cover the endpoint's name",
    why: "Clients compare the name they connect to with the names in the certificate and refuse it when none fits, \
          however long it is valid. A wildcard covers one label: `*.example.com` covers neither `example.com` nor \
          `a.b.example.com`.",
    fix: "Issue a certificate that has the name among its subject alternative names (`aws acm request-certificate \
          --domain-name NAME --subject-alternative-names NAME ...`) and attach it to the listener, or correct the \
          DNS record that leads the name to this server. If the server has the right certificate already, check \
          which one it serves for this server name (SNI): an additional certificate of the listener may be missing.",
    since: "0.1.0",
    grain: Grain::Account,
    needs: &[FactKind::Served],
    verdicts,
};

fn verdicts(facts: &Facts, _: &Thresholds, _: DateTime<Utc>) -> Vec<Verdict> {
    by_address(facts.served.iter().filter(|served| served.name != NameMatch::Unasked), judge)
}

fn judge(served: &Served) -> (Status, Severity, Measure) {
    let (status, severity) = match served.name {
        NameMatch::Covers | NameMatch::Unasked => (Status::Pass, Severity::Info),
        NameMatch::Differs => (Status::Fail, Severity::High),
        NameMatch::Unknown => (Status::Unknown, Severity::Medium),
    };
    let covered = served.chain.first().map(|leaf| leaf.names.clone()).unwrap_or_default();
    (status, severity, Measure::Name { wanted: served.endpoint.name().to_owned(), covered })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::examples::{certificate, judge, served};

    fn on(endpoint: &str, address: &str, name: NameMatch) -> Served {
        Served { name, ..served(endpoint, address, vec![certificate("leaf")]) }
    }

    #[test]
    fn each_match_has_its_grade_and_unknown_is_not_a_pass() {
        for (name, status, severity) in [
            (NameMatch::Covers, Status::Pass, Severity::Info),
            (NameMatch::Differs, Status::Fail, Severity::High),
            (NameMatch::Unknown, Status::Unknown, Severity::Medium),
        ] {
            let served = vec![on("192.0.2.1:443#api.example.com", "192.0.2.1:443", name)];
            let findings = judge(&CHECK, &Facts { served, ..Facts::default() });
            let verdict = &findings[0].verdict;
            assert_eq!((verdict.status, verdict.severity), (status, severity));
            let names = vec!["www.example.com".to_owned()];
            assert_eq!(verdict.measure, Measure::Name { wanted: "api.example.com".into(), covered: names });
        }
    }

    #[test]
    fn an_endpoint_is_one_finding_about_the_addresses_that_differ() {
        let served = vec![
            on("a.example:443", "192.0.2.1:443", NameMatch::Covers),
            on("a.example:443", "192.0.2.2:443", NameMatch::Differs),
            on("a.example:443", "192.0.2.3:443", NameMatch::Unknown),
        ];
        let findings = judge(&CHECK, &Facts { served, ..Facts::default() });
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].verdict.status, Status::Fail);
        assert_eq!(findings[0].verdict.affects, ["192.0.2.2:443"]);
    }
}
