//! Text of others, as bad as it gets.

use chrono::TimeDelta;
use howler_model::{
    Finding, Measure, Obstacle, Origin, Reason, Rescored, Scope, Service, Severity, Status, Unseen, Untrusted,
};

use super::Sample;
use super::nouns::{certificate, endpoint, expiry, finding, now, owner, renewal, scope, sighting};
use super::remembered::{changes, suppress};
use crate::document::{self, Place, Unconfirmed};

/// Names that want to move the cursor, forge lines, turn text around, run templates and commands, and never end.
pub(crate) const HOSTILE: [&str; 10] = [
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "two\r\nCoverage: 9 of 9 scopes complete.",
    "\u{202e}moc.elpmaxe\u{2066}",
    "{{ range .Alerts }}{{{",
    "<img src=x onerror=alert(1)></td></script><script>alert(2)</script>&lt;",
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
    let findings = names.clone().enumerate().flat_map(|(number, name)| {
        let odd = hostile_certificates(number as u8, name);
        hostile_findings(number as u8, name).into_iter().chain(odd)
    });
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
    let (reason, missing) = (name.into(), Some(name.into()));
    let chain = Measure::Chain { untrusted: Some(Untrusted::BadChain), reason, missing };
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

/// Every other measure of a certificate that holds text of others.
fn hostile_certificates(number: u8, name: &str) -> Vec<Finding> {
    let names = || vec![name.to_owned(), name.to_owned()];
    let text = || Some(name.to_owned());
    let left = TimeDelta::days(1);
    let measures = [
        renewal(Some(Obstacle::RecordMissing), name, name),
        renewal(Some(Obstacle::Email), name, name),
        renewal(None, name, name),
        Measure::Deployment {
            bound: sighting(name, names(), left),
            served: sighting(name, names(), left),
            addresses: names(),
            seen: 2,
        },
        Measure::UncoveredNames { wanted: names(), covered: names() },
        Measure::Dangling(names()),
        Measure::NeedlessChain { roots: names(), strangers: names() },
        Measure::Weak { key: text(), signature: text() },
        Measure::SelfSigned(name.into()),
        Measure::LegacyProtocol { oldest: text(), only: true },
    ];
    let of = |(kind, measure): (usize, Measure)| {
        let mut resource = certificate(name, "111111111111", "us-east-1", number);
        resource.id.push_str(&format!("{kind}{name}"));
        finding("certificate-weak", resource, Status::Fail, Severity::High, measure)
    };
    measures.into_iter().enumerate().map(of).collect()
}
