//! Telling a scan: it is remembered; gateways hear of what changed, because the reports say how they took it; then
//! come the reports, and the exit code.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Error, Result};
use chrono::TimeDelta;
use futures::StreamExt;
use howler_model::Severity;
use howler_reports::{PartHead, Planned, Run, Scan, Style};
use howler_sources::Settings;
use howler_state::{Audience, Memory};

use crate::args::{Output, Tell};
use crate::config::Config;
use crate::deliver::{Occasion, lease_of, tell_each, untold};
use crate::environment;
use crate::exit::{Exit, Failure};
use crate::gateways::{self, Recipient};
use crate::memory::Place;
use crate::scan::Scanned;
use crate::shard::Shard;
use crate::signals::{Signal, Signals};
use crate::summary::Cost;
use crate::write::{folder_of, is_writable, put, say, write};

/// Where a scan is told, opened before anything is scanned: a misspelt address must not cost a night.
pub struct Teller {
    outputs: Vec<Output>,
    recipients: Vec<Recipient>,
    memory: Option<Place>,
    /// The part that is written in place of all reports, and of which shard it is.
    part: Option<(PathBuf, Shard)>,
    /// How long an alert lives in a gateway that forgets.
    lease: TimeDelta,
    fail_on: Severity,
    allow_gaps: bool,
    quiet: bool,
    style: Style,
}

impl Teller {
    /// Reads what the command line and the configuration say about reports, gateways and the memory of scans.
    /// Gateways in AWS are reached as `aws` says; nobody reaches them without.
    pub fn new(tell: &Tell, config: &Config, aws: Option<Settings>) -> Result<Self, Failure> {
        let recipients = gateways::open_all(config, aws).map_err(Failure::usage)?;
        let memory = Place::find(&tell.remember, config, &recipients).map_err(Failure::usage)?;
        let mut outputs = tell.outputs.clone();
        if outputs.iter().all(|output| !matches!(output, Output::Report { path: None, .. })) {
            let report =
                howler_reports::find(&tell.format).context("no such format").map_err(Failure::usage)?;
            outputs.push(Output::Report { report, path: None });
        }
        outputs.iter().try_for_each(is_writable).map_err(Failure::usage)?;
        Ok(Self { outputs, recipients, memory, ..Self::silent(tell, config) })
    }

    /// Writes a part and tells nobody: the whole is told by `howler merge`.
    pub fn of_part(tell: &Tell, config: &Config, shard: Shard) -> Result<Self, Failure> {
        let part = match &tell.outputs[..] {
            [Output::Part(path)] if tell.gateways.is_empty() => path.clone(),
            _ => {
                let told = "--shard writes a part with -o PATH, and nothing else: howler merge makes reports of all \
                            parts, and notifies";
                return Err(Failure::usage(Error::msg(told)));
            }
        };
        tempfile::tempfile_in(folder_of(&part))
            .with_context(|| part.display().to_string())
            .map_err(Failure::usage)?;
        Ok(Self { part: Some((part, shard)), ..Self::silent(tell, config) })
    }

    fn silent(tell: &Tell, config: &Config) -> Self {
        Self {
            outputs: Vec::new(),
            recipients: Vec::new(),
            memory: None,
            part: None,
            lease: lease_of(config),
            fail_on: config.fail_on,
            allow_gaps: tell.allow_gaps,
            quiet: tell.quiet,
            style: environment::stdout_style(tell.color),
        }
    }

    /// Whether somebody looks at a progress line.
    pub fn shows_progress(&self) -> bool {
        !self.quiet && environment::shows_progress()
    }

    /// Says what a scan cost.
    pub fn say_cost(&self, cost: &Cost) {
        if !self.quiet {
            cost.lines().iter().for_each(|line| say(line));
        }
    }

    /// Tells what was scanned, or writes it as a part of it.
    pub async fn tell_scanned(
        &self,
        scanned: Scanned,
        run: Run,
        plan: Planned,
        signals: &mut Signals,
    ) -> Result<Exit, Failure> {
        let Scanned { mut spool, common, mut signal, .. } = scanned;
        let version = env!("CARGO_PKG_VERSION").to_owned();
        if let Some((path, shard)) = &self.part {
            // A share may be empty; what all shards know not to be seen is missing from each.
            let complete = spool.tally().gaps() == 0 && common.tally.gaps() == 0;
            let head = PartHead::new(version, (shard.index, shard.of), plan, run, common);
            let (records, path) = (spool.close(), path.clone());
            let write = move || {
                put(&path, |mut out| head.write(&records, &mut out))
                    .with_context(|| path.display().to_string())
            };
            match apart(write, signals, &mut signal).await {
                Ok(written) => written.map_err(Failure::undelivered)?,
                Err(exit) => return Ok(exit),
            }
            let gaps = (!complete && !self.allow_gaps).then_some(Exit::Incomplete);
            let ended = signal.map(|signal| Exit::Signal(signal.exit_code()));
            return Ok(gaps.into_iter().chain(ended).max().unwrap_or(Exit::Fine));
        }
        spool.add(common).map_err(Failure::undelivered)?;
        let records = spool.close();
        let tally = records.tally().clone();
        let scan =
            Scan { run, version, tally, changes: None, deliveries: Vec::new(), records: Box::new(records) };
        Ok(self.tell(scan, signals, signal).await)
    }

    /// Remembers, delivers, writes, and says what the scan came to. A signal ends a delivery, and the reports are
    /// written all the same; a second one ends everything.
    pub async fn tell(&self, scan: Scan, signals: &mut Signals, signal: Option<Signal>) -> Exit {
        self.told(scan, signals, signal).await.unwrap_or_else(|exit| exit)
    }

    async fn told(
        &self,
        scan: Scan,
        signals: &mut Signals,
        mut signal: Option<Signal>,
    ) -> Result<Exit, Exit> {
        let (mut scan, memory, mut lost) = self.remember(scan, signals, &mut signal).await?;
        self.deliver(&mut scan, memory, signals, &mut signal).await?;
        let (outputs, style) = (self.outputs.clone(), self.style);
        let write = move || {
            let written = outputs.iter().map(|output| write(output, &scan, &style));
            let unwritten: Vec<_> = written.filter_map(Result::err).collect();
            (scan, unwritten)
        };
        let (scan, unwritten) = apart(write, signals, &mut signal).await?;
        unwritten.iter().for_each(|error| say(&format!("{error:#}")));
        lost |= !unwritten.is_empty();
        let undelivered = if lost { Exit::Undelivered } else { Exit::Fine };
        Ok(Exit::of(&scan, self.fail_on, self.allow_gaps, signal).max(undelivered))
    }

    /// Compares the scan with earlier ones, and says whether anything of that went wrong. One that cannot be remembered
    /// is told all the same.
    async fn remember(
        &self,
        mut scan: Scan,
        signals: &mut Signals,
        signal: &mut Option<Signal>,
    ) -> Result<(Scan, Option<Memory>, bool), Exit> {
        let Some(place) = self.memory.clone() else { return Ok((scan, None, false)) };
        let audiences: Vec<Audience> = self.recipients.iter().map(|it| it.audience.clone()).collect();
        let remember = move || {
            let remembered = place.open(&format!("scan {}", scan.run.id)).and_then(|mut memory| {
                let changes = memory.remember(&scan, &audiences, &place.keep);
                scan.changes = Some(changes.map_err(|error| Error::msg(error.to_string()))?);
                let pruned = memory.prune(&place.keep, scan.run.now);
                let stuck = pruned.inspect_err(|error| say(&format!("old scans cannot be dropped: {error}")));
                Ok((memory, stuck.is_err()))
            });
            (scan, remembered)
        };
        let (scan, remembered) = apart(remember, signals, signal).await?;
        Ok(match remembered {
            Ok((memory, is_stuck)) => (scan, Some(memory), is_stuck),
            Err(error) => {
                say(&format!("this scan is not remembered: {error:#}"));
                (scan, None, true)
            }
        })
    }

    async fn deliver(
        &self,
        scan: &mut Scan,
        memory: Option<Memory>,
        signals: &mut Signals,
        signal: &mut Option<Signal>,
    ) -> Result<(), Exit> {
        let mut told = BTreeMap::new();
        {
            let telling = tell_each(&self.recipients, scan, memory.as_ref(), self.lease, Occasion::Scan);
            let mut telling = std::pin::pin!(telling);
            loop {
                tokio::select! {
                    biased;
                    next = signals.next() => {
                        if signal.replace(next).is_some() {
                            return Err(Exit::Signal(next.exit_code()));
                        }
                        break;
                    }
                    delivery = telling.next() => match delivery {
                        Some((place, delivery)) => drop(told.insert(place, delivery)),
                        None => break,
                    },
                }
            }
        }
        let ended = |recipient: &Recipient| {
            let delivery = untold(recipient.gateway.as_ref(), "the delivery was ended by a signal");
            say(&format!("{} at {}: the delivery was ended by a signal", delivery.gateway, delivery.target));
            delivery
        };
        let all = self.recipients.iter().enumerate();
        let deliveries: Vec<_> =
            all.map(|(place, who)| told.remove(&place).unwrap_or_else(|| ended(who))).collect();
        if let Some(mut memory) = memory {
            note(&mut memory, &self.recipients, &deliveries);
        }
        scan.deliveries = deliveries;
        Ok(())
    }
}

/// Notes how the gateways took it. A note that is lost is no lost delivery.
pub fn note(memory: &mut Memory, recipients: &[Recipient], deliveries: &[howler_reports::Delivery]) {
    let pairs = recipients.iter().map(|it| it.audience.clone()).zip(deliveries.iter().cloned());
    if let Err(error) = memory.told(&pairs.collect::<Vec<_>>()) {
        say(&format!("how the gateways took it is not remembered: {error}"));
    }
}

/// Does something that takes its time on a thread of its own: whoever holds it up, a second signal ends it at once.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
    signals: &mut Signals,
    signal: &mut Option<Signal>,
) -> Result<T, Exit> {
    let mut working = tokio::task::spawn_blocking(work);
    loop {
        tokio::select! {
            biased;
            done = &mut working => return done.map_err(|_| Exit::Internal),
            next = signals.next() => {
                if signal.replace(next).is_some() {
                    return Err(Exit::Signal(next.exit_code()));
                }
            }
        }
    }
}
