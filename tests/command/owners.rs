//! Who hears of a finding, what need not be told, how bad it is here and when an end is near: `owners.toml`,
//! `suppressions.toml`, `severities.toml` and `thresholds.toml` over a scan of a simulated organisation.

use chrono::TimeDelta;
use howler_simulator::acm::Certificate;
use howler_simulator::{Account, Fault, Organization, Region, Rule, Value as Aws, elbv2, estate};
use serde_json::{Value, json};

use crate::harness::{Document, Howler, Simulated, assert_sums, assert_valid, now};

const PLATFORM: &str = "111111111111";
const PAYMENTS: &str = "222222222222";
const UNIT: &str = "ou-root-prod0001";
const EXPIRY: &str = "certificate-expiry";
/// A scan of certificates in one region, so that it is short.
const SCAN: [&str; 6] = ["-r", "eu-west-1", "--check", EXPIRY, "--format", "json"];
const OWNERS: &str = "default = \"platform\"\n";

/// An imported certificate with three days left that a load balancer uses.
fn urgent(id: &str, balancer: &Aws) -> Certificate {
    let end = now() + TimeDelta::days(3);
    Certificate::imported(id, &format!("{id}.example.com"), end - TimeDelta::days(365), end)
        .used_by(balancer.clone())
}

fn balancer(name: &str) -> Aws {
    elbv2::load_balancer_arn(name, "application")
}

/// An account with this region, and the one in which AWS lists what has none.
fn account(id: &str, region: Region) -> Account {
    Account::new(id, "test").region("eu-west-1", region).region("us-east-1", Region::default())
}

/// Two accounts. In payments, which is in a unit and has a tag, each certificate has its owner from somewhere else.
fn organization() -> Organization {
    let (web, plain) = (balancer("web"), balancer("plain"));
    let region = Region {
        certificates: vec![
            urgent("tagged", &web).tag("team", "checkout"),
            urgent("ruled", &web).tag("team", "checkout"),
            urgent("served", &web),
            urgent("bare", &plain),
        ],
        ..Region::default()
    };
    let region = region.tag(web, "owner", "edge").tag(plain, "stage", "test");
    let mut payments = account(PAYMENTS, region).tag("team", "payments");
    payments.units = vec![UNIT.to_owned()];
    let lonely = Region { certificates: vec![urgent("lonely", &balancer("web"))], ..Region::default() };
    Organization::of(account(PLATFORM, lonely)).with(payments)
}

/// One account with one urgent certificate.
fn alone() -> Simulated {
    let region = Region { certificates: vec![urgent("urgent", &balancer("web"))], ..Region::default() };
    Simulated::start(Organization::of(account(PLATFORM, region)), vec![])
}

/// Its scan, with what people say of it in a file.
fn scan_with(simulated: &Simulated, name: &str, text: &str) -> Howler {
    simulated.scan(&SCAN).file(name, text)
}

fn denied(action: &str) -> Vec<Rule> {
    vec![Rule::new(Fault::Deny { by_scp: false }).action(action)]
}

/// The finding about a certificate.
#[track_caller]
fn about<'a>(document: &'a Document, id: &str) -> &'a Value {
    document.one(EXPIRY, &format!("certificate/{id}"))
}

/// Who owns it and why.
#[track_caller]
fn owner(document: &Document, id: &str) -> (String, String) {
    let finding = about(document, id);
    let text = |field: &str| finding[field].as_str().unwrap().to_owned();
    (text("owner"), text("owner_via"))
}

#[track_caller]
fn assert_owner(document: &Document, id: &str, name: &str, via: &str) {
    assert_eq!(owner(document, id), (name.to_owned(), via.to_owned()), "{id}");
}

#[test]
fn each_finding_goes_to_whoever_says_most_precisely_that_it_is_theirs() {
    let simulated = Simulated::start(organization(), vec![]);
    let owners = format!("{OWNERS}\n[[owner]]\ndomain = \"ruled.example.com\"\nowner = \"rulers\"\n");
    let document = scan_with(&simulated, "owners.toml", &owners).args(&["--org"]).run().exits(1).document();
    let web =
        format!("arn:aws:elasticloadbalancing:eu-west-1:{PAYMENTS}:loadbalancer/app/web/50dc6c495c0c9188");
    assert_owner(&document, "ruled", "rulers", "owners.toml:3");
    assert_owner(&document, "tagged", "checkout", "tag team");
    assert_owner(&document, "served", "edge", &format!("tag owner of {web}"));
    assert_owner(&document, "bare", "payments", "account tag team");
    assert_owner(&document, "lonely", "platform", "default of owners.toml");
    assert_sums(&document);
    assert_valid(&document);
    let scopes = document.scopes().iter().filter(|scope| scope["service"] == "tagging");
    assert_eq!(scopes.count(), 4, "a region and what has no region, in two accounts");
}

#[test]
fn nobody_owns_anything_and_no_tag_is_asked_for_where_nobody_says_so() {
    let simulated = Simulated::start(organization(), vec![]);
    let document = simulated.scan(&SCAN).args(&["--org"]).run().exits(1).document();
    assert!(document.findings().iter().all(|finding| finding["owner"].is_null()));
    let actions = simulated.simulator.actions();
    assert!(
        !actions.iter().any(|action| action.starts_with("tag:") || action.contains("Tags")),
        "{actions:?}"
    );
}

#[test]
fn a_rule_about_a_unit_holds_for_the_accounts_in_it() {
    let simulated = Simulated::start(organization(), vec![]);
    let owners = format!("{OWNERS}tags = []\n[[owner]]\nou = \"{UNIT}\"\nowner = \"production\"\n");
    let document = scan_with(&simulated, "owners.toml", &owners).args(&["--org"]).run().exits(1).document();
    assert_owner(&document, "tagged", "production", "owners.toml:3");
    assert_owner(&document, "lonely", "platform", "default of owners.toml");
    assert!(!simulated.simulator.actions().contains("tag:GetResources"), "no rule goes by tags");
    assert_sums(&document);
}

#[test]
fn a_unit_that_cannot_be_listed_is_a_gap_and_its_rule_holds_for_nobody() {
    let simulated = Simulated::start(organization(), denied("organizations:ListAccountsForParent"));
    let owners = format!("{OWNERS}tags = []\n[[owner]]\nou = \"{UNIT}\"\nowner = \"production\"\n");
    let document = scan_with(&simulated, "owners.toml", &owners).args(&["--org"]).run().exits(3).document();
    assert_owner(&document, "tagged", "platform", "default of owners.toml");
    let scope = document.scope(Some("global"), "organizations");
    assert_eq!((&scope["status"], &scope["gaps"][0]["item"]), (&json!("partial"), &json!(UNIT)));
    assert_sums(&document);
}

#[test]
fn tags_that_may_not_be_read_are_a_gap_and_the_next_one_who_says_so_owns_it() {
    let simulated = Simulated::start(organization(), denied("tag:GetResources"));
    let document = scan_with(&simulated, "owners.toml", OWNERS).args(&["--org"]).run().exits(3).document();
    for id in ["tagged", "served", "bare"] {
        assert_owner(&document, id, "payments", "account tag team");
    }
    let tagging = document.scopes().iter().filter(|scope| scope["service"] == "tagging");
    let denied: Vec<_> = tagging.filter(|scope| scope["region"] == "eu-west-1").collect();
    assert!(denied.len() == 2 && denied.iter().all(|scope| scope["status"] == "denied"), "{denied:?}");
}

#[test]
fn tags_of_accounts_that_may_not_be_read_are_a_gap_of_the_organisation() {
    let denied = || denied("organizations:ListTagsForResource");
    let simulated = Simulated::start(organization(), denied());
    let document = scan_with(&simulated, "owners.toml", OWNERS).args(&["--org"]).run().exits(3).document();
    assert_owner(&document, "bare", "platform", "default of owners.toml");
    assert_owner(&document, "tagged", "checkout", "tag team");
    let scope = document.scope(Some("global"), "organizations");
    let items: Vec<_> = scope["gaps"].as_array().unwrap().iter().map(|gap| gap["item"].clone()).collect();
    assert_eq!(items, [PLATFORM, PAYMENTS]);
    // Whoever scans single accounts need not be one who may read them.
    let simulated = Simulated::start(organization(), denied());
    let role = format!("arn:aws:iam::{PAYMENTS}:role/howler");
    let ran = scan_with(&simulated, "owners.toml", OWNERS).args(&["--role", &role]).run().exits(1);
    assert_owner(&ran.document(), "bare", "platform", "default of owners.toml");
    assert_eq!(ran.stderr.matches("the tags of accounts cannot be read").count(), 1, "{}", ran.stderr);
}

#[test]
fn what_is_suppressed_stays_in_the_document_and_not_in_the_exit_code() {
    let simulated = alone();
    let open = simulated.scan(&SCAN).run().exits(1).document();
    let id = about(&open, "urgent")["id"].clone();
    let by_id =
        format!("[[suppress]]\nid = {id}\nreason = \"moves\"\nowner = \"edge\"\nuntil = 2026-11-23\n");
    let document = scan_with(&simulated, "suppressions.toml", &by_id).run().exits(0).document();
    let finding = about(&document, "urgent");
    assert_eq!((&finding["id"], &finding["status"]), (&id, &json!("suppressed")));
    let said = json!({ "reason": "moves", "owner": "edge", "until": "2026-11-23", "status": "fail" });
    assert_eq!(finding["suppression"], said);
    assert_valid(&document);
    let by_selector = by_id.replace(&format!("id = {id}"), "domain = \"example.com\"");
    scan_with(&simulated, "suppressions.toml", &by_selector).run().exits(0);
}

#[test]
fn a_suppression_that_has_ended_hides_nothing_and_is_a_finding_of_its_owner() {
    let simulated = alone();
    let ended =
        "[[suppress]]\ndomain = \"example.com\"\nreason = \"moves\"\nowner = \"edge\"\nuntil = 2026-11-22\n";
    let checks = ["--check", "suppression-expired"];
    let document = scan_with(&simulated, "suppressions.toml", ended).args(&checks).run().exits(1).document();
    assert_eq!(about(&document, "urgent")["status"], "fail");
    let [told] = &document.of_check("suppression-expired").collect::<Vec<_>>()[..] else { panic!() };
    assert_eq!((&told["status"], &told["severity"]), (&json!("fail"), &json!("medium")));
    assert_eq!((&told["owner"], &told["resource"]["id"]), (&json!("edge"), &json!("domain=example.com")));
    let scope = document.scope(None, "suppression");
    assert_eq!((&scope["target"], &scope["status"]), (&json!("suppressions.toml"), &json!("ok")));
    assert_sums(&document);
    assert_valid(&document);
}

#[test]
fn a_file_without_suppressions_is_seen_so_that_what_was_said_of_them_is_over() {
    let simulated = alone();
    let scan = scan_with(&simulated, "suppressions.toml", "").args(&["--check", "suppression-expired"]);
    let document = scan.run().exits(1).document();
    let scope = document.scope(None, "suppression");
    assert_eq!((&scope["status"], &scope["facts"]), (&json!("ok"), &json!(0)));
    assert_eq!(document.of_check("suppression-expired").count(), 0);
}

#[test]
fn a_suppression_that_matches_nothing_is_told_where_all_was_scanned() {
    let account = Account::new(PLATFORM, "platform").region("us-east-1", estate::few_region(now()));
    let simulated = Simulated::start(Organization::of(account), vec![]);
    let said = |domain: &str| {
        format!("[[suppress]]\ndomain = \"{domain}\"\nreason = \"x\"\nowner = \"y\"\nuntil = 2027-01-31\n")
    };
    let text = said("c0.example.com") + &said("gone.example.com");
    let scan = |args: &[&str]| {
        simulated.scan(&["--format", "json"]).args(args).file("suppressions.toml", &text).run()
    };
    let ran = scan(&[]);
    let lines: Vec<&str> = ran.stderr.lines().filter(|line| line.contains("suppressions.toml:")).collect();
    assert!(matches!(&lines[..], [line] if line.contains("domain=gone.example.com")), "{}", ran.stderr);
    let less: [&[&str]; 4] = [
        &["--check", EXPIRY],
        &["-r", "us-east-1"],
        &["--source", "acm-certificates"],
        &["--account", PLATFORM],
    ];
    for args in less {
        let ran = scan(args);
        assert!(!ran.stderr.contains("suppressions.toml:"), "{args:?}: {}", ran.stderr);
    }
}

#[test]
fn nothing_that_could_not_be_seen_hides_behind_a_wildcard() {
    let status = |selector: &str| {
        let region = Region { certificates: vec![urgent("urgent", &balancer("web"))], ..Region::default() };
        let simulated = Simulated::start(Organization::of(account(PLATFORM, region)), denied("acm:*"));
        let text = format!("[[suppress]]\n{selector}\nreason = \"x\"\nowner = \"y\"\nuntil = 2027-01-31\n");
        let checks = ["--check", "scan-coverage", "--source", "acm-certificates"];
        let ran = scan_with(&simulated, "suppressions.toml", &text).args(&checks).run().exits(3);
        let document = ran.document();
        let gap = document.of_check("scan-coverage").find(|it| it["scope"]["service"] == "acm").unwrap();
        gap["status"].as_str().unwrap().to_owned()
    };
    for wild in ["check = \"*\"", "check = \"scan-coverage\"", "service = \"acm\"", "region = \"eu-*\""] {
        assert_eq!(status(wild), "unknown", "{wild}");
    }
    let exact = format!("account = \"{PLATFORM}\"\ncheck = \"scan-coverage\"");
    assert_eq!(status(&exact), "suppressed");
}

#[test]
fn a_severity_is_what_people_say_and_rises_as_the_end_comes_near() {
    let simulated = alone();
    let low = "[[severity]]\nresource = \"*:certificate/urgent\"\nseverity = \"low\"\n";
    let document = scan_with(&simulated, "severities.toml", low).run().exits(0).document();
    let finding = about(&document, "urgent");
    assert_eq!(finding["severity"], "low");
    assert_eq!(finding["rescored"]["via"], "severities.toml:1");
    assert_valid(&document);
    let nearer =
        format!("{low}[[escalate]]\ncheck = \"{EXPIRY}\"\nwithin_days = 4\nseverity = \"critical\"\n");
    let document = scan_with(&simulated, "severities.toml", &nearer).run().exits(1).document();
    assert_eq!(about(&document, "urgent")["severity"], "critical");
    let later = nearer.replace("within_days = 4", "within_days = 2");
    let document = scan_with(&simulated, "severities.toml", &later).run().exits(0).document();
    assert_eq!(about(&document, "urgent")["severity"], "low");
}

#[test]
fn a_certificate_may_have_limits_of_its_own() {
    let web = balancer("web");
    let region = Region { certificates: vec![urgent("urgent", &web)], ..Region::default() };
    let region = region.tag(web, "stage", "test");
    let simulated = Simulated::start(Organization::of(account(PLATFORM, region)), vec![]);
    let status = |condition: &str, exit| {
        let text = format!("[[threshold]]\n{condition}\nwarn_days = 2\ncritical_days = 1\n");
        let document = scan_with(&simulated, "thresholds.toml", &text).run().exits(exit).document();
        about(&document, "urgent")["status"].as_str().unwrap().to_owned()
    };
    for condition in ["domain = \"urgent.*\"", "role = \"leaf\"", "tag = \"stage=test\""] {
        assert_eq!(status(condition, 0), "pass", "{condition}");
    }
    for condition in ["domain = \"other.*\"", "role = \"authority\"", "tag = \"stage=prod\""] {
        assert_eq!(status(condition, 1), "fail", "{condition}");
    }
}

#[test]
fn another_owner_severity_or_name_is_the_same_finding() {
    let simulated = alone();
    let id = |howler: Howler| about(&howler.run().document(), "urgent")["id"].clone();
    let first = id(simulated.scan(&SCAN));
    let owned = scan_with(&simulated, "owners.toml", OWNERS);
    assert_eq!(id(owned), first);
    let low = format!("[[severity]]\ncheck = \"{EXPIRY}\"\nseverity = \"info\"\n");
    assert_eq!(id(scan_with(&simulated, "severities.toml", &low)), first);
    let renamed = Certificate { domain: "other.example.org".into(), ..urgent("urgent", &balancer("web")) };
    let region = Region { certificates: vec![renamed], ..Region::default() };
    let renamed = Simulated::start(Organization::of(account(PLATFORM, region)), vec![]);
    assert_eq!(id(renamed.scan(&SCAN)), first);
}

#[test]
fn a_mistake_in_a_file_of_rules_is_told_before_anything_is_asked() {
    let simulated = alone();
    for (name, text, wrong) in [
        ("owners.toml", "tags = []\n", "default"),
        ("owners.toml", "default = \"x\"\n[[owner]]\nou = \"production\"\nowner = \"y\"\n", "owners.toml:"),
        ("suppressions.toml", "[[suppress]]\ncheck = \"certificate-expiry\"\n", "suppressions.toml:1"),
        ("severities.toml", "[[severity]]\nchek = \"x\"\nseverity = \"low\"\n", "check"),
        ("thresholds.toml", "[[threshold]]\nrole = \"leaf\"\nwarn_day = 3\n", "warn_days"),
    ] {
        let ran = scan_with(&simulated, name, text).run().exits(2);
        assert!(ran.stderr.contains(wrong) && ran.stdout.is_empty(), "{}", ran.stderr);
    }
    assert!(simulated.simulator.requests().is_empty());
    let missing = simulated.scan(&SCAN).env("HOWLER_RULES__OWNERS", "/nowhere/owners.toml").run().exits(2);
    assert!(missing.stderr.contains("/nowhere/owners.toml"), "{}", missing.stderr);
}

#[test]
fn a_plan_counts_what_rules_ask_for() {
    let simulated = Simulated::start(organization(), vec![]);
    let calls = |howler: Howler| {
        let plan = howler.args(&["--org", "--check", EXPIRY, "-r", "eu-west-1"]).run().exits(0).stdout;
        let line = plan.lines().find(|line| line.starts_with("calls: ")).unwrap();
        let calls: u64 = line.split(' ').nth(1).unwrap().parse().unwrap();
        (calls, plan.contains("resource-tags") && plan.contains("global-tags"))
    };
    let (without, none) = calls(simulated.howler(&["plan"]));
    let (with, both) = calls(simulated.howler(&["plan"]).file("owners.toml", OWNERS));
    assert_eq!((none, both), (false, true));
    // In each of two accounts: the tags of one region, of what has none, and of the account.
    assert_eq!(with, without + 6);
}
