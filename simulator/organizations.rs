//! AWS Organizations: the accounts, 20 a page at most.

use crate::call::Call;
use crate::failure::Failure;
use crate::page::Paging;
use crate::value::Value;

const PAGING: Paging =
    Paging { limit: "MaxResults", token: "NextToken", next: "NextToken", default: 20, least: 1, most: 20 };

pub(crate) fn answer(call: &Call<'_>) -> Result<Value, Failure> {
    let management = &call.organization.management;
    if *management != call.account.id {
        return Err(Failure::denied(&call.caller, &format!("organizations:{}", call.action), false));
    }
    match call.action {
        "ListAccounts" => list_accounts(call),
        "DescribeOrganization" => Ok(Value::record().with("Organization", organization(management))),
        other => Err(Failure::unknown_action(other)),
    }
}

fn list_accounts(call: &Call<'_>) -> Result<Value, Failure> {
    let page = PAGING.page(call, call.organization.accounts.values())?;
    let accounts = page.items.iter().map(|account| {
        Value::record()
            .with("Id", account.id.as_str())
            .with(
                "Arn",
                format!("arn:aws:organizations::{}:account/o-howler0001/{}", call.account.id, account.id),
            )
            .with("Email", format!("aws-{}@example.com", account.name))
            .with("Name", account.name.as_str())
            .with("Status", "ACTIVE")
            .with("State", "ACTIVE")
            .with("JoinedMethod", "CREATED")
    });
    Ok(Value::record().with("Accounts", Value::list(accounts)).with_some("NextToken", page.next))
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
