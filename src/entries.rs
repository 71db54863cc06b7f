//! Every account that a scan would enter, entered and nothing more: for `howler plan` and `howler doctor`.

use futures::{StreamExt, stream};
use howler_model::{ScopeCoverage, Unseen};
use howler_sources::{Account, Regions, Session};
use tokio::sync::mpsc;

use crate::config::Accounts;
use crate::roster::Roster;
use crate::scanner::Caller;
use crate::unit::{Entrant, Unit};

/// Accounts that are entered at once.
const AT_ONCE: usize = 64;

/// What came of entering an account.
pub enum Entry {
    In { account: Box<Account>, regions: Result<Regions, Unseen> },
    Out { entrant: Entrant, unseen: Unseen },
}

/// All accounts that are chosen, by id and the caller's own first, and what is known before not to be seen.
pub async fn enter_all(
    session: &Session,
    caller: &Caller,
    accounts: &Accounts,
) -> (Vec<Entry>, Vec<ScopeCoverage>) {
    let (sender, mut units) = mpsc::unbounded_channel();
    let scopes = Roster::new(&caller.account, accounts, false, sender).enlist().await;
    let mut entrants = Vec::new();
    while let Some(unit) = units.recv().await {
        if let Unit::Account(entrant) = unit {
            entrants.push(entrant);
        }
    }
    entrants.sort_by_key(|entrant| (entrant.role.is_some(), entrant.account.clone()));
    let entering = stream::iter(entrants).map(|entrant| enter(session, caller, entrant));
    (entering.buffered(AT_ONCE).collect().await, scopes)
}

async fn enter(session: &Session, caller: &Caller, entrant: Entrant) -> Entry {
    let Some(role) = &entrant.role else {
        let Caller { account, regions } = caller.clone();
        return Entry::In { account: Box::new(account), regions };
    };
    match session.enter(role).await {
        Ok((account, regions)) => Entry::In { account: Box::new(account), regions },
        Err(unseen) => Entry::Out { entrant, unseen },
    }
}
