//! A finding, and what is around it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use howler_model::{
    AccountId, CheckId, Finding, FindingId, Identity, Measure, Origin, Partition, Reason, Resource, Scope,
    Service, Severity, Status, Tags, Unseen, Verdict,
};
use howler_rules::{Around, Blind, Error, Files, Rules, Text};

pub(crate) const ACCOUNT: &str = "111111111111";
pub(crate) const CERTIFICATE: &str = "arn:aws:acm:eu-west-1:111111111111:certificate/1";
pub(crate) const LISTENER: &str =
    "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/web/50dc/0467";
pub(crate) const BALANCER: &str =
    "arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/web/50dc";

const CHECKS: [CheckId; 4] =
    ["certificate-expiry", "quota-utilization", "scan-coverage", "suppression-expired"];

pub(crate) fn now() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// A certificate of www.example.com in eu-west-1 that ends in 10 days, used by a listener.
pub(crate) fn certificate() -> Finding {
    let not_after = now() + TimeDelta::days(10);
    let certificate = Box::new(Identity {
        role: howler_model::Role::Leaf,
        origin: Origin::AcmImported,
        subject: None,
        issuer: None,
        names: vec!["www.example.com".into(), "*.shop.example.net".into()],
        serial: None,
        sha256: None,
        key: None,
        signature: None,
    });
    let seconds_left = TimeDelta::days(10).num_seconds();
    let measure = Measure::Expiry {
        not_before: None,
        not_after,
        seconds_left,
        lifetime_left: None,
        seldom: false,
        certificate,
    };
    let scope = aws("acm");
    let mut finding = finding("certificate-expiry", "acm-certificate", CERTIFICATE, scope, measure);
    finding.verdict.deadline = Some(not_after);
    finding.verdict.affects = vec![LISTENER.into()];
    finding
}

/// A listing of ACM that was denied.
pub(crate) fn gap() -> Finding {
    let measure = Measure::Gap(Unseen::new(Reason::Denied, "acm:ListCertificates", "no"));
    let id = "111111111111/eu-west-1/acm acm:ListCertificates";
    let mut finding = finding("scan-coverage", "scope", id, aws("acm"), measure);
    finding.verdict.status = Status::Unknown;
    finding
}

pub(crate) fn finding(
    check: CheckId,
    kind: &'static str,
    id: &str,
    scope: Scope,
    measure: Measure,
) -> Finding {
    let resource = Resource { scope, kind, id: id.into(), name: "a name".into() };
    let (status, severity) = (Status::Warn, Severity::Medium);
    Finding {
        id: FindingId::of(check, &resource),
        check,
        title: "",
        fix: "",
        verdict: Verdict { resource, status, severity, measure, deadline: None, affects: Vec::new() },
        owner: None,
        suppressed: None,
        rescored: None,
        unsure: Default::default(),
    }
}

pub(crate) fn aws(service: &'static str) -> Scope {
    let (account, region) = (ACCOUNT.parse().unwrap(), "eu-west-1".parse().unwrap());
    Scope::aws(Partition::Aws, account, region, Service::named(service))
}

/// What is known around findings; nothing by default.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) tags: Tags,
    pub(crate) account_tags: Vec<(String, String)>,
    pub(crate) units: BTreeMap<String, BTreeSet<AccountId>>,
    pub(crate) blind: Blind,
}

impl Known {
    pub(crate) fn tag(mut self, arn: &str, key: &str, value: &str) -> Self {
        self.tags.entry(arn.into()).or_default().push((key.into(), value.into()));
        self
    }

    pub(crate) fn account_tag(mut self, key: &str, value: &str) -> Self {
        self.account_tags.push((key.into(), value.into()));
        self
    }

    pub(crate) fn around(&self) -> Around<'_> {
        Around { tags: &self.tags, account_tags: &self.account_tags, units: &self.units, blind: &self.blind }
    }
}

/// The file that is meant by its name, and no other.
pub(crate) fn read(name: &str, text: &str) -> Result<Rules, Error> {
    let file = |wanted: &str| (name == wanted).then(|| Text { name: name.into(), text: text.into() });
    Rules::read(&Files {
        owners: file("owners.toml"),
        suppressions: file("suppressions.toml"),
        severities: file("severities.toml"),
        thresholds: file("thresholds.toml"),
        checks: &CHECKS,
        today: now().date_naive(),
    })
}

/// What is wrong with a file.
pub(crate) fn wrong(name: &str, text: &str) -> String {
    read(name, text).expect_err(text).to_string()
}
