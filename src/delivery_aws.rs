//! AWS for gateways that are services of it: entered when the first of them asks, as whoever scans, and into an account
//! by the role that a scan takes there. Clients of the scan are not used: they only read.

use std::collections::HashMap;
use std::sync::Arc;

use howler_model::{AccountId, Reason, Region, Unseen};
use howler_reports::gateway::{Asked, Aws, Barred, Caller, SdkConfig};
use howler_sources::{Account, Error, Role, RoleArn, Session, Settings};
use tokio::sync::{Mutex, OnceCell};

use crate::config::Accounts;
use crate::identity::through;

/// An answer that is asked for once.
type Once<T> = OnceCell<Result<T, Barred>>;

/// Whoever scans, for deliveries.
#[derive(Debug)]
pub struct Deliverer {
    settings: Settings,
    accounts: Accounts,
    session: Once<Session>,
    caller: Once<Account>,
    /// The accounts that a role was taken in, or why it was not.
    taken: Mutex<HashMap<AccountId, Arc<Once<Account>>>>,
}

impl Deliverer {
    pub fn new(settings: Settings, accounts: Accounts) -> Self {
        let (session, caller, taken) = Default::default();
        Self { settings, accounts, session, caller, taken }
    }

    /// The session at the end of the chain of roles.
    async fn session(&self) -> Result<&Session, Barred> {
        let start = || async {
            let session = Session::start(&self.settings).await.map_err(|error| unusable(&error))?;
            through(session, &self.accounts).await.map_err(|unseen| barred(&unseen))
        };
        self.session.get_or_init(start).await.as_ref().map_err(Clone::clone)
    }

    async fn account(&self) -> Result<&Account, Barred> {
        let session = self.session().await?;
        let ask = || async { session.caller().await.map_err(|error| unusable(&error)) };
        self.caller.get_or_init(ask).await.as_ref().map_err(Clone::clone)
    }

    /// An account that is entered by a role, once.
    async fn entered(&self, role: &Role) -> Result<Account, Barred> {
        let session = self.session().await?;
        let cell = Arc::clone(self.taken.lock().await.entry(role.arn.account().clone()).or_default());
        let take = || async { session.take_role(role).await.map_err(|unseen| barred(&unseen)) };
        cell.get_or_init(take).await.clone()
    }

    /// The role that a scan takes in an account; none in the caller's own, unless one is named.
    async fn role(&self, id: &AccountId) -> Result<Option<Role>, Barred> {
        let role = |arn: RoleArn| Role { external_id: self.accounts.external_id_of(id), arn };
        if let Some(named) = self.accounts.roles.iter().find(|arn| arn.account() == id) {
            return Ok(Some(role(named.clone())));
        }
        let caller = self.account().await?;
        let usual = || RoleArn::named(caller.partition(), id, &self.accounts.role_name);
        Ok((caller.id() != id).then(|| role(usual())))
    }
}

impl Aws for Deliverer {
    fn caller(&self) -> Asked<'_, Caller> {
        Box::pin(async {
            let account = self.account().await?;
            let region = self.session().await?.region().unwrap_or_else(|| self.settings.region.clone());
            Ok(Caller {
                account: account.id().to_string(),
                partition: account.partition().into(),
                region: region.to_string(),
            })
        })
    }

    fn config<'a>(&'a self, account: Option<&'a str>, region: Option<&'a str>) -> Asked<'a, SdkConfig> {
        Box::pin(async move {
            let region: Option<Region> = region.map(parsed).transpose()?;
            let role = match account {
                Some(id) => self.role(&parsed(id)?).await?,
                None => None,
            };
            Ok(match role {
                Some(role) => self.entered(&role).await?.delivery(region.as_ref()),
                None => self.session().await?.delivery(region.as_ref()),
            })
        })
    }
}

fn parsed<T: std::str::FromStr<Err = howler_model::Error>>(text: &str) -> Result<T, Barred> {
    text.parse().map_err(|error: T::Err| Barred { why: error.to_string(), may_pass: false })
}

/// What kept a role or an identity away.
fn barred(unseen: &Unseen) -> Barred {
    let code = unseen.code.as_deref().map(|code| format!(" ({code})")).unwrap_or_default();
    let for_good = matches!(unseen.reason, Reason::Denied | Reason::DeniedByScp | Reason::Disabled);
    Barred { why: format!("{}: {}{code}", unseen.action, unseen.message), may_pass: !for_good }
}

fn unusable(error: &Error) -> Barred {
    match error {
        Error::Identity(unseen) => barred(unseen),
        other => Barred { why: other.to_string(), may_pass: false },
    }
}
