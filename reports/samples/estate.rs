//! A small estate with one of everything, and a healthy one.

use chrono::TimeDelta;
use howler_model::{
    Finding, Measure, Obstacle, Origin, Reason, Resource, Scope, ScopeCoverage, Service, Severity, Status,
    Unseen, Untrusted,
};

use super::Sample;
use super::nouns::{
    aws, certificate, denied, endpoint, expiry, finding, now, owner, quota, renewal, scope, sighting,
    utilization,
};

pub(super) fn passes() -> Vec<Finding> {
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

pub(super) fn expiries() -> Vec<Finding> {
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

pub(super) fn quotas() -> Vec<Finding> {
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

pub(super) fn endpoints() -> Vec<Finding> {
    let name = Measure::Name {
        wanted: "legacy.example.com".into(),
        covered: vec!["www.example.com".into(), "example.com".into()],
    };
    let reason = "self-signed leaf".into();
    let chain = Measure::Chain { untrusted: Some(Untrusted::SelfSigned), reason, missing: None };
    let of = |check, resource, measure| finding(check, resource, Status::Fail, Severity::High, measure);
    vec![
        of("certificate-name-mismatch", endpoint("legacy.example.com:443"), name),
        of("certificate-untrusted", endpoint("10.0.0.12:8443#intranet.example.com"), chain),
    ]
}

/// What may be wrong with certificates besides their end.
pub(super) fn certificates() -> Vec<Finding> {
    let of = |number: u8, check, status, severity, measure| {
        let name = format!("c{number}.example.com");
        finding(check, certificate(&name, "111111111111", "eu-west-1", number), status, severity, measure)
    };
    let names = || vec!["www.example.com".to_owned()];
    let deployment = Measure::Deployment {
        bound: sighting("arn:aws:acm:eu-west-1:111111111111:certificate/new", names(), TimeDelta::days(80)),
        served: sighting("www.example.com:443", names(), TimeDelta::days(5)),
        addresses: vec!["192.0.2.1:443".into()],
        seen: 2,
    };
    let text = |text: &str| Some(text.to_owned());
    let weak = Measure::Weak { key: text("RSA-1024"), signature: text("sha1WithRSAEncryption") };
    let covered = vec!["example.com".to_owned()];
    let record = Some(Obstacle::RecordMissing);
    let inverted = Measure::DatesInverted {
        not_before: now() + TimeDelta::days(9),
        not_after: now() + TimeDelta::days(8),
    };
    let needless =
        Measure::NeedlessChain { roots: vec!["CN=Root".into()], strangers: vec!["CN=Other".into()] };
    let legacy = Measure::LegacyProtocol { oldest: text("TLSv1.0"), only: true };
    use {Severity::*, Status::*};
    vec![
        of(60, "certificate-renewal-overdue", Warn, Medium, renewal(None, "a.example.com", "x.")),
        of(61, "certificate-will-not-renew", Fail, High, renewal(record, "a.example.com", "x.")),
        of(62, "certificate-older-served", Warn, Medium, deployment),
        of(
            63,
            "certificate-uncovered-name",
            Fail,
            High,
            Measure::UncoveredNames { wanted: names(), covered },
        ),
        of(64, "certificate-dangling", Fail, High, Measure::Dangling(vec!["Invalid-Certificate".into()])),
        of(65, "certificate-chain", Warn, Low, needless),
        of(66, "certificate-weak", Fail, High, weak),
        of(67, "certificate-self-signed", Warn, Low, Measure::SelfSigned("CN=www".into())),
        of(68, "certificate-dates-inverted", Fail, High, inverted),
        of(69, "tls-legacy-protocol", Warn, Medium, legacy),
        of(70, "certificate-unused", Warn, Info, Measure::Unused(Some(now()))),
    ]
}

/// The finding of a gap, as the check of the coverage makes it.
pub(super) fn coverage_finding(scope: &ScopeCoverage) -> Finding {
    let name = scope.scope.to_string();
    let id = format!("{name} {}", scope.gaps[0].unseen.action);
    let resource = Resource { scope: scope.scope.clone(), kind: "scope", id, name };
    let measure = Measure::Gap(scope.gaps[0].unseen.clone());
    finding("scan-coverage", resource, Status::Unknown, Severity::High, measure)
}

pub(super) fn scopes() -> Vec<ScopeCoverage> {
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

/// A scan of certificates that have more wrong with them than their end.
pub(crate) fn troubled() -> Sample {
    Sample::new(&[scope(aws("111111111111", "eu-west-1", "acm"), 11, 2, vec![])], &certificates())
}

/// A scan with one of everything.
pub(crate) fn scan() -> Sample {
    let scopes = scopes();
    let gaps = scopes.iter().filter(|scope| scope.status().is_gap()).map(coverage_finding);
    let findings = gaps.chain(expiries()).chain(quotas()).chain(endpoints()).chain(passes());
    let findings: Vec<_> = findings.collect();
    Sample::new(&scopes, &findings)
}
