//! From a unit to what is told of it: its sources are asked, its facts judged, its findings put into words. Nothing
//! else of it is kept.

use std::path::Path;

use anyhow::Result;
use chrono::{DateTime, Utc};
use futures::future::join_all;
use howler_model::{Endpoint, Facts, Reason, ScopeCoverage, Thresholds, Unseen};
use howler_reports::Told;
use howler_sources::{Account, Gather, Prober, Session, Source};
use tokio::sync::watch;

use crate::account::{Entered, merge};
use crate::args::RegionChoice;
use crate::engine::{Engine, LEASE, Lease};
use crate::plan::Plan;
use crate::regions::{self, Regions};
use crate::unit::{Entrant, Unit};

/// What a unit came to.
#[derive(Debug, Default)]
pub struct Seen {
    pub told: Told,
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
    pub thresholds: Thresholds,
    pub now: DateTime<Utc>,
    pub stop: Stop,
}

impl Scanner {
    /// Works on units until the scan is stopped.
    pub async fn work(&self, engine: &impl Engine) {
        loop {
            let lease = tokio::select! {
                biased;
                () = self.stop.wait() => return,
                lease = engine.next() => lease,
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
        let caller = match self.enter(entrant).await {
            Ok(caller) => caller,
            Err(unseen) => return self.judge(nothing_of(unit, unseen)),
        };
        let chosen = match regions::choose(&caller.account, &caller.regions, &self.regions, &self.plan) {
            Ok(chosen) => chosen,
            Err(misuse) => return Seen { misuse: Some(misuse), ..Seen::default() },
        };
        let entered = Entered { account: caller.account, regions: chosen.regions };
        let mut facts = Facts { scopes: chosen.scopes, ..Facts::default() };
        facts.extend(entered.facts(&self.plan, &self.stop).await);
        Seen { calls: entered.account.calls(), ..self.judge(facts) }
    }

    async fn enter(&self, entrant: &Entrant) -> Result<Caller, Unseen> {
        let nobody = || Unseen::new(Reason::Credentials, "sts:GetCallerIdentity", "it is unknown who we are");
        let Some(role) = &entrant.role else { return self.caller.clone().ok_or_else(nobody) };
        tokio::select! {
            () = self.stop.wait() => Err(Stop::unseen()),
            entered = self.session.enter(role) => entered.map(|(account, regions)| Caller { account, regions }),
        }
    }

    async fn endpoint(&self, endpoint: &Endpoint) -> Facts {
        let ask = |source: &&'static Source| match source.gather {
            Gather::Endpoint(gather) => Some(gather(&self.prober, endpoint, self.now)),
            _ => None,
        };
        merge(join_all(self.plan.sources.iter().filter_map(ask)).await)
    }

    async fn path(&self, path: &Path, unit: &Unit) -> Facts {
        let (sources, there) = (self.plan.sources.clone(), path.to_owned());
        let read = tokio::task::spawn_blocking(move || read(&sources, &there)).await;
        read.unwrap_or_else(|error| nothing_of(unit, Unseen::new(Reason::Failed, "scan", error.to_string())))
    }

    async fn until_stopped(&self, unit: &Unit, facts: impl Future<Output = Facts>) -> Seen {
        let facts = tokio::select! {
            () = self.stop.wait() => nothing_of(unit, Stop::unseen()),
            facts = facts => facts,
        };
        self.judge(facts)
    }

    /// Judges the facts of one unit and keeps no more of them than words.
    fn judge(&self, facts: Facts) -> Seen {
        let judged = |check: &&howler_model::Check| check.judge(&facts, &self.thresholds, self.now);
        let findings: Vec<_> = self.plan.checks.iter().copied().flat_map(|check| judged(&check)).collect();
        Seen { told: Told::of(&findings, &facts.scopes), ..Seen::default() }
    }

    /// Judges that something was not seen.
    pub fn judge_scopes(&self, scopes: Vec<ScopeCoverage>) -> Told {
        self.judge(Facts { scopes, ..Facts::default() }).told
    }
}

fn nothing_of(unit: &Unit, unseen: Unseen) -> Facts {
    Facts { scopes: vec![unit.unseen(unseen)], ..Facts::default() }
}

fn read(sources: &[&'static Source], path: &Path) -> Facts {
    let read = |source: &&'static Source| match source.gather {
        Gather::Path(gather) => Some(gather(path)),
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

    /// What was not seen because of it.
    pub fn unseen() -> Unseen {
        Unseen::new(Reason::Skipped, "scan", "the scan was ended by a signal before this was seen")
    }
}
