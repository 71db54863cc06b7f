//! `howler policy iam`: the least that a scan needs, derived from the sources that it asks.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Result;
use howler_model::Partition;
use howler_sources::{IDENTITY_ACTIONS, ORGANIZATION_ACTIONS, TAG_ACTIONS, UNIT_ACTIONS};
use serde_json::{Value, json};

use crate::args::{Notify, Policy};
use crate::plan::{Plan, Wanted};

/// The policy, as it is printed.
///
/// # Errors
/// A source that is named and that nothing would come of.
pub fn text(policy: &Policy) -> Result<String> {
    let Policy::Iam {
        checks,
        with,
        probe,
        roles,
        via,
        organization,
        units,
        tags,
        gateways,
        partition,
        role_name,
    } = policy;
    // Owners may be found by tags, of resources and of accounts.
    let wanted = Wanted { checks, with, probe: *probe, ..Wanted::default() };
    wanted.makes_sense()?;
    let plan = Plan::new(&wanted, Arc::default());
    plan.asks_all(with)?;
    let mut actions = plan.with_tags().actions();
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
    let delivers = gateways.iter().filter_map(|gateway| delivers(gateway, *partition));
    Ok(format!("{:#}\n", statements(&actions, &roles, delivers)))
}

/// What a gateway needs that is a service of AWS, by what its address names.
fn delivers(Notify { gateway, address }: &Notify, partition: Partition) -> Option<Value> {
    let is_arn = address.starts_with("arn:");
    let (sid, action, resource) = match gateway.as_str() {
        "sns" => ("HowlerPublishes", "sns:Publish", address.clone()),
        "eventbridge" if is_arn => ("HowlerPutsEvents", "events:PutEvents", address.clone()),
        "eventbridge" => {
            let bus = format!("arn:{partition}:events:*:*:event-bus/{address}");
            ("HowlerPutsEvents", "events:PutEvents", bus)
        }
        "security-hub" => {
            let region = if address == "regions" { "*" } else { address };
            let product = format!("arn:{partition}:securityhub:{region}:*:product/*/default");
            ("HowlerImportsFindings", "securityhub:BatchImportFindings", product)
        }
        _ => return None,
    };
    Some(json!({ "Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource }))
}

fn statements(
    actions: &BTreeSet<&str>,
    roles: &BTreeSet<String>,
    delivers: impl Iterator<Item = Value>,
) -> Value {
    let mut statements = vec![json!({
        "Sid": "HowlerReads", "Effect": "Allow", "Action": actions, "Resource": "*"
    })];
    if !roles.is_empty() {
        statements.push(json!({
            "Sid": "HowlerTakesRoles", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": roles
        }));
    }
    for delivers in delivers {
        // Statements of one id are refused: those that differ in the resource alone are one.
        let sid = delivers["Sid"].clone();
        match statements.iter_mut().find(|known| known["Sid"] == sid) {
            Some(known) => add(known, &delivers["Resource"]),
            None => statements.push(delivers),
        }
    }
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// Adds a resource to those of a statement.
fn add(statement: &mut Value, resource: &Value) {
    let mut all = match statement["Resource"].take() {
        Value::Array(all) => all,
        one => vec![one],
    };
    if !all.contains(resource) {
        all.push(resource.clone());
    }
    statement["Resource"] = Value::Array(all);
}
