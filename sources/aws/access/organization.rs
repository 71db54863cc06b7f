//! The organisation that an account is in: its members, as AWS Organizations lists them.
//!
//! Organizations refuses calls that overlap, so that everything here is asked one call after another. It answers only
//! in the management account and in accounts that administer it.

use std::collections::BTreeMap;
use std::str::FromStr;

use aws_sdk_organizations::types as sdk;
use howler_model::{AccountId, Reason, Unseen};

use super::{Account, AccountRegion, Page};
use crate::Error;

/// The state of a member that can be acted in.
const ACTIVE: &str = "ACTIVE";

/// An account of the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its 12 digits.
    pub id: AccountId,
    /// What it is called. Untrusted text.
    pub name: String,
    /// Why nobody can act in it (`SUSPENDED`, `PENDING_CLOSURE`, `CLOSED`), or none if it is active.
    pub inactive: Option<String>,
}

/// The id of an organisational unit, or of the root above all of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ParentId(String);

impl ParentId {
    /// As AWS gives it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ParentId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let word = |part: &str, least: usize| {
            (least..=32).contains(&part.len())
                && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        let fits = match text.split('-').collect::<Vec<_>>()[..] {
            ["r", root] => word(root, 4),
            ["ou", root, unit] => word(root, 4) && word(unit, 8),
            _ => false,
        };
        fits.then(|| Self(text.to_owned())).ok_or_else(|| Error::ParentId(text.to_owned()))
    }
}

impl Account {
    /// All accounts of the organisation, by id (Organizations `ListAccounts`).
    ///
    /// # Errors
    /// What kept a page away: half an organisation is none. So is one without the account that asks.
    pub async fn members(&self) -> Result<Vec<Member>, Unseen> {
        const ACTION: &str = "organizations:ListAccounts";
        let at = self.place(None);
        let client = at.organizations();
        let ask = |token| {
            let sent = client.list_accounts().set_next_token(token).send();
            async { sent.await.map(|page| Page::of(page.accounts, page.next_token)) }
        };
        let members = members(ACTION, at.pages(ACTION, ask).await?)?;
        match members.iter().any(|member| member.id == *self.id()) {
            true => Ok(members),
            false => {
                Err(Unseen::new(Reason::Malformed, ACTION, "the account that asks is not in the answer"))
            }
        }
    }

    /// All accounts in a part of the organisation and in the parts of that, by id (Organizations
    /// `ListAccountsForParent`, `ListOrganizationalUnitsForParent`).
    ///
    /// # Errors
    /// What kept a page away, as in [`Account::members`].
    pub async fn members_of(&self, parent: &ParentId) -> Result<Vec<Member>, Unseen> {
        let at = self.place(None);
        let (mut found, mut parents) = (Vec::new(), vec![parent.0.clone()]);
        while let Some(parent) = parents.pop() {
            found.extend(accounts_of(&at, &parent).await?);
            parents.extend(units_of(&at, &parent).await?);
        }
        members("organizations:ListAccountsForParent", found)
    }
}

async fn accounts_of(at: &AccountRegion, parent: &str) -> Result<Vec<sdk::Account>, Unseen> {
    let client = at.organizations();
    let ask = |token| {
        let sent = client.list_accounts_for_parent().parent_id(parent).set_next_token(token).send();
        async { sent.await.map(|page| Page::of(page.accounts, page.next_token)) }
    };
    at.pages("organizations:ListAccountsForParent", ask).await
}

async fn units_of(at: &AccountRegion, parent: &str) -> Result<Vec<String>, Unseen> {
    let client = at.organizations();
    let ask = |token| {
        let sent =
            client.list_organizational_units_for_parent().parent_id(parent).set_next_token(token).send();
        async { sent.await.map(|page| Page::of(page.organizational_units, page.next_token)) }
    };
    let units = at.pages("organizations:ListOrganizationalUnitsForParent", ask).await?;
    Ok(units.into_iter().filter_map(|unit| unit.id).collect())
}

/// Each account once and by id, whatever the order of the answer.
fn members(action: &str, accounts: Vec<sdk::Account>) -> Result<Vec<Member>, Unseen> {
    let members = accounts.iter().map(|account| member(action, account));
    let by_id = members.map(|member| member.map(|member| (member.id.clone(), member)));
    Ok(by_id.collect::<Result<BTreeMap<_, _>, Unseen>>()?.into_values().collect())
}

fn member(action: &str, account: &sdk::Account) -> Result<Member, Unseen> {
    let malformed = || Unseen::new(Reason::Malformed, action, "an account in the answer has no id");
    let id = account.id().and_then(|id| id.parse().ok()).ok_or_else(malformed)?;
    let state = state(account).filter(|state| *state != ACTIVE).map(str::to_owned);
    Ok(Member { id, name: account.name().unwrap_or_default().to_owned(), inactive: state })
}

/// `State` takes the place of `Status`, which older answers alone have.
#[allow(deprecated, reason = "read only where its successor is missing")]
fn state(account: &sdk::Account) -> Option<&str> {
    account
        .state()
        .map(sdk::AccountState::as_str)
        .or_else(|| account.status().map(sdk::AccountStatus::as_str))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn account(id: &str) -> sdk::builders::AccountBuilder {
        sdk::Account::builder().id(id).name("shop")
    }

    #[test]
    fn the_id_of_a_unit_or_of_the_root_is_told_from_others() {
        for good in ["r-ab12", "ou-ab12-34cd56ef"] {
            assert_eq!(good.parse::<ParentId>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "ou",
            "r-",
            "ou-ab12",
            "ou-ab12-34cd",
            "OU-AB12-34CD56EF",
            "o-ab12cd34ef",
            "ou-ab12-34cd56ef-x",
        ] {
            assert!(bad.parse::<ParentId>().is_err(), "{bad}");
        }
    }

    #[test]
    #[allow(deprecated)]
    fn the_state_decides_and_the_older_status_where_it_is_missing() {
        let inactive =
            |account: sdk::builders::AccountBuilder| member("a:B", &account.build()).unwrap().inactive;
        let one = || account("111111111111");
        assert_eq!(inactive(one().state(sdk::AccountState::Active)), None);
        assert_eq!(inactive(one().status(sdk::AccountStatus::Suspended)), Some("SUSPENDED".into()));
        let closed = one().state(sdk::AccountState::Closed).status(sdk::AccountStatus::Active);
        assert_eq!(inactive(closed), Some("CLOSED".into()));
        assert_eq!(inactive(one()), None, "what is not said to be closed is tried");
    }

    #[test]
    fn members_are_by_id_and_each_once() {
        let accounts = ["222222222222", "111111111111", "222222222222"].map(|id| account(id).build());
        let ids: Vec<_> = members("a:B", accounts.to_vec()).unwrap().into_iter().map(|it| it.id).collect();
        assert_eq!(ids.iter().map(AccountId::as_str).collect::<Vec<_>>(), ["111111111111", "222222222222"]);
        let nameless = vec![sdk::Account::builder().build()];
        assert_eq!(members("a:B", nameless).unwrap_err().reason, Reason::Malformed);
    }
}
