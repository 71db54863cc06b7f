//! The organisation that an account is in: its members, as AWS Organizations lists them.
//!
//! Organizations refuses calls that overlap, so that the pace lets only one be under way. It answers only in the
//! management account and in accounts that administer it.

use std::collections::HashSet;
use std::str::FromStr;

use aws_sdk_organizations::types as sdk;
use futures::{Stream, stream};
use howler_model::{AccountId, Reason, Unseen};

use super::paging::{Paging, Turn};
use super::{Account, AccountRegion, Page};
use crate::Error;

const ALL: &str = "organizations:ListAccounts";
const CHILDREN: &str = "organizations:ListAccountsForParent";
const UNITS: &str = "organizations:ListOrganizationalUnitsForParent";

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
    /// All accounts of the organisation, each once, page by page as they arrive (Organizations `ListAccounts`).
    ///
    /// # Errors
    /// What kept a page away ends the stream: half an organisation is none. So does an answer without the account
    /// that asks.
    pub fn members(&self) -> impl Stream<Item = Result<Vec<Member>, Unseen>> + Send + use<'_> {
        let walk = Walk::from(self, vec![Step::Accounts(None, Paging::default())]);
        stream::try_unfold(walk, Walk::page)
    }

    /// All accounts in a part of the organisation and in the parts of that, each once, page by page as they arrive
    /// (Organizations `ListAccountsForParent`, `ListOrganizationalUnitsForParent`).
    ///
    /// # Errors
    /// What kept a page away ends the stream, as in [`Account::members`].
    pub fn members_of(
        &self,
        parent: &ParentId,
    ) -> impl Stream<Item = Result<Vec<Member>, Unseen>> + Send + use<'_> {
        stream::try_unfold(Walk::from(self, part(parent.0.clone()).into()), Walk::page)
    }
}

impl Account {
    /// The tags of a member as Organizations keeps them, keys and values (Organizations `ListTagsForResource`).
    /// Untrusted text.
    ///
    /// # Errors
    /// What kept a page away: half of the tags are none.
    pub async fn tags_of(&self, member: &AccountId) -> Result<Vec<(String, String)>, Unseen> {
        let at = self.place(None);
        let client = at.organizations();
        let ask = |token| {
            let sent =
                client.list_tags_for_resource().resource_id(member.as_str()).set_next_token(token).send();
            async { sent.await.map(|page| Page::of(page.tags, page.next_token)) }
        };
        let tags = at.pages("organizations:ListTagsForResource", ask).await?;
        Ok(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
    }
}

/// What is still to be asked.
#[derive(Debug)]
enum Step {
    /// Accounts right below a parent, or of the whole organisation, from a page on.
    Accounts(Option<String>, Paging),
    /// The units right below a parent.
    Units(String),
}

/// The steps of a part of the organisation, the last one first.
fn part(parent: String) -> [Step; 2] {
    [Step::Units(parent.clone()), Step::Accounts(Some(parent), Paging::default())]
}

/// A walk through the organisation, one call after another.
#[derive(Debug)]
struct Walk {
    at: AccountRegion,
    /// The last one is next.
    steps: Vec<Step>,
    /// Whether the account that asks has to be found.
    whole: bool,
    told: HashSet<AccountId>,
    units: HashSet<String>,
}

impl Walk {
    fn from(account: &Account, steps: Vec<Step>) -> Self {
        let whole = matches!(steps[..], [Step::Accounts(None, _)]);
        Self { at: account.place(None), steps, whole, told: HashSet::new(), units: HashSet::new() }
    }

    /// The members of the next page, and the walk from there on.
    async fn page(mut self) -> Result<Option<(Vec<Member>, Self)>, Unseen> {
        loop {
            match self.steps.pop() {
                None => return self.end(),
                Some(Step::Units(parent)) => self.enter_units(&parent).await?,
                Some(Step::Accounts(parent, mut paging)) => {
                    let page = accounts(&self.at, parent.as_deref(), &paging).await?;
                    let members = self.fresh(&page.items)?;
                    if paging.turn(action(parent.as_deref()), page.next)? != Turn::End {
                        self.steps.push(Step::Accounts(parent, paging));
                    }
                    return Ok(Some((members, self)));
                }
            }
        }
    }

    async fn enter_units(&mut self, parent: &str) -> Result<(), Unseen> {
        for unit in units_of(&self.at, parent).await? {
            if !self.units.insert(unit.clone()) {
                let message = format!("{unit} is in more than one place of the organisation");
                return Err(Unseen::new(Reason::Malformed, UNITS, message));
            }
            self.steps.extend(part(unit));
        }
        Ok(())
    }

    /// Those that no earlier page had.
    fn fresh(&mut self, accounts: &[sdk::Account]) -> Result<Vec<Member>, Unseen> {
        let members: Result<Vec<Member>, Unseen> = accounts.iter().map(member).collect();
        Ok(members?.into_iter().filter(|member| self.told.insert(member.id.clone())).collect())
    }

    fn end(self) -> Result<Option<(Vec<Member>, Self)>, Unseen> {
        match self.whole && !self.told.contains(self.at.account()) {
            true => Err(Unseen::new(Reason::Malformed, ALL, "the account that asks is not in the answer")),
            false => Ok(None),
        }
    }
}

fn action(parent: Option<&str>) -> &'static str {
    if parent.is_some() { CHILDREN } else { ALL }
}

/// One page of the accounts below a parent, or of all.
async fn accounts(
    at: &AccountRegion,
    parent: Option<&str>,
    paging: &Paging,
) -> Result<Page<sdk::Account>, Unseen> {
    let (client, token) = (at.organizations(), || paging.token.clone());
    match parent {
        None => {
            let ask = || client.list_accounts().set_next_token(token()).send();
            let page = at.call(ALL, ask).await?;
            Ok(Page::of(page.accounts, page.next_token))
        }
        Some(parent) => {
            let ask = || client.list_accounts_for_parent().parent_id(parent).set_next_token(token()).send();
            let page = at.call(CHILDREN, ask).await?;
            Ok(Page::of(page.accounts, page.next_token))
        }
    }
}

async fn units_of(at: &AccountRegion, parent: &str) -> Result<Vec<String>, Unseen> {
    let client = at.organizations();
    let ask = |token| {
        let sent =
            client.list_organizational_units_for_parent().parent_id(parent).set_next_token(token).send();
        async { sent.await.map(|page| Page::of(page.organizational_units, page.next_token)) }
    };
    let nameless = || Unseen::new(Reason::Malformed, UNITS, "a unit in the answer has no id");
    let units = at.pages(UNITS, ask).await?;
    units.into_iter().map(|unit| unit.id.ok_or_else(nameless)).collect()
}

fn member(account: &sdk::Account) -> Result<Member, Unseen> {
    let malformed = || Unseen::new(Reason::Malformed, ALL, "an account in the answer has no id");
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
        let inactive = |account: sdk::builders::AccountBuilder| member(&account.build()).unwrap().inactive;
        let one = || account("111111111111");
        assert_eq!(inactive(one().state(sdk::AccountState::Active)), None);
        assert_eq!(inactive(one().status(sdk::AccountStatus::Suspended)), Some("SUSPENDED".into()));
        let closed = one().state(sdk::AccountState::Closed).status(sdk::AccountStatus::Active);
        assert_eq!(inactive(closed), Some("CLOSED".into()));
        assert_eq!(inactive(one()), None, "what is not said to be closed is tried");
    }

    #[test]
    fn an_account_without_an_id_is_no_member() {
        let nameless = sdk::Account::builder().name("shop").build();
        assert_eq!(member(&nameless).unwrap_err().reason, Reason::Malformed);
        assert_eq!(member(&account("111111111111").build()).unwrap().id.as_str(), "111111111111");
    }
}
