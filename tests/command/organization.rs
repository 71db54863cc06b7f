//! A whole organisation, part of one, single accounts: who is scanned and as whom, and what is said of the others.

use std::collections::BTreeSet;
use std::time::Duration;

use howler_simulator::{Account, Fault, Organization, Rule};
use serde_json::Value;

use crate::harness::{Document, Ran, Simulated, assert_sums, howler, now};

const PLATFORM: &str = "111111111111";
const PAYMENTS: &str = "222222222222";
const DATA: &str = "333333333333";
const ALL: [&str; 3] = [PLATFORM, PAYMENTS, DATA];

/// A scan of certificates in one region, so that it is short.
const SCAN: [&str; 6] = ["-r", "eu-west-1", "--check", "certificate-expiry", "--format", "json"];

/// The demo's organisation, with one account changed.
fn with(id: &str, change: impl FnOnce(&mut Account)) -> Organization {
    let (mut organization, _) = howler_simulator::demo(now());
    change(organization.accounts.get_mut(id).unwrap());
    organization
}

fn scan(organization: Organization, faults: Vec<Rule>, args: &[&str]) -> (Ran, Simulated) {
    let simulated = Simulated::start(organization, faults);
    (simulated.scan(&SCAN).args(args).run(), simulated)
}

/// The accounts in which ACM answered.
fn seen(document: &Document) -> BTreeSet<&str> {
    let answered = document.scopes().iter().filter(|it| it["service"] == "acm" && it["status"] == "ok");
    answered.map(|scope| scope["account"].as_str().unwrap()).collect()
}

/// The one scope of a service in an account, outside its regions.
#[track_caller]
fn global<'a>(document: &'a Document, account: &str, service: &str) -> &'a Value {
    let is = |it: &&Value| it["account"] == account && it["region"] == "global" && it["service"] == service;
    let found: Vec<_> = document.scopes().iter().filter(is).collect();
    let [one] = found[..] else { panic!("{} scopes {account} {service}", found.len()) };
    one
}

#[test]
fn all_accounts_are_scanned_and_the_callers_own_by_its_own_credentials() {
    let (ran, simulated) = scan(with(DATA, |_| ()), vec![], &["--org"]);
    let document = ran.exits(1).document();
    assert_eq!(seen(&document), BTreeSet::from(ALL));
    assert_sums(&document);
    let listed = global(&document, PLATFORM, "organizations");
    assert_eq!((&listed["status"], &listed["facts"]), (&"ok".into(), &3.into()));
    let asked = |action: &str| simulated.simulator.requests().iter().filter(|it| it.action == action).count();
    assert_eq!((asked("organizations:ListAccounts"), asked("sts:AssumeRole")), (1, 2));
}

#[test]
fn the_same_organisation_gives_the_same_bytes_in_whatever_order_accounts_come_in() {
    let faults = || vec![Rule::new(Fault::Throttle).action("sts:AssumeRole").share(0.5, 7)];
    let documents = [faults(), vec![]].map(|faults| {
        let mut document = scan(with(DATA, |_| ()), faults, &["--org"]).0.exits(1).document();
        document.0["run"]["api_calls"] = Value::Null;
        document.0.to_string()
    });
    assert_eq!(documents[0], documents[1]);
}

#[test]
fn accounts_are_entered_together() {
    let many = (0..40).fold(with(DATA, |_| ()), |organization, number| {
        let mut account = organization.accounts[DATA].clone();
        account.id = format!("{:012}", 500_000_000_000_u64 + number);
        organization.with(account)
    });
    let slow = Rule::new(Fault::Delay(Duration::from_millis(500))).action("sts:AssumeRole");
    let simulated = Simulated::start(many, vec![slow]);
    let plan = simulated.howler(&["plan", "--org"]).run().exits(0);
    assert!(plan.stdout.contains("43 accounts, 129 regions"), "{}", plan.stdout);
    // One after another, the roles alone would take 21 seconds.
    assert!(plan.took < Duration::from_secs(8), "{:?}", plan.took);
}

#[test]
fn a_suspended_account_is_noted_and_no_gap() {
    let (ran, simulated) = scan(with(DATA, |account| account.suspended = true), vec![], &["--org"]);
    let document = ran.exits(1).document();
    assert_eq!(seen(&document), BTreeSet::from([PLATFORM, PAYMENTS]));
    let noted = global(&document, DATA, "organizations");
    assert_eq!(noted["status"], "disabled");
    assert!(noted["gaps"][0]["message"].as_str().unwrap().contains("SUSPENDED"), "{noted}");
    assert!(simulated.simulator.requests().iter().all(|request| request.account != DATA));
    assert_sums(&document);
    let suspended = with(DATA, |account| account.suspended = true);
    let (ran, _) = scan(suspended, vec![], &["--org", "--skip-account", DATA]);
    let document = ran.exits(1).document();
    assert!(document.scopes().iter().all(|scope| scope["account"] != DATA), "left out is left out");
}

#[test]
fn a_missing_role_is_a_gap_and_everything_else_is_complete() {
    let (ran, _) = scan(with(PAYMENTS, |account| account.roles.clear()), vec![], &["--org"]);
    let document = ran.exits(3).document();
    assert_eq!(seen(&document), BTreeSet::from([PLATFORM, DATA]));
    let denied = global(&document, PAYMENTS, "sts");
    assert_eq!(denied["status"], "denied");
    let gap = &denied["gaps"][0];
    assert_eq!((&gap["action"], &gap["code"]), (&"sts:AssumeRole".into(), &"AccessDenied".into()));
    assert_eq!(gap["attempts"], 1);
    let others: Vec<_> = document.scopes().iter().filter(|it| it["account"] != PAYMENTS).collect();
    assert!(others.len() > 3 && others.iter().all(|scope| scope["status"] == "ok"), "{others:#?}");
    assert_sums(&document);
}

#[test]
fn a_list_of_accounts_that_is_denied_is_a_gap_and_the_callers_own_account_is_scanned() {
    for by_scp in [false, true] {
        let denied = Rule::new(Fault::Deny { by_scp }).action("organizations:ListAccounts");
        let document = scan(with(DATA, |_| ()), vec![denied], &["--org"]).0.exits(3).document();
        assert_eq!(seen(&document), BTreeSet::from([PLATFORM]));
        let gap = &global(&document, PLATFORM, "organizations")["gaps"][0];
        assert_eq!(gap["action"], "organizations:ListAccounts");
        assert_eq!(gap["reason"], if by_scp { "denied-by-scp" } else { "denied" });
    }
}

#[test]
fn pages_of_accounts_are_all_read_and_what_stands_before_a_failure_is_scanned() {
    let many = |count: u64| {
        (0..count).fold(with(DATA, |_| ()), |organization, number| {
            let mut account = Account::new(format!("{:012}", 500_000_000_000 + number), format!("n{number}"));
            account.suspended = true;
            organization.with(account)
        })
    };
    let (ran, simulated) = scan(many(60), vec![], &["--org"]);
    let document = ran.exits(1).document();
    let asked = simulated.simulator.requests().iter().filter(|it| it.service == "organizations").count();
    assert_eq!((asked, seen(&document).len()), (4, 3));
    assert_eq!(document.0["coverage"]["disabled"], 60);
    let repeated = Rule::new(Fault::RepeatToken).action("organizations:ListAccounts");
    let document = scan(many(60), vec![repeated], &["--org"]).0.exits(3).document();
    assert_eq!(global(&document, PLATFORM, "organizations")["gaps"][0]["reason"], "paging-loop");
    assert_eq!(seen(&document), BTreeSet::from(ALL), "the first page has them");
}

#[test]
fn a_part_of_the_organisation_is_scanned_with_the_parts_in_it() {
    let units = |names: &[&str]| names.iter().map(|name| format!("ou-root-{name}")).collect::<Vec<_>>();
    let organization = || {
        let mut organization = with(PAYMENTS, |account| account.units = units(&["prod0001", "cards001"]));
        organization.accounts.get_mut(DATA).unwrap().units = units(&["prod0001"]);
        organization
    };
    let seen_in = |args: &[&str]| {
        let document = scan(organization(), vec![], args).0.document();
        seen(&document).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(seen_in(&["--ou", "ou-root-prod0001"]), [PAYMENTS, DATA]);
    assert_eq!(seen_in(&["--ou", "ou-root-cards001"]), [PAYMENTS]);
    assert_eq!(seen_in(&["--ou", "r-root"]), ALL);
    let both = ["--ou", "ou-root-cards001", "--ou", "ou-root-prod0001", "--account", PLATFORM];
    assert_eq!(seen_in(&both), ALL);
    let tagged = ["--ou", "r-root", "--ou", "ou-root-prod0001", "--tag", "stage=none"];
    for faults in [vec![], vec![Rule::new(Fault::Deny { by_scp: false }).action("organizations:ListTags*")]] {
        let denied = !faults.is_empty();
        let (ran, simulated) = scan(organization(), faults, &tagged);
        let requests = simulated.simulator.requests();
        let asked = requests.iter().filter(|it| it.action == "organizations:ListTagsForResource").count();
        assert_eq!(asked, 3, "nobody is asked about twice");
        let document = ran.exits(3).document();
        let gaps = global(&document, PLATFORM, "organizations")["gaps"].as_array().unwrap().len();
        assert_eq!(gaps, if denied { 3 } else { 1 });
    }
    let document = scan(organization(), vec![], &["--ou", "ou-root-nowhere1"]).0.exits(3).document();
    let gap = &global(&document, PLATFORM, "organizations")["gaps"][0];
    assert_eq!(gap["code"], "ParentNotFoundException");
}

#[test]
fn a_part_without_active_accounts_is_no_complete_scan() {
    let organization = with(DATA, |account| {
        account.suspended = true;
        account.units = vec!["ou-root-closed01".into()];
    });
    let document = scan(organization, vec![], &["--ou", "ou-root-closed01"]).0.exits(3).document();
    assert_eq!(seen(&document).len(), 0);
    assert_eq!(global(&document, PLATFORM, "organizations")["gaps"][0]["reason"], "no-data");
    assert_eq!(global(&document, DATA, "organizations")["status"], "disabled");
}

#[test]
fn single_accounts_are_scanned_by_the_role_of_that_name() {
    let organization = with(PAYMENTS, |account| account.roles = vec!["audit".into()]);
    let args = ["--account", PAYMENTS, "--role-name", "audit"];
    let document = scan(organization, vec![], &args).0.document();
    assert_eq!(seen(&document), BTreeSet::from([PAYMENTS]));
}

#[test]
fn a_role_that_is_named_goes_before_the_one_that_all_accounts_have() {
    let organization = || with(PAYMENTS, |account| account.roles = vec!["audit".into()]);
    let role = format!("arn:aws:iam::{PAYMENTS}:role/audit");
    let (ran, simulated) = scan(organization(), vec![], &["--org", "--role", &role]);
    assert_eq!(seen(&ran.exits(1).document()), BTreeSet::from(ALL));
    let assumed = simulated.simulator.requests().iter().filter(|it| it.action == "sts:AssumeRole").count();
    assert_eq!(assumed, 2, "each account is entered once");
}

#[test]
fn a_role_in_the_callers_own_account_goes_before_its_credentials() {
    let organization = || with(PLATFORM, |account| account.roles = vec!["audit".into()]);
    let role = format!("arn:aws:iam::{PLATFORM}:role/audit");
    for (args, accounts) in [(&["--role", &role][..], 1), (&["--org", "--role", &role], 3)] {
        let (ran, simulated) = scan(organization(), vec![], args);
        assert_eq!(seen(&ran.document()).len(), accounts);
        let requests = simulated.simulator.requests();
        let taken = requests.iter().filter(|it| it.action == "sts:AssumeRole").count();
        assert_eq!(taken, accounts, "one for the caller's own account too");
    }
}

#[test]
fn each_account_hears_its_own_external_id() {
    let organization = || {
        let mut organization = with(PAYMENTS, |account| account.external_id = Some("for-payments".into()));
        organization.accounts.get_mut(DATA).unwrap().external_id = Some("for-all".into());
        organization
    };
    let document = scan(organization(), vec![], &["--org"]).0.exits(3).document();
    assert_eq!(seen(&document), BTreeSet::from([PLATFORM]));
    let document = scan(organization(), vec![], &["--org", "--external-id", "for-all"]).0.exits(3).document();
    assert_eq!(seen(&document), BTreeSet::from([PLATFORM, DATA]));
    let simulated = Simulated::start(organization(), vec![]);
    let text = format!(
        "[accounts]\nexternal_id = \"for-all\"\n[accounts.external_ids]\n{PAYMENTS} = \"for-payments\"\n"
    );
    let document =
        simulated.scan(&SCAN).args(&["--org"]).file("howler.toml", &text).run().exits(1).document();
    assert_eq!(seen(&document), BTreeSet::from(ALL));
}

#[test]
fn a_plan_says_what_would_be_asked_and_asks_only_who_and_where() {
    let organization = with(PAYMENTS, |account| account.roles.clear());
    let simulated = Simulated::start(organization, vec![]);
    let plan = simulated.howler(&["plan", "--org", "--check", "certificate-expiry"]).run().exits(3);
    let line = |words: &[&str]| plan.stdout.lines().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(line(&[PLATFORM, "as the caller", "ap-southeast-2, eu-west-1, us-east-1"]), "{}", plan.stdout);
    assert!(line(&[DATA, "role/howler"]) && line(&["acm-certificates", "each region"]), "{}", plan.stdout);
    assert!(line(&[PAYMENTS, "denied", "sts:AssumeRole"]), "{}", plan.stdout);
    assert!(!plan.stdout.contains("ec2-quotas"), "{}", plan.stdout);
    let asked =
        ["ec2:DescribeRegions", "organizations:ListAccounts", "sts:AssumeRole", "sts:GetCallerIdentity"];
    assert_eq!(simulated.simulator.actions(), BTreeSet::from(asked.map(str::to_owned)));
    let calls = simulated.simulator.requests().len();
    assert!(line(&["2 accounts", "6 regions"]), "{}", plan.stdout);
    assert!(line(&[&format!("calls to find this out: {calls}")]), "{}", plan.stdout);
    assert!(line(&["calls: ", "at least"]) && line(&["floor: ", " s (", "ms an answer"]), "{}", plan.stdout);
    simulated.howler(&["plan"]).run().exits(0);
}

#[test]
fn the_policy_of_whoever_scans_an_organisation_is_what_that_asks_for() {
    for (scan, policy) in [
        (&["--org"][..], &["--org"][..]),
        (&["--ou", "r-root"], &["--ou"]),
        (&["--tag", "stage=test"], &["--tag"]),
        (&["--ou", "r-root", "--tag", "stage=test"], &["--ou", "--tag"]),
        (&["--org", "--ou", "r-root"], &["--org", "--ou"]),
    ] {
        let simulated = Simulated::start(with(DATA, |_| ()), vec![]);
        simulated.scan(&SCAN).args(scan).file("owners.toml", "default = \"platform\"\n").run();
        let asked = simulated.simulator.actions();
        let asked: BTreeSet<_> = asked.into_iter().filter(|it| it.starts_with("organizations:")).collect();
        let check = ["--check", "certificate-expiry"];
        let policy = howler(&["policy", "iam"]).args(policy).args(&check).run().exits(0).document();
        let named = policy.0["Statement"].as_array().unwrap().iter().flat_map(|it| match &it["Action"] {
            Value::Array(actions) => actions.clone(),
            one => vec![one.clone()],
        });
        let named = named.map(|action| action.as_str().unwrap().to_owned());
        let named: BTreeSet<_> = named.filter(|action| action.starts_with("organizations:")).collect();
        assert_eq!(named, asked, "{scan:?}");
        assert_eq!(policy.0["Statement"][1]["Resource"], serde_json::json!(["arn:aws:iam::*:role/howler"]));
    }
    let alone = howler(&["policy", "iam"]).run().exits(0);
    assert!(!alone.stdout.contains("organizations:") && !alone.stdout.contains("AssumeRole"));
}
