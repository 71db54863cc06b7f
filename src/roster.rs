//! Who is scanned: the caller, the members of its organisation, the roles that lead into them.

use std::collections::{BTreeSet, HashMap};

use futures::{Stream, StreamExt, stream};
use howler_model::{AccountId, Gap, Reason, Region, Scope, ScopeCoverage, Service, Unseen};
use howler_sources::{Account, Member, RegionStatus, Role, RoleArn, Session};

use crate::config::Accounts;
use crate::plan::missed;

/// Accounts that are entered at once.
const AT_ONCE: usize = 64;
const ORGANIZATIONS: Service = Service::named("organizations");

/// The regions that exist for an account.
pub type Regions = HashMap<Region, RegionStatus>;

/// Who is scanned, and what is known before not to be seen.
#[derive(Debug)]
pub struct Roster {
    /// In the order in which they are scanned.
    pub entrants: Vec<Entrant>,
    pub scopes: Vec<ScopeCoverage>,
}

/// How an account is entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entrant {
    /// By the caller's own credentials.
    Caller,
    Role(Role),
}

/// What came of it.
pub enum Entry {
    In { account: Box<Account>, regions: Result<Regions, Unseen> },
    Out { role: Role, unseen: Unseen },
}

impl Roster {
    /// Asks the organisation, as far as the choice of accounts needs it.
    pub async fn of(caller: &Account, wanted: &Accounts) -> Self {
        let mut roster = Self { entrants: Vec::new(), scopes: Vec::new() };
        if !wanted.are_chosen() {
            roster.entrants.push(Entrant::Caller);
        }
        let role =
            |arn: &RoleArn| Role { external_id: wanted.external_id_of(arn.account()), arn: arn.clone() };
        roster.entrants.extend(wanted.roles.iter().map(role).map(Entrant::Role));
        let mut known: BTreeSet<AccountId> = wanted.roles.iter().map(|role| role.account().clone()).collect();
        for member in roster.members(caller, wanted).await {
            if known.insert(member.id.clone()) {
                roster.enlist(caller, wanted, member);
            }
        }
        if roster.entrants.is_empty() {
            roster.note_that_there_is_nobody();
        }
        roster
    }

    /// The members that are chosen. One listing after another: Organizations refuses calls that overlap.
    async fn members(&mut self, caller: &Account, wanted: &Accounts) -> Vec<Member> {
        let mut listings = Vec::new();
        if wanted.organization {
            listings.push(caller.members().await);
        }
        for unit in &wanted.units {
            listings.push(caller.members_of(unit).await);
        }
        self.scopes.extend(coverage(caller, &listings));
        // The caller is in its own organisation, also when it may not list it.
        let own = (wanted.organization && listings.iter().any(Result::is_err)).then(|| caller.id());
        let named = |id: &AccountId| Member { id: id.clone(), name: String::new(), inactive: None };
        listings
            .into_iter()
            .flatten()
            .flatten()
            .chain(own.into_iter().chain(&wanted.ids).map(named))
            .collect()
    }

    /// A scan of nobody is not complete, however well the listing was answered.
    fn note_that_there_is_nobody(&mut self) {
        let listing = self.scopes.first_mut().filter(|listing| listing.gaps.is_empty());
        if let Some(ScopeCoverage { scope, gaps, .. }) = listing {
            let unseen =
                Unseen::new(Reason::NoData, "organizations:ListAccounts", "there is no active account");
            gaps.push(Gap { scope: scope.clone(), item: None, unseen });
        }
    }

    fn enlist(&mut self, caller: &Account, wanted: &Accounts, member: Member) {
        if let Some(state) = member.inactive {
            let scope = Scope::aws(caller.partition(), member.id, Region::GLOBAL, ORGANIZATIONS);
            let message = format!("the account is not active: {state}");
            self.scopes
                .push(missed(scope, Unseen::new(Reason::Disabled, "organizations:ListAccounts", message)));
        } else if member.id == *caller.id() {
            self.entrants.insert(0, Entrant::Caller);
        } else {
            let arn = RoleArn::named(caller.partition(), &member.id, &wanted.role_name);
            let external_id = wanted.external_id_of(&member.id);
            self.entrants.push(Entrant::Role(Role { arn, external_id }));
        }
    }

    /// Enters the accounts, many at once; they come out in the order of the roster.
    pub fn enter<'a>(&'a self, session: &'a Session, caller: &'a Account) -> impl Stream<Item = Entry> + 'a {
        stream::iter(&self.entrants).map(move |entrant| entrant.enter(session, caller)).buffered(AT_ONCE)
    }
}

impl Entrant {
    async fn enter(&self, session: &Session, caller: &Account) -> Entry {
        let account = match self {
            Self::Caller => Box::new(caller.clone()),
            Self::Role(role) => match session.assume(role).await {
                Ok(account) => Box::new(account),
                Err(unseen) => return Entry::Out { role: role.clone(), unseen },
            },
        };
        let regions = account.regions().await;
        Entry::In { account, regions }
    }
}

/// The scope of the listings, if there are any: what could not be listed is a gap of the organisation.
fn coverage(caller: &Account, listings: &[Result<Vec<Member>, Unseen>]) -> Option<ScopeCoverage> {
    let scope = Scope::aws(caller.partition(), caller.id().clone(), Region::GLOBAL, ORGANIZATIONS);
    let missing = listings.iter().filter_map(|listing| listing.as_ref().err());
    let gap = |unseen: &Unseen| Gap { scope: scope.clone(), item: None, unseen: unseen.clone() };
    let mut gaps: Vec<Gap> = missing.map(gap).collect();
    gaps.dedup();
    let answered = listings.iter().flatten();
    let (facts, answered) =
        answered.fold((0, 0), |(facts, answers), members| (facts + members.len(), answers + 1));
    (!listings.is_empty()).then_some(ScopeCoverage { scope, facts, answered, gaps })
}
