//! One scan of one estate, and the line of the table that it comes to.

use std::fs::{self, File};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use howler_simulator::{ACCESS_KEY_ID, Counters, Floor, Machine, SECRET_ACCESS_KEY};
use serde_json::Value;

use crate::estate::{Estate, NOW, Options};
use crate::process::{self, Used};
use crate::stand_in::StandIn;

/// The head of the table, in Markdown.
pub(crate) const HEADER: &str = "\
| estate | makespan | floor (bound) | makespan / floor | made / needed | throttled | gaps | CPU a call | simulator's | peak memory | cores busy |
|---|---|---|---|---|---|---|---|---|---|---|";

/// What a scan came to, for people to read.
pub(crate) struct Outcome {
    /// A line of the table.
    pub(crate) line: String,
    /// Every bound of the floor, and the bucket that is the slowest.
    pub(crate) bounds: String,
}

/// Scans an estate and tells how that went.
pub(crate) fn scan(estate: &Estate, options: &Options) -> Result<Outcome> {
    let stand_in = StandIn::start(estate, options)?;
    let report = std::env::temp_dir().join(format!("howler-bench-{}.json", std::process::id()));
    let mut command = Command::new(&options.howler);
    environment(&mut command, &stand_in.address)
        .arg("scan")
        .args(["--format", "json", "--quiet", "--now", NOW]);
    // A scan of one account need not ask for the others.
    command.args((estate.accounts() > 1).then_some("--org"));
    let used = process::run(command.stdout(File::create(&report)?))?;
    let simulators = stand_in.cpu()?;
    let gaps = gaps(&fs::read_to_string(&report)?)?;
    fs::remove_file(&report)?;
    told(estate, options, &used, simulators, gaps, &stand_in.counters()?)
}

/// Nothing of this machine's own configuration, and the simulator instead of AWS.
fn environment<'a>(command: &'a mut Command, address: &str) -> &'a mut Command {
    command
        .env_clear()
        .env("AWS_ENDPOINT_URL", format!("http://{address}"))
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID)
        .env("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY)
        .env("AWS_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
}

/// How many scopes of the report were not seen in full. Only the head of the report is read: it may be large.
fn gaps(report: &str) -> Result<u64> {
    let (_, rest) = report.split_once("\"coverage\":").context("no report was written")?;
    let coverage =
        serde_json::Deserializer::from_str(rest).into_iter::<Value>().next().context("no coverage")??;
    let count = |status: &str| coverage.get(status).and_then(Value::as_u64).context("no count");
    Ok(count("requested")?.saturating_sub(count("ok")?))
}

#[allow(clippy::cast_precision_loss)] // for people to read
fn told(
    estate: &Estate,
    options: &Options,
    used: &Used,
    simulators: Duration,
    gaps: u64,
    counters: &Counters,
) -> Result<Outcome> {
    anyhow::ensure!(matches!(used.status.code(), Some(0 | 1 | 3)), "the scan ended with {}", used.status);
    let cores = u32::try_from(std::thread::available_parallelism()?.get())?;
    let calls = u32::try_from(counters.calls)?.max(1);
    let cpu_per_call = used.cpu / calls;
    // Both share the cores of this machine, so that what the simulator uses is not there for the scan.
    let shared = (used.cpu + simulators) / calls;
    let floor = counters.floor(&Machine { in_flight: options.in_flight, cores, cpu_per_call: shared });
    let (bound, least) = floor.highest();
    let (wall, least) = (used.wall.as_secs_f64(), least.as_secs_f64());
    let busy = (used.cpu + simulators).as_secs_f64() / wall;
    let line = format!(
        "| {estate} | {wall:.2} s | {least:.2} s ({bound}) | {:.2} | {} / {} = {:.3} | {} | {gaps} | {} us | {} us | {:.0} MiB | {busy:.1} of {cores} |",
        wall / least,
        counters.calls,
        counters.needed,
        counters.made_per_needed(),
        counters.throttled,
        cpu_per_call.as_micros(),
        (simulators / calls).as_micros(),
        used.peak as f64 / f64::from(1 << 20),
    );
    Ok(Outcome { line, bounds: bounds(estate, &floor, counters) })
}

fn bounds(estate: &Estate, floor: &Floor, counters: &Counters) -> String {
    let each = floor.bounds.map(|(name, time)| format!("{name} {:.2} s", time.as_secs_f64())).join(", ");
    let slowest = counters.slowest.as_ref().map(|bucket| {
        let howler_simulator::Slowest { account, region, bucket, needed, .. } = bucket;
        format!("; slowest bucket {bucket} of {account} {region}: {needed} calls")
    });
    format!("{estate}: {each}{}", slowest.unwrap_or_default())
}
