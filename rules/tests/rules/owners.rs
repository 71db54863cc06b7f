//! Who owns a finding: the order of what says so.

use howler_model::{Finding, Measure, Owner, Region, Scope, Service};
use howler_rules::{Blind, Rules};

use crate::samples::{self as a, BALANCER, CERTIFICATE, Known, LISTENER, read};

fn owner(rules: &Rules, mut finding: Finding, known: &Known) -> Owner {
    rules.apply(&mut finding, &known.around(), a::now());
    finding.owner.expect("somebody owns it")
}

fn of(text: &str, known: &Known) -> (String, String) {
    let Owner { name, via, .. } = owner(&read("owners.toml", text).unwrap(), a::certificate(), known);
    (name, via)
}

fn pair(name: &str, via: &str) -> (String, String) {
    (name.to_owned(), via.to_owned())
}

const ALL: &str = "default = \"platform\"\n\n[[owner]]\naccount = \"111111111111\"\nowner = \"by-rule\"\n";
const NO_RULE: &str = "default = \"platform\"\n";

#[test]
fn each_step_holds_until_a_stronger_one_says_something() {
    let account = || Known::default().account_tag("team", "by-account");
    let user = || account().tag(BALANCER, "team", "by-user");
    let own = || user().tag(CERTIFICATE, "Owner", "by-tag");
    assert_eq!(of(ALL, &own()), pair("by-rule", "owners.toml:3"));
    assert_eq!(of(NO_RULE, &own()), pair("by-tag", "tag Owner"));
    assert_eq!(of(NO_RULE, &user()), pair("by-user", &format!("tag team of {LISTENER}")));
    assert_eq!(of(NO_RULE, &account()), pair("by-account", "account tag team"));
    assert_eq!(of(NO_RULE, &Known::default()), pair("platform", "default of owners.toml"));
}

#[test]
fn the_last_rule_that_matches_holds() {
    let text = "default = \"p\"\n[[owner]]\nservice = \"acm\"\nowner = \"one\"\n[[owner]]\nregion = \"eu-*\"\nowner = \"two\"\n\
                [[owner]]\nservice = \"iam\"\nowner = \"three\"\n";
    assert_eq!(of(text, &Known::default()), pair("two", "owners.toml:5"));
}

#[test]
fn a_user_of_its_own_tags_comes_before_its_load_balancer() {
    let known = Known::default().tag(BALANCER, "team", "balancer").tag(LISTENER, "team", "listener");
    assert_eq!(of(NO_RULE, &known).0, "listener");
}

#[test]
fn tag_keys_count_in_the_order_of_the_file_and_may_be_none() {
    let known = Known::default().tag(CERTIFICATE, "cost", "c").tag(CERTIFICATE, "team", "t");
    assert_eq!(of("default = \"p\"\ntags = [\"cost\", \"team\"]\n", &known).0, "c");
    assert_eq!(of("default = \"p\"\ntags = [\"team\", \"cost\"]\n", &known).0, "t");
    assert_eq!(of("default = \"p\"\ntags = []\n", &known).0, "p");
    assert_eq!(of(NO_RULE, &known).0, "t");
}

#[test]
fn an_alias_says_what_a_tag_value_means() {
    let text = "default = \"p\"\n[alias]\n\"Team <a@example.com>\" = \"team-a\"\n";
    let known = Known::default().tag(CERTIFICATE, "owner", "Team <a@example.com> ");
    assert_eq!(of(text, &known), pair("team-a", "tag owner"));
}

#[test]
fn a_tag_value_that_is_no_name_is_skipped() {
    for bad in ["", "  ", "a\nb", "<!channel>", "a\u{202e}b", "\u{1b}[31m", "{{ .x }}", &"x".repeat(129)] {
        let known = Known::default().tag(CERTIFICATE, "owner", bad).tag(CERTIFICATE, "team", "next");
        assert_eq!(of(NO_RULE, &known), pair("next", "tag team"), "{bad:?}");
    }
    for good in ["a", "team-a", "Team A", "a.b_c@example.com", "grp/x:y+z", "Händler", &"x".repeat(128)] {
        let known = Known::default().tag(CERTIFICATE, "owner", good);
        assert_eq!(of(NO_RULE, &known).0, good);
    }
}

#[test]
fn a_quota_that_something_has_for_itself_is_owned_as_that_is() {
    let id = format!("elasticloadbalancing/L-1/{BALANCER}");
    let quota =
        a::finding("quota-utilization", "quota", &id, a::aws("elasticloadbalancing"), Measure::NoExpiry);
    let known = Known::default().tag(BALANCER, "team", "by-tag");
    assert_eq!(owner(&read("owners.toml", NO_RULE).unwrap(), quota, &known).name, "by-tag");
}

#[test]
fn without_a_file_nobody_owns_anything_but_the_end_of_a_suppression() {
    let mut finding = a::certificate();
    let known = Known::default().tag(CERTIFICATE, "owner", "x");
    Rules::default().apply(&mut finding, &known.around(), a::now());
    assert_eq!(finding.owner, None);
    let scope = Scope::outside("suppressions.toml", Service::named("suppression"));
    let until = a::now().date_naive();
    let measure = Measure::Suppression { reason: "r".into(), owner: "team-s".into(), until, days_left: 0 };
    let ends = || a::finding("suppression-expired", "suppression", "check=x", scope.clone(), measure.clone());
    for rules in [Rules::default(), read("owners.toml", ALL).unwrap()] {
        let Owner { name, via, .. } = owner(&rules, ends(), &Known::default());
        assert_eq!((name, via), pair("team-s", "suppressions.toml"));
    }
}

#[test]
fn the_chain_tells_every_claim_and_why_a_tag_is_none() {
    let known = Known::default().tag(CERTIFICATE, "owner", "<x>").account_tag("team", "acc");
    let claims = read("owners.toml", ALL).unwrap().claims(&a::certificate(), &known.around());
    let told: Vec<_> = claims.iter().map(|claim| (claim.via.as_str(), claim.owner.as_deref().ok())).collect();
    let rest = [("account tag team", Some("acc")), ("default of owners.toml", Some("platform"))];
    assert_eq!(told[..2], [("owners.toml:3", Some("by-rule")), ("tag owner", None)]);
    assert_eq!(told[2..], rest);
    assert!(claims[1].owner.as_ref().unwrap_err().contains("letters, digits"));
}

#[test]
fn an_owner_is_unsure_where_tags_that_could_name_another_were_not_read() {
    let text = "default = \"platform\"\n[[owner]]\ncheck = \"scan-coverage\"\nowner = \"audit\"\n";
    let rules = read("owners.toml", text).unwrap();
    let finding = a::certificate();
    let region = finding.verdict.resource.scope.region().cloned().unwrap();
    let arn = finding.verdict.resource.id.clone();
    let unsure = |known: Known| owner(&rules, a::certificate(), &known).unsure;
    let blind = |regions: &[Region], account| Blind { regions: regions.iter().cloned().collect(), account };
    let known = |blind| Known { blind, ..Known::default() };
    assert!(!unsure(Known::default()), "all tags are known");
    assert!(unsure(known(blind(std::slice::from_ref(&region), false))) && unsure(known(blind(&[], true))));
    assert!(!unsure(known(blind(&["ap-south-1".parse().unwrap()], false))), "elsewhere");
    assert!(!unsure(known(blind(&[region], true)).tag(&arn, "owner", "web")), "its own tag is known");
}

#[test]
fn a_rule_is_unsure_below_one_that_might_match() {
    let rule = |selector: &str, owner: &str| format!("[[owner]]\n{selector}\nowner = \"{owner}\"\n");
    let text = |rules: &[String]| format!("default = \"platform\"\n{}", rules.concat());
    let all = rule("check = \"*\"", "all");
    let tagged = rule("tag = \"env=prod\"", "prod");
    let unit = rule("ou = \"ou-ab12-34cd56ef\"", "unit");
    let region = a::certificate().verdict.resource.scope.region().cloned().unwrap();
    let blind =
        || Known { blind: Blind { regions: [region.clone()].into(), account: false }, ..Known::default() };
    let unsure = |rules: &[String], known: Known| {
        owner(&read("owners.toml", &text(rules)).unwrap(), a::certificate(), &known).unsure
    };
    assert!(unsure(&[all.clone(), tagged.clone()], blind()));
    assert!(!unsure(&[tagged.clone(), all.clone()], blind()), "it would be weaker");
    assert!(!unsure(&[all.clone(), tagged], Known::default()));
    assert!(unsure(&[all.clone(), unit.clone()], Known::default()), "nobody knows who is in it");
    let mut known = Known::default();
    known.units.insert("ou-ab12-34cd56ef".into(), Default::default());
    assert!(!unsure(&[all, unit], known));
}
