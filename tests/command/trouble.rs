//! A role that is missing, a region that is forbidden and a service that throttles to the end, in one scan: each is a
//! gap that says where, what and why, and everything else is as complete as on a calm day.

use howler_simulator::{Fault, Faults, Organization, Rule, estate};
use serde_json::Value;

use crate::harness::{Document, Ran, Simulated, assert_sums, now};

const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];
/// Its role is missing.
const SHUT: &str = "100000000001";
/// A policy of the organisation denies its first region.
const FORBIDDEN: &str = "100000000002";
/// Auto Scaling throttles it, whatever it asks.
const THROTTLED: &str = "100000000003";
const SERVICE: &str = "autoscaling";

fn organization() -> Organization {
    estate::organization(6, &REGIONS, estate::small_region(now()))
}

fn troubled() -> (Organization, Faults) {
    let mut organization = organization();
    organization.accounts.get_mut(SHUT).unwrap().roles.clear();
    let forbidden = Rule::new(Fault::Deny { by_scp: true }).account(FORBIDDEN).region(REGIONS[0]);
    let throttled = Rule::new(Fault::Throttle).account(THROTTLED).action(format!("{SERVICE}:*"));
    (organization, vec![forbidden, throttled])
}

fn scan(simulated: &Simulated) -> Ran {
    simulated.scan(&["--org", "-r", REGIONS[0], "-r", REGIONS[1], "--format", "json"]).run()
}

/// Whether a finding or scope is where there is trouble.
fn is_troubled(scope: &Value) -> bool {
    let is = |name: &str, value: &str| scope[name] == value;
    // What STS, IAM and the like say of the account is no region's.
    is("account", SHUT)
        || (is("account", FORBIDDEN) && is("region", REGIONS[0]))
        || (is("account", THROTTLED) && is("service", SERVICE))
}

/// Findings and scopes elsewhere, in their order.
fn elsewhere(document: &Document) -> Vec<&Value> {
    let findings = document.findings().iter().filter(|finding| !is_troubled(&finding["scope"]));
    findings.chain(document.scopes().iter().filter(|scope| !is_troubled(scope))).collect()
}

fn troubled_scopes<'a>(document: &'a Document, account: &str) -> Vec<&'a Value> {
    let scopes = document.scopes().iter().filter(|it| is_troubled(it) && it["account"] == account);
    scopes.collect()
}

/// Every gap of a scope, which says all that is needed to understand it.
#[track_caller]
fn gaps<'a>(scope: &'a Value, reason: &str, region: impl Fn(&str) -> bool) -> &'a [Value] {
    let gaps = scope["gaps"].as_array().unwrap();
    assert!(!gaps.is_empty() && region(scope["region"].as_str().unwrap()), "{scope:#}");
    assert!(scope["service"].as_str().is_some_and(|service| !service.is_empty()), "{scope:#}");
    for gap in gaps {
        assert_eq!(gap["reason"], reason, "{scope:#}");
        let action = gap["action"].as_str().unwrap();
        let (service, call) = action.split_once(':').unwrap();
        assert!(
            !service.is_empty() && call.starts_with(|first: char| first.is_ascii_uppercase()),
            "{action}"
        );
        assert!(gap["code"].as_str().is_some_and(|code| !code.is_empty()), "{gap:#}");
        // Where enough others were denied, nobody is asked.
        let unasked = gap["message"].as_str().is_some_and(|message| message.starts_with("not asked, as "));
        assert!(unasked || gap["attempts"].as_u64().is_some_and(|attempts| attempts > 0), "{gap:#}");
    }
    gaps
}

#[test]
fn three_troubles_at_once_hide_nothing_else() {
    let calm = scan(&Simulated::start(organization(), Vec::new())).document();
    assert_eq!(calm.0["complete"], true);
    let (organization, faults) = troubled();
    let simulated = Simulated::start(organization, faults);
    let ran = scan(&simulated).exits(3);
    let document = ran.document();
    println!("{:?}, {}", ran.took, document.0["coverage"]);
    assert!(elsewhere(&document).len() > 600, "{}", elsewhere(&document).len());
    for (before, after) in elsewhere(&calm).into_iter().zip(elsewhere(&document)) {
        assert_eq!(before, after, "what is not in trouble is not as it was");
    }
    assert_eq!(elsewhere(&calm).len(), elsewhere(&document).len());
    assert_sums(&calm);
    assert_sums(&document);

    let [shut] = troubled_scopes(&document, SHUT)[..] else { panic!("one scope stands for the account") };
    let [gap] = gaps(shut, "denied", |region| region == "global") else { panic!("{shut:#}") };
    assert_eq!((&shut["status"], &shut["service"]), (&"denied".into(), &"sts".into()));
    assert_eq!((&gap["action"], &gap["code"]), (&"sts:AssumeRole".into(), &"AccessDenied".into()));
    assert_eq!(gap["attempts"], 1, "a denial is not asked for again");

    let forbidden = troubled_scopes(&document, FORBIDDEN);
    assert_eq!(forbidden.len(), troubled_scopes(&calm, FORBIDDEN).len());
    for scope in forbidden {
        assert_eq!(scope["status"], "denied", "{scope:#}");
        gaps(scope, "denied-by-scp", |region| region == REGIONS[0]);
    }

    let throttled = troubled_scopes(&document, THROTTLED);
    assert_eq!(throttled.len(), REGIONS.len());
    for scope in throttled {
        assert!(["throttled", "partial"].contains(&scope["status"].as_str().unwrap()), "{scope:#}");
        let gaps = gaps(scope, "throttled", |region| REGIONS.contains(&region));
        assert!(gaps.iter().all(|gap| gap["action"].as_str().unwrap().starts_with(SERVICE)), "{scope:#}");
        assert!(gaps.iter().any(|gap| gap["attempts"].as_u64() > Some(1)), "{scope:#}");
    }
}
