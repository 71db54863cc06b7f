//! Endpoints that still serve the certificate that came before the one bound to them.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use chrono::{DateTime, Utc};
use howler_model::{
    Certificate, Check, FactKind, Facts, Grain, Measure, Served, Severity, Status, Thresholds, Verdict,
};

use crate::shared::{Deployed, Match, deployed, end, sighting};

pub(crate) static CHECK: Check = Check {
    id: "certificate-older-served",
    title: "Endpoint still serves the certificate before this one",
    why: "The certificate was renewed and the endpoint serves the one before it: a server that was not reloaded, a copy \
          that nobody exchanged, an exported certificate that nobody installed. Whoever looks at ACM sees a certificate \
          that is good for months, and clients are refused on the day that the old one ends.",
    fix: "Reload or restart what serves the endpoint; where it has a copy of the certificate (an exported one, an \
          instance behind the load balancer, a CDN of somebody else), install the new one there. Where only some \
          addresses serve the old one, see which: a roll-out may still be under way.",
    since: "0.1.0",
    grain: Grain::Account,
    needs: &[FactKind::Certificate, FactKind::Binding, FactKind::Served],
    verdicts,
};

/// Nothing is said where what is bound was not read, so that it cannot be compared.
fn verdicts(facts: &Facts, _: &Thresholds, _: DateTime<Utc>) -> Vec<Verdict> {
    deployed(facts).iter().filter_map(judge).collect()
}

fn judge(deployed: &Deployed<'_>) -> Option<Verdict> {
    let older: Vec<_> = deployed.served.iter().filter_map(|served| older(deployed, served)).collect();
    let (leaf, expected, _) = older.iter().min_by_key(|(leaf, ..)| end(leaf))?;
    let serving: BTreeSet<SocketAddr> = older.iter().map(|(.., served)| served.address).collect();
    let seen: BTreeSet<SocketAddr> = deployed.served.iter().map(|served| served.address).collect();
    // Old and new at once is a roll-out. Another issuer may be somebody in between who has a certificate of their own.
    let certain = serving.len() == seen.len() && is_alike(leaf, expected);
    let bound = expected.resource.id.clone();
    let affects = deployed.users.iter().map(|&user| user.to_owned()).chain([bound.clone()]).collect();
    Some(Verdict {
        resource: deployed.resource.clone(),
        status: if certain { Status::Fail } else { Status::Warn },
        severity: if certain { Severity::High } else { Severity::Medium },
        measure: Measure::Deployment {
            bound: sighting(bound, expected),
            served: sighting(&deployed.resource.id, leaf),
            addresses: serving.iter().map(ToString::to_string).collect(),
            seen: seen.len(),
        },
        deadline: end(leaf),
        affects,
    })
}

fn older<'a>(
    deployed: &Deployed<'a>,
    served: &'a Served,
) -> Option<(&'a Certificate, &'a Certificate, &'a Served)> {
    match (deployed.compare(served), served.chain.first()) {
        (Match::Older(expected), Some(leaf)) => Some((leaf, expected, served)),
        _ => None,
    }
}

/// Whether the issuers may be the same. ACM says `Amazon` where the certificate has a whole name.
fn is_alike(leaf: &Certificate, expected: &Certificate) -> bool {
    let both = leaf.issuer.as_ref().zip(expected.issuer.as_ref());
    both.is_none_or(|(leaf, expected)| leaf.contains(expected.as_str()) || expected.contains(leaf.as_str()))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use howler_model::Sha256;

    use super::*;
    use crate::shared::examples::{bound_at, certificate, judge as run, lasting, now, served_there};

    fn numbered(serial: &str, left: i64) -> Certificate {
        Certificate {
            serial: Some(serial.into()),
            validity: lasting(TimeDelta::days(90), TimeDelta::days(left)),
            ..certificate("arn:c")
        }
    }

    /// A leaf as it was served: with its fingerprint.
    fn leaf(serial: &str, left: i64) -> Certificate {
        Certificate { sha256: Some(Sha256::of(serial.as_bytes())), ..numbered(serial, left) }
    }

    fn facts(bound: Certificate, on: &[(&str, Certificate)]) -> Facts {
        let serve = |(address, leaf): &(&str, Certificate)| {
            served_there("www.example.com:443", address, vec![leaf.clone()])
        };
        Facts {
            certificates: vec![bound],
            bindings: vec![bound_at("arn:c", "arn:listener", &["www.example.com:443"])],
            served: on.iter().map(serve).collect(),
            ..Facts::default()
        }
    }

    fn told(facts: &Facts) -> Option<(Status, Severity)> {
        let findings = run(&CHECK, facts);
        assert!(findings.len() < 2);
        findings.first().map(|finding| (finding.verdict.status, finding.verdict.severity))
    }

    const FAIL: Option<(Status, Severity)> = Some((Status::Fail, Severity::High));
    const WARN: Option<(Status, Severity)> = Some((Status::Warn, Severity::Medium));

    #[test]
    fn it_says_both_certificates_their_ends_and_the_addresses() {
        let on = [("192.0.2.2:443", leaf("1", 5)), ("192.0.2.1:443", leaf("1", 5))];
        let finding = run(&CHECK, &facts(numbered("2", 80), &on)).remove(0);
        let verdict = finding.verdict;
        assert_eq!(verdict.resource.id, "www.example.com:443");
        assert_eq!(verdict.deadline, Some(now() + TimeDelta::days(5)));
        assert_eq!(verdict.affects, ["arn:listener", "arn:c"]);
        let Measure::Deployment { bound, served, addresses, seen } = verdict.measure else {
            panic!("another measure")
        };
        assert_eq!((bound.place.as_str(), bound.not_after), ("arn:c", Some(now() + TimeDelta::days(80))));
        assert_eq!((served.not_after, served.certificate.serial.as_deref()), (verdict.deadline, Some("1")));
        assert_eq!((addresses, seen), (vec!["192.0.2.1:443".into(), "192.0.2.2:443".into()], 2));
    }

    #[test]
    fn it_is_gone_once_the_endpoint_serves_the_new_one() {
        let bound = numbered("2", 80);
        assert_eq!(told(&facts(bound.clone(), &[("192.0.2.1:443", leaf("1", 5))])), FAIL);
        assert_eq!(told(&facts(bound.clone(), &[("192.0.2.1:443", leaf("2", 80))])), None);
        assert_eq!(told(&facts(bound, &[])), None, "nothing was served");
    }

    #[test]
    fn all_addresses_have_to_agree_before_it_is_certain() {
        let on = [("192.0.2.1:443", leaf("1", 5)), ("192.0.2.2:443", leaf("2", 80))];
        assert_eq!(told(&facts(numbered("2", 80), &on)), WARN);
        let keys = [("192.0.2.1:443", leaf("1", 5)), ("192.0.2.1:443", leaf("2", 80))];
        assert_eq!(told(&facts(numbered("2", 80), &keys)), FAIL, "one of the two keys of its only address");
    }

    #[test]
    fn a_certificate_of_somebody_else_is_not_certain_and_what_ends_later_is_not_older() {
        let issued = |issuer: &str, certificate| Certificate { issuer: Some(issuer.into()), ..certificate };
        let with = |issuer| {
            let on = [("192.0.2.1:443", issued(issuer, leaf("1", 5)))];
            told(&facts(issued("Amazon", numbered("2", 80)), &on))
        };
        assert_eq!((with("C=US, O=Amazon, CN=Amazon RSA 2048 M02"), with("CN=WE1")), (FAIL, WARN));
        assert_eq!(told(&facts(numbered("2", 80), &[("192.0.2.1:443", leaf("3", 85))])), None);
    }

    #[test]
    fn nothing_is_said_where_the_bound_one_was_not_read() {
        let unread = Certificate { serial: None, ..numbered("2", 80) };
        assert_eq!(told(&facts(unread, &[("192.0.2.1:443", leaf("1", 5))])), None);
    }
}
