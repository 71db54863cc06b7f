//! Who is scanned: the caller, the members of its organisation, the roles that lead into them. Each is a unit as soon
//! as it is known.

use std::collections::BTreeSet;

use futures::{Stream, StreamExt};
use howler_model::{AccountId, Gap, Reason, Region, Scope, ScopeCoverage, Service, Unseen};
use howler_sources::{Account, Member, Role, RoleArn};
use tokio::sync::mpsc::UnboundedSender;

use crate::config::Accounts;
use crate::plan::missed;
use crate::unit::{Entrant, Unit};

const ORGANIZATIONS: Service = Service::named("organizations");

/// Lists whoever is chosen.
pub struct Roster<'a> {
    caller: &'a Account,
    wanted: &'a Accounts,
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
    pub fn new(caller: &'a Account, wanted: &'a Accounts, units: UnboundedSender<Unit>) -> Self {
        Self { caller, wanted, units, known: BTreeSet::new(), sent: 0, listed: Listed::default() }
    }

    /// Sends every account as a unit as soon as it is known, and says in the end what is known not to be seen.
    pub async fn enlist(mut self) -> Vec<ScopeCoverage> {
        let wanted = self.wanted;
        // A role that is named goes before any other way into its account, the caller's own too.
        for arn in &wanted.roles {
            let role = Role { external_id: wanted.external_id_of(arn.account()), arn: arn.clone() };
            self.send(arn.account().clone(), Some(role));
        }
        // The caller is in its own organisation, also when it may not list it.
        if (wanted.lists_organization() && wanted.tags.is_empty()) || !wanted.are_chosen() {
            self.enter(self.caller.id().clone());
        }
        wanted.ids.iter().for_each(|id| self.enter(id.clone()));
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
        if self.wanted.left_out.contains(&member.id) {
            return;
        }
        if let Some(state) = member.inactive {
            if !self.known.insert(member.id.clone()) {
                return;
            }
            let scope = self.scope_of(member.id);
            let message = format!("the account is not active: {state}");
            let unseen = Unseen::new(Reason::Disabled, "organizations:ListAccounts", message);
            self.listed.inactive.push(missed(scope, unseen));
        } else if self.has_tags(&member.id).await {
            self.enter(member.id);
        }
    }

    /// Whether an account has the tags that are asked for. Where they cannot be read, that is a gap.
    async fn has_tags(&mut self, account: &AccountId) -> bool {
        if self.wanted.tags.is_empty() || self.known.contains(account) {
            return true;
        }
        let has_all = match self.caller.tags_of(account).await {
            Ok(tags) => self.wanted.tags.iter().all(|wanted| tags.iter().any(|tag| wanted.is(tag))),
            Err(unseen) => {
                self.listed.gaps.push((Some(account.clone()), unseen));
                false
            }
        };
        if !has_all {
            // Units may lie in one another: nobody is asked about twice.
            self.known.insert(account.clone());
        }
        has_all
    }

    /// An account that is known by its id alone.
    fn enter(&mut self, account: AccountId) {
        let role = (account != *self.caller.id()).then(|| Role {
            arn: RoleArn::named(self.caller.partition(), &account, &self.wanted.role_name),
            external_id: self.wanted.external_id_of(&account),
        });
        self.send(account, role);
    }

    /// Each account once, however often it was said.
    fn send(&mut self, account: AccountId, role: Option<Role>) {
        if !self.wanted.left_out.contains(&account) && self.known.insert(account.clone()) {
            let partition = role.as_ref().map_or(self.caller.partition(), |role| role.arn.partition());
            self.sent += 1;
            // Nobody to take it has ended the scan.
            drop(self.units.send(Unit::Account(Entrant { account, partition, role })));
        }
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

/// The scope that stands for the organisation of the caller.
pub fn organization_of(caller: &Account) -> Scope {
    caller.scope(None, ORGANIZATIONS)
}
