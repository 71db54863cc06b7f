//! Telling a scan: gateways first, because the reports say how they took it; then reports; then the exit code.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, Result};
use chrono::TimeDelta;
use howler_model::{Scan, Severity};
use howler_reports::gateway::{self, Batch, Gateway, Pace};
use howler_reports::{Report, Style};
use tempfile::NamedTempFile;

use crate::args::{Output, Tell};
use crate::config::{Config, Target};
use crate::environment;
use crate::exit::{Exit, Failure};
use crate::progress::Progress;
use crate::signals::Signal;

/// Where a scan is told, opened before anything is scanned: a misspelt address must not cost a night.
pub struct Teller {
    outputs: Vec<Output>,
    gateways: Vec<Box<dyn Gateway>>,
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
        if outputs.iter().all(|output| output.path.is_some()) {
            let report =
                howler_reports::find(&tell.format).context("no such format").map_err(Failure::usage)?;
            outputs.push(Output { report, path: None });
        }
        Ok(Self {
            outputs,
            gateways,
            interval: config.thresholds.scan_interval,
            fail_on: config.fail_on,
            allow_gaps: tell.allow_gaps,
            quiet: tell.quiet,
            style: environment::stdout_style(tell.color),
        })
    }

    /// The progress line, if somebody looks at it.
    pub fn progress(&self, units: usize) -> Progress {
        Progress::new(units, !self.quiet && environment::shows_progress())
    }

    /// Delivers, writes, and says what the scan came to.
    pub async fn tell(&self, mut scan: Scan, signal: Option<Signal>) -> Result<Exit, Failure> {
        for gateway in &self.gateways {
            let delivery = gateway.deliver(&Batch { scan: &scan, interval: self.interval }).await;
            if let Some(error) = &delivery.error {
                say(&format!("{} at {}: {error}", delivery.gateway, delivery.target));
            }
            scan.deliveries.push(delivery);
        }
        for output in &self.outputs {
            self.write(output, &scan).map_err(Failure::undelivered)?;
        }
        Ok(Exit::of(&scan, self.fail_on, self.allow_gaps, signal))
    }

    fn write(&self, output: &Output, scan: &Scan) -> Result<()> {
        match &output.path {
            None => to_stdout(output.report, scan, &self.style).context("standard output"),
            Some(path) => to_file(output.report, scan, path).with_context(|| path.display().to_string()),
        }
    }
}

/// The answer of a command that is no scan, on standard output.
pub fn answer(text: &str) -> Result<Exit, Failure> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::undelivered(error)),
        _ => Ok(Exit::Fine),
    }
}

/// A line for people, beside the result.
#[expect(clippy::print_stderr, reason = "the one place that speaks beside the result")]
pub fn say(line: &str) {
    eprintln!("howler: {line}");
}

/// A reader that has seen enough (`| head`) is no error.
fn to_stdout(report: &dyn Report, scan: &Scan, style: &Style) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match report.render(scan, style, &mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// A report appears under its name whole or not at all, also when the disk is full or the machine dies.
fn to_file(report: &dyn Report, scan: &Scan, path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder)?;
    let mut out = io::BufWriter::new(&mut file);
    report.render(scan, &Style::default(), &mut out)?;
    out.flush()?;
    drop(out);
    file.as_file().sync_all()?;
    file.persist(path)?;
    fs::File::open(folder)?.sync_all()
}
