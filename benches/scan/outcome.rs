//! One scan of one estate, and the line of the table that it comes to.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Result, ensure};
use howler_simulator::{ACCESS_KEY_ID, Counters, Floor, Machine, SECRET_ACCESS_KEY, Slowest};

use crate::estate::{Estate, NOW};
use crate::options::Options;
use crate::process::{self, Cpu, Used};
use crate::report::Report;
use crate::stand_in::StandIn;

/// The head of the table, in Markdown.
pub(crate) const HEADER: &str = "\
| estate | makespan | floor (bound) | makespan / floor | made / needed | throttled | gaps | CPU a call | simulator's | peak memory | cores busy |
|---|---|---|---|---|---|---|---|---|---|---|";

/// What a scan came to.
pub(crate) struct Outcome {
    /// The estate, and what was particular.
    pub(crate) name: String,
    pub(crate) wall: Duration,
    pub(crate) gaps: u64,
    pub(crate) report: Report,
    used: Used,
    simulators: Simulators,
    in_flight: u32,
    cores: u32,
}

/// What the simulator tells of a scan, and what it used itself.
struct Simulators {
    counters: Counters,
    cpu: Cpu,
    peak: u64,
}

/// Scans an estate.
pub(crate) fn scan(estate: Estate, options: &Options) -> Result<Outcome> {
    let stand_in = StandIn::start(estate, options)?;
    let report = Report::new()?;
    let used = process::run(&mut command(estate, options, &stand_in.address, report.output()?))?;
    let hint = "--verbose shows what it said";
    ensure!(matches!(used.status.code(), Some(0 | 1 | 3)), "the scan ended with {}: {hint}", used.status);
    let (cpu, peak) = (stand_in.cpu()?, stand_in.peak()?);
    Ok(Outcome {
        name: if options.storm { format!("{estate} in a storm") } else { estate.to_string() },
        wall: used.wall,
        gaps: report.gaps()?,
        report,
        used,
        simulators: Simulators { counters: stand_in.counters()?, cpu, peak },
        in_flight: options.in_flight,
        cores: u32::try_from(std::thread::available_parallelism()?.get())?,
    })
}

/// The command: nothing of this machine's own configuration, and the simulator instead of AWS.
fn command(estate: Estate, options: &Options, address: &str, output: Stdio) -> Command {
    let mut command = Command::new(&options.howler);
    command
        .env_clear()
        .env("AWS_ENDPOINT_URL", format!("http://{address}"))
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID)
        .env("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY)
        .env("AWS_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .args(["scan", "--format", "json", "--now", NOW])
        // A scan of one account need not ask for the others.
        .args((estate.accounts() > 1).then_some("--org"))
        .args(&options.passed_on)
        .stdout(output);
    if !options.verbose {
        command.arg("--quiet").stderr(Stdio::null());
    }
    command
}

impl Outcome {
    /// The line of the table.
    #[allow(clippy::cast_precision_loss)] // for people to read
    pub(crate) fn line(&self) -> String {
        let Self { name, gaps, used, simulators, cores, .. } = self;
        let counters = &simulators.counters;
        let (bound, least) = self.floor().highest();
        let (wall, least) = (self.wall.as_secs_f64(), least.as_secs_f64());
        let busy = (used.cpu + simulators.cpu).as_secs_f64() / wall;
        format!(
            "| {name} | {wall:.2} s | {least:.2} s ({bound}) | {:.2} | {} / {} = {:.3} | {} | {gaps} | {} us | {} us | {:.0} MiB | {busy:.1} of {cores} |",
            wall / least,
            counters.calls,
            counters.needed,
            counters.made_per_needed(),
            counters.throttled,
            self.each(used.cpu).as_micros(),
            self.each(simulators.cpu).as_micros(),
            mebibytes(used.peak),
        )
    }

    /// Every bound of the floor, the bucket that is the slowest, and what the simulator took.
    pub(crate) fn bounds(&self) -> String {
        let bounds = self.floor().bounds.map(|(name, time)| format!("{name} {:.2} s", time.as_secs_f64()));
        let slowest = self.simulators.counters.slowest.as_ref().map(|bucket| {
            let Slowest { account, region, bucket, needed, .. } = bucket;
            format!("; slowest bucket {bucket} of {account} {region}: {needed} calls")
        });
        let (bounds, slowest) = (bounds.join(", "), slowest.unwrap_or_default());
        format!("{}: {bounds}{slowest}; simulator {:.0} MiB", self.name, mebibytes(self.simulators.peak))
    }

    /// How often roles were taken, and how often that was needed.
    pub(crate) fn roles(&self) -> String {
        let roles = self.simulators.counters.actions.get("sts:AssumeRole").copied().unwrap_or_default();
        let Self { name, gaps, .. } = self;
        format!("{name}: {} calls of sts:AssumeRole for {} roles, {gaps} gaps", roles.calls, roles.needed)
    }

    /// The least time in which so much can be asked here. Both processes share the cores of this machine, so that what
    /// the simulator uses is not there for the scan.
    fn floor(&self) -> Floor {
        let cpu_per_call = self.each(self.used.cpu + self.simulators.cpu);
        let machine = Machine { in_flight: self.in_flight, cores: self.cores, cpu_per_call };
        self.simulators.counters.floor(&machine)
    }

    /// What each call took of a time.
    fn each(&self, time: Duration) -> Duration {
        time / u32::try_from(self.simulators.counters.calls).unwrap_or(u32::MAX).max(1)
    }
}

#[allow(clippy::cast_precision_loss)] // for people to read
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
