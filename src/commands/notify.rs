//! `howler notify`: gateways are told again what is open, and what they could not take before. Nothing is scanned.

use std::path::Path;

use anyhow::{Context, Error};
use howler_reports::gateway::{Envelope, Keeps, bodies};
use howler_reports::{Kept, Scan, visible};
use howler_state::Memory;

use crate::args::Retell;
use crate::config::{self, Config, delivered};
use crate::deliver::{Occasion, lease_of, notices, tell_all};
use crate::exit::{Exit, Failure};
use crate::gateways::{Recipient, open_all};
use crate::memory::Place;
use crate::tell::note;
use crate::write::{answer, counted, say};

/// Runs the command.
pub async fn run(args: Retell) -> Result<Exit, Failure> {
    let said = delivered(&args.gateways, args.remember.state.as_deref());
    let (config, _) = config::load(&args.file, said).map_err(Failure::usage)?;
    let aws = super::scan::delivery(&config).map_err(Failure::usage)?;
    let recipients = open_all(&config, aws).map_err(Failure::usage)?;
    if recipients.is_empty() {
        return Err(Failure::usage(Error::msg(
            "nobody is to be told: --notify or howler.toml names gateways",
        )));
    }
    if args.remember.no_state && args.from.is_none() {
        return Err(Failure::usage(Error::msg("--no-state leaves nothing to tell: --from names a report")));
    }
    let (scan, mut memory) = match &args.from {
        Some(path) => (report(path, &recipients).map_err(Failure::usage)?, None),
        None => remembered(&config).map_err(Failure::usage)?,
    };
    if args.dry_run {
        return print(&recipients, &scan, memory.as_ref(), &config);
    }
    let lease = lease_of(&config);
    let deliveries = tell_all(&recipients, &scan, memory.as_ref(), lease, Occasion::Again).await;
    if let Some(memory) = &mut memory {
        note(memory, &recipients, &deliveries);
    }
    let taken = deliveries.iter().all(|delivery| delivery.error.is_none());
    Ok(if taken { Exit::Fine } else { Exit::Undelivered })
}

/// A report to be told. What it does not say, nobody is told: what changed since the one before.
fn report(path: &Path, recipients: &[Recipient]) -> anyhow::Result<Scan> {
    if let Some(forgetful) = recipients.iter().find(|it| it.gateway.keeps() == Keeps::Nothing) {
        let name = forgetful.gateway.name();
        anyhow::bail!(
            "{name} would pass on everything once more: without --from it is told what it was not told yet"
        );
    }
    Ok(Kept::open(path)?.into_scan())
}

/// The last scan that is remembered.
fn remembered(config: &Config) -> anyhow::Result<(Scan, Option<Memory>)> {
    let place = Place::named(config)?;
    let memory = place.open("howler notify")?;
    let last = memory.last()?;
    let last = last.with_context(|| format!("{}: no scan is remembered yet", place.folder.display()))?;
    Ok((Kept::open(&last)?.into_scan(), Some(memory)))
}

/// What would be sent, on standard output, a request after the other.
fn print(
    recipients: &[Recipient],
    scan: &Scan,
    memory: Option<&Memory>,
    config: &Config,
) -> Result<Exit, Failure> {
    for Recipient { gateway, audience } in recipients {
        let mut notices = notices(audience, scan, memory).map_err(Failure::internal)?;
        let envelope = Envelope::of(scan, lease_of(config));
        let bodies = bodies(gateway.as_ref(), &mut *notices, &envelope).map_err(Failure::internal)?;
        let requests = counted(bodies.len(), "request");
        say(&format!("{} at {}: {requests}", gateway.name(), visible(gateway.target())));
        bodies.iter().try_for_each(|body| answer(&format!("{body}\n")).map(drop))?;
    }
    Ok(Exit::Fine)
}
