//! From a unit to what is told of it: its sources are asked, its facts judged, its findings put into words. Nothing
//! else of it is kept.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::{join_all, try_join};
use howler_model::{
    Endpoint, FactKind, Facts, Finding, Reason, Region, Scope, ScopeCoverage, Service, Thresholds, Unseen,
};
use howler_reports::Told;
use howler_rules::{Around, Blind};
use howler_sources::{Account, Gather, Passwords, Prober, Probing, Regions, Role, Session, Source};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::account::{Entered, merge};
use crate::args::RegionChoice;
use crate::engine::{Engine, LEASE, Lease};
use crate::organization::Units;
use crate::plan::Plan;
use crate::regions;
use crate::unit::{Entrant, Lane, Unit};

/// Longer than any source reads a folder, unless the folder itself cannot be listed.
const LONGEST_PATH: Duration = Duration::from_secs(2_000);

/// What a unit came to.
#[derive(Debug, Default)]
pub struct Seen {
    pub told: Told,
    /// The suppressions that matched a finding of it, as the rules number them.
    pub matched: BTreeSet<usize>,
    /// Calls that went to AWS for it.
    pub calls: u64,
    /// What was asked for and does not exist, so that the whole scan makes no sense.
    pub misuse: Option<anyhow::Error>,
}

/// The caller's own account, entered before anything is scanned.
#[derive(Clone)]
pub struct Caller {
    pub account: Account,
    pub regions: Result<Regions, Unseen>,
}

/// What every unit is scanned with.
pub struct Scanner {
    pub plan: Plan,
    pub session: Session,
    /// None where AWS is not asked, or does not let us in.
    pub caller: Option<Caller>,
    pub regions: Vec<RegionChoice>,
    pub prober: Prober,
    /// None where endpoints that are found are not asked.
    pub probing: Option<Probing>,
    /// Of stores of certificates in files.
    pub passwords: Passwords,
    pub thresholds: Thresholds,
    /// The accounts in the organisational units that rules name.
    pub units: Units,
    pub now: DateTime<Utc>,
    pub stop: Stop,
}

impl Scanner {
    /// Works on units of a lane until the scan is stopped.
    pub async fn work(&self, engine: &impl Engine, lane: Lane) {
        loop {
            let lease = tokio::select! {
                biased;
                () = self.stop.wait() => return,
                lease = engine.next(lane) => lease,
            };
            let seen = self.scan_beating(&lease).await;
            lease.commit(seen).await;
        }
    }

    async fn scan_beating(&self, lease: &impl Lease) -> Seen {
        let mut beat = tokio::time::interval(LEASE / 3);
        let mut seen = std::pin::pin!(self.scan(lease.unit()));
        loop {
            tokio::select! {
                seen = &mut seen => return seen,
                _ = beat.tick() => lease.beat(),
            }
        }
    }

    /// Scans one unit.
    pub async fn scan(&self, unit: &Unit) -> Seen {
        match unit {
            Unit::Account(entrant) => self.account(entrant, unit).await,
            Unit::Endpoint(endpoint) => self.until_stopped(unit, self.endpoint(endpoint)).await,
            Unit::Path(path) => self.until_stopped(unit, self.path(path, unit)).await,
        }
    }

    async fn account(&self, entrant: &Entrant, unit: &Unit) -> Seen {
        let seen = match &entrant.role {
            Some(role) => self.by_role(role).await,
            None => self.as_caller().await,
        };
        match seen {
            Ok((facts, calls)) => {
                let facts = self.with_served(facts).await;
                Seen { calls, ..self.judge(facts, entrant.tags.as_deref()) }
            }
            Err(Outside::Unseen(unseen)) => self.judge_unseen(unit, unseen),
            Err(Outside::Misuse(misuse)) => Seen { misuse: Some(misuse), ..Seen::default() },
        }
    }

    async fn as_caller(&self) -> Result<(Facts, u64), Outside> {
        let nobody = || Unseen::new(Reason::Credentials, "sts:GetCallerIdentity", "it is unknown who we are");
        let Caller { account, regions } = self.caller.clone().ok_or_else(nobody)?;
        let chosen = regions::choose(&account, &regions, &self.regions, &self.plan)?;
        let entered = Entered { account, regions: chosen.regions, global: true };
        let mut facts = Facts { scopes: chosen.scopes, ..Facts::default() };
        facts.extend(entered.facts(&self.plan, &self.stop).await);
        Ok((facts, entered.account.calls()))
    }

    /// The facts with what the endpoints in them serve, where those are asked.
    async fn with_served(&self, mut facts: Facts) -> Facts {
        if let Some(probing) = &self.probing {
            let served = probing.served(&facts, self.now, self.stop.reached()).await;
            facts.extend(served);
            probing.look_for_records(&mut facts, self.now, self.stop.reached()).await;
        }
        facts
    }

    /// What every account has is asked as soon as the role is taken. Whether it led into the right account, and what
    /// other regions that has, is asked meanwhile; if it did not, nothing counts.
    async fn by_role(&self, role: &Role) -> Result<(Facts, u64), Outside> {
        let account = tokio::select! {
            () = self.stop.wait() => return Err(Stop::unseen().into()),
            taken = self.session.take_role(role) => taken?,
        };
        let known = self.caller.as_ref().and_then(|caller| caller.regions.as_ref().ok());
        let partition = account.partition();
        let early =
            known.map(|known| regions::everywhere(known, partition, &self.regions)).unwrap_or_default();
        let first = Entered { account: account.clone(), regions: early.clone(), global: true };
        let first = async { Ok(first.facts(&self.plan, &self.stop).await) };
        let (mut facts, others) = try_join(first, self.others(&account, &early)).await?;
        facts.extend(others);
        Ok((facts, account.calls()))
    }

    /// The regions of an account that are not asked already.
    async fn others(&self, account: &Account, asked: &[Region]) -> Result<Facts, Outside> {
        let regions = tokio::select! {
            () = self.stop.wait() => return Err(Stop::unseen().into()),
            regions = account.confirm() => regions?,
        };
        let chosen = regions::choose(account, &regions, &self.regions, &self.plan)?;
        let regions = chosen.regions.into_iter().filter(|region| !asked.contains(region)).collect();
        let entered = Entered { account: account.clone(), regions, global: false };
        let mut facts = Facts { scopes: chosen.scopes, ..Facts::default() };
        facts.extend(entered.facts(&self.plan, &self.stop).await);
        Ok(facts)
    }

    async fn endpoint(&self, endpoint: &Endpoint) -> Facts {
        let ask = |source: &&'static Source| match source.gather {
            Gather::Endpoint(gather) => Some(gather(&self.prober, endpoint, self.now)),
            _ => None,
        };
        merge(join_all(self.plan.sources.iter().filter_map(ask)).await)
    }

    async fn path(&self, path: &Path, unit: &Unit) -> Facts {
        let (sources, there, passwords) =
            (self.plan.sources.clone(), path.to_owned(), self.passwords.clone());
        let read = tokio::task::spawn_blocking(move || read(&sources, &there, &passwords));
        let silent = || Unseen::new(Reason::Timeout, "file:read", "its file system does not answer");
        match timeout(LONGEST_PATH, read).await {
            Ok(Ok(facts)) => facts,
            Ok(Err(error)) => nothing_of(unit, Unseen::new(Reason::Failed, "scan", error.to_string())),
            Err(_) => nothing_of(unit, silent()),
        }
    }

    async fn until_stopped(&self, unit: &Unit, facts: impl Future<Output = Facts>) -> Seen {
        let facts = tokio::select! {
            () = self.stop.wait() => nothing_of(unit, Stop::unseen()),
            facts = facts => facts,
        };
        self.judge(facts, unit.account_tags())
    }

    /// Judges the facts of one unit and keeps no more of them than words.
    fn judge(&self, facts: Facts, account_tags: Option<&[(String, String)]>) -> Seen {
        let judged = |check: &&howler_model::Check| check.judge(&facts, &self.thresholds, self.now);
        let mut findings: Vec<Finding> = self.plan.checks.iter().flat_map(judged).collect();
        let blind = Blind { regions: self.plan.untagged(&facts.scopes), account: account_tags.is_none() };
        let account_tags = account_tags.unwrap_or_default();
        let around = Around { tags: &facts.tags, account_tags, units: &self.units, blind: &blind };
        let apply = |finding| self.plan.rules.apply(finding, &around, self.now).suppressions;
        let matched = findings.iter_mut().flat_map(apply).collect();
        Seen { told: Told::of(&findings, &facts.scopes), matched, ..Seen::default() }
    }

    /// Judges that nothing of a unit was seen.
    pub fn judge_unseen(&self, unit: &Unit, why: Unseen) -> Seen {
        self.judge(nothing_of(unit, why), unit.account_tags())
    }

    /// Judges that something was not seen.
    pub fn judge_scopes(&self, scopes: Vec<ScopeCoverage>) -> Seen {
        self.judge(Facts { scopes, ..Facts::default() }, Some(&[]))
    }

    /// Judges what no unit has: what is known before any is scanned, and the suppressions.
    pub fn judge_common(&self, known: Vec<ScopeCoverage>) -> Seen {
        let suppressions = self.plan.needs(FactKind::Suppression).then(|| self.suppressions());
        // The organisation may have been asked twice, and is one scope.
        let known = known.into_iter().map(|scope| Facts { scopes: vec![scope], ..Facts::default() });
        self.judge(merge(suppressions.into_iter().chain(known)), Some(&[]))
    }

    /// The suppressions, and the file that they stand in as a scope that was seen.
    fn suppressions(&self) -> Facts {
        let suppressions = self.plan.rules.suppressions();
        let scope = |file: &str| ScopeCoverage {
            scope: Scope::outside(file, Service::named("suppression")),
            facts: suppressions.len(),
            answered: 1,
            gaps: Vec::new(),
        };
        let scopes = self.plan.rules.suppressions_file().map(scope).into_iter().collect();
        Facts { scopes, suppressions, ..Facts::default() }
    }
}

/// Why an account was not scanned at all.
enum Outside {
    Unseen(Unseen),
    Misuse(anyhow::Error),
}

impl From<Unseen> for Outside {
    fn from(unseen: Unseen) -> Self {
        Self::Unseen(unseen)
    }
}

impl From<anyhow::Error> for Outside {
    fn from(misuse: anyhow::Error) -> Self {
        Self::Misuse(misuse)
    }
}

fn nothing_of(unit: &Unit, unseen: Unseen) -> Facts {
    Facts { scopes: vec![unit.unseen(unseen)], ..Facts::default() }
}

fn read(sources: &[&'static Source], path: &Path, passwords: &Passwords) -> Facts {
    let read = |source: &&'static Source| match source.gather {
        Gather::Path(gather) => Some(gather(path, passwords)),
        _ => None,
    };
    merge(sources.iter().filter_map(read))
}

/// Tells all workers that no more is to be seen.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// A stop, and what sets it.
    pub fn new() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Self(receiver))
    }

    /// Waits until it is set.
    pub async fn wait(&self) {
        // If nobody is left who could set it, nobody has to stop.
        if self.0.clone().wait_for(|stopped| *stopped).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Why something is not seen, once it is set.
    async fn reached(&self) -> Unseen {
        self.wait().await;
        Self::unseen()
    }

    /// What was not seen because of it.
    pub fn unseen() -> Unseen {
        Unseen::new(Reason::Skipped, "scan", "the scan was ended by a signal before this was seen")
    }
}

#[cfg(test)]
mod tests;
