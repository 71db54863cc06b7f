//! Endpoints that serve something else than what is bound to them.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use chrono::{DateTime, Utc};
use howler_model::{
    Certificate, Check, FactKind, Facts, Grain, Measure, NameMatch, Served, Severity, Status, Thresholds,
    Trust, Verdict,
};

use crate::shared::{Deployed, Match, deployed, sighting};

pub(crate) static CHECK: Check = Check {
    id: "certificate-not-served",
    title: "Endpoint serves another certificate than its own",
    why: "A certificate is bound to what answers here, and every address serves another one. The name leads elsewhere, \
          something in between ends TLS with a certificate of its own, or a change did not arrive. Whoever renews the \
          bound certificate renews the wrong one, and nobody may know who renews the other.",
    fix: "See what the name leads to (`dig NAME`) and who has the certificate that is served. If a CDN or proxy in \
          between is meant to be there, keep its certificate in view instead (`howler scan --endpoint NAME:443`); if \
          not, correct the record or the listener.",
    since: "0.1.0",
    grain: Grain::Account,
    needs: &[FactKind::Certificate, FactKind::Binding, FactKind::Served],
    verdicts,
};

/// An earlier certificate of the same names is told by `certificate-older-served`, and one address that serves what is
/// bound is enough to say nothing here.
fn verdicts(facts: &Facts, _: &Thresholds, _: DateTime<Utc>) -> Vec<Verdict> {
    deployed(facts).iter().filter_map(judge).collect()
}

fn judge(deployed: &Deployed<'_>) -> Option<Verdict> {
    let others = deployed.served.iter().map(|served| other(deployed, served)).collect::<Option<Vec<_>>>()?;
    let (leaf, expected) = others.first()?;
    let addresses: BTreeSet<SocketAddr> = deployed.served.iter().map(|served| served.address).collect();
    let bound = expected.resource.id.clone();
    let affects = deployed.users.iter().map(|&user| user.to_owned()).chain([bound.clone()]).collect();
    Some(Verdict {
        resource: deployed.resource.clone(),
        status: Status::Warn,
        severity: if deployed.served.iter().all(|served| works(served)) {
            Severity::Low
        } else {
            Severity::Medium
        },
        measure: Measure::Deployment {
            bound: sighting(bound, expected),
            served: sighting(&deployed.resource.id, leaf),
            addresses: addresses.iter().map(ToString::to_string).collect(),
            seen: addresses.len(),
        },
        deadline: None,
        affects,
    })
}

/// What is served and what should be, if the two have nothing to do with each other.
fn other<'a>(deployed: &Deployed<'a>, served: &'a Served) -> Option<(&'a Certificate, &'a Certificate)> {
    match (deployed.compare(served), served.chain.first()) {
        (Match::Other(expected), Some(leaf)) => Some((leaf, expected)),
        _ => None,
    }
}

/// Clients are content with it: somebody meant it to be there.
fn works(served: &Served) -> bool {
    served.trust == Trust::Trusted && matches!(served.name, NameMatch::Covers | NameMatch::Unasked)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use howler_model::Sha256;

    use super::*;
    use crate::shared::examples::{bound_at, certificate, judge as run, lasting, served_there};

    fn sealed(id: &str, der: &str, names: &[&str], left: i64) -> Certificate {
        Certificate {
            sha256: Some(Sha256::of(der.as_bytes())),
            names: names.iter().map(|&name| name.to_owned()).collect(),
            validity: lasting(TimeDelta::days(90), TimeDelta::days(left)),
            ..certificate(id)
        }
    }

    fn on(address: &str, der: &str, names: &[&str], left: i64) -> Served {
        served_there("www.example.com:443", address, vec![sealed("leaf", der, names, left)])
    }

    fn told(served: Vec<Served>) -> Option<(Status, Severity)> {
        let facts = Facts {
            certificates: vec![sealed("arn:c", "bound", &["www.example.com"], 60)],
            bindings: vec![bound_at("arn:c", "arn:listener", &["www.example.com:443"])],
            served,
            ..Facts::default()
        };
        let findings = run(&CHECK, &facts);
        findings.first().map(|finding| (finding.verdict.status, finding.verdict.severity))
    }

    #[test]
    fn another_certificate_is_told_and_is_low_where_clients_are_content() {
        let foreign = || on("192.0.2.1:443", "foreign", &["cdn.example.net"], 20);
        let low = Some((Status::Warn, Severity::Low));
        let medium = Some((Status::Warn, Severity::Medium));
        assert_eq!(told(vec![foreign()]), low);
        assert_eq!(told(vec![Served { name: NameMatch::Differs, ..foreign() }]), medium);
        assert_eq!(told(vec![Served { name: NameMatch::Unasked, ..foreign() }]), low);
        assert_eq!(told(vec![Served { trust: Trust::OutOfDate, ..foreign() }]), medium);
        assert_eq!(told(vec![on("192.0.2.1:443", "newer", &["www.example.com"], 80)]), low);
    }

    #[test]
    fn what_is_bound_or_was_bound_before_is_not_told_here() {
        let foreign = || on("192.0.2.1:443", "foreign", &["cdn.example.net"], 20);
        assert_eq!(told(vec![foreign(), on("192.0.2.2:443", "bound", &["www.example.com"], 60)]), None);
        assert_eq!(told(vec![foreign(), on("192.0.2.2:443", "old", &["www.example.com"], 5)]), None);
        assert_eq!(told(vec![]), None);
    }

    #[test]
    fn it_is_about_the_endpoint_and_names_the_other_certificate() {
        let facts = Facts {
            certificates: vec![sealed("arn:c", "bound", &["www.example.com"], 60)],
            bindings: vec![bound_at("arn:c", "arn:listener", &["www.example.com:443"])],
            served: vec![on("192.0.2.1:443", "foreign", &["cdn.example.net"], 20)],
            ..Facts::default()
        };
        let verdict = run(&CHECK, &facts).remove(0).verdict;
        assert_eq!((verdict.resource.id.as_str(), verdict.deadline), ("www.example.com:443", None));
        assert_eq!(verdict.affects, ["arn:listener", "arn:c"]);
        let Measure::Deployment { served, .. } = verdict.measure else { panic!("another measure") };
        assert_eq!(served.certificate.names, ["cdn.example.net"]);
    }
}
