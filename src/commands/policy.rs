//! `howler policy iam`: the least that a scan needs, derived from the sources that it asks.

use std::collections::BTreeSet;

use howler_sources::{IDENTITY_ACTIONS, RoleArn};
use serde_json::{Value, json};

use crate::plan::Plan;

/// The policy, as it is printed.
pub fn iam(checks: &[String], roles: &[RoleArn]) -> String {
    format!("{:#}\n", policy(&Plan::new(checks, &[]), roles))
}

fn policy(plan: &Plan, roles: &[RoleArn]) -> Value {
    let actions: BTreeSet<&str> = plan.actions().into_iter().chain(IDENTITY_ACTIONS).collect();
    let mut statements = vec![json!({
        "Sid": "HowlerReads", "Effect": "Allow", "Action": actions, "Resource": "*"
    })];
    if !roles.is_empty() {
        let arns: BTreeSet<&str> = roles.iter().map(RoleArn::as_str).collect();
        statements.push(json!({
            "Sid": "HowlerTakesRoles", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arns
        }));
    }
    json!({ "Version": "2012-10-17", "Statement": statements })
}
