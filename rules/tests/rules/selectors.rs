//! What each key of a selector is about.

use howler_model::{Finding, FindingId, Measure, Scope, Service};

use crate::samples::{self as a, ACCOUNT, BALANCER, CERTIFICATE, Known, read};

/// Whether a selector is about a finding.
fn matches(selector: &str, mut finding: Finding, known: &Known) -> bool {
    let text = format!("default = \"no\"\ntags = []\n[[owner]]\n{selector}\nowner = \"yes\"\n");
    let rules = read("owners.toml", &text).unwrap_or_else(|error| panic!("{selector}: {error}"));
    rules.apply(&mut finding, &known.around(), a::now());
    finding.owner.unwrap().name == "yes"
}

fn holds(selector: &str, known: &Known) -> bool {
    matches(selector, a::certificate(), known)
}

fn known() -> Known {
    let mut known = Known::default().tag(CERTIFICATE, "env", "prod").tag(BALANCER, "tier", "web");
    known = known.account_tag("cost", "42");
    known.units.insert("ou-ab12-34cd56ef".into(), [ACCOUNT.parse().unwrap()].into());
    known
}

#[test]
fn each_key_matches_what_it_is_about_and_nothing_else() {
    let id = a::certificate().id;
    let other = FindingId::of("quota-utilization", &a::certificate().verdict.resource);
    let cases = [
        (format!("id = \"{id}\""), format!("id = \"{other}\"")),
        ("check = \"certificate-*\"".into(), "check = \"quota-*\"".into()),
        (format!("account = \"{ACCOUNT}\""), "account = \"222222222222\"".into()),
        ("ou = \"ou-ab12-34cd56ef\"".into(), "ou = \"ou-ab12-00000000\"".into()),
        ("region = \"eu-west-1\"".into(), "region = \"global\"".into()),
        ("region = \"eu-*\"".into(), "region = \"us-*\"".into()),
        ("service = \"acm\"".into(), "service = \"iam\"".into()),
        ("resource = \"arn:aws:acm:*:certificate/?\"".into(), "resource = \"certificate\"".into()),
        ("tag = \"env=prod\"".into(), "tag = \"env=dev\"".into()),
        ("tag = \"env\"".into(), "tag = \"Env\"".into()),
        ("tag = \"tier=web\"".into(), "tag = \"tier=\"".into()),
        ("account_tag = \"cost=42\"".into(), "account_tag = \"env\"".into()),
        ("domain = \"example.com\"".into(), "domain = \"ample.com\"".into()),
        ("domain = \"shop.example.net\"".into(), "domain = \"www.shop.example.net\"".into()),
    ];
    for (yes, no) in cases {
        assert!(holds(&yes, &known()), "{yes}");
        assert!(!holds(&no, &known()), "{no}");
    }
}

#[test]
fn all_keys_must_hold_and_any_value_of_each() {
    assert!(holds("account = [\"222222222222\", \"111111111111\"]\nservice = \"acm\"", &known()));
    assert!(!holds("account = [\"222222222222\", \"111111111111\"]\nservice = \"iam\"", &known()));
}

#[test]
fn a_unit_whose_accounts_are_not_known_matches_nothing() {
    assert!(!holds("ou = \"ou-ab12-34cd56ef\"", &Known::default()));
}

#[test]
fn a_domain_is_looked_for_in_the_endpoint_too() {
    let at = |target: &str| {
        let scope = Scope::outside(target, Service::TLS);
        a::finding("certificate-expiry", "tls-endpoint", target, scope, Measure::NoExpiry)
    };
    for target in ["api.example.com:443", "10.0.0.1:443#api.example.com", "api.example.com:443#other.org"] {
        assert!(matches("domain = \"example.com\"", at(target), &Known::default()), "{target}");
    }
    assert!(!matches("domain = \"example.com\"", at("example.com.evil.net:443"), &Known::default()));
    assert!(!matches("account = \"111111111111\"", at("api.example.com:443"), &Known::default()));
    assert!(!matches("region = \"*\"", at("api.example.com:443"), &Known::default()));
}
