//! Who is scanned: the caller, the members of its organisation, the roles that lead into them. Each is a unit as soon
//! as it is known.

use std::collections::BTreeSet;

use futures::{Stream, StreamExt};
use howler_model::{AccountId, Gap, Reason, Region, Scope, ScopeCoverage, Unseen};
use howler_sources::{Account, Member, Role, RoleArn};
use tokio::sync::mpsc::UnboundedSender;

use crate::config::{Accounts, Tag};
use crate::organization::{ORGANIZATIONS, organization_of};
use crate::plan::missed;
use crate::unit::{Entrant, Unit};
use crate::write::say;

/// Codes by which Organizations says that an account has no tags, because it is in no organisation or not in this one.
const OUTSIDE: [&str; 2] = ["AWSOrganizationsNotInUseException", "TargetNotFoundException"];

/// Keys and values.
type Tags = Vec<(String, String)>;

/// Lists whoever is chosen.
pub struct Roster<'a> {
    caller: &'a Account,
    wanted: &'a Accounts,
    /// Whether owners may be found by the tags of accounts.
    tags: bool,
    units: UnboundedSender<Unit>,
    /// Whoever is sent, noted, or not meant.
    known: BTreeSet<AccountId>,
    sent: usize,
    listed: Listed,
}

/// How the listings of the organisation went.
#[derive(Default)]
struct Listed {
    asked: bool,
    members: usize,
    answered: usize,
    /// What could not be listed, or the one account whose tags could not be.
    gaps: Vec<(Option<AccountId>, Unseen)>,
    /// Accounts that nobody can act in.
    inactive: Vec<ScopeCoverage>,
}

impl<'a> Roster<'a> {
    /// With `tags`, each account brings its tags.
    pub fn new(caller: &'a Account, wanted: &'a Accounts, tags: bool, units: UnboundedSender<Unit>) -> Self {
        Self { caller, wanted, tags, units, known: BTreeSet::new(), sent: 0, listed: Listed::default() }
    }

    /// Sends every account as a unit as soon as it is known, and says in the end what is known not to be seen.
    pub async fn enlist(mut self) -> Vec<ScopeCoverage> {
        let wanted = self.wanted;
        // A role that is named goes before any other way into its account, the caller's own too.
        for arn in &wanted.roles {
            let role = Role { external_id: wanted.external_id_of(arn.account()), arn: arn.clone() };
            self.enter(arn.account().clone(), Some(role)).await;
        }
        // The caller is in its own organisation, also when it may not list it.
        if (wanted.lists_organization() && wanted.tags.is_empty()) || !wanted.are_chosen() {
            self.enter(self.caller.id().clone(), None).await;
        }
        for id in &wanted.ids {
            self.enter(id.clone(), None).await;
        }
        self.list().await;
        self.coverage()
    }

    /// One listing after another: Organizations refuses calls that overlap.
    async fn list(&mut self) {
        let caller = self.caller;
        if self.wanted.lists_organization() {
            self.listed(caller.members()).await;
        }
        for unit in &self.wanted.units {
            self.listed(caller.members_of(unit)).await;
        }
    }

    async fn listed(&mut self, pages: impl Stream<Item = Result<Vec<Member>, Unseen>>) {
        self.listed.asked = true;
        let mut pages = std::pin::pin!(pages);
        while let Some(page) = pages.next().await {
            match page {
                Ok(members) => {
                    self.listed.members += members.len();
                    for member in members {
                        self.enlist_member(member).await;
                    }
                }
                Err(unseen) => {
                    self.listed.gaps.push((None, unseen));
                    return;
                }
            }
        }
        self.listed.answered += 1;
    }

    async fn enlist_member(&mut self, member: Member) {
        if self.is_done(&member.id) {
            return;
        }
        if let Some(state) = member.inactive {
            self.known.insert(member.id.clone());
            let scope = self.scope_of(member.id);
            let message = format!("the account is not active: {state}");
            let unseen = Unseen::new(Reason::Disabled, "organizations:ListAccounts", message);
            self.listed.inactive.push(missed(scope, unseen));
            return;
        }
        let tags = self.tags_of(&member.id).await;
        let has = |wanted: &Tag| tags.iter().flatten().any(|tag| wanted.is(tag));
        match self.wanted.tags.iter().all(has) {
            true => self.send(member.id, None, tags),
            // Units may lie in one another: nobody is asked about twice.
            false => drop(self.known.insert(member.id)),
        }
    }

    /// Whether nothing is left to do about an account.
    fn is_done(&self, account: &AccountId) -> bool {
        self.wanted.left_out.contains(account) || self.known.contains(account)
    }

    /// The tags of an account, where any are asked for. Where they cannot be read in a scan of the organisation, that is
    /// a gap; whoever scans single accounts need not be one who may read them, and is told once.
    async fn tags_of(&mut self, account: &AccountId) -> Option<Tags> {
        if !self.tags && self.wanted.tags.is_empty() {
            return None;
        }
        let unseen = match self.caller.tags_of(account).await {
            Ok(tags) => return Some(tags),
            Err(unseen) => unseen,
        };
        if unseen.code.as_deref().is_some_and(|code| OUTSIDE.contains(&code)) {
            return Some(Tags::new());
        }
        if self.wanted.lists_organization() || !self.wanted.units.is_empty() {
            self.listed.gaps.push((Some(account.clone()), unseen));
        } else {
            self.tags = false;
            say(&format!(
                "the tags of accounts cannot be read, so that they name no owner: {}",
                unseen.message
            ));
        }
        None
    }

    /// An account with its role, or with the one that all have, once however often it was said.
    async fn enter(&mut self, account: AccountId, role: Option<Role>) {
        if !self.is_done(&account) {
            let tags = if self.tags { self.tags_of(&account).await } else { None };
            self.send(account, role, tags);
        }
    }

    fn send(&mut self, account: AccountId, role: Option<Role>, tags: Option<Tags>) {
        let role = role.or_else(|| self.role_in(&account));
        let partition = role.as_ref().map_or(self.caller.partition(), |role| role.arn.partition());
        self.known.insert(account.clone());
        self.sent += 1;
        let tags = if self.tags { tags } else { Some(Tags::new()) };
        // Nobody to take it has ended the scan.
        drop(self.units.send(Unit::Account(Entrant { account, partition, role, tags })));
    }

    /// The role of an account that is known by its id alone; none for the caller's own.
    fn role_in(&self, account: &AccountId) -> Option<Role> {
        (account != self.caller.id()).then(|| Role {
            arn: RoleArn::named(self.caller.partition(), account, &self.wanted.role_name),
            external_id: self.wanted.external_id_of(account),
        })
    }

    /// What is known of a member without being in it.
    fn scope_of(&self, account: AccountId) -> Scope {
        Scope::aws(self.caller.partition(), account, Region::GLOBAL, ORGANIZATIONS)
    }

    /// What could not be listed is a gap of the organisation. A scan of nobody is not complete, however well the
    /// listing was answered.
    fn coverage(mut self) -> Vec<ScopeCoverage> {
        let listed = std::mem::take(&mut self.listed);
        let mut missing = listed.gaps;
        if listed.asked && self.sent == 0 && missing.is_empty() {
            let nobody = "there is no active account that is asked for";
            missing.push((None, Unseen::new(Reason::NoData, "organizations:ListAccounts", nobody)));
        }
        let scope = organization_of(self.caller);
        let gap = |(account, unseen): (Option<AccountId>, Unseen)| Gap {
            scope: scope.clone(),
            item: account.map(|id| id.to_string()),
            unseen,
        };
        let mut gaps: Vec<Gap> = missing.into_iter().map(gap).collect();
        gaps.dedup();
        let (facts, answered) = (listed.members, listed.answered);
        let own = listed.asked.then_some(ScopeCoverage { scope, facts, answered, gaps });
        own.into_iter().chain(listed.inactive).collect()
    }
}
