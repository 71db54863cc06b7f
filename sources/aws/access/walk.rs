//! A walk through an organisation, page by page and one call after another.

use std::collections::HashSet;

use aws_sdk_organizations::types as sdk;
use howler_model::{AccountId, Reason, Unseen};

use super::organization::{Member, ParentId, member};
use super::paging::{Paging, Turn};
use super::{Account, AccountRegion, Page};

pub(super) const ALL: &str = "organizations:ListAccounts";
const CHILDREN: &str = "organizations:ListAccountsForParent";
const UNITS: &str = "organizations:ListOrganizationalUnitsForParent";

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
pub(super) struct Walk {
    at: AccountRegion,
    /// The last one is next.
    steps: Vec<Step>,
    /// Whether the account that asks has to be found.
    whole: bool,
    told: HashSet<AccountId>,
    units: HashSet<String>,
}

impl Walk {
    /// Through all accounts.
    pub(super) fn of_all(account: &Account) -> Self {
        let steps = vec![Step::Accounts(None, Paging::default())];
        Self { at: account.place(None), steps, whole: true, told: HashSet::new(), units: HashSet::new() }
    }

    /// Through a part of the organisation and the parts of that.
    pub(super) fn of_part(account: &Account, parent: &ParentId) -> Self {
        Self { steps: part(parent.as_str().to_owned()).into(), whole: false, ..Self::of_all(account) }
    }

    /// The members of the next page, and the walk from there on.
    pub(super) async fn page(mut self) -> Result<Option<(Vec<Member>, Self)>, Unseen> {
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
