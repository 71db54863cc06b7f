//! Endpoints whose chain leads to no trust anchor.

use chrono::{DateTime, Utc};
use howler_model::{
    Certificate, Check, FactKind, Facts, Grain, Measure, Served, Severity, Status, Thresholds, Trust,
    Untrusted, Verdict,
};

use crate::shared::{Reach, by_address};

pub(crate) static CHECK: Check = Check {
    id: "certificate-untrusted",
    title: "Certificate chain leads to no trusted root",
    why: "A client that does not know the issuer refuses the connection. The usual cause is a server that leaves out \
          its intermediate certificate: browsers fetch or remember it and work, while programs fail. Dates are \
          judged apart from this, by `certificate-expiry` and `certificate-not-valid-yet`.",
    fix: "Serve the full chain: the leaf first, then each intermediate, without the root (`ssl_certificate \
          fullchain.pem` in nginx, `--certificate-chain` with `aws acm import-certificate`). Replace a self-signed \
          certificate by one of ACM or another public authority. If it belongs to a private authority on purpose, \
          give howler the root of that authority as a trust anchor.",
    since: "0.1.0",
    grain: Grain::Account,
    needs: &[FactKind::Served, FactKind::Discovered],
    verdicts,
};

fn verdicts(facts: &Facts, _: &Thresholds, _: DateTime<Utc>) -> Vec<Verdict> {
    let reach = Reach::of(facts);
    by_address(&facts.served, |served| judge(served, &reach))
}

/// A path that only a date stops is a path: the checks of dates tell that it is out of date.
fn judge(served: &Served, reach: &Reach<'_>) -> (Status, Severity, Measure) {
    match &served.trust {
        Trust::Trusted | Trust::OutOfDate => (
            Status::Pass,
            Severity::Info,
            Measure::Chain { untrusted: None, reason: String::new(), missing: None },
        ),
        Trust::Untrusted(untrusted, reason) => {
            let missing = (*untrusted == Untrusted::UnknownIssuer).then(|| missing(&served.chain)).flatten();
            let measure = Measure::Chain {
                untrusted: Some(*untrusted),
                reason: reason.clone(),
                missing: missing.cloned(),
            };
            let unknown = matches!(untrusted, Untrusted::UnknownIssuer | Untrusted::SelfSigned);
            match unknown && reach.has_root_of_its_own(&served.endpoint) {
                true => (Status::Warn, Severity::Info, measure),
                false => (Status::Fail, Severity::High, measure),
            }
        }
    }
}

/// The issuer at which the way from the leaf upwards ends, because its certificate is not served.
fn missing(chain: &[Certificate]) -> Option<&String> {
    let mut last = chain.first()?;
    // A way without circles has no more steps than there are certificates.
    for _ in chain {
        let issuer = last.issuer.as_ref().filter(|issuer| last.subject.as_ref() != Some(issuer))?;
        match chain.iter().find(|member| member.subject.as_ref() == Some(issuer)) {
            Some(member) => last = member,
            None => return Some(issuer),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use howler_model::{Discovered, Resource};

    use super::*;
    use crate::shared::examples::{certificate, judge, served};

    fn on(address: &str, trust: Trust) -> Served {
        Served { trust, ..served("a.example:443", address, vec![certificate("leaf")]) }
    }

    #[test]
    fn a_root_that_aws_gives_to_clients_is_no_alarm() {
        let user = Resource { kind: "eks-cluster", ..certificate("arn:cluster").resource };
        let found = |user: Resource| {
            let endpoint = "a.example:443".parse().unwrap();
            let discovered = vec![Discovered { endpoint, user, private: false }];
            let unknown = Trust::Untrusted(Untrusted::UnknownIssuer, "no".into());
            let facts = Facts { discovered, served: vec![on("192.0.2.1:443", unknown)], ..Facts::default() };
            judge(&CHECK, &facts)[0].verdict.severity
        };
        assert_eq!(found(user.clone()), Severity::Info);
        assert_eq!(found(Resource { kind: "cloudfront-origin", ..user }), Severity::High);
    }

    #[test]
    fn every_reason_fails_and_keeps_the_words_of_the_validator() {
        for untrusted in [
            Untrusted::SelfSigned,
            Untrusted::UnknownIssuer,
            Untrusted::BadSignature,
            Untrusted::BadChain,
            Untrusted::Malformed,
        ] {
            let served = vec![on("192.0.2.1:443", Trust::Untrusted(untrusted, "words".into()))];
            let findings = judge(&CHECK, &Facts { served, ..Facts::default() });
            let verdict = &findings[0].verdict;
            assert_eq!((verdict.status, verdict.severity), (Status::Fail, Severity::High));
            assert_eq!(
                verdict.measure,
                Measure::Chain { untrusted: Some(untrusted), reason: "words".into(), missing: None }
            );
        }
    }

    #[test]
    fn the_issuer_that_is_not_served_is_named() {
        let of = |subject: &str, issuer: &str| {
            let text = |text: &str| Some(text.to_owned());
            Certificate { subject: text(subject), issuer: text(issuer), ..certificate(subject) }
        };
        let name = |chain: &[Certificate]| missing(chain).cloned();
        let (leaf, one, root) = (of("leaf", "one"), of("one", "root"), of("root", "root"));
        assert_eq!(name(std::slice::from_ref(&leaf)).as_deref(), Some("one"));
        assert_eq!(name(&[leaf.clone(), one.clone()]).as_deref(), Some("root"));
        assert_eq!(name(&[leaf.clone(), one.clone(), root]), None, "all is there, and nobody trusts it");
        assert_eq!(name(&[of("a", "b"), of("b", "a")]), None, "a circle");
        assert_eq!(name(&[certificate("unread"), one]), None);
        let why = |untrusted| Trust::Untrusted(untrusted, String::new());
        let told = |untrusted| {
            let served = Served { chain: vec![leaf.clone()], ..on("192.0.2.1:443", why(untrusted)) };
            judge(&CHECK, &Facts { served: vec![served], ..Facts::default() }).remove(0).verdict.measure
        };
        let is_named = |measure| matches!(measure, Measure::Chain { missing: Some(_), .. });
        assert!(is_named(told(Untrusted::UnknownIssuer)) && !is_named(told(Untrusted::BadSignature)));
    }

    #[test]
    fn a_path_passes_also_where_only_a_date_stops_it() {
        for trust in [Trust::Trusted, Trust::OutOfDate] {
            let served = vec![on("192.0.2.1:443", trust)];
            let findings = judge(&CHECK, &Facts { served, ..Facts::default() });
            assert_eq!(findings[0].verdict.status, Status::Pass);
        }
    }

    #[test]
    fn an_endpoint_is_one_finding_about_the_addresses_without_a_path() {
        let broken = Trust::Untrusted(Untrusted::UnknownIssuer, String::new());
        let served = vec![
            on("192.0.2.3:443", broken.clone()),
            on("192.0.2.1:443", Trust::Trusted),
            on("192.0.2.2:443", broken),
        ];
        let findings = judge(&CHECK, &Facts { served, ..Facts::default() });
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].verdict.affects, ["192.0.2.2:443", "192.0.2.3:443"]);
    }
}
