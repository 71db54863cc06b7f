//! Who calls: access key ids carry the account, so that nothing has to be remembered.

use crate::organization::{Account, Organization};
use crate::session::Session;

/// The access key id of the management account's user. Its secret may be anything: signatures are not verified.
pub const ACCESS_KEY_ID: &str = "AKIAHOWLERMANAGEMENT";

/// A secret to go with [`ACCESS_KEY_ID`].
pub const SECRET_ACCESS_KEY: &str = "simulated";

/// How access key ids of assumed roles begin.
const SESSION: &str = "ASIA";

/// The access key id of a user of any account.
pub fn access_key_id(account: &str) -> String {
    format!("AKIA{account}USER")
}

/// The access key id of an assumed role of an account.
pub(crate) fn session_key_id(account: &str) -> String {
    format!("{SESSION}{account}ROLE")
}

/// What a signature says: `Credential=<key>/<date>/<region>/<service>/aws4_request`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope<'a> {
    pub(crate) key: &'a str,
    pub(crate) region: &'a str,
    pub(crate) signing: &'a str,
}

impl<'a> Scope<'a> {
    /// The scope in the value of an `Authorization` header.
    pub(crate) fn read(authorization: &'a str) -> Option<Self> {
        let (_, credential) = authorization.split_once("Credential=")?;
        let mut parts = credential.split(',').next()?.trim().split('/');
        let (key, _date, region, signing) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        (parts.next()? == "aws4_request").then_some(Self { key, region, signing })
    }
}

/// The account that a key belongs to.
pub(crate) fn account<'a>(organization: &'a Organization, key: &str) -> Option<&'a Account> {
    if key == ACCESS_KEY_ID {
        return organization.accounts.get(&organization.management);
    }
    organization.accounts.get(key.get(4..16)?)
}

/// The session that a request is made in, if its key is one of an assumed role.
pub(crate) fn session<'a>(key: &str, token: Option<&'a str>) -> Option<Session<'a>> {
    token.filter(|_| key.starts_with(SESSION)).map(Session::read)
}

/// The ARN of the caller.
pub(crate) fn caller(account: &Account, session: Option<Session<'_>>) -> String {
    let id = &account.id;
    match session {
        Some(session) => format!("arn:aws:sts::{id}:assumed-role/{}", session.name),
        None => format!("arn:aws:iam::{id}:user/howler"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_read_from_a_signature() {
        let header = "AWS4-HMAC-SHA256 Credential=AKIA1/20260101/eu-west-1/acm/aws4_request, SignedHeaders=host, Signature=0";
        assert_eq!(Scope::read(header), Some(Scope { key: "AKIA1", region: "eu-west-1", signing: "acm" }));
        assert_eq!(Scope::read("Bearer abc"), None);
        assert_eq!(Scope::read("AWS4-HMAC-SHA256 Credential=AKIA1/20260101/eu-west-1/acm"), None);
    }
}
