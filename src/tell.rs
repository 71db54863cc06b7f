//! Telling a scan: gateways first, because the reports say how they took it; then reports; then the exit code.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use chrono::TimeDelta;
use howler_model::Severity;
use howler_reports::gateway::{self, Batch, Gateway, Pace};
use howler_reports::{Delivery, PartHead, Planned, Report, Run, Scan, Style};

use crate::args::{Output, Tell};
use crate::config::{Config, Target};
use crate::environment;
use crate::exit::{Exit, Failure};
use crate::scan::Scanned;
use crate::shard::Shard;
use crate::signals::{Signal, Signals};
use crate::summary::Cost;

/// Where a scan is told, opened before anything is scanned: a misspelt address must not cost a night.
pub struct Teller {
    outputs: Vec<Output>,
    gateways: Vec<Box<dyn Gateway>>,
    /// The part that is written in place of all reports, and of which shard it is.
    part: Option<(PathBuf, Shard)>,
    /// The time to the next scan, which has to keep alerts open.
    interval: TimeDelta,
    fail_on: Severity,
    allow_gaps: bool,
    quiet: bool,
    style: Style,
}

impl Teller {
    /// Reads what the command line and the configuration say about reports and gateways.
    pub fn new(tell: &Tell, config: &Config) -> Result<Self, Failure> {
        let open = |target: &Target| Ok(gateway::open(&target.resolve()?, Pace::default())?);
        let gateways = config.notify.iter().map(open).collect::<Result<_>>().map_err(Failure::usage)?;
        let mut outputs = tell.outputs.clone();
        if outputs.iter().all(|output| !matches!(output, Output::Report { path: None, .. })) {
            let report =
                howler_reports::find(&tell.format).context("no such format").map_err(Failure::usage)?;
            outputs.push(Output::Report { report, path: None });
        }
        outputs.iter().try_for_each(is_writable).map_err(Failure::usage)?;
        Ok(Self { outputs, gateways, ..Self::silent(tell, config) })
    }

    /// Writes a part and tells nobody: the whole is told by `howler merge`.
    pub fn of_part(tell: &Tell, config: &Config, shard: Shard) -> Result<Self, Failure> {
        let part = match &tell.outputs[..] {
            [Output::Part(path)] if tell.gateways.is_empty() => path.clone(),
            _ => {
                let told = "--shard writes a part with -o PATH, and nothing else: howler merge makes reports of all \
                            parts, and notifies";
                return Err(Failure::usage(anyhow::Error::msg(told)));
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
            gateways: Vec::new(),
            part: None,
            interval: config.thresholds.scan_interval,
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
        let scan = Scan { run, version, tally, deliveries: Vec::new(), records: Box::new(records) };
        Ok(self.tell(scan, signals, signal).await)
    }

    /// Delivers, writes, and says what the scan came to. A signal ends a delivery, and the reports are written all the
    /// same; a second one ends everything.
    pub async fn tell(&self, mut scan: Scan, signals: &mut Signals, mut signal: Option<Signal>) -> Exit {
        for gateway in &self.gateways {
            let batch = Batch { scan: &scan, interval: self.interval };
            let delivery = tokio::select! {
                biased;
                next = signals.next() => {
                    if signal.is_some() {
                        return Exit::Signal(next.exit_code());
                    }
                    signal = Some(next);
                    given_up(gateway.as_ref())
                }
                delivery = gateway.deliver(&batch) => delivery,
            };
            if let Some(error) = &delivery.error {
                say(&format!("{} at {}: {error}", delivery.gateway, delivery.target));
            }
            scan.deliveries.push(delivery);
        }
        let (outputs, style) = (self.outputs.clone(), self.style);
        let write = move || {
            let written = outputs.iter().map(|output| write(output, &scan, &style));
            let unwritten: Vec<_> = written.filter_map(Result::err).collect();
            (scan, unwritten)
        };
        let (scan, unwritten) = match apart(write, signals, &mut signal).await {
            Ok(written) => written,
            Err(exit) => return exit,
        };
        unwritten.iter().for_each(|error| say(&format!("{error:#}")));
        let undelivered = if unwritten.is_empty() { Exit::Fine } else { Exit::Undelivered };
        Exit::of(&scan, self.fail_on, self.allow_gaps, signal).max(undelivered)
    }
}

/// Writes on a thread of its own: whoever does not take what is written, a second signal ends it at once.
async fn apart<T: Send + 'static>(
    write: impl FnOnce() -> T + Send + 'static,
    signals: &mut Signals,
    signal: &mut Option<Signal>,
) -> Result<T, Exit> {
    let mut writing = tokio::task::spawn_blocking(write);
    loop {
        tokio::select! {
            biased;
            written = &mut writing => return written.map_err(|_| Exit::Internal),
            next = signals.next() => {
                if signal.replace(next).is_some() {
                    return Err(Exit::Signal(next.exit_code()));
                }
            }
        }
    }
}

fn write(output: &Output, scan: &Scan, style: &Style) -> Result<()> {
    match output {
        Output::Report { report, path: None } => to_stdout(*report, scan, style).context("standard output"),
        Output::Report { report, path: Some(path) } => {
            let render = |out: &mut dyn Write| report.render(scan, &Style::default(), out);
            put(path, render).with_context(|| path.display().to_string())
        }
        Output::Part(_) => Ok(()),
    }
}

/// What a gateway took that was not waited for.
fn given_up(gateway: &dyn Gateway) -> Delivery {
    Delivery {
        gateway: gateway.name().to_owned(),
        target: gateway.target().to_owned(),
        accepted: 0,
        rejected: 0,
        error: Some("the delivery was ended by a signal".to_owned()),
    }
}

/// The answer of a command that is no scan, on standard output.
pub fn answer(text: &str) -> Result<Exit, Failure> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::undelivered(error)),
        _ => Ok(Exit::Fine),
    }
}

/// A line for people, beside the result. Where nobody can read it, the result is no worse for that.
pub fn say(line: &str) {
    drop(writeln!(io::stderr(), "howler: {line}"));
}

/// A reader that has seen enough (`| head`) is no error.
fn to_stdout(report: &dyn Report, scan: &Scan, style: &Style) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match report.render(scan, style, &mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// What is written appears under its name whole or not at all, also when the disk is full or the machine dies. What is
/// no file (a device, a pipe) is written into, and a link stays one.
fn put(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&target).is_ok_and(|there| !there.is_file()) {
        return buffered(fs::OpenOptions::new().write(true).open(target)?, write);
    }
    // As open as the umask lets any new file be: the report is for others to read.
    let open = fs::Permissions::from_mode(0o666);
    let mut file = tempfile::Builder::new().permissions(open).tempfile_in(folder_of(&target))?;
    buffered(&mut file, write)?;
    file.as_file().sync_all()?;
    file.persist(&target)?;
    fs::File::open(folder_of(&target))?.sync_all()
}

fn buffered(out: impl Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 20, out);
    write(&mut out)?;
    out.flush()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether a report can be put there, found out before a scan that may take a night.
fn is_writable(output: &Output) -> Result<()> {
    match output {
        Output::Part(path) => bail!(
            "-o {}: FORMAT=PATH is expected, as in json=report.json; a PATH alone is for --shard",
            path.display()
        ),
        Output::Report { path: Some(path), .. } if !path.exists() => {
            tempfile::tempfile_in(folder_of(path)).map(drop).with_context(|| path.display().to_string())
        }
        Output::Report { .. } => Ok(()),
    }
}
