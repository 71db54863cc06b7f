//! Telling a scan: gateways first, because the reports say how they took it; then reports; then the exit code.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result};
use chrono::TimeDelta;
use howler_model::{Delivery, Scan, Severity};
use howler_reports::gateway::{self, Batch, Gateway, Pace};
use howler_reports::{Report, Style};

use crate::args::{Output, Tell};
use crate::config::{Config, Target};
use crate::environment;
use crate::exit::{Exit, Failure};
use crate::progress::Progress;
use crate::signals::{Signal, Signals};

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
        outputs.iter().try_for_each(is_writable).map_err(Failure::usage)?;
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

    /// Delivers, writes, and says what the scan came to. A signal ends the deliveries and then a report is written
    /// all the same; a second one ends everything.
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
        let written = self.outputs.iter().map(|output| self.write(output, &scan));
        let unwritten: Vec<_> = written.filter_map(Result::err).collect();
        unwritten.iter().for_each(|error| say(&format!("{error:#}")));
        let undelivered = if unwritten.is_empty() { Exit::Fine } else { Exit::Undelivered };
        Exit::of(&scan, self.fail_on, self.allow_gaps, signal).max(undelivered)
    }

    fn write(&self, output: &Output, scan: &Scan) -> Result<()> {
        match &output.path {
            None => to_stdout(output.report, scan, &self.style).context("standard output"),
            Some(path) => to_file(output.report, scan, path).with_context(|| path.display().to_string()),
        }
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

/// A report appears under its name whole or not at all, also when the disk is full or the machine dies. What is no
/// file (a device, a pipe) is written into, and a link stays one.
fn to_file(report: &dyn Report, scan: &Scan, path: &Path) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(&target).is_ok_and(|there| !there.is_file()) {
        return render(report, scan, fs::OpenOptions::new().write(true).open(target)?);
    }
    // As open as the umask lets any new file be: the report is for others to read.
    let open = fs::Permissions::from_mode(0o666);
    let mut file = tempfile::Builder::new().permissions(open).tempfile_in(folder_of(&target))?;
    render(report, scan, &mut file)?;
    file.as_file().sync_all()?;
    file.persist(&target)?;
    fs::File::open(folder_of(&target))?.sync_all()
}

fn render(report: &dyn Report, scan: &Scan, out: impl Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    report.render(scan, &Style::default(), &mut out)?;
    out.flush()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether a report can be put there, found out before a scan that may take a night.
fn is_writable(output: &Output) -> Result<()> {
    match &output.path {
        Some(path) if !path.exists() => {
            tempfile::tempfile_in(folder_of(path)).map(drop).with_context(|| path.display().to_string())
        }
        _ => Ok(()),
    }
}
