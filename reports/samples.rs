//! Handmade scans for the tests of all outputs.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use chrono::{DateTime, TimeDelta, Utc};
use howler_model::{
    Finding, FindingId, Gap, Identity, LimitSource, Measure, Origin, Owner, Partition, Reason, Region,
    Rescored, Resource, Scope, ScopeCoverage, Service, Severity, Sha256, Status, Suppressed, Unseen,
    Untrusted, UsageSource, Verdict,
};

use crate::document::{self, Change, Changed, Changes, Delivery, Place, Run, Unconfirmed};
use crate::{Held, Reading, Record, Records, Scan, Tally};

/// Records that count how often they are read and fail where they are told to.
#[derive(Default)]
pub(crate) struct Watched {
    pub(crate) held: Held,
    /// After so many findings there is an error.
    pub(crate) readable: Option<usize>,
    pub(crate) findings_read: Arc<AtomicUsize>,
    pub(crate) scopes_read: Arc<AtomicUsize>,
}

impl Records for Watched {
    fn findings(&self) -> io::Result<Reading<'_>> {
        let watched = |(number, record): (usize, &Record)| {
            self.findings_read.fetch_add(1, Relaxed);
            match self.readable {
                Some(readable) if number >= readable => Err(io::Error::other("the disk is gone")),
                _ => Ok(record.clone()),
            }
        };
        Ok(Box::new(self.held.findings.iter().enumerate().map(watched)))
    }

    fn scopes(&self) -> io::Result<Reading<'_>> {
        let watched = |record: io::Result<Record>| {
            self.scopes_read.fetch_add(1, Relaxed);
            record
        };
        Ok(Box::new(self.held.scopes()?.map(watched)))
    }
}

/// A scan in parts that a test may change.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) run: Run,
    /// In the order of documents.
    pub(crate) findings: Vec<document::Finding>,
    /// In the order of documents.
    pub(crate) scopes: Vec<document::Scope>,
    pub(crate) changes: Option<Changes>,
    pub(crate) deliveries: Vec<Delivery>,
}

impl Sample {
    fn new(scopes: &[ScopeCoverage], findings: &[Finding]) -> Self {
        let held = Held::of(findings, scopes);
        Self {
            run: run(),
            findings: held.findings.iter().map(|record| record.finding().unwrap()).collect(),
            scopes: held.scopes.iter().map(|record| record.scope().unwrap()).collect(),
            changes: None,
            deliveries: Vec::new(),
        }
    }

    /// The scan, with its records in the order that they have here.
    pub(crate) fn scan(&self) -> Scan {
        self.scan_of(Box::new(self.held()))
    }

    pub(crate) fn held(&self) -> Held {
        let findings = self.findings.iter().map(Record::of_finding).collect();
        Held { findings, scopes: self.scopes.iter().map(Record::of_scope).collect() }
    }

    /// The scan, with its records read from elsewhere.
    pub(crate) fn scan_of(&self, records: Box<dyn Records>) -> Scan {
        let mut tally = Tally::default();
        self.findings.iter().for_each(|finding| tally.add_finding(finding));
        self.scopes.iter().for_each(|scope| tally.add_scope(scope));
        Scan {
            run: self.run.clone(),
            version: "0.1.0".into(),
            tally,
            changes: self.changes.clone(),
            deliveries: self.deliveries.clone(),
            records,
        }
    }
}

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
        Measure::Expiry { not_after, .. } => Some(*not_after),
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
    }
}

pub(crate) fn expiry(origin: Origin, left: TimeDelta, lifetime: TimeDelta) -> Measure {
    let not_after = now() + left;
    Measure::Expiry {
        not_before: Some(not_after - lifetime),
        not_after,
        seconds_left: left.num_seconds(),
        lifetime_left: Some((left.as_seconds_f64() / lifetime.as_seconds_f64()).clamp(0.0, 1.0)),
        certificate: Box::new(Identity {
            origin,
            subject: Some("CN=www.example.com".into()),
            issuer: Some("CN=Example CA".into()),
            names: vec!["www.example.com".into(), "example.com".into()],
            serial: Some("0a1b2c".into()),
            sha256: Some(Sha256::of(b"www")),
            key: Some("RSA-2048".into()),
            signature: None,
        }),
    }
}

pub(crate) fn certificate(name: &str, account: &str, region: &str, number: u8) -> Resource {
    let id =
        format!("arn:aws:acm:{region}:{account}:certificate/1f0c9a52-93b1-4c51-8a4e-0242ac1200{number:02}");
    Resource { scope: aws(account, region, "acm"), kind: "acm-certificate", id, name: name.into() }
}

fn owner(name: &str, via: &str) -> Owner {
    Owner { name: name.into(), via: via.into() }
}

fn endpoint(name: &str) -> Resource {
    let scope = Scope::outside(name, Service::TLS);
    Resource { scope, kind: "tls-endpoint", id: name.into(), name: name.into() }
}

fn quota(account: &str, region: &str, service: &'static str, code: &str, name: &str) -> Resource {
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

fn denied(action: &str) -> Unseen {
    let who = "arn:aws:sts::333333333333:assumed-role/howler/scan";
    Unseen {
        code: Some("AccessDeniedException".into()),
        request_id: Some("b4f5ec1c-0000-4000-8000-000000000001".into()),
        ..Unseen::new(Reason::Denied, action, format!("User: {who} is not authorized to perform: {action}"))
    }
}

fn scope(scope: Scope, facts: usize, answered: usize, unseen: Vec<(Option<&str>, Unseen)>) -> ScopeCoverage {
    let gap = |(item, unseen): (Option<&str>, Unseen)| Gap {
        scope: scope.clone(),
        item: item.map(str::to_owned),
        unseen,
    };
    let gaps = unseen.into_iter().map(gap).collect();
    ScopeCoverage { scope, facts, answered, gaps }
}

fn run() -> Run {
    Run {
        id: "sample".into(),
        now: now(),
        started_at: now() + TimeDelta::seconds(1),
        finished_at: now() + TimeDelta::milliseconds(4_250),
        api_calls: 214,
        finished: true,
        checks: Vec::new(),
        narrowed: false,
    }
}

fn passes() -> Vec<Finding> {
    let days = |days| expiry(Origin::AcmIssued, TimeDelta::days(days), TimeDelta::days(198));
    let names = ["blog.example.com", "docs.example.com", "status.example.com"];
    let pass = |(number, name): (usize, &&str)| {
        let resource = certificate(name, "111111111111", "eu-west-1", 40 + number as u8);
        finding("certificate-expiry", resource, Status::Pass, Severity::Info, days(90 + number as i64))
    };
    names.iter().enumerate().map(pass).collect()
}

/// A scan that saw all there was, with nothing to do.
pub(crate) fn healthy() -> Sample {
    let scopes = vec![scope(aws("111111111111", "eu-west-1", "acm"), 3, 2, vec![])];
    Sample::new(&scopes, &passes())
}

fn expiries() -> Vec<Finding> {
    let of = |name, account, region, number, origin, left, lifetime, status, severity| {
        let measure = expiry(origin, left, TimeDelta::days(lifetime));
        finding("certificate-expiry", certificate(name, account, region, number), status, severity, measure)
    };
    let (days, hours) = (TimeDelta::days, TimeDelta::hours);
    use {Origin::*, Severity::*, Status::*};
    let mut expired =
        of("www.example.com", "111111111111", "eu-west-1", 1, AcmImported, -days(3), 398, Fail, Critical);
    expired.owner = Some(owner("team-web", "owners.toml:12"));
    expired.verdict.affects =
        vec!["arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/web/1/2".into()];
    vec![
        expired,
        of("api.example.com", "111111111111", "us-east-1", 2, AcmIssued, days(6) + hours(5), 198, Fail, High),
        of("pay.example.com", "222222222222", "eu-west-1", 3, AcmImported, hours(30), 90, Fail, High),
        of(
            "*.shop.example.com",
            "222222222222",
            "ap-southeast-2",
            4,
            AcmImported,
            days(21),
            398,
            Warn,
            Medium,
        ),
        of("old.example.com", "111111111111", "eu-west-1", 5, AcmImported, -days(400), 398, Fail, Low),
    ]
}

fn quotas() -> Vec<Finding> {
    let standard = "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances";
    let of = |resource, status, severity, measure| {
        finding("quota-utilization", resource, status, severity, measure)
    };
    let unseen = denied("cloudwatch:GetMetricData");
    let half = Measure::UtilizationUnknown { usage: None, limit: Some(5.0), unit: "count".into(), unseen };
    vec![
        of(
            quota("222222222222", "us-east-1", "ec2", "L-1216C47A", standard),
            Status::Warn,
            Severity::Medium,
            utilization(46.0, 50.0, "vCPU"),
        ),
        of(
            quota("111111111111", "eu-west-1", "vpc", "L-F678F1CE", "VPCs per Region"),
            Status::Fail,
            Severity::Critical,
            utilization(5.0, 5.0, "count"),
        ),
        of(
            quota("222222222222", "global", "iam", "L-FE177D64", "Roles per account"),
            Status::Warn,
            Severity::Medium,
            utilization(840.0, 1000.0, "count"),
        ),
        of(
            quota("222222222222", "eu-west-1", "ec2", "L-0263D0A3", "EC2-VPC Elastic IPs"),
            Status::Unknown,
            Severity::Medium,
            half,
        ),
    ]
}

fn endpoints() -> Vec<Finding> {
    let name = Measure::Name {
        wanted: "legacy.example.com".into(),
        covered: vec!["www.example.com".into(), "example.com".into()],
    };
    let chain = Measure::Chain { untrusted: Some(Untrusted::SelfSigned), reason: "self-signed leaf".into() };
    let of = |check, resource, measure| finding(check, resource, Status::Fail, Severity::High, measure);
    vec![
        of("certificate-name-mismatch", endpoint("legacy.example.com:443"), name),
        of("certificate-untrusted", endpoint("10.0.0.12:8443#intranet.example.com"), chain),
    ]
}

/// The finding of a gap, as the check of the coverage makes it.
fn coverage_finding(scope: &ScopeCoverage) -> Finding {
    let name = scope.scope.to_string();
    let id = format!("{name} {}", scope.gaps[0].unseen.action);
    let resource = Resource { scope: scope.scope.clone(), kind: "scope", id, name };
    let measure = Measure::Gap(scope.gaps[0].unseen.clone());
    finding("scan-coverage", resource, Status::Unknown, Severity::High, measure)
}

fn scopes() -> Vec<ScopeCoverage> {
    let throttled = Unseen {
        attempts: 5,
        code: Some("Throttling".into()),
        ..Unseen::new(Reason::Throttled, "elasticloadbalancing:DescribeListeners", "Rate exceeded")
    };
    let disabled = Unseen::new(Reason::Disabled, "ec2:DescribeRegions", "region is not opted in");
    let listener =
        "arn:aws:elasticloadbalancing:us-east-1:222222222222:loadbalancer/app/web/50dc6c495c0c9188";
    vec![
        scope(aws("111111111111", "eu-west-1", "acm"), 6, 9, vec![]),
        scope(aws("111111111111", "us-east-1", "acm"), 1, 2, vec![]),
        scope(aws("111111111111", "eu-west-1", "vpc"), 12, 4, vec![]),
        scope(
            aws("222222222222", "us-east-1", "elasticloadbalancing"),
            2,
            3,
            vec![(Some(listener), throttled)],
        ),
        scope(aws("222222222222", "ap-southeast-2", "acm"), 1, 2, vec![]),
        scope(aws("222222222222", "af-south-1", "acm"), 0, 0, vec![(None, disabled)]),
        scope(aws("333333333333", "eu-west-1", "acm"), 0, 0, vec![(None, denied("acm:ListCertificates"))]),
        scope(Scope::outside("legacy.example.com:443", Service::TLS), 1, 1, vec![]),
    ]
}

/// A scan with one of everything.
pub(crate) fn scan() -> Sample {
    let scopes = scopes();
    let gaps = scopes.iter().filter(|scope| scope.status().is_gap()).map(coverage_finding);
    let findings = gaps.chain(expiries()).chain(quotas()).chain(endpoints()).chain(passes());
    let findings: Vec<_> = findings.collect();
    Sample::new(&scopes, &findings)
}

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

fn suppress(finding: &mut Finding, reason: &str, owner: &str) {
    let until = "2027-03-31".parse().unwrap();
    let status = std::mem::replace(&mut finding.verdict.status, Status::Suppressed);
    finding.suppressed = Some(Suppressed { reason: reason.into(), owner: owner.into(), until, status });
}

/// Each change once, and two findings that were not confirmed.
fn changes(findings: &[document::Finding]) -> Changes {
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

/// Names that want to move the cursor, forge lines, turn text around, run templates and commands, and never end.
pub(crate) const HOSTILE: [&str; 9] = [
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "two\r\nCoverage: 9 of 9 scopes complete.",
    "\u{202e}moc.elpmaxe\u{2066}",
    "{{ range .Alerts }}{{{",
    "'; rm -rf ~ #$(reboot)`x`",
    "zero\u{200b}width\u{feff}\u{e0041}",
    "日本語の証明書の名前はとても長いのでどこかで切らなければならない日本語の証明書の名前",
    "a\u{301}\u{302}\u{303}👩\u{200d}👩\u{200d}👧\u{fe0f}🇩🇪",
    "c1\u{9b}31m\u{85}\u{7f}",
];

/// A scan in which all text of others is hostile.
pub(crate) fn hostile() -> Sample {
    let endless = "x".repeat(10_000);
    let names = HOSTILE.into_iter().chain([endless.as_str()]);
    let findings = names.clone().enumerate().flat_map(|(number, name)| hostile_findings(number as u8, name));
    let gaps = names.map(|name| {
        let unseen = Unseen { code: Some(name.into()), ..Unseen::new(Reason::Failed, name, name) };
        scope(Scope::outside(name, Service::from(name.to_owned())), 0, 0, vec![(Some(name), unseen)])
    });
    let mut sample = Sample::new(&gaps.collect::<Vec<_>>(), &findings.collect::<Vec<_>>());
    let mut changes = changes(&sample.findings);
    changes.unconfirmed.extend(HOSTILE.map(hostile_place));
    sample.changes = Some(changes);
    sample
}

/// As a document that others have written may say it.
fn hostile_place(text: &str) -> Unconfirmed {
    let word = || Some(text.to_owned());
    let service = text.to_owned();
    Unconfirmed {
        id: text.into(),
        confirmed_at: now(),
        severity: document::Severity::High,
        check: text.into(),
        scope: Place { partition: None, account: word(), region: word(), service, target: None },
        resource: text.into(),
        name: text.into(),
        owner: word(),
    }
}

fn hostile_findings(number: u8, name: &str) -> [Finding; 4] {
    let mut resource = certificate(name, "111111111111", "eu-west-1", number);
    resource.id.push_str(name);
    let expiry = expiry(Origin::AcmImported, TimeDelta::days(1), TimeDelta::days(90));
    let chain = Measure::Chain { untrusted: Some(Untrusted::BadChain), reason: name.into() };
    let unknown = Measure::ExpiryUnknown(name.into());
    let mut owned = finding("certificate-expiry", resource.clone(), Status::Fail, Severity::High, expiry);
    owned.owner = Some(owner(name, name));
    owned.verdict.affects = vec![name.to_owned()];
    owned.rescored = Some(Rescored { from: Severity::Low, via: name.into() });
    let mut hidden = finding("certificate-untrusted", resource, Status::Fail, Severity::High, chain.clone());
    suppress(&mut hidden, name, name);
    [
        owned,
        hidden,
        finding("certificate-untrusted", endpoint(name), Status::Fail, Severity::High, chain),
        finding("certificate-expiry", endpoint(name), Status::Unknown, Severity::Medium, unknown),
    ]
}
