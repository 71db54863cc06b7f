//! `howler scan`: from the command line to the exit code, each step in a room of its own.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use howler_model::{Facts, Run, Scan};
use howler_sources::{Limits, Prober, Session, Settings, TrustAnchors, present};

use crate::args::{self, Aws, Judge, Reach};
use crate::config::{self, Config, flags};
use crate::environment::{self, Clock};
use crate::exit::{Exit, Failure};
use crate::plan::Plan;
use crate::scan::{Outcome, Scanner};
use crate::signals::{Signal, Signals};
use crate::targets::Targets;
use crate::tell::Teller;

/// The region that identity is asked in where neither the environment nor the profile names one.
const FIRST_REGION: &str = "us-east-1";
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);
/// Calls under way at once, where so many files may be open.
const CONCURRENCY: usize = 768;
/// Regions of accounts under way at once: several times as many calls wait in them as may be under way.
const PLACES: usize = 128;

/// Runs the command.
pub async fn run(args: args::Scan) -> Result<Exit, Failure> {
    let clock = Clock::new(args.judge.now);
    let said = flags(Some(&args.reach.aws), Some(&args.judge), Some(&args.tell));
    let (config, _) = config::load(&args.file, said).map_err(Failure::usage)?;
    let teller = Teller::new(&args.tell, &config)?;
    let prober = prober(&args.reach).map_err(Failure::usage)?;
    for path in &args.reach.files {
        present(path).map_err(Failure::usage)?;
    }
    let settings = settings(&args.reach.aws, clock).map_err(Failure::usage)?;
    let job = Job { reach: args.reach, judge: args.judge, config, clock, prober };
    job.run(settings, teller).await
}

/// A scan with all that it needs to begin.
pub struct Job {
    pub reach: Reach,
    pub judge: Judge,
    pub config: Config,
    pub clock: Clock,
    pub prober: Prober,
}

impl Job {
    /// Scans, tells, and says what it came to.
    pub async fn run(self, settings: Settings, teller: Teller) -> Result<Exit, Failure> {
        let started_at = self.clock.now();
        let mut signals = Signals::listen().map_err(Failure::internal)?;
        let session = Session::start(&settings).await.map_err(Failure::usage)?;
        let plan = Plan::new(&self.judge.checks, &self.config.skipped);
        let thresholds = self.config.thresholds.clone();
        let scanner = Scanner { plan: &plan, prober: &self.prober, thresholds, now: started_at };
        let mut outcome = Outcome::default();
        tokio::select! {
            targets = Targets::of(&session, &self.reach, &self.config, &plan) => {
                let Targets { units, scopes } = targets.map_err(Failure::usage)?;
                scanner.judge(Facts { scopes, ..Facts::default() }, &mut outcome);
                let progress = teller.progress(units.len());
                scanner.scan(&units, &mut outcome, &mut signals, &progress).await;
                progress.clear();
            }
            signal = signals.next() => outcome.signal = Some(signal),
        }
        let Outcome { findings, scopes, signal } = outcome;
        let run = self.ran(started_at, session.calls().sent(), signal);
        Ok(teller.tell(Scan::new(run, scopes, findings), &mut signals, signal).await)
    }

    fn ran(&self, started_at: DateTime<Utc>, api_calls: u64, signal: Option<Signal>) -> Run {
        Run {
            id: self.clock.scan_id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            now: started_at,
            started_at,
            finished_at: self.clock.now(),
            api_calls,
            finished: signal.is_none(),
        }
    }
}

/// How AWS is reached.
pub fn settings(aws: &Aws, clock: Clock) -> Result<Settings> {
    environment::check_aws_settings()?;
    Ok(Settings {
        profile: aws.profile.clone(),
        region: FIRST_REGION.parse()?,
        session_name: format!("howler-{}", clock.scan_id()),
        attempt_timeout: ATTEMPT_TIMEOUT,
        concurrency: environment::connections(CONCURRENCY),
        places: PLACES,
        ca_bundle: environment::ca_bundle()?,
        stand_in: None,
        now: clock.now(),
    })
}

/// What endpoints are asked with: the machine's trust anchors and those of `--trust`.
fn prober(reach: &Reach) -> Result<Prober> {
    let mut trust = TrustAnchors::native()?;
    for path in &reach.trust {
        let pem = fs::read(path).with_context(|| format!("--trust {}", path.display()))?;
        trust = trust.and(TrustAnchors::from_pem(&pem, &path.display().to_string())?);
    }
    let limits = Limits { total: reach.endpoint_timeout, ..Limits::default() };
    Ok(Prober { trust, limits })
}
