//! Endpoints and listeners that speak protocols which current clients refuse.

use chrono::{DateTime, Utc};
use howler_model::{
    Binding, Check, FactKind, Facts, Grain, Measure, Served, Severity, Status, Thresholds, Verdict,
};

use crate::shared::{by_address, worst_of_each};

/// The protocols before TLS 1.2, the oldest first, as handshakes name them.
const LEGACY: [&str; 4] = ["SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"];

pub(crate) static CHECK: Check = Check {
    id: "tls-legacy-protocol",
    title: "Protocol or cipher that current clients refuse",
    why: "TLS 1.0 and 1.1 are retired (RFC 8996). What speaks nothing newer is refused by current clients, and what still \
          allows it lets an attacker push two sides that know better down to it.",
    fix: "Allow TLS 1.2 and 1.3 alone: a security policy such as ELBSecurityPolicy-TLS13-1-2-2021-06 on a load balancer \
          (`aws elbv2 modify-listener --ssl-policy`), TLSv1.2_2021 on CloudFront, `ssl_protocols TLSv1.2 TLSv1.3` in \
          nginx. See first in the access logs who still comes by an older one.",
    since: "0.1.0",
    grain: Grain::Account,
    needs: &[FactKind::Binding, FactKind::Served],
    verdicts,
};

/// An endpoint is told by what it speaks, which may be all that it can; a listener by what it allows.
fn verdicts(facts: &Facts, _: &Thresholds, _: DateTime<Utc>) -> Vec<Verdict> {
    let spoken = by_address(facts.served.iter().filter(|served| is_legacy(served)), |served| {
        let oldest = served.protocol.map(str::to_owned);
        (Status::Warn, Severity::Medium, Measure::LegacyProtocol { oldest, only: true })
    });
    worst_of_each(spoken.into_iter().chain(facts.bindings.iter().filter_map(allowed)))
}

fn is_legacy(served: &Served) -> bool {
    served.legacy || served.protocol.is_some_and(|protocol| LEGACY.contains(&protocol))
}

fn allowed(binding: &Binding) -> Option<Verdict> {
    let oldest = binding.oldest.filter(|oldest| LEGACY.contains(oldest))?;
    Some(Verdict {
        resource: binding.user.clone(),
        status: Status::Warn,
        severity: Severity::Low,
        measure: Measure::LegacyProtocol { oldest: Some(oldest.to_owned()), only: false },
        deadline: None,
        affects: binding.endpoints.iter().map(ToString::to_string).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::examples::{bound_at, certificate, judge as run, served};

    fn spoken(protocol: Option<&'static str>, legacy: bool) -> Option<(Severity, Measure)> {
        let chain = vec![certificate("leaf")];
        let served = vec![Served { protocol, legacy, ..served("a.example:443", "192.0.2.1:443", chain) }];
        let findings = run(&CHECK, &Facts { served, ..Facts::default() });
        findings.first().map(|finding| (finding.verdict.severity, finding.verdict.measure.clone()))
    }

    #[test]
    fn an_endpoint_is_judged_by_what_it_speaks() {
        let told = |oldest: Option<&str>| {
            let oldest = oldest.map(str::to_owned);
            Some((Severity::Medium, Measure::LegacyProtocol { oldest, only: true }))
        };
        for protocol in LEGACY {
            assert_eq!(spoken(Some(protocol), false), told(Some(protocol)));
        }
        assert_eq!(spoken(Some("TLSv1.2"), true), told(Some("TLSv1.2")), "old ciphers");
        assert_eq!(spoken(None, true), told(None));
        for protocol in [Some("TLSv1.2"), Some("TLSv1.3"), None] {
            assert_eq!(spoken(protocol, false), None, "{protocol:?}");
        }
    }

    #[test]
    fn a_listener_is_judged_by_what_it_allows_once_for_all_its_certificates() {
        let allows = |certificate, oldest| Binding {
            oldest,
            ..bound_at(certificate, "arn:listener", &["a.example:443"])
        };
        let told = |oldest| {
            let bindings = vec![allows("arn:a", oldest), allows("arn:b", oldest)];
            run(&CHECK, &Facts { bindings, ..Facts::default() })
        };
        let findings = told(Some("TLSv1.0"));
        assert_eq!(findings.len(), 1);
        let verdict = &findings[0].verdict;
        assert_eq!((verdict.resource.id.as_str(), verdict.severity), ("arn:listener", Severity::Low));
        assert_eq!(verdict.affects, ["a.example:443"]);
        for oldest in [Some("TLSv1.2"), Some("TLSv1.3"), None] {
            assert_eq!(told(oldest), [], "{oldest:?}");
        }
    }
}
