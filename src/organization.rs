//! What rules ask of the organisation: which accounts are in the units that they name.

use std::collections::{BTreeMap, BTreeSet};

use futures::TryStreamExt;
use howler_model::{AccountId, Gap, Scope, ScopeCoverage, Service, Unseen};
use howler_sources::{Account, ParentId};

/// The service that knows accounts and units.
pub const ORGANIZATIONS: Service = Service::named("organizations");

/// The accounts in organisational units, by the ids of the units.
pub type Units = BTreeMap<String, BTreeSet<AccountId>>;

/// The scope that stands for the organisation of the caller.
pub fn organization_of(caller: &Account) -> Scope {
    caller.scope(None, ORGANIZATIONS)
}

/// The accounts in each of the units and in the units in it, one after another: Organizations refuses calls that
/// overlap. One that cannot be listed is a gap, and nothing is in it.
pub async fn units(caller: &Account, named: &[ParentId]) -> (Units, Option<ScopeCoverage>) {
    let scope = organization_of(caller);
    let mut coverage = ScopeCoverage { scope: scope.clone(), facts: 0, answered: 0, gaps: Vec::new() };
    let mut units = Units::new();
    for unit in named {
        match accounts_in(caller, unit).await {
            Ok(accounts) => {
                coverage.answered += 1;
                units.insert(unit.as_str().to_owned(), accounts);
            }
            Err(unseen) => {
                let item = Some(unit.as_str().to_owned());
                coverage.gaps.push(Gap { scope: scope.clone(), item, unseen });
            }
        }
    }
    (units, (!named.is_empty()).then_some(coverage))
}

async fn accounts_in(caller: &Account, unit: &ParentId) -> Result<BTreeSet<AccountId>, Unseen> {
    let pages: Vec<_> = caller.members_of(unit).try_collect().await?;
    Ok(pages.into_iter().flatten().map(|member| member.id).collect())
}
