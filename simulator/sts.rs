//! STS: who am I, and roles of other accounts.

use chrono::TimeDelta;

use crate::call::Call;
use crate::credentials::session_key_id;
use crate::failure::Failure;
use crate::session;
use crate::value::Value;

/// How long a session lives that does not end. The simulated now may lie far from the caller's clock, by which
/// sessions must not look expired; [`crate::Fault::ExpiredToken`] ends one.
const ENDLESS: TimeDelta = TimeDelta::days(36_500);

pub(crate) fn answer(call: &Call<'_>) -> Result<Value, Failure> {
    match call.action {
        "GetCallerIdentity" => Ok(caller_identity(call)),
        "AssumeRole" => assume_role(call),
        other => Err(Failure::unknown_action(other)),
    }
}

fn caller_identity(call: &Call<'_>) -> Value {
    let user = if call.caller.contains(":assumed-role/") {
        "AROAHOWLERSIMULATED00:scan"
    } else {
        "AIDAHOWLERSIMULATED00"
    };
    Value::record().with("Arn", call.caller.as_str()).with("UserId", user).with("Account", Value::Account)
}

fn assume_role(call: &Call<'_>) -> Result<Value, Failure> {
    let arn = call.parameters.required("RoleArn")?;
    let name = call.parameters.required("RoleSessionName")?;
    let (account, role) =
        role(call, arn).ok_or_else(|| Failure::coded(403, "AccessDenied", refusal(&call.caller, arn)))?;
    let seconds = call.parameters.number("DurationSeconds")?.unwrap_or(3600);
    if !(900..=43_200).contains(&seconds) {
        return Err(Failure::invalid(format!(
            "The requested DurationSeconds {seconds} is not within 900 to 43200."
        )));
    }
    let end = call.session_lifetime.map(session::end_after);
    let credentials = Value::record()
        .with("AccessKeyId", session_key_id(account))
        .with("SecretAccessKey", crate::SECRET_ACCESS_KEY)
        .with("SessionToken", session::token(role, name, end))
        .with("Expiration", end.unwrap_or(call.now + ENDLESS));
    let user = Value::record()
        .with("AssumedRoleId", format!("AROAHOWLERSIMULATED00:{name}"))
        .with("Arn", format!("arn:aws:sts::{account}:assumed-role/{role}/{name}"));
    Ok(Value::record().with("Credentials", credentials).with("AssumedRoleUser", user))
}

/// The account and the name of a role that may be assumed.
fn role<'a>(call: &Call<'a>, arn: &'a str) -> Option<(&'a str, &'a str)> {
    let (account, name) = arn.strip_prefix("arn:aws:iam::")?.split_once(":role/")?;
    let account = call.organization.accounts.get(account)?;
    let external_id = call.parameters.text("ExternalId");
    let let_in = account.external_id.is_none() || account.external_id.as_deref() == external_id;
    (let_in && account.roles.iter().any(|role| role == name)).then_some((account.id.as_str(), name))
}

fn refusal(caller: &str, arn: &str) -> String {
    format!("User: {caller} is not authorized to perform: sts:AssumeRole on resource: {arn}")
}
