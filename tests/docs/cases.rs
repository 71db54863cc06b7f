//! Small facts for each check, so that its page shows how it really judges.

use chrono::{DateTime, TimeDelta, Utc};
use howler_model::{
    Certificate, CertificateUsage, Facts, Gap, Limit, LimitSource, NameMatch, Origin, Partition, Quota,
    Reason, Resource, Role, Scope, ScopeCoverage, Served, Service, Sha256, Suppression, Trust, Unseen,
    Untrusted, Usage, UsageSource, Validity,
};

use crate::howler::NOW;

mod certificates;

/// What is seen, in words and as facts.
pub(crate) type Case = (&'static str, Facts);

/// The time of all cases.
pub(crate) fn now() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

/// The cases of a check, from bad to good.
pub(crate) fn of(check: &str) -> Vec<Case> {
    match check {
        "certificate-expiry" => [expiry(), certificates::roles()].concat(),
        "certificate-renewal-overdue" => certificates::overdue(),
        "certificate-will-not-renew" => certificates::will_not_renew(),
        "certificate-older-served" => certificates::older_served(),
        "certificate-not-served" => certificates::not_served(),
        "certificate-not-valid-yet" => not_valid_yet(),
        "certificate-dates-inverted" => certificates::inverted(),
        "certificate-no-expiry" => certificates::no_expiry(),
        "certificate-uncovered-name" => certificates::uncovered(),
        "certificate-dangling" => certificates::dangling(),
        "certificate-chain" => certificates::chain(),
        "certificate-self-signed" => certificates::self_signed(),
        "certificate-weak" => certificates::weak(),
        "tls-legacy-protocol" => certificates::legacy(),
        "certificate-unused" => certificates::unused(),
        "certificate-name-mismatch" => names(),
        "certificate-untrusted" => trust(),
        "quota-utilization" => quotas(),
        "scan-coverage" => coverage(),
        "suppression-expired" => suppressions(),
        other => panic!("tests/docs/cases.rs has no cases of the check {other}"),
    }
}

fn expiry() -> Vec<Case> {
    let unused = Certificate { usage: CertificateUsage::Unused, ..leaf(398, seconds(-1)) };
    let without = |validity| kept(Certificate { validity, ..leaf(398, days(60)) });
    let unread = Validity::Unknown("not a date".into());
    vec![
        ("A leaf, one second after its end", kept(leaf(398, seconds(-1)))),
        ("The same, where nothing uses it", kept(unused)),
        ("An intermediate that has ended, in a chain that another path makes trusted", bypassed()),
        ("A leaf in its last second", kept(leaf(398, seconds(0)))),
        ("A leaf that lives 398 days, 7 days left", kept(leaf(398, days(7)))),
        ("A leaf that lives 398 days, 30 days left", kept(leaf(398, days(30)))),
        ("A leaf that lives 398 days, 31 days left", kept(leaf(398, days(31)))),
        ("A leaf that lives 47 days, 30 days left", kept(leaf(47, days(30)))),
        ("An authority, 60 days left", kept(authority(days(60)))),
        ("An authority, 180 days left", kept(authority(days(180)))),
        ("An authority, 181 days left", kept(authority(days(181)))),
        ("An authority, 366 days left", kept(authority(days(366)))),
        ("A certificate whose dates cannot be read", without(unread)),
        ("A certificate that is requested and not issued", without(Validity::NotIssued)),
        ("A certificate that names no end", without(Validity::NoExpiry)),
    ]
}

fn not_valid_yet() -> Vec<Case> {
    let early = leaf(398, days(399));
    let unused = Certificate { usage: CertificateUsage::Unused, ..early.clone() };
    vec![
        ("A certificate that is valid from tomorrow on", kept(early)),
        ("The same, where nothing uses it", kept(unused)),
        ("A certificate that is valid already", kept(leaf(398, days(60)))),
    ]
}

fn names() -> Vec<Case> {
    let with = |name| answered(Served { name, ..served() });
    vec![
        ("A leaf without the name", with(NameMatch::Differs)),
        ("A leaf that cannot be read for it", with(NameMatch::Unknown)),
        ("A leaf with the name", with(NameMatch::Covers)),
    ]
}

fn trust() -> Vec<Case> {
    let with = |trust| answered(Served { trust, ..served() });
    let untrusted = |why| with(Trust::Untrusted(why, "no path".into()));
    vec![
        ("A self-signed leaf", untrusted(Untrusted::SelfSigned)),
        ("An unknown issuer, or an intermediate left out", untrusted(Untrusted::UnknownIssuer)),
        ("A signature that does not fit", untrusted(Untrusted::BadSignature)),
        ("A chain that only a date stops", with(Trust::OutOfDate)),
        ("A chain to a trusted root", with(Trust::Trusted)),
    ]
}

fn quotas() -> Vec<Case> {
    let of = |usage: f64, limit: f64| measured(Ok(usage), Ok(limit));
    vec![
        ("100 of 100", of(100.0, 100.0)),
        ("95 of 100", of(95.0, 100.0)),
        ("1 of 0", of(1.0, 0.0)),
        ("80 of 100", of(80.0, 100.0)),
        ("79 of 100", of(79.0, 100.0)),
        ("0 of 0", of(0.0, 0.0)),
        ("A usage that AWS did not let be counted", measured(Err(Reason::Denied), Ok(100.0))),
        ("A usage metric without points", measured(Err(Reason::NoData), Ok(100.0))),
        ("A limit that is not known", measured(Ok(60.0), Err(Reason::Denied))),
    ]
}

fn coverage() -> Vec<Case> {
    let of = |answered, reason| gap(answered, Unseen::new(reason, "acm:ListCertificates", "no"));
    vec![
        ("A scope that denied everything", of(0, Reason::Denied)),
        ("A scope that throttled every call", of(0, Reason::Throttled)),
        ("A scope that answered in part", of(1, Reason::Denied)),
        ("A scope that a signal left out", of(0, Reason::Skipped)),
        ("A region that the account has not enabled", of(0, Reason::Disabled)),
    ]
}

fn suppressions() -> Vec<Case> {
    let of = |left: i64| {
        let until = now().date_naive() + days(left);
        let (file, selector) = ("suppressions.toml".into(), "check=quota-utilization".into());
        let word =
            Suppression { file, selector, reason: "moves soon".into(), owner: "platform".into(), until };
        Facts { suppressions: vec![word], ..Facts::default() }
    };
    vec![
        ("A suppression on the day after its last one", of(-1)),
        ("A suppression on its last day", of(0)),
        ("A suppression 14 days before its last one", of(14)),
        ("A suppression 15 days before its last one", of(15)),
    ]
}

fn days(days: i64) -> TimeDelta {
    TimeDelta::days(days)
}

fn seconds(seconds: i64) -> TimeDelta {
    TimeDelta::seconds(seconds)
}

fn resource(service: &'static str, kind: &'static str) -> Resource {
    let (account, region) = ("123456789012".parse().unwrap(), "eu-west-1".parse().unwrap());
    let scope = Scope::aws(Partition::Aws, account, region, Service::named(service));
    Resource { scope, kind, id: "id".into(), name: "www.example.com".into() }
}

fn leaf(lifetime: i64, left: TimeDelta) -> Certificate {
    let not_after = now() + left;
    let validity = Validity::Until { not_before: Some(not_after - days(lifetime)), not_after };
    let resource = resource("acm", "acm-certificate");
    let certificate = Certificate::dated(resource, Role::Leaf, Origin::AcmIssued, validity);
    Certificate { names: vec!["www.example.com".into()], ..certificate }
}

fn authority(left: TimeDelta) -> Certificate {
    Certificate { role: Role::Authority, ..leaf(3650, left) }
}

fn kept(certificate: Certificate) -> Facts {
    Facts { certificates: vec![certificate], ..Facts::default() }
}

fn served() -> Served {
    Served {
        resource: resource("tls", "tls-endpoint"),
        endpoint: "www.example.com:443".parse().unwrap(),
        address: "192.0.2.1:443".parse().unwrap(),
        protocol: Some("TLSv1.3"),
        legacy: false,
        chain: vec![leaf(90, days(60))],
        trust: Trust::Trusted,
        name: NameMatch::Covers,
        client_certificate: false,
    }
}

fn answered(served: Served) -> Facts {
    Facts { served: vec![served], ..Facts::default() }
}

/// The verdict on the intermediate alone: the leaf says nothing that another case does not.
fn bypassed() -> Facts {
    let of = |text: &str| Some(Sha256::of(text.as_bytes()));
    let end = Certificate { validity: Validity::NoExpiry, sha256: of("leaf"), ..leaf(90, days(60)) };
    let other = Resource { id: "intermediate".into(), ..resource("tls", "tls-certificate") };
    let intermediate = Certificate { resource: other, sha256: of("intermediate"), ..authority(seconds(-1)) };
    answered(Served { chain: vec![end, intermediate], ..served() })
}

fn measured(usage: Result<f64, Reason>, limit: Result<f64, Reason>) -> Facts {
    let unseen = |reason| Unseen::new(reason, "ec2:DescribeInstances", "no");
    let known = |value| Limit::Known { value, by: LimitSource::Applied };
    let counted = |value| Usage::Measured { value, at: now(), by: UsageSource::Counted };
    let quota = Quota {
        resource: resource("ec2", "quota"),
        code: Some("L-1216C47A".into()),
        context: None,
        unit: "vCPU".into(),
        adjustable: Some(true),
        limit: limit.map_or_else(|reason| Limit::Unknown(unseen(reason)), known),
        usage: usage.map_or_else(|reason| Usage::Unknown(unseen(reason)), counted),
    };
    Facts { quotas: vec![quota], ..Facts::default() }
}

fn gap(answered: usize, unseen: Unseen) -> Facts {
    let scope = resource("acm", "scope").scope;
    let gaps = vec![Gap { scope: scope.clone(), item: None, unseen }];
    Facts { scopes: vec![ScopeCoverage { scope, facts: 0, answered, gaps }], ..Facts::default() }
}
