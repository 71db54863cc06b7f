//! The organisation that an account is in: its members, as AWS Organizations lists them.
//!
//! Organizations refuses calls that overlap, so that the pace lets only one be under way. It answers only in the
//! management account and in accounts that administer it.

use std::str::FromStr;

use aws_sdk_organizations::types as sdk;
use futures::{Stream, stream};
use howler_model::{AccountId, Reason, Unseen};

use super::walk::{ALL, Walk};
use super::{Account, Page};
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
    /// All accounts of the organisation, each once, page by page as they arrive (Organizations `ListAccounts`).
    ///
    /// # Errors
    /// What kept a page away ends the stream: half an organisation is none. So does an answer without the account
    /// that asks.
    pub fn members(&self) -> impl Stream<Item = Result<Vec<Member>, Unseen>> + Send + use<'_> {
        stream::try_unfold(Walk::of_all(self), Walk::page)
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
        stream::try_unfold(Walk::of_part(self, parent), Walk::page)
    }

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

/// A member as Organizations tells it.
pub(super) fn member(account: &sdk::Account) -> Result<Member, Unseen> {
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
