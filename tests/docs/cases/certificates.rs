//! Cases of what is wrong with certificates besides their end, and with where they are served.

use chrono::TimeDelta;
use howler_model::{
    Binding, Certificate, CertificateUsage, Cname, Facts, NameMatch, Origin, Renewal, Resource, Role, Served,
    Sha256, Trust, Untrusted, Validation, Validity,
};

use super::{Case, answered, authority, days, gap, kept, leaf, now, resource, seconds, served};

/// A certificate that ACM issued, in use, with so many of 198 days left.
fn issued(left: i64, status: Option<&str>, validations: Vec<Validation>) -> Certificate {
    let status = status.map(str::to_owned);
    let renewal = Renewal { eligible: true, status, failure: None, updated: None, validations };
    let usage = CertificateUsage::By(vec!["arn:lb".into()]);
    Certificate { origin: Origin::AcmIssued, renewal: Some(renewal), usage, ..leaf(198, days(left)) }
}

fn validation(method: &str, published: Option<bool>) -> Validation {
    Validation {
        domain: "www.example.com".into(),
        method: Some(method.into()),
        status: Some("PENDING_VALIDATION".into()),
        record: Some(Cname { name: "_x.www.example.com.".into(), value: "_y.acm-validations.aws.".into() }),
        published,
    }
}

pub(super) fn overdue() -> Vec<Case> {
    let by_client = |lifetime, left| {
        let chain = vec![Certificate { origin: Origin::Served, ..leaf(lifetime, days(left)) }];
        answered(Served { chain, ..served() })
    };
    let pending = issued(42, Some("PENDING_VALIDATION"), vec![validation("DNS", None)]);
    vec![
        ("Issued by ACM, 42 days left, no word of its renewal", kept(issued(42, None, vec![]))),
        ("Issued by ACM, 44 days left", kept(issued(44, None, vec![]))),
        ("Issued by ACM, 42 days left, waiting for a validation", kept(pending)),
        ("Served, 90 days long, 27 days left", by_client(90, 27)),
        ("Served, 90 days long, 30 days left", by_client(90, 30)),
        ("Served, 398 days long, 31 days left: renewed by hand", by_client(398, 31)),
    ]
}

pub(super) fn will_not_renew() -> Vec<Case> {
    let pending = |validations| kept(issued(40, Some("PENDING_VALIDATION"), validations));
    let dns = |published| pending(vec![validation("DNS", published)]);
    let ineligible = |usage| {
        let mut certificate = Certificate { usage, ..issued(50, None, vec![]) };
        certificate.renewal.as_mut().unwrap().eligible = false;
        kept(certificate)
    };
    vec![
        ("The renewal failed", kept(issued(40, Some("FAILED"), vec![]))),
        ("It waits for a record that is not there", dns(Some(false))),
        (
            "The renewal has not begun, and a record that it needs is gone",
            kept(issued(58, None, vec![validation("DNS", Some(false))])),
        ),
        ("It waits for an answer to an e-mail", pending(vec![validation("EMAIL", None)])),
        ("It is in use and ACM says that it will not renew it", ineligible(CertificateUsage::Unknown)),
        ("It waits for a record that nobody looked for", dns(None)),
        ("It waits for a record that is there", dns(Some(true))),
        ("Nothing uses it, 50 days left", ineligible(CertificateUsage::Unused)),
        ("ACM is about to renew it", kept(issued(40, Some("PENDING_AUTO_RENEWAL"), vec![]))),
    ]
}

fn numbered(number: &str, left: i64) -> Certificate {
    Certificate { sha256: Some(Sha256::of(number.as_bytes())), ..leaf(90, days(left)) }
}

/// An endpoint that is to serve one certificate, and serves these.
fn deployed(on: &[(&str, Certificate)]) -> Facts {
    let user = Resource { id: "arn:listener".into(), ..resource("elasticloadbalancing", "elb-listener") };
    let endpoint = "www.example.com:443".parse().unwrap();
    let serve = |(address, leaf): &(&str, Certificate)| Served {
        address: address.parse().unwrap(),
        chain: vec![leaf.clone()],
        ..served()
    };
    Facts {
        certificates: vec![numbered("bound", 80)],
        bindings: vec![Binding { endpoints: vec![endpoint], ..Binding::new("id", user) }],
        served: on.iter().map(serve).collect(),
        ..Facts::default()
    }
}

pub(super) fn older_served() -> Vec<Case> {
    let (one, two) = ("192.0.2.1:443", "192.0.2.2:443");
    let by = |issuer: &str, left| Certificate { issuer: Some(issuer.into()), ..numbered("old", left) };
    let mut between = deployed(&[(one, by("CN=Edge", 5))]);
    between.certificates[0].issuer = Some("Amazon".into());
    vec![
        (
            "All addresses serve the one before",
            deployed(&[(one, numbered("old", 5)), (two, numbered("old", 5))]),
        ),
        ("One of two does", deployed(&[(one, numbered("old", 5)), (two, numbered("bound", 80))])),
        ("What is served is of another issuer", between),
        ("All serve the one that is bound", deployed(&[(one, numbered("bound", 80))])),
        ("What is served ends later than what is bound", deployed(&[(one, numbered("newer", 85))])),
    ]
}

pub(super) fn not_served() -> Vec<Case> {
    let (one, two) = ("192.0.2.1:443", "192.0.2.2:443");
    let foreign = || Certificate { names: vec!["cdn.example.net".into()], ..numbered("foreign", 20) };
    let mut refused = deployed(&[(one, foreign())]);
    refused.served[0].name = NameMatch::Differs;
    vec![
        ("Another certificate, which clients refuse", refused),
        ("Another certificate, with which clients are content", deployed(&[(one, foreign())])),
        ("A newer one than is bound", deployed(&[(one, numbered("newer", 85))])),
        (
            "One of two addresses serves what is bound",
            deployed(&[(one, foreign()), (two, numbered("bound", 80))]),
        ),
    ]
}

pub(super) fn inverted() -> Vec<Case> {
    let of = |begins: TimeDelta, ends: TimeDelta| {
        let validity = Validity::Until { not_before: Some(now() + begins), not_after: now() + ends };
        kept(Certificate { validity, ..leaf(90, days(60)) })
    };
    vec![
        ("It begins in 9 days and ends in 8", of(days(9), days(8))),
        ("It begins in 9 days and ended yesterday: expired", of(days(9), days(-1))),
        ("It begins in 8 days and ends in 9", of(days(8), days(9))),
    ]
}

pub(super) fn no_expiry() -> Vec<Case> {
    let endless = |certificate| kept(Certificate { validity: Validity::NoExpiry, ..certificate });
    vec![
        ("A leaf that names no end", endless(leaf(90, days(60)))),
        ("An authority that names no end", endless(authority(days(60)))),
    ]
}

pub(super) fn uncovered() -> Vec<Case> {
    let of = |names: &[&str]| {
        let user = Resource { id: "arn:distribution".into(), ..resource("cloudfront", "distribution") };
        let names = names.iter().map(|&name| name.to_owned()).collect();
        let bindings = vec![Binding { names, ..Binding::new("id", user) }];
        Facts { bindings, ..kept(leaf(90, days(60))) }
    };
    let unseen = Facts { certificates: Vec::new(), ..of(&["shop.example.com"]) };
    vec![
        ("An alias that the certificate does not have", of(&["www.example.com", "shop.example.com"])),
        ("All aliases are in the certificate", of(&["www.example.com"])),
        ("The certificate was not seen", unseen),
    ]
}

pub(super) fn dangling() -> Vec<Case> {
    let of = |certificate: &str| {
        let user = Resource { id: "arn:listener".into(), ..resource("elasticloadbalancing", "elb-listener") };
        let mut facts =
            gap(1, howler_model::Unseen::new(howler_model::Reason::Denied, "acm:ListCertificates", "no"));
        facts.scopes[0].gaps.clear();
        facts.bindings = vec![Binding::new(certificate, user)];
        facts.certificates = vec![leaf(90, days(60))];
        facts
    };
    let gone = "arn:aws:acm:eu-west-1:123456789012:certificate/gone";
    let mut blind = of(gone);
    blind.scopes[0].gaps =
        gap(1, howler_model::Unseen::new(howler_model::Reason::Denied, "acm:ListCertificates", "no")).scopes
            [0]
        .gaps
        .clone();
    vec![
        ("A listener of a certificate that ACM does not list", of(gone)),
        ("A classic listener that says `Invalid-Certificate`", of("Invalid-Certificate")),
        ("The same as the first, where ACM did not tell all", blind),
        (
            "A listener of a certificate of another account",
            of("arn:aws:acm:eu-west-1:999999999999:certificate/x"),
        ),
        ("A certificate that is there", of("id")),
    ]
}

pub(super) fn chain() -> Vec<Case> {
    let of = |subject: &str, issuer: &str, certificate| Certificate {
        subject: Some(subject.into()),
        issuer: Some(issuer.into()),
        sha256: Some(Sha256::of(subject.as_bytes())),
        ..certificate
    };
    let ca = |subject: &str, issuer: &str| of(subject, issuer, authority(days(3000)));
    let with = |more: Vec<Certificate>, trust| {
        let chain = [vec![of("leaf", "one", leaf(90, days(60))), ca("one", "root")], more].concat();
        answered(Served { chain, trust, ..served() })
    };
    let broken = Trust::Untrusted(Untrusted::UnknownIssuer, "no path".into());
    vec![
        ("A certificate that belongs to another chain", with(vec![ca("other", "root")], Trust::Trusted)),
        ("The root", with(vec![ca("root", "root")], Trust::Trusted)),
        (
            "A chain that leads nowhere: certificate-untrusted tells it",
            with(vec![ca("root", "root")], broken),
        ),
        ("A leaf and its intermediate", with(vec![], Trust::Trusted)),
    ]
}

pub(super) fn self_signed() -> Vec<Case> {
    let of = |origin, role| {
        let name = || Some("CN=www.example.com".to_owned());
        kept(Certificate { origin, role, subject: name(), issuer: name(), ..leaf(90, days(60)) })
    };
    vec![
        ("A leaf that somebody imported", of(Origin::AcmImported, Role::Leaf)),
        ("A leaf that the service made", of(Origin::Service, Role::Leaf)),
        ("A root", of(Origin::AcmPca, Role::Authority)),
    ]
}

pub(super) fn weak() -> Vec<Case> {
    let of = |key: &str, signature: &str, certificate| Certificate {
        key: Some(key.into()),
        signature: Some(signature.into()),
        ..certificate
    };
    let sha256 = "sha256WithRSAEncryption";
    let root = |issuer: &str| Certificate {
        subject: Some("CN=Root".into()),
        issuer: Some(issuer.into()),
        ..of("RSA-2048", "sha1WithRSAEncryption", authority(days(3000)))
    };
    let unused =
        Certificate { usage: CertificateUsage::Unused, ..of("RSA-1024", sha256, leaf(90, days(60))) };
    vec![
        ("A leaf with an RSA key of 1024 bits", kept(of("RSA-1024", sha256, leaf(90, days(60))))),
        ("The same, where nothing uses it", kept(unused)),
        ("A leaf signed with SHA-1", kept(of("RSA-2048", "sha1WithRSAEncryption", leaf(90, days(60))))),
        ("An intermediate signed with SHA-1", kept(root("CN=Other"))),
        ("A root that signed itself with SHA-1", kept(root("CN=Root"))),
        ("A leaf with a key on P-256", kept(of("EC-P-256", "ecdsa-with-SHA256", leaf(90, days(60))))),
    ]
}

pub(super) fn legacy() -> Vec<Case> {
    let speaks = |protocol, legacy| answered(Served { protocol: Some(protocol), legacy, ..served() });
    let allows = |oldest| {
        let user = Resource { id: "arn:listener".into(), ..resource("elasticloadbalancing", "elb-listener") };
        Facts {
            bindings: vec![Binding { oldest: Some(oldest), ..Binding::new("id", user) }],
            ..Facts::default()
        }
    };
    vec![
        ("An endpoint that speaks TLS 1.0 and nothing newer", speaks("TLSv1.0", true)),
        ("An endpoint that speaks TLS 1.2 with ciphers that clients refuse", speaks("TLSv1.2", true)),
        ("A listener that allows TLS 1.0", allows("TLSv1.0")),
        ("A listener that allows TLS 1.2", allows("TLSv1.2")),
        ("An endpoint that speaks TLS 1.3", speaks("TLSv1.3", false)),
    ]
}

pub(super) fn unused() -> Vec<Case> {
    let of = |usage| kept(Certificate { usage, ..leaf(90, days(60)) });
    vec![
        ("A certificate that nothing uses", of(CertificateUsage::Unused)),
        ("A certificate of which nobody knows who uses it", of(CertificateUsage::Unknown)),
    ]
}

pub(super) fn roles() -> Vec<Case> {
    let of = |role, origin, lifetime, left| kept(Certificate { role, origin, ..leaf(lifetime, days(left)) });
    vec![
        ("An imported leaf that lives 398 days, 14 days left", of(Role::Leaf, Origin::AcmImported, 398, 14)),
        ("A database, 90 days left", of(Role::Database, Origin::Service, 3650, 90)),
        ("A database, 180 days left", of(Role::Database, Origin::Service, 3650, 180)),
        ("An authority in a trust store, 365 days left", of(Role::TrustStore, Origin::Uploaded, 3650, 365)),
        ("What another directory signs with, 90 days left", of(Role::Federation, Origin::Uploaded, 3650, 90)),
        (
            "A list of revoked certificates of 20 days, 10 days left",
            of(Role::RevocationList, Origin::Uploaded, 20, 10),
        ),
        ("The same, one day after its end", of(Role::RevocationList, Origin::Uploaded, 20, -1)),
        ("A leaf in its last second, 6 days long", kept(leaf(6, seconds(0)))),
    ]
}

/// What obstacles there are is shown by the cases above; one more would need a case.
#[test]
fn every_obstacle_has_a_case() {
    let told = |case: &Case| {
        let check = howler_checks::find("certificate-will-not-renew").unwrap();
        let findings = check.judge(&case.1, &howler_model::Thresholds::default(), now());
        findings.into_iter().find_map(|finding| match finding.verdict.measure {
            howler_model::Measure::Renewal { obstacle, .. } => obstacle,
            _ => None,
        })
    };
    let shown: std::collections::BTreeSet<howler_model::Obstacle> =
        will_not_renew().iter().filter_map(told).collect();
    assert_eq!(shown.len(), 6);
}
