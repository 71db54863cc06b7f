//! What a process used: processor time and memory, as Linux tells them.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process_group};

/// Linux tells processor time in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);
/// How often a running process is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// Processor time.
pub(crate) type Cpu = Duration;

/// What a process used from its start to its end.
pub(crate) struct Used {
    pub(crate) status: ExitStatus,
    pub(crate) wall: Duration,
    pub(crate) cpu: Cpu,
    /// The most memory that it held at once, in bytes.
    pub(crate) peak: u64,
    /// It was not ended by us.
    pub(crate) ended: bool,
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Result<Used> {
    let before = cpu_of_children()?;
    watch(command.spawn()?, before, Duration::MAX)
}

/// Runs a command, and ends it and its children if it takes longer.
pub(crate) fn run_within(command: &mut Command, most: Duration) -> Result<Used> {
    let before = cpu_of_children()?;
    watch(command.process_group(0).spawn()?, before, most)
}

fn watch(mut child: Child, before: Cpu, most: Duration) -> Result<Used> {
    let began = Instant::now();
    let (mut peak, mut ended) = (0, true);
    let status = loop {
        peak = memory_of_all(child.id()).unwrap_or(peak).max(peak);
        if ended && began.elapsed() > most {
            kill_process_group(Pid::from_child(&child), Signal::KILL)?;
            ended = false;
        }
        match child.try_wait()? {
            Some(status) => break status,
            None => sleep(LOOK),
        }
    };
    let wall = began.elapsed();
    Ok(Used { status, wall, cpu: cpu_of_children()?.saturating_sub(before), peak, ended })
}

/// The most memory that a process and each of its children of this moment have held so far, in bytes.
fn memory_of_all(process: u32) -> Option<u64> {
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    let children = children.split_whitespace().filter_map(|child| memory(child.parse().ok()?));
    Some(memory(process)? + children.sum::<u64>())
}

/// The processor time of a running process.
pub(crate) fn cpu_of(process: u32) -> Result<Cpu> {
    times(&format!("/proc/{process}/stat"), [11, 12])
}

/// The processor time of all children of this process that have ended.
fn cpu_of_children() -> Result<Cpu> {
    times("/proc/self/stat", [13, 14])
}

/// The sum of fields of a `stat` file, counted from 0 behind the name, which may hold spaces.
fn times(path: &str, fields: [usize; 2]) -> Result<Cpu> {
    let stat = fs::read_to_string(path).with_context(|| path.to_owned())?;
    let (_, fields_text) = stat.rsplit_once(')').context("no name")?;
    let values: Vec<&str> = fields_text.split_whitespace().collect();
    let ticks = fields
        .iter()
        .map(|field| values.get(*field).context("too few fields")?.parse::<u32>().context("no number"));
    Ok(TICK * ticks.sum::<Result<u32>>()?)
}

/// The most memory that a process has held so far, in bytes.
pub(crate) fn memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}
