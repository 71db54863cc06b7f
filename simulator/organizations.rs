//! AWS Organizations: the accounts and the units that they are in, 20 a page at most.

use std::collections::BTreeSet;

use crate::call::Call;
use crate::failure::Failure;
use crate::organization::Account;
use crate::page::Paging;
use crate::value::Value;

/// The id of what is above all units.
const ROOT: &str = "r-root";

const PAGING: Paging =
    Paging { limit: "MaxResults", token: "NextToken", next: "NextToken", default: 20, least: 1, most: 20 };

pub(crate) fn answer(call: &Call<'_>) -> Result<Value, Failure> {
    let management = &call.organization.management;
    if *management != call.account.id {
        return Err(Failure::denied(&call.caller, &format!("organizations:{}", call.action), false));
    }
    match call.action {
        "ListAccounts" => list_accounts(call, |_| true),
        "ListAccountsForParent" => {
            let parent = parent(call)?;
            list_accounts(call, |account| account.units.last().map_or(ROOT, String::as_str) == parent)
        }
        "ListOrganizationalUnitsForParent" => list_units(call, parent(call)?),
        "ListTagsForResource" => list_tags(call),
        "DescribeOrganization" => Ok(Value::record().with("Organization", organization(management))),
        other => Err(Failure::unknown_action(other)),
    }
}

/// The root, or a unit that an account is in.
fn parent<'c>(call: &'c Call<'_>) -> Result<&'c str, Failure> {
    let parent = call.parameters.required("ParentId")?;
    let mut units = call.organization.accounts.values().flat_map(|account| &account.units);
    match parent == ROOT || units.any(|unit| unit == parent) {
        true => Ok(parent),
        false => {
            Err(Failure::coded(400, "ParentNotFoundException", "You specified a parent that doesn't exist."))
        }
    }
}

fn list_accounts(call: &Call<'_>, listed: impl Fn(&&Account) -> bool) -> Result<Value, Failure> {
    let page = PAGING.page(call, call.organization.accounts.values().filter(listed))?;
    let accounts = page.items.iter().map(|account| self::account(account));
    Ok(Value::record().with("Accounts", Value::list(accounts)).with_some("NextToken", page.next))
}

fn account(account: &Account) -> Value {
    let state = if account.suspended { "SUSPENDED" } else { "ACTIVE" };
    Value::record()
        .with("Id", account.id.as_str())
        .with("Arn", format!("arn:aws:organizations::{}:account/o-howler0001/{}", account.id, account.id))
        .with("Email", format!("aws-{}@example.com", account.name))
        .with("Name", account.name.as_str())
        .with("Status", state)
        .with("State", state)
        .with("JoinedMethod", "CREATED")
}

/// The units right below a parent.
fn list_units(call: &Call<'_>, parent: &str) -> Result<Value, Failure> {
    let below = |account: &'_ Account| -> Option<String> {
        let above = match parent {
            ROOT => 0,
            unit => account.units.iter().position(|it| it == unit)? + 1,
        };
        account.units.get(above).cloned()
    };
    let units: BTreeSet<String> = call.organization.accounts.values().filter_map(below).collect();
    let page = PAGING.page(call, units.iter())?;
    let units = page.items.iter().map(|id| {
        Value::record().with("Id", id.as_str()).with("Name", id.as_str()).with(
            "Arn",
            format!("arn:aws:organizations::{}:ou/o-howler0001/{id}", call.organization.management),
        )
    });
    Ok(Value::record().with("OrganizationalUnits", Value::list(units)).with_some("NextToken", page.next))
}

/// The tags of an account; of nothing else.
fn list_tags(call: &Call<'_>) -> Result<Value, Failure> {
    let id = call.parameters.required("ResourceId")?;
    let unknown =
        || Failure::coded(400, "TargetNotFoundException", "You specified a target that doesn't exist.");
    let account = call.organization.accounts.get(id).ok_or_else(unknown)?;
    let page = PAGING.page(call, &account.tags)?;
    let tag = |(key, value): &(&String, &String)| {
        Value::record().with("Key", key.as_str()).with("Value", value.as_str())
    };
    let tags = page.items.iter().map(tag);
    Ok(Value::record().with("Tags", Value::list(tags)).with_some("NextToken", page.next))
}

fn organization(management: &str) -> Value {
    Value::record()
        .with("Id", "o-howler0001")
        .with("Arn", format!("arn:aws:organizations::{management}:organization/o-howler0001"))
        .with("FeatureSet", "ALL")
        .with("MasterAccountId", management)
        .with(
            "MasterAccountArn",
            format!("arn:aws:organizations::{management}:account/o-howler0001/{management}"),
        )
        .with("MasterAccountEmail", "aws-management@example.com")
}
