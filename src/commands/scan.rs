//! `howler scan`: from the command line to a job.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Error, Result};
use howler_sources::{Limits, Passwords, Prober, Probing, Settings, THROTTLED_FOR, TrustAnchors, present};

use crate::args::{self, Aws, Reach};
use crate::config::{self, Config, Target, flags, probed};
use crate::environment::{self, Clock};
use crate::exit::{Exit, Failure};
use crate::job::Job;
use crate::shard::Shard;
use crate::tell::Teller;
use crate::weights::Weights;

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
    let mut said = flags(Some(&args.reach.aws), Some(&args.judge), Some(&args.tell));
    said.extend(probed(&args.reach.probe));
    let (config, _) = config::load(&args.file, said).map_err(Failure::usage)?;
    let rules = Arc::new(config::rules(&config, clock.now()).map_err(Failure::usage)?);
    let shard = args.share.map(|share| share.shard(environment::array_index())).transpose();
    let shard = shard.map_err(|error| Failure::usage(Error::msg(error)))?;
    let settings = settings(&args.reach.aws, clock).map_err(Failure::usage)?;
    let settings = if config.probing.on { also_probing(settings, &config.probing) } else { settings };
    let teller = match shard {
        Some(shard) => Teller::of_part(&args.tell, &config, shard),
        None => Teller::new(&args.tell, &config, Some(settings.clone())),
    };
    let prober = prober(&args.reach).map_err(Failure::usage)?;
    let passwords = passwords(&args.reach).map_err(Failure::usage)?;
    for path in &args.reach.files {
        present(path).map_err(Failure::usage)?;
    }
    let weights = Weights::load(last_scan());
    let shard = shard.unwrap_or(Shard::WHOLE);
    let job =
        Job { reach: args.reach, judge: args.judge, config, clock, prober, passwords, shard, weights, rules };
    job.run(settings, teller?).await
}

/// Where a scan leaves for the next one how many calls each account took.
pub fn last_scan() -> Option<std::path::PathBuf> {
    environment::cache_home().map(|home| home.join("howler/calls.json"))
}

/// How AWS is reached.
pub fn settings(aws: &Aws, clock: Clock) -> Result<Settings> {
    environment::check_aws_settings()?;
    Ok(Settings {
        profile: aws.profile.clone(),
        region: FIRST_REGION.parse()?,
        session_name: format!("howler-{}", clock.scan_id()),
        attempt_timeout: ATTEMPT_TIMEOUT,
        throttled_for: THROTTLED_FOR,
        concurrency: environment::connections(CONCURRENCY),
        places: PLACES,
        bodies: false,
        ports: Vec::new(),
        ca_bundle: environment::ca_bundle()?,
        stand_in: None,
        now: clock.now(),
    })
}

/// The same where endpoints are asked too: connections are left for them, and there is something to compare bodies of
/// certificates with.
fn also_probing(settings: Settings, probing: &config::Probing) -> Settings {
    let files = environment::connections(CONCURRENCY + Probing::CONNECTIONS);
    let concurrency = files.saturating_sub(Probing::CONNECTIONS).max(1);
    Settings { bodies: true, ports: probing.ports.clone(), concurrency, ..settings }
}

/// How gateways reach AWS that are services of it, where nothing is scanned; none if there are none.
pub fn delivery(config: &Config) -> Result<Option<Settings>> {
    let wanted = config.notify.iter().filter_map(Target::opener).any(|opener| opener.is_in_aws);
    wanted.then(|| settings(&Aws::default(), Clock::new(None))).transpose()
}

/// What stores of certificates may be opened with. No message says what was read.
fn passwords(reach: &Reach) -> Result<Passwords> {
    let first_line = |text: String| text.lines().next().unwrap_or_default().to_owned();
    let in_file = |path: &PathBuf| {
        let text = fs::read_to_string(path).with_context(|| format!("--password-file {}", path.display()));
        text.map(first_line)
    };
    let in_variable =
        |name: &String| environment::secret(name).with_context(|| format!("--password-env {name}"));
    let files = reach.password_files.iter().map(in_file);
    let texts: Result<Vec<String>> = files.chain(reach.password_variables.iter().map(in_variable)).collect();
    Ok(Passwords::new(texts?))
}

/// What endpoints are asked with: the machine's trust anchors and those of `--trust`.
fn prober(reach: &Reach) -> Result<Prober> {
    let mut trust = TrustAnchors::native()?;
    for path in &reach.trust {
        let pem = fs::read(path).with_context(|| format!("--trust {}", path.display()))?;
        trust = trust.and(TrustAnchors::from_pem(&pem, &path.display().to_string())?);
    }
    let limits = Limits { total: reach.endpoint_timeout, ..Limits::default() };
    Ok(Prober::new(trust, limits))
}
