//! A scan that rules and a memory went along with.

use chrono::TimeDelta;
use howler_model::{Finding, FindingId, Rescored, Severity, Status, Suppressed};

use super::Sample;
use super::estate::{expiries, quotas, scopes};
use super::nouns::{aws, certificate, endpoint, now, owner};
use crate::document::{self, Change, Changed, Changes, Place, Unconfirmed};

/// The scan with one of everything, with a memory of the one before, owners, suppressions and severities by rule.
pub(crate) fn remembered() -> Sample {
    let scopes = scopes();
    let mut found = expiries();
    found.extend(quotas());
    for finding in &mut found {
        let (name, via) = match finding.verdict.resource.kind {
            "quota" => ("platform", "default"),
            _ => ("team-web", "owners.toml:12"),
        };
        finding.owner = Some(owner(name, via));
    }
    let [_, api, _, _, old, ..] = found.as_mut_slice() else { panic!("as many as there are") };
    api.rescored = Some(Rescored { from: Severity::Medium, via: "severities.toml:7".into() });
    suppress(old, "the shop moves in spring, see OPS-1312", "anna@example.com");
    let mut sample = Sample::new(&scopes, &found);
    sample.changes = Some(changes(&sample.findings));
    sample
}

pub(super) fn suppress(finding: &mut Finding, reason: &str, owner: &str) {
    let until = "2027-03-31".parse().unwrap();
    let status = std::mem::replace(&mut finding.verdict.status, Status::Suppressed);
    finding.suppressed = Some(Suppressed { reason: reason.into(), owner: owner.into(), until, status });
}

/// Each change once, and two findings that were not confirmed.
pub(super) fn changes(findings: &[document::Finding]) -> Changes {
    let changed = |(finding, change): (&document::Finding, Change)| Changed {
        id: finding.id.clone(),
        change,
        first_seen: now() - TimeDelta::days(9),
        severity: finding.severity,
        before: (change == Change::Worse).then_some(document::Severity::Low),
        check: finding.check.clone(),
        scope: finding.scope.clone(),
        resource: finding.resource.id.clone(),
        name: finding.resource.name.clone(),
        owner: finding.owner.clone(),
    };
    let unconfirmed = |name: &str, days| Unconfirmed {
        id: FindingId::of(name, &endpoint(name)).to_string(),
        confirmed_at: now() - TimeDelta::days(days),
        severity: document::Severity::High,
        check: "certificate-expiry".into(),
        scope: Place::from(&aws("333333333333", "eu-west-1", "acm")),
        resource: certificate(name, "333333333333", "eu-west-1", days as u8).id,
        name: name.into(),
        owner: Some("team-blind".into()),
    };
    let findings = findings.iter().cycle().zip(Change::ALL).map(changed).collect();
    let unconfirmed = vec![unconfirmed("dark.example.com", 2), unconfirmed("blind.example.com", 3)];
    Changes { since: Some("the-one-before".into()), findings, unconfirmed }
}
