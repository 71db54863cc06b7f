//! `howler policy iam`: the least that a scan needs, derived from the sources that it asks.

use std::collections::BTreeSet;

use howler_model::Partition;
use howler_sources::{IDENTITY_ACTIONS, ORGANIZATION_ACTIONS, RoleArn, UNIT_ACTIONS};
use serde_json::{Value, json};

use crate::args::Policy;
use crate::plan::Plan;

/// The policy, as it is printed.
pub fn text(policy: &Policy) -> String {
    let Policy::Iam { checks, roles, organization, units, role_name } = policy;
    let mut actions = Plan::new(checks, &[], &[]).actions();
    actions.extend(IDENTITY_ACTIONS);
    actions.extend(ORGANIZATION_ACTIONS.iter().filter(|_| *organization));
    actions.extend(UNIT_ACTIONS.iter().filter(|_| *units));
    // Which accounts there are is not known here, but the role has one name in all of them.
    let everywhere = format!("arn:{}:iam::*:role/{}", Partition::Aws, role_name.as_str());
    let everywhere = (*organization || *units).then_some(everywhere);
    let roles = roles.iter().map(|role| RoleArn::as_str(role).to_owned()).chain(everywhere).collect();
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
