//! A scan from its beginning to its exit code: who scans, what is scanned, what is told of it, and what it cost.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use chrono::{DateTime, Utc};
use howler_model::Thresholds;
use howler_reports::document::Place;
use howler_reports::{Planned, Run, Spool, Told};
use howler_rules::Rules;
use howler_sources::{Passwords, Prober, Probing, Session, Settings};

use crate::args::{Judge, Reach};
use crate::config::{self, Config};
use crate::environment::{self, Clock};
use crate::exit::{Exit, Failure};
use crate::identity::{self, Entered};
use crate::outside::outside;
use crate::plan::{Plan, Wanted};
use crate::progress::Progress;
use crate::regions;
use crate::scan::{Scanned, Scanning};
use crate::scanner::{Scanner, Stop};
use crate::shard::Shard;
use crate::signals::{Signal, Signals};
use crate::summary::Cost;
use crate::tell::Teller;
use crate::unit::Unit;
use crate::weights::Weights;
use crate::write::say;

/// A scan with all that it needs to begin.
pub struct Job {
    pub reach: Reach,
    pub judge: Judge,
    pub config: Config,
    pub clock: Clock,
    pub prober: Prober,
    pub passwords: Passwords,
    pub shard: Shard,
    pub weights: Weights,
    pub rules: Arc<Rules>,
}

impl Job {
    /// Scans, tells, and says what it came to.
    pub async fn run(mut self, settings: Settings, teller: Teller) -> Result<Exit, Failure> {
        let (started_at, began, used) = (self.clock.now(), Instant::now(), environment::processor_time());
        let mut signals = Signals::listen().map_err(Failure::internal)?;
        let session = Session::start(&settings).await.map_err(Failure::usage)?;
        let rules = Arc::clone(&self.rules);
        let wanted = self.wanted();
        wanted.makes_sense().map_err(Failure::usage)?;
        let plan = Plan::new(&wanted, rules);
        plan.asks_all(&self.judge.with).map_err(Failure::usage)?;
        let units = outside(&self.reach, &plan).map_err(Failure::usage)?;
        let recipe = plan.recipe(&self.config);
        let checks: Vec<String> = plan.checks.iter().map(|check| check.id.to_owned()).collect();
        let all_regions = regions::wants_all(&self.config.regions).then_some("regions");
        let sources =
            plan.sources.iter().map(|source| source.id).chain(all_regions).map(str::to_owned).collect();
        let entered = tokio::select! {
            entered = self.enter(&session) => Ok(entered.map_err(Failure::usage)?),
            signal = signals.next() => Err(signal),
        };
        let scanned = match entered {
            Ok(entered) => self.scan(entered, plan, units, started_at, &mut signals, &teller).await?,
            Err(signal) => Scanned { signal: Some(signal), ..nothing() },
        };
        let run = Run {
            checks: checks.clone(),
            sources,
            ..self.ran(started_at, session.calls().sent(), scanned.signal)
        };
        std::mem::take(&mut self.weights).save(&recipe).unwrap_or_else(|error| say(&format!("{error:#}")));
        teller.say_cost(&Cost {
            traffic: session.traffic(),
            took: began.elapsed(),
            processor: environment::processor_time().saturating_sub(used),
            in_flight: settings.concurrency,
        });
        if !self.is_narrowed() {
            scanned.unmatched(&self.rules).iter().for_each(|line| say(line));
        }
        let units = scanned.units.iter().map(Place::from).collect();
        let planned = Planned { digest: recipe, checks, units };
        teller.tell_scanned(scanned, run, planned, &mut signals).await
    }

    fn wanted(&self) -> Wanted<'_> {
        Wanted {
            checks: &self.judge.checks,
            skipped: &self.config.skipped,
            sources: &self.judge.sources,
            with: &self.config.with,
            probe: self.config.probing.on,
        }
    }

    /// Who scans, and what rules have to know before; nobody, where AWS is not asked.
    async fn enter(&self, session: &Session) -> Result<Entered> {
        match self.reach.reaches_aws() {
            true => identity::enter(session.clone(), &self.config).await?.look_up(&self.rules).await,
            false => Ok(Entered::nobody(session.clone())),
        }
    }

    async fn scan(
        &mut self,
        entered: Entered,
        plan: Plan,
        units: Vec<Unit>,
        now: DateTime<Utc>,
        signals: &mut Signals,
        teller: &Teller,
    ) -> Result<Scanned, Failure> {
        let (stop, stopped) = Stop::new();
        let progress = Progress::new(&entered.session, teller.shows_progress());
        let config::Probing { allowed, rate, .. } = self.config.probing.clone();
        let probing = plan.probes.then(|| Probing::new(&self.prober, &plan.sources, allowed, rate));
        let scanner = Arc::new(Scanner {
            plan,
            probing,
            session: entered.session,
            caller: entered.caller,
            regions: self.config.regions.clone(),
            prober: std::mem::take(&mut self.prober),
            passwords: std::mem::take(&mut self.passwords),
            thresholds: self.thresholds(),
            units: entered.units,
            now,
            stop: stopped,
        });
        let scanning = Scanning {
            scanner,
            stop,
            shard: self.shard,
            weights: &mut self.weights,
            progress: &progress,
            engine: Arc::default(),
            scanned: nothing(),
            pending: Default::default(),
        };
        let scanned = scanning.run(units, entered.scopes, &self.config.accounts, signals).await;
        progress.clear();
        scanned
    }

    /// The limits of the configuration, with those of single certificates.
    fn thresholds(&self) -> Thresholds {
        Thresholds { exceptions: self.rules.exceptions().to_vec(), ..self.config.thresholds.clone() }
    }

    /// Whether less is scanned than there is, so that a rule may well match nothing.
    fn is_narrowed(&self) -> bool {
        let Reach { aws, .. } = &self.reach;
        let all_judged = self.judge.checks.is_empty() && self.judge.sources.is_empty();
        let all_accounts =
            aws.ids.is_empty() && aws.units.is_empty() && aws.tags.is_empty() && aws.roles.is_empty();
        let all_places = self.reach.reaches_aws() && aws.regions.is_empty() && self.shard == Shard::WHOLE;
        !(all_judged && all_accounts && all_places)
    }

    fn ran(&self, started_at: DateTime<Utc>, api_calls: u64, signal: Option<Signal>) -> Run {
        Run {
            id: self.clock.scan_id(),
            now: started_at,
            started_at,
            finished_at: self.clock.now(),
            api_calls,
            finished: signal.is_none(),
            checks: Vec::new(),
            narrowed: !self.judge.sources.is_empty(),
            sources: Vec::new(),
        }
    }
}

fn nothing() -> Scanned {
    Scanned {
        spool: Spool::new(&environment::spool_folder()),
        common: Told::default(),
        units: Default::default(),
        matched: Default::default(),
        signal: None,
    }
}
