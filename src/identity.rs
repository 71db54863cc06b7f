//! Who scans: the caller's own credentials, or those at the end of a chain of roles.

use anyhow::{Result, bail};
use howler_model::{Reason, Scope, ScopeCoverage, Service, Unseen};
use howler_rules::Rules;
use howler_sources::{Error, Role, RoleArn, Session};

use crate::config::{self, Accounts, Config};
use crate::organization::{self, Units};
use crate::plan::missed;
use crate::regions::{partitions, stray};
use crate::scanner::Caller;
use crate::write::say;

/// Where a scan begins.
pub struct Entered {
    /// Acts as whoever scans.
    pub session: Session,
    /// None where AWS is not asked, or does not let us in.
    pub caller: Option<Caller>,
    /// What is known before any account is scanned: why AWS does not, and what rules asked.
    pub scopes: Vec<ScopeCoverage>,
    /// The accounts in the organisational units that rules name.
    pub units: Units,
}

impl Entered {
    /// Nobody, and nothing to say of that.
    pub fn nobody(session: Session) -> Self {
        Self { session, caller: None, scopes: Vec::new(), units: Units::new() }
    }

    /// Looks up which accounts are in the organisational units that rules name.
    ///
    /// # Errors
    /// What is no id of a unit.
    pub async fn look_up(mut self, rules: &Rules) -> Result<Self> {
        let named = config::units(rules)?;
        if let Some(caller) = &self.caller {
            let (units, coverage) = organization::units(&caller.account, &named).await;
            self.units = units;
            self.scopes.extend(coverage);
        }
        Ok(self)
    }
}

/// Identifies the caller, or the last role of the chain, and asks for its regions.
///
/// # Errors
/// A region that is in the partition of no account: the scan would silently be smaller than what was asked for.
pub async fn enter(session: Session, config: &Config) -> Result<Entered> {
    let session = match through(session.clone(), &config.accounts).await {
        Ok(last) => last,
        Err(unseen) => return Ok(nobody(session, unseen)),
    };
    let (account, regions) = match session.enter_as_caller().await {
        Ok(entered) => entered,
        Err(Error::Identity(unseen)) => return Ok(nobody(session, unseen)),
        Err(other) => bail!(other),
    };
    if let Some(stray) = stray(&config.regions, &partitions(&account, &config.accounts)) {
        bail!("no account that is scanned has a region {stray}: it is in another partition");
    }
    Ok(Entered { caller: Some(Caller { account, regions }), ..Entered::nobody(session) })
}

/// Takes the roles of the chain one after another, each by the one before.
pub async fn through(mut session: Session, accounts: &Accounts) -> Result<Session, Unseen> {
    let role = |arn: &RoleArn| Role { arn: arn.clone(), external_id: accounts.external_id_of(arn.account()) };
    for role in accounts.via.iter().map(role) {
        session = session.through(&role).await?;
    }
    Ok(session)
}

/// Nobody to scan as: the gap of everything that AWS holds, and a line that says what to do.
fn nobody(session: Session, unseen: Unseen) -> Entered {
    say(match unseen.reason {
        Reason::Network | Reason::Timeout => {
            "AWS cannot be reached, so nothing in it was scanned: check the network, the proxy and AWS_ENDPOINT_URL"
        }
        Reason::Credentials => {
            "no credentials that AWS accepts, so nothing in it was scanned: choose a profile that has some \
             (--profile, AWS_PROFILE) or sign in; `aws sts get-caller-identity` shows what is in use"
        }
        _ => "AWS does not say who we are, so nothing in it was scanned: the report has its words",
    });
    let scopes = vec![missed(Scope::outside("AWS", Service::STS), unseen)];
    Entered { scopes, ..Entered::nobody(session) }
}
