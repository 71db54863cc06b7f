//! `howler merge`: the parts of a scan that was split, told as one. What a missing part should have seen is a gap.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use howler_model::{Facts, Reason, Region, Scope, Service, Unseen};
use howler_reports::document::Place;
use howler_reports::{Held, Part, Records, Run, Scan, Tally, Told};

use crate::args;
use crate::config::{self, flags};
use crate::exit::{Exit, Failure};
use crate::plan::{Plan, missed};
use crate::shard::owner;
use crate::signals::Signals;
use crate::tell::{Teller, say};

/// Runs the command.
pub async fn run(args: args::Merge) -> Result<Exit, Failure> {
    let (config, _) =
        config::load(&args.file, flags(None, None, Some(&args.tell))).map_err(Failure::usage)?;
    let teller = Teller::new(&args.tell, &config)?;
    let parts = read(&args.parts).map_err(Failure::usage)?;
    let scan = whole(parts, &config.thresholds).map_err(Failure::usage)?;
    let mut signals = Signals::listen().map_err(Failure::internal)?;
    Ok(teller.tell(scan, &mut signals, None).await)
}

/// The parts by their shard; of two of the same, the one that ended later.
fn read(paths: &[PathBuf]) -> Result<BTreeMap<u32, Part>> {
    let mut parts = BTreeMap::new();
    for path in paths {
        let part = Part::open(path)?;
        check_same_plan(parts.values().next(), &part).with_context(|| path.display().to_string())?;
        let ended = part.head.run.finished_at;
        let newer = parts.get(&part.head.shard).is_none_or(|known: &Part| known.head.run.finished_at < ended);
        if newer {
            parts.insert(part.head.shard, part);
        }
    }
    Ok(parts)
}

fn check_same_plan(first: Option<&Part>, part: &Part) -> Result<()> {
    let Some(first) = first else { return Ok(()) };
    if first.head.of != part.head.of {
        bail!("it is one of {} parts, the others are of {}", part.head.of, first.head.of);
    }
    if first.head.plan.digest != part.head.plan.digest {
        bail!(
            "it was scanned with other accounts, regions, checks, thresholds or another version than the part of \
             shard {}: scan all shards again with the same ones",
            first.head.shard
        );
    }
    Ok(())
}

/// The parts as one scan.
fn whole(parts: BTreeMap<u32, Part>, thresholds: &howler_model::Thresholds) -> Result<Scan> {
    let first = parts.values().next().context("no part to merge")?;
    let (of, version, common) = (first.head.of, first.head.version.clone(), first.head.common.clone());
    let run = ran(&parts).context("no part to merge")?;
    let missing = missing(&parts, first)?;
    if !missing.is_empty() {
        let shards: Vec<String> =
            (0..of).filter(|shard| !parts.contains_key(shard)).map(|shard| format!("{shard}/{of}")).collect();
        say(&format!("no part of shard {}: what it should have seen is a gap", shards.join(", ")));
    }
    let facts = Facts { scopes: missing, ..Facts::default() };
    let judged = Plan::new(&[], &[], &[]).checks.into_iter();
    let findings: Vec<_> = judged.flat_map(|check| check.judge(&facts, thresholds, run.now)).collect();
    let unseen = Told::of(&findings, &facts.scopes);
    let mut tally = Tally::default();
    let heads = parts.values().map(|part| &part.head.tally);
    heads.chain([&common.tally, &unseen.tally]).for_each(|part| tally.merge(part));
    let mut records: Vec<Box<dyn Records>> = vec![Box::new(Held::from(common)), Box::new(Held::from(unseen))];
    records.extend(parts.into_values().map(|part| Box::new(part) as Box<dyn Records>));
    Ok(Scan { run, version, tally, deliveries: Vec::new(), records: Box::new(records) })
}

/// The coverage of everything that was in the share of a missing part.
fn missing(parts: &BTreeMap<u32, Part>, any: &Part) -> Result<Vec<howler_model::ScopeCoverage>> {
    let units = any.head.plan.units.iter().map(scope).collect::<Result<Vec<Scope>>>()?;
    let lost = |scope: &Scope| !parts.contains_key(&owner(&scope.to_string(), any.head.of));
    let gap = |scope: Scope| {
        let shard = owner(&scope.to_string(), any.head.of);
        let message = format!("the part of shard {shard}/{} is missing", any.head.of);
        missed(scope, Unseen::new(Reason::Skipped, "scan", message))
    };
    Ok(units.into_iter().filter(lost).map(gap).collect())
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
fn ran(parts: &BTreeMap<u32, Part>) -> Option<Run> {
    let runs = || parts.values().map(|part| &part.head.run);
    Some(Run {
        id: runs().min_by_key(|run| (run.started_at, &run.id))?.id.clone(),
        now: runs().map(|run| run.now).min()?,
        started_at: runs().map(|run| run.started_at).min()?,
        finished_at: runs().map(|run| run.finished_at).max()?,
        api_calls: runs().map(|run| run.api_calls).sum(),
        finished: runs().all(|run| run.finished),
    })
}
