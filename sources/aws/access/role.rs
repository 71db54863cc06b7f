//! Roles in other accounts: their ARNs and names, and what they ask for to be taken.

use std::str::FromStr;

use howler_model::{AccountId, Partition};

use crate::Error;

/// The ARN of a role, with the account that it leads into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleArn {
    arn: String,
    partition: Partition,
    account: AccountId,
}

impl RoleArn {
    /// The ARN as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.arn
    }

    /// The account that the role is in.
    #[must_use]
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// The partition that the role is in.
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.partition
    }
}

impl FromStr for RoleArn {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error::RoleArn(text.to_owned());
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, "iam", "", account, role] = parts[..] else {
            return Err(wrong());
        };
        let named = role.strip_prefix("role/").is_some_and(|name| !name.is_empty());
        let partition = partition.parse().map_err(|_| wrong())?;
        let account = account.parse().map_err(|_| wrong())?;
        named.then(|| Self { arn: text.to_owned(), partition, account }).ok_or_else(wrong)
    }
}

impl RoleArn {
    /// The role of this name in an account.
    #[must_use]
    pub fn named(partition: Partition, account: &AccountId, name: &RoleName) -> Self {
        let arn = format!("arn:{partition}:iam::{account}:role/{}", name.0);
        Self { arn, partition, account: account.clone() }
    }
}

/// The name of a role, with its path if it has one: the same in every account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleName(String);

impl RoleName {
    /// As it stands in ARNs.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for RoleName {
    /// The name that the deployment templates give.
    fn default() -> Self {
        Self("howler".to_owned())
    }
}

impl FromStr for RoleName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-/".contains(&byte);
        let parts = text.split('/').all(|part| !part.is_empty());
        let fits = parts && text.len() <= 576 && text.bytes().all(letters);
        fits.then(|| Self(text.to_owned())).ok_or_else(|| Error::RoleName(text.to_owned()))
    }
}

/// What the trust policy of a role may ask for (`sts:ExternalId`), so that nobody else lets howler in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalId(String);

impl ExternalId {
    /// As it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ExternalId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&byte);
        let fits = (2..=1224).contains(&text.len()) && text.bytes().all(letters);
        fits.then(|| Self(text.to_owned())).ok_or(Error::ExternalId)
    }
}

/// A role, and what it asks for to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its ARN.
    pub arn: RoleArn,
    /// The external id that it wants to hear, if it wants one.
    pub external_id: Option<ExternalId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_arn_names_an_account() {
        let role: RoleArn = "arn:aws-cn:iam::123456789012:role/path/howler".parse().unwrap();
        assert_eq!((role.account().as_str(), role.partition()), ("123456789012", Partition::AwsCn));
        for bad in [
            "",
            "howler",
            "arn:aws:iam::12345678901:role/x",
            "arn:aws:iam::123456789012:user/x",
            "arn:aws:iam::123456789012:role/",
        ] {
            assert!(bad.parse::<RoleArn>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_role_name_makes_an_arn_that_can_be_read_again() {
        let account: AccountId = "123456789012".parse().unwrap();
        for name in ["howler", "path/howler", "a+b=c,d.e@f-g_h"] {
            let arn = RoleArn::named(Partition::AwsUsGov, &account, &name.parse().unwrap());
            assert_eq!(arn.as_str(), format!("arn:aws-us-gov:iam::123456789012:role/{name}"));
            assert_eq!(arn.as_str().parse::<RoleArn>().unwrap(), arn);
        }
        for bad in ["", "/howler", "howler/", "a//b", "a b", "arn:aws:iam::1:role/x", "rôle"] {
            assert!(bad.parse::<RoleName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_external_id_has_the_letters_that_sts_takes() {
        assert!("a1".parse::<ExternalId>().is_ok() && "x:y/z=,.@-_+".parse::<ExternalId>().is_ok());
        for bad in ["", "a", "a b", "ä1", &"x".repeat(1_225)] {
            assert!(bad.parse::<ExternalId>().is_err(), "{bad}");
        }
    }
}
