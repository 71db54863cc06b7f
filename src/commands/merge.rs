//! `howler merge`: the parts of a scan that was split, told as one. What a missing part should have seen is a gap.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, TimeDelta, Utc};
use howler_checks::CHECKS;
use howler_model::{Check, Facts, Finding, Reason, Region, Scope, ScopeCoverage, Service, Tags, Unseen};
use howler_reports::document::Place;
use howler_reports::{Held, Part, Records, Run, Scan, Tally, Told};
use howler_rules::{Around, Blind, Rules};

use crate::args;
use crate::config::{self, Config, flags};
use crate::environment;
use crate::exit::{Exit, Failure};
use crate::organization::Units;
use crate::plan::missed;
use crate::shard::owner;
use crate::signals::Signals;
use crate::tell::Teller;
use crate::write::say;

/// The parts by the numbers of their shards.
type Parts = BTreeMap<u32, Part>;

/// Runs the command.
pub async fn run(args: args::Merge) -> Result<Exit, Failure> {
    let (config, _) =
        config::load(&args.file, flags(None, None, Some(&args.tell))).map_err(Failure::usage)?;
    let aws = super::scan::delivery(&config).map_err(Failure::usage)?;
    let teller = Teller::new(&args.tell, &config, aws)?;
    // All parts are read at once; where they are more than may be open, the one that is too many says so.
    environment::raise_open_files();
    let parts = read(&args.parts, config.thresholds.scan_interval).map_err(Failure::usage)?;
    let scan = whole(parts, &config).map_err(Failure::usage)?;
    let mut signals = Signals::listen().map_err(Failure::internal)?;
    Ok(teller.tell(scan, &mut signals, None).await)
}

/// The parts by their shard; of two of the same, the one that ended later. One that is not there is told.
fn read(paths: &[PathBuf], interval: TimeDelta) -> Result<Parts> {
    let mut parts = Parts::new();
    let (there, absent): (Vec<&PathBuf>, Vec<&PathBuf>) = paths.iter().partition(|path| path.exists());
    for path in there {
        let part = Part::open(path)?;
        let first = parts.values().next();
        first
            .map_or(Ok(()), |first| check_same_scan(first, &part, interval))
            .with_context(|| path.display().to_string())?;
        let ended = part.head.run.finished_at;
        let newer = parts.get(&part.head.shard).is_none_or(|known| known.head.run.finished_at < ended);
        if newer {
            parts.insert(part.head.shard, part);
        }
    }
    let absent = absent.iter().map(|path| format!("{}: there is no such part", path.display()));
    match parts.is_empty() {
        true => bail!(absent.collect::<Vec<_>>().join("; ")),
        false => absent.for_each(|line| say(&line)),
    }
    Ok(parts)
}

fn check_same_scan(first: &Part, part: &Part, interval: TimeDelta) -> Result<()> {
    let (first, part) = (&first.head, &part.head);
    if first.of != part.of {
        bail!("it is one of {} parts, the others are of {}", part.of, first.of);
    }
    if first.plan.digest != part.plan.digest {
        bail!(
            "it was scanned with another choice of accounts, regions, checks or thresholds, or another version, than \
             the part of shard {}: scan all shards again with the same ones",
            first.shard
        );
    }
    if (part.run.started_at - first.run.started_at).abs() >= interval {
        bail!(
            "it began at {} and the part of shard {} at {}: these are parts of two scans",
            part.run.started_at.to_rfc3339(),
            first.shard,
            first.run.started_at.to_rfc3339()
        );
    }
    Ok(())
}

/// The parts as one scan.
fn whole(parts: Parts, config: &Config) -> Result<Scan> {
    // Whoever knows of the most accounts had the best answer about the organisation.
    let best = parts.values().rev().max_by_key(|part| part.head.plan.units.len());
    let best = best.context("there is no part to merge")?;
    let (of, version, common) = (best.head.of, best.head.version.clone(), best.head.common.clone());
    let mut run = ran(&parts).context("there is no part to merge")?;
    run.checks.clone_from(&best.head.plan.checks);
    let absent: Vec<u32> = (0..of).filter(|shard| !parts.contains_key(shard)).collect();
    if !absent.is_empty() {
        let shards: Vec<String> = absent.iter().map(|shard| format!("{shard}/{of}")).collect();
        say(&format!("no part of shard {}: what it should have seen is a gap", shards.join(", ")));
    }
    let facts = Facts { scopes: missing(&parts, of)?, ..Facts::default() };
    let is_asked = |check: &&&Check| best.head.plan.checks.iter().any(|asked| asked == check.id);
    let judge = |check: &&Check| check.judge(&facts, &config.thresholds, run.now);
    let mut judged: Vec<Finding> = CHECKS.iter().filter(is_asked).flat_map(judge).collect();
    by_rules(&mut judged, &config::rules(config, run.now)?, run.now);
    let unseen = Told::of(&judged, &facts.scopes);
    let mut tally = Tally::default();
    let heads = parts.values().map(|part| &part.head.tally);
    heads.chain([&common.tally, &unseen.tally]).for_each(|part| tally.merge(part));
    let mut records: Vec<Box<dyn Records>> = vec![Box::new(Held::from(common)), Box::new(Held::from(unseen))];
    records.extend(parts.into_values().map(|part| Box::new(part) as Box<dyn Records>));
    Ok(Scan { run, version, tally, changes: None, deliveries: Vec::new(), records: Box::new(records) })
}

/// Findings as people want them told, as far as that goes without tags and without asking the organisation.
fn by_rules(findings: &mut [Finding], rules: &Rules, now: DateTime<Utc>) {
    let (tags, units) = (Tags::new(), Units::new());
    let blind = Blind { account: true, ..Blind::default() };
    let around = Around { tags: &tags, account_tags: &[], units: &units, blind: &blind };
    for finding in findings {
        // Which suppressions match is asked of whole scans only.
        let _ = rules.apply(finding, &around, now);
    }
}

/// The coverage of everything that any part knows of, and that the part which should have seen it does not.
fn missing(parts: &Parts, of: u32) -> Result<Vec<ScopeCoverage>> {
    // With the shard that should have seen it, and whether that knew of it.
    let mut units = BTreeMap::<Scope, (u32, bool)>::new();
    for (&shard, part) in parts {
        for place in &part.head.plan.units {
            let unit = units.entry(scope(place)?);
            let (owner, known) = unit.or_insert_with_key(|unit| (owner(&unit.to_string(), of), false));
            *known |= *owner == shard;
        }
    }
    let unknown = units.into_iter().filter(|(_, (_, known))| !known);
    let gap = |(scope, (shard, _))| {
        let message = match parts.contains_key(&shard) {
            true => format!("shard {shard}/{of} did not know of this, another did"),
            false => format!("the part of shard {shard}/{of} is missing"),
        };
        missed(scope, Unseen::new(Reason::Skipped, "scan", message))
    };
    Ok(unknown.map(gap).collect())
}

/// The scope of a place as a part names it.
fn scope(place: &Place) -> Result<Scope> {
    let service = Service::from(place.service.clone());
    match (&place.account, &place.target) {
        (Some(account), _) => {
            let partition = place.partition.context("an account without a partition")?;
            Ok(Scope::aws(partition.into(), account.parse()?, Region::GLOBAL, service))
        }
        (None, Some(target)) => Ok(Scope::outside(target, service)),
        (None, None) => bail!("a unit without a place"),
    }
}

/// One run from the first beginning to the last end.
fn ran(parts: &Parts) -> Option<Run> {
    let runs = || parts.values().map(|part| &part.head.run);
    Some(Run {
        id: runs().min_by_key(|run| (run.started_at, &run.id))?.id.clone(),
        now: runs().map(|run| run.now).min()?,
        started_at: runs().map(|run| run.started_at).min()?,
        finished_at: runs().map(|run| run.finished_at).max()?,
        api_calls: runs().map(|run| run.api_calls).sum(),
        finished: runs().all(|run| run.finished),
        checks: Vec::new(),
        narrowed: runs().any(|run| run.narrowed),
        // All parts are of one plan.
        sources: runs().next()?.sources.clone(),
    })
}
