//! One scan: accounts become units as they are listed, workers scan them, and what they tell is gathered.

use std::collections::BTreeSet;
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use howler_model::{Reason, Scope, ScopeCoverage, Unseen};
use howler_reports::{Spool, Told};
use howler_rules::Rules;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use crate::config::Accounts;
use crate::engine::{Channels, Engine, Outcome};
use crate::environment;
use crate::exit::Failure;
use crate::organization::organization_of;
use crate::plan::missed;
use crate::progress::Progress;
use crate::roster::Roster;
use crate::scanner::{Scanner, Stop};
use crate::shard::Shard;
use crate::signals::{Signal, Signals};
use crate::unit::{Lane, Unit};
use crate::weights::Weights;

/// Accounts and paths that are under way at once.
const WINDOW: usize = 64;
/// Endpoints that are.
const ENDPOINTS: usize = 500;
/// How long workers have to hand in what they have seen when a signal ends the scan.
const GRACE: Duration = Duration::from_secs(3);

/// A scan under way.
pub struct Scanning<'a> {
    pub scanner: Arc<Scanner>,
    /// Tells the scanner that the scan has ended.
    pub stop: watch::Sender<bool>,
    pub shard: Shard,
    pub weights: &'a mut Weights,
    pub progress: &'a Progress,
    pub engine: Arc<Channels>,
    pub scanned: Scanned,
    /// Units that there is no result of, each as the scope that stands for it.
    pub pending: BTreeSet<Scope>,
}

/// What came out of all units.
pub struct Scanned {
    pub spool: Spool,
    /// What is known before any unit is scanned: the organisation, and who cannot be scanned.
    pub common: Told,
    /// All units of all shards, each as the scope that stands for it.
    pub units: BTreeSet<Scope>,
    /// The suppressions that matched a finding, as the rules number them.
    pub matched: BTreeSet<usize>,
    /// The signal that ended it early, if one did.
    pub signal: Option<Signal>,
}

impl Scanned {
    /// A line for each suppression that matched nothing, where all there is was seen.
    pub fn unmatched(&self, rules: &Rules) -> Vec<String> {
        let gaps = self.spool.tally().gaps() + self.common.tally.gaps();
        match self.signal.is_none() && gaps == 0 {
            true => rules.unmatched(&self.matched),
            false => Vec::new(),
        }
    }
}

impl Scanning<'_> {
    /// Scans until every unit has come back, or a signal ends it; what was not seen by then is a gap, and so is what
    /// is `known` before not to be seen.
    ///
    /// # Errors
    /// Something that was asked for and does not exist, or a disk that takes no more.
    pub async fn run(
        mut self,
        outside: Vec<Unit>,
        mut known: Vec<ScopeCoverage>,
        accounts: &Accounts,
        signals: &mut Signals,
    ) -> Result<Scanned, Failure> {
        let mut workers = JoinSet::new();
        for lane in Lane::ALL {
            (0..at_once(lane)).for_each(|_| self.employ(lane, &mut workers));
        }
        let (sender, mut units) = mpsc::unbounded_channel();
        outside.into_iter().for_each(|unit| drop(sender.send(unit)));
        let scanner = Arc::clone(&self.scanner);
        let mut listing = std::pin::pin!(list(&scanner, accounts, sender));
        let (mut listed, mut all_known) = (None, false);
        while listed.is_none() || !all_known || !self.pending.is_empty() {
            tokio::select! {
                scopes = &mut listing, if listed.is_none() => listed = Some(scopes),
                unit = units.recv(), if !all_known => match unit {
                    Some(unit) => self.publish(unit),
                    None => all_known = true,
                },
                outcome = self.engine.result() => self.take(outcome)?,
                // Nobody has told it to stop, so that a fault of howler ended it; the others must not become fewer.
                Some(Ok(lane)) = workers.join_next() => self.employ(lane, &mut workers),
                signal = signals.next() => {
                    self.wind_down(signal, signals, &mut workers).await?;
                    break;
                }
            }
        }
        known.extend(listed.unwrap_or_else(|| self.unlisted()));
        let common = scanner.judge_common(known);
        self.scanned.matched.extend(common.matched);
        self.scanned.common = common.told;
        let unseen = std::mem::take(&mut self.pending).into_iter();
        let scopes = unseen.map(|scope| missed(scope, Stop::unseen())).collect();
        self.scanned.spool.add(scanner.judge_scopes(scopes).told).map_err(no_space)?;
        Ok(self.scanned)
    }

    /// Adds a worker. It ends when the scan is stopped, or by a fault, which has been told by then.
    fn employ(&self, lane: Lane, workers: &mut JoinSet<Lane>) {
        let (scanner, engine) = (Arc::clone(&self.scanner), Arc::clone(&self.engine));
        workers.spawn(async move {
            let work = scanner.work(engine.as_ref(), lane);
            let _ended = AssertUnwindSafe(work).catch_unwind().await;
            lane
        });
    }

    /// The gap of a list of accounts that a signal broke off: nobody knows who else is to be scanned.
    fn unlisted(&self) -> Vec<ScopeCoverage> {
        let caller = self.scanner.caller.as_ref();
        caller.map(|caller| missed(organization_of(&caller.account), Stop::unseen())).into_iter().collect()
    }

    /// Puts up a unit if it is in our share.
    fn publish(&mut self, unit: Unit) {
        let name = unit.to_string();
        self.scanned.units.insert(unit.scope());
        if self.shard.has(&name) {
            self.progress.found();
            self.pending.insert(unit.scope());
            self.engine.publish(unit, self.weights.of(&name));
        }
    }

    fn take(&mut self, outcome: Outcome) -> Result<(), Failure> {
        let Outcome { unit, seen } = outcome;
        self.pending.remove(&unit.scope());
        let seen = match seen {
            Some(mut seen) => {
                if let Some(misuse) = seen.misuse.take() {
                    return Err(Failure::usage(misuse));
                }
                // What a signal broke off would have taken more.
                if self.scanned.signal.is_none() {
                    self.weights.note(unit.to_string(), seen.calls);
                }
                seen
            }
            None => {
                let lost = Unseen::new(Reason::Failed, "scan", "every worker that scanned this was lost");
                self.scanner.judge_unseen(&unit, lost)
            }
        };
        self.scanned.matched.extend(seen.matched);
        // Sorting and writing away what is too much for memory holds up this task, and no other.
        tokio::task::block_in_place(|| self.scanned.spool.add(seen.told)).map_err(no_space)?;
        self.progress.done(self.scanned.spool.tally());
        Ok(())
    }

    /// No more is begun; what workers have seen so far they hand in. A second signal does not wait for that.
    async fn wind_down(
        &mut self,
        signal: Signal,
        signals: &mut Signals,
        workers: &mut JoinSet<Lane>,
    ) -> Result<(), Failure> {
        self.scanned.signal = Some(signal);
        // Nobody to hear it has stopped already.
        let _ = self.stop.send(true);
        let until = Instant::now() + GRACE;
        loop {
            tokio::select! {
                biased;
                outcome = self.engine.result() => self.take(outcome)?,
                ended = timeout_at(until, workers.join_next()) => {
                    if matches!(ended, Err(_) | Ok(None)) {
                        return Ok(());
                    }
                }
                _ = signals.next() => return Ok(()),
            }
        }
    }
}

/// How many units of a lane are under way at once: endpoints, as far as files may be open.
fn at_once(lane: Lane) -> usize {
    match lane {
        Lane::Endpoints => environment::connections(ENDPOINTS),
        Lane::Rest => WINDOW,
    }
}

fn no_space(error: io::Error) -> Failure {
    let told = "what was found cannot be kept until it is told (TMPDIR says where that is)";
    Failure::undelivered(anyhow::Error::new(error).context(told))
}

/// Finds out who is scanned, and what is known before not to be seen.
async fn list(
    scanner: &Scanner,
    accounts: &Accounts,
    units: mpsc::UnboundedSender<Unit>,
) -> Vec<ScopeCoverage> {
    match &scanner.caller {
        Some(caller) => {
            let tags = scanner.plan.rules.needs_account_tags();
            Roster::new(&caller.account, accounts, tags, units).enlist().await
        }
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use howler_checks::CHECKS;
    use howler_model::{Check, Thresholds};
    use howler_sources::{Passwords, Prober, Session};

    use super::*;
    use crate::args::Aws;
    use crate::commands::scan::settings;
    use crate::environment::Clock;
    use crate::plan::Plan;

    /// Ends whoever judges in a task of its own, as workers do.
    static FATAL: Check = Check {
        id: "fatal",
        title: "",
        why: "",
        fix: "",
        since: "",
        grain: howler_model::Grain::Account,
        needs: &[],
        verdicts: |_, _, _| match tokio::task::try_id() {
            Some(_) => panic!("a fault"),
            None => Vec::new(),
        },
    };

    #[tokio::test(flavor = "multi_thread")]
    async fn units_that_end_every_worker_do_not_end_the_scan() {
        let clock = Clock::new(Some("2026-11-23T09:30:00Z".parse().unwrap()));
        let session = Session::start(&settings(&Aws::default(), clock).unwrap()).await.unwrap();
        let (stop, stopped) = Stop::new();
        let progress = Progress::new(&session, false);
        let checks = vec![&FATAL, CHECKS[0]];
        let scanner = Scanner {
            plan: Plan { checks, sources: Vec::new(), rules: Arc::default(), probes: false },
            probing: None,
            session,
            caller: None,
            regions: Vec::new(),
            prober: Prober::default(),
            passwords: Passwords::default(),
            thresholds: Thresholds::default(),
            units: Default::default(),
            now: clock.now(),
            stop: stopped,
        };
        let scanned = Scanned {
            spool: Spool::new(&std::env::temp_dir()),
            common: Told::default(),
            units: BTreeSet::new(),
            matched: BTreeSet::new(),
            signal: None,
        };
        let scanning = Scanning {
            scanner: Arc::new(scanner),
            stop,
            shard: Shard::WHOLE,
            weights: &mut Weights::default(),
            progress: &progress,
            engine: Arc::default(),
            scanned,
            pending: BTreeSet::new(),
        };
        // Three workers each: more than there are.
        let units: Vec<Unit> = (0..=WINDOW / 3).map(|number| Unit::Path(number.to_string().into())).collect();
        let mut signals = Signals::listen().unwrap();
        let accounts = Accounts::default();
        let scan = scanning.run(units, Vec::new(), &accounts, &mut signals);
        let scanned = tokio::time::timeout(Duration::from_secs(20), scan).await.unwrap().unwrap();
        assert_eq!(scanned.spool.tally().gaps(), WINDOW / 3 + 1, "each is a gap");
    }
}
