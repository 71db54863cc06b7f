//! `howler policy iam` permits exactly what a scan does: nothing is missing, nothing is spare.

use std::collections::BTreeSet;
use std::sync::Arc;

use howler_simulator::{Fault, Organization, Rule, ec2};

use crate::harness::{Document, Simulated, howler, now};

const ROLES: [&str; 4] =
    ["--role", "arn:aws:iam::222222222222:role/howler", "--role", "arn:aws:iam::333333333333:role/howler"];

/// Owners are found by the tags of resources, and not by those of accounts.
const OWNERS: &str = "default = \"x\"\ntags = []\n[[owner]]\ntag = \"team\"\nowner = \"y\"\n";

/// The actions of all statements.
fn permitted() -> BTreeSet<String> {
    let policy = Document::parse(&howler(&["policy", "iam"]).args(&ROLES).run().exits(0).stdout);
    let statements = policy.0["Statement"].as_array().unwrap().iter();
    let actions = statements.flat_map(|statement| match statement["Action"].as_array() {
        Some(actions) => actions.clone(),
        None => vec![statement["Action"].clone()],
    });
    actions.map(|action| action.as_str().unwrap().to_owned()).collect()
}

/// The demo's organisation, with a spot request that waits: what it waits for is asked for by its type.
fn organization() -> Organization {
    let (mut organization, _) = howler_simulator::demo(now());
    let account = organization.accounts.get_mut("222222222222").unwrap();
    let region = Arc::make_mut(account.regions.get_mut("eu-west-1").unwrap());
    region.resources.add(ec2::spot_request("sir-waiting", "c5.large", "open"));
    organization
}

/// What a scan of the whole organisation asked for.
fn asked(faults: Vec<Rule>) -> BTreeSet<String> {
    let simulated = Simulated::start(organization(), faults);
    simulated.scan(&ROLES).file("owners.toml", OWNERS).run();
    simulated.simulator.actions()
}

/// Whether the simulator has whatever the action reads. What it answers word for word is asked about in the tests of the
/// sources, each of which compares what it declares with what it asks.
fn is_simulated(action: &str) -> bool {
    const SERVICES: [&str; 7] =
        ["autoscaling", "cloudwatch", "iam", "organizations", "servicequotas", "sts", "tag"];
    const MORE: [&str; 4] = ["acm:List", "acm:Describe", "ec2:Describe", "elasticloadbalancing:Describe"];
    let service = action.split_once(':').map(|(service, _)| service);
    SERVICES.iter().any(|known| service == Some(known)) || MORE.iter().any(|begin| action.starts_with(begin))
}

#[test]
fn the_policy_is_what_a_scan_asks_for() {
    let denied = |action: &str| vec![Rule::new(Fault::Deny { by_scp: false }).action(action)];
    let mut seen = asked(Vec::new());
    // What is asked instead, where the first choice is refused.
    for action in
        ["servicequotas:*", "cloudwatch:*", "iam:*", "acm:*", "elasticloadbalancing:*", "ec2:*", "tag:*"]
    {
        seen.extend(asked(denied(action)));
    }
    let permitted = permitted();
    let missing: Vec<_> = seen.difference(&permitted).collect();
    let spare: Vec<_> = permitted.difference(&seen).filter(|action| is_simulated(action)).collect();
    assert!(missing.is_empty(), "asked for and not in the policy: {missing:?}");
    assert!(spare.is_empty(), "in the policy and never asked for: {spare:?}");
}
