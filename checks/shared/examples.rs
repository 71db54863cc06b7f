//! Small facts for tests, healthy unless a test says otherwise.

use chrono::{DateTime, TimeDelta, Utc};
use howler_model::{
    Binding, Certificate, Check, Facts, Finding, Limit, LimitSource, NameMatch, Origin, Partition, Quota,
    Resource, Role, Scope, Served, Service, Thresholds, Trust, Unseen, Usage, UsageSource, Validity,
};

/// The time of all tests.
pub(crate) fn now() -> DateTime<Utc> {
    at("2026-08-01T12:00:00Z")
}

/// An instant in RFC 3339.
pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// What a check finds in the facts with the default thresholds.
pub(crate) fn judge(check: &Check, facts: &Facts) -> Vec<Finding> {
    check.judge(facts, &Thresholds::default(), now())
}

/// A service in one region of one account.
pub(crate) fn scope(service: &'static str) -> Scope {
    let (account, region) = ("123456789012".parse().unwrap(), "eu-west-1".parse().unwrap());
    Scope::aws(Partition::Aws, account, region, Service::named(service))
}

/// A certificate that lives 90 days and has 60 left, used by who knows whom.
pub(crate) fn certificate(id: &str) -> Certificate {
    let resource = Resource {
        scope: scope("acm"),
        kind: "acm-certificate",
        id: id.into(),
        name: "www.example.com".into(),
    };
    let validity = lasting(TimeDelta::days(90), TimeDelta::days(60));
    Certificate {
        names: vec!["www.example.com".into()],
        ..Certificate::dated(resource, Role::Leaf, Origin::AcmImported, validity)
    }
}

/// A certificate that signs others, with ten years to live and nine left.
pub(crate) fn authority(id: &str) -> Certificate {
    let validity = lasting(TimeDelta::days(3650), TimeDelta::days(3285));
    Certificate { role: Role::Authority, validity, ..certificate(id) }
}

/// A validity with so much of a lifetime left at [`now`].
pub(crate) fn lasting(lifetime: TimeDelta, left: TimeDelta) -> Validity {
    let not_after = now() + left;
    Validity::Until { not_before: Some(not_after - lifetime), not_after }
}

/// That a listener uses a certificate.
pub(crate) fn binding(certificate: &str, user: &str) -> Binding {
    let user = Resource {
        scope: scope("elasticloadbalancing"),
        kind: "listener",
        id: user.into(),
        name: user.into(),
    };
    Binding::new(certificate, user)
}

/// That a listener uses a certificate and is reached at these endpoints.
pub(crate) fn bound_at(certificate: &str, user: &str, endpoints: &[&str]) -> Binding {
    let endpoints = endpoints.iter().map(|endpoint| endpoint.parse().unwrap()).collect();
    Binding { endpoints, ..binding(certificate, user) }
}

/// What an address of an endpoint of an account served: trusted and with the right name.
pub(crate) fn served_there(endpoint: &str, address: &str, chain: Vec<Certificate>) -> Served {
    let mut served = served(endpoint, address, chain);
    served.resource.scope = scope("tls");
    served
}

/// What an address of an endpoint served: trusted and with the right name.
pub(crate) fn served(endpoint: &str, address: &str, chain: Vec<Certificate>) -> Served {
    let scope = Scope::outside(endpoint, Service::TLS);
    let resource = Resource { scope, kind: "tls-endpoint", id: endpoint.into(), name: endpoint.into() };
    Served {
        resource,
        endpoint: endpoint.parse().unwrap(),
        address: address.parse().unwrap(),
        protocol: Some("TLSv1.3"),
        legacy: false,
        chain,
        trust: Trust::Trusted,
        name: NameMatch::Covers,
        client_certificate: false,
    }
}

/// A quota with both numbers.
pub(crate) fn quota(usage: f64, limit: f64) -> Quota {
    let id = "ec2/L-1216C47A".to_owned();
    Quota {
        resource: Resource { scope: scope("ec2"), kind: "quota", id, name: "Standard instances".into() },
        code: Some("L-1216C47A".into()),
        context: None,
        unit: "vCPU".into(),
        adjustable: Some(true),
        limit: Limit::Known { value: limit, by: LimitSource::Applied },
        usage: Usage::Measured { value: usage, at: now(), by: UsageSource::Counted },
    }
}

/// A failure with a code.
pub(crate) fn unseen(reason: howler_model::Reason, action: &str) -> Unseen {
    Unseen { code: Some("AccessDeniedException".into()), ..Unseen::new(reason, action, "no") }
}
