//! The nouns that samples are made of.

use chrono::{DateTime, TimeDelta, Utc};
use howler_model::{
    Cname, Finding, FindingId, Gap, Identity, LimitSource, Measure, Obstacle, Origin, Owner, Partition,
    Reason, Region, Resource, Role, Scope, ScopeCoverage, Service, Severity, Sha256, Sighting, Status,
    Unseen, UsageSource, Validation, Verdict,
};

/// The time that all samples are judged by.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-11-23T09:30:00Z".parse().unwrap()
}

pub(crate) fn aws(account: &str, region: &str, service: &'static str) -> Scope {
    let region = if region == "global" { Region::GLOBAL } else { region.parse().unwrap() };
    Scope::aws(Partition::Aws, account.parse().unwrap(), region, Service::named(service))
}

pub(crate) fn finding(
    check: &'static str,
    resource: Resource,
    status: Status,
    severity: Severity,
    measure: Measure,
) -> Finding {
    let deadline = match &measure {
        Measure::Expiry { not_after, .. } | Measure::Renewal { not_after, .. } => Some(*not_after),
        _ => None,
    };
    Finding {
        id: FindingId::of(check, &resource),
        check,
        title: "The title of the check",
        fix: "What the check says about fixing it.",
        verdict: Verdict { resource, status, severity, measure, deadline, affects: Vec::new() },
        owner: None,
        suppressed: None,
        rescored: None,
        unsure: Default::default(),
    }
}

fn identity(origin: Origin) -> Identity {
    Identity {
        role: Role::Leaf,
        origin,
        subject: Some("CN=www.example.com".into()),
        issuer: Some("CN=Example CA".into()),
        names: vec!["www.example.com".into(), "example.com".into()],
        serial: Some("0a1b2c".into()),
        sha256: Some(Sha256::of(b"www")),
        key: Some("RSA-2048".into()),
        signature: None,
    }
}

/// A certificate of ACM that is not renewed, because of a record that has to lead to `value`.
pub(crate) fn renewal(obstacle: Option<Obstacle>, domain: &str, value: &str) -> Measure {
    let record = Cname { name: format!("_x.{domain}"), value: value.into() };
    Measure::Renewal {
        obstacle,
        not_after: now() + TimeDelta::days(33),
        seconds_left: TimeDelta::days(33).num_seconds(),
        due: obstacle.is_none().then(|| now() - TimeDelta::days(12)),
        status: Some("PENDING_VALIDATION".into()),
        failure: None,
        validations: vec![Validation {
            domain: domain.into(),
            method: Some("DNS".into()),
            status: Some("PENDING_VALIDATION".into()),
            record: Some(record),
            published: Some(false),
        }],
        certificate: Box::new(identity(Origin::AcmIssued)),
    }
}

/// A certificate with these names in a place, with so much of its time left.
pub(super) fn sighting(place: &str, names: Vec<String>, left: TimeDelta) -> Box<Sighting> {
    Box::new(Sighting {
        place: place.into(),
        not_before: None,
        not_after: Some(now() + left),
        certificate: Identity { names, ..identity(Origin::Served) },
    })
}

pub(crate) fn expiry(origin: Origin, left: TimeDelta, lifetime: TimeDelta) -> Measure {
    let not_after = now() + left;
    Measure::Expiry {
        not_before: Some(not_after - lifetime),
        not_after,
        seconds_left: left.num_seconds(),
        seldom: false,
        lifetime_left: Some((left.as_seconds_f64() / lifetime.as_seconds_f64()).clamp(0.0, 1.0)),
        certificate: Box::new(identity(origin)),
    }
}

pub(crate) fn certificate(name: &str, account: &str, region: &str, number: u8) -> Resource {
    let id =
        format!("arn:aws:acm:{region}:{account}:certificate/1f0c9a52-93b1-4c51-8a4e-0242ac1200{number:02}");
    Resource { scope: aws(account, region, "acm"), kind: "acm-certificate", id, name: name.into() }
}

pub(super) fn owner(name: &str, via: &str) -> Owner {
    Owner { name: name.into(), via: via.into(), unsure: false }
}

pub(super) fn endpoint(name: &str) -> Resource {
    let scope = Scope::outside(name, Service::TLS);
    Resource { scope, kind: "tls-endpoint", id: name.into(), name: name.into() }
}

pub(super) fn quota(account: &str, region: &str, service: &'static str, code: &str, name: &str) -> Resource {
    let scope = aws(account, region, service);
    Resource { scope, kind: "quota", id: format!("{service}/{code}"), name: name.into() }
}

pub(crate) fn utilization(usage: f64, limit: f64, unit: &str) -> Measure {
    Measure::Utilization {
        usage,
        limit,
        unit: unit.into(),
        limit_by: LimitSource::Applied,
        usage_by: UsageSource::Counted,
        at: now(),
    }
}

pub(super) fn denied(action: &str) -> Unseen {
    let who = "arn:aws:sts::333333333333:assumed-role/howler/scan";
    Unseen {
        code: Some("AccessDeniedException".into()),
        request_id: Some("b4f5ec1c-0000-4000-8000-000000000001".into()),
        ..Unseen::new(Reason::Denied, action, format!("User: {who} is not authorized to perform: {action}"))
    }
}

pub(super) fn scope(
    scope: Scope,
    facts: usize,
    answered: usize,
    unseen: Vec<(Option<&str>, Unseen)>,
) -> ScopeCoverage {
    let gap = |(item, unseen): (Option<&str>, Unseen)| Gap {
        scope: scope.clone(),
        item: item.map(str::to_owned),
        unseen,
    };
    let gaps = unseen.into_iter().map(gap).collect();
    ScopeCoverage { scope, facts, answered, gaps }
}
