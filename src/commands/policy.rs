//! `howler policy iam`: the least that a scan needs, derived from the sources that it asks.

use std::collections::BTreeSet;
use std::sync::Arc;

use howler_sources::{IDENTITY_ACTIONS, ORGANIZATION_ACTIONS, TAG_ACTIONS, UNIT_ACTIONS};
use serde_json::{Value, json};

use crate::args::Policy;
use crate::plan::Plan;

/// The policy, as it is printed.
pub fn text(policy: &Policy) -> String {
    let Policy::Iam { checks, roles, via, organization, units, tags, partition, role_name } = policy;
    // Owners may be found by tags, of resources and of accounts.
    let mut actions = Plan::new(checks, &[], &[], Arc::default()).with_tags().actions();
    actions.extend(IDENTITY_ACTIONS);
    // Tags are looked for in the whole organisation, unless a part of it is named.
    let whole = *organization || (*tags && !units);
    actions.extend(ORGANIZATION_ACTIONS.iter().filter(|_| whole));
    actions.extend(UNIT_ACTIONS.iter().filter(|_| *units));
    actions.extend(TAG_ACTIONS.iter().filter(|_| *organization || *units || *tags));
    // Which accounts there are is not known here, but the role has one name in all of them.
    let everywhere = format!("arn:{partition}:iam::*:role/{}", role_name.as_str());
    let everywhere = (whole || *units).then_some(everywhere);
    let named = roles.iter().chain(via).map(|role| role.as_str().to_owned());
    let roles = named.chain(everywhere).collect();
    format!("{:#}\n", statements(&actions, &roles))
}

fn statements(actions: &BTreeSet<&str>, roles: &BTreeSet<String>) -> Value {
    let mut statements = vec![json!({
        "Sid": "HowlerReads", "Effect": "Allow", "Action": actions, "Resource": "*"
    })];
    if !roles.is_empty() {
        statements.push(json!({
            "Sid": "HowlerTakesRoles", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": roles
        }));
    }
    json!({ "Version": "2012-10-17", "Statement": statements })
}
