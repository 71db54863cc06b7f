//! The one place that reads the environment, the clock and the terminal.
#![expect(clippy::disallowed_methods, reason = "everybody else is passed what is read here")]

use std::env::VarError;
use std::fs;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use chrono::{DateTime, SubsecRound, Utc};
use howler_reports::Style;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::args::Colour;

/// The time, which may stand still for a replay.
#[derive(Debug, Clone, Copy)]
pub struct Clock(Option<DateTime<Utc>>);

/// The time of this machine, in whole seconds: no certificate or report is finer.
pub fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(0)
}

impl Clock {
    /// A clock that stands still at `fixed`, or one that runs.
    pub fn new(fixed: Option<DateTime<Utc>>) -> Self {
        Self(fixed)
    }

    /// The time.
    pub fn now(self) -> DateTime<Utc> {
        self.0.unwrap_or_else(now)
    }

    /// A name for a scan: when it began and, unless the clock stands still for a replay, by which process.
    pub fn scan_id(self) -> String {
        let began = self.now().format("%Y%m%dT%H%M%SZ");
        match self.0 {
            Some(_) => began.to_string(),
            None => format!("{began}-{}", std::process::id()),
        }
    }
}

/// How to write on standard output: as wide as its terminal, coloured where that is wanted.
pub fn stdout_style(colour: Colour) -> Style {
    let terminal = std::io::stdout().is_terminal();
    let columns = || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let size = || terminal_size::terminal_size().map(|(terminal_size::Width(columns), _)| columns);
    Style { width: columns().or_else(size).filter(|_| terminal), colour: coloured(colour, terminal) }
}

/// `--color` first, then NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE, CLICOLOR and TERM as other tools read them.
fn coloured(colour: Colour, terminal: bool) -> bool {
    let forced = || anstyle_query::clicolor_force() || std::env::var("FORCE_COLOR").is_ok_and(|it| it != "0");
    match colour {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto if anstyle_query::no_color() => false,
        Colour::Auto if forced() => true,
        Colour::Auto => {
            terminal && anstyle_query::term_supports_color() && anstyle_query::clicolor().unwrap_or(true)
        }
    }
}

/// Whether a progress line has somebody to look at it.
pub fn shows_progress() -> bool {
    std::io::stderr().is_terminal() && !anstyle_query::is_ci()
}

/// The variables whose names begin with a prefix, by name.
///
/// # Errors
/// One that is not text.
pub fn settings(prefix: &str) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for (name, value) in std::env::vars_os() {
        let Some(name) = name.to_str().filter(|name| name.starts_with(prefix)) else { continue };
        let value = value.into_string().map_err(|_| anyhow!("the variable {name} is not text in UTF-8"))?;
        found.push((name.to_owned(), value));
    }
    found.sort();
    Ok(found)
}

/// The configuration file that HOWLER_CONFIG names.
pub fn config_file() -> Option<PathBuf> {
    std::env::var_os("HOWLER_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Where users keep their configuration: XDG_CONFIG_HOME, or ~/.config.
pub fn config_home() -> Option<PathBuf> {
    folder_of_user("XDG_CONFIG_HOME", ".config")
}

/// The folder that a variable of XDG names, or one in the user's own.
fn folder_of_user(name: &str, otherwise: &str) -> Option<PathBuf> {
    let folder = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    folder(name).or_else(|| folder("HOME").map(|home| home.join(otherwise)))
}

/// What a variable that the configuration names holds.
///
/// # Errors
/// It is not set.
pub fn secret(name: &str) -> Result<String> {
    std::env::var(name).map_err(|error| match error {
        VarError::NotPresent => anyhow!("the variable {name} is not set"),
        VarError::NotUnicode(_) => anyhow!("the variable {name} is not text in UTF-8"),
    })
}

/// Raises the limit of open files as far as it goes; how many there may be then, if there is a limit.
pub fn raise_open_files() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    if raised.is_ok() { limit.maximum } else { limit.current }
}

/// How many connections there may be at once, at most `wanted`: some open files are left for everything else.
pub fn connections(wanted: usize) -> usize {
    const FOR_ALL_ELSE: u64 = 128;
    let left = raise_open_files().map_or(wanted as u64, |files| files.saturating_sub(FOR_ALL_ELSE));
    usize::try_from(left).unwrap_or(wanted).clamp(1, wanted)
}

/// Settings that the AWS SDK would panic about instead of naming them.
///
/// # Errors
/// One line that names the variable and what it may be.
pub fn check_aws_settings() -> Result<()> {
    if let Ok(mode) = std::env::var("AWS_RETRY_MODE")
        && !["standard", "adaptive", "legacy"].contains(&mode.to_ascii_lowercase().as_str())
    {
        bail!("AWS_RETRY_MODE is '{mode}': set it to standard or adaptive, or unset it");
    }
    if let Ok(attempts) = std::env::var("AWS_MAX_ATTEMPTS")
        && !attempts.parse::<u32>().is_ok_and(|attempts| attempts > 0)
    {
        bail!("AWS_MAX_ATTEMPTS is '{attempts}': set it to a number from 1 on, or unset it");
    }
    Ok(())
}

/// The certificates of AWS_CA_BUNDLE, which the SDK for Rust does not read itself.
///
/// # Errors
/// One line that names the file.
pub fn ca_bundle() -> Result<Option<Vec<u8>>> {
    let Ok(path) = std::env::var("AWS_CA_BUNDLE") else {
        return Ok(None);
    };
    fs::read(&path).map(Some).with_context(|| format!("AWS_CA_BUNDLE names {path}, which cannot be read"))
}

/// Processor time that this process has used.
pub fn processor_time() -> Duration {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::try_from(used).unwrap_or_default()
}

/// Processors that this process may use.
pub fn cores() -> u32 {
    std::thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX))
}

/// Where what does not fit into memory waits until it is told.
pub fn spool_folder() -> PathBuf {
    std::env::temp_dir()
}

/// Where the next scan finds what this one learned: XDG_CACHE_HOME, or ~/.cache.
pub fn cache_home() -> Option<PathBuf> {
    folder_of_user("XDG_CACHE_HOME", ".cache")
}

/// Where the platform wants what one scan has to remember of another: STATE_DIRECTORY of systemd, XDG_STATE_HOME, or
/// ~/.local/state.
pub fn state_folder() -> Option<PathBuf> {
    let given = std::env::var_os("STATE_DIRECTORY").map(PathBuf::from).filter(|path| path.is_absolute());
    given.or_else(|| folder_of_user("XDG_STATE_HOME", ".local/state").map(|home| home.join("howler")))
}

/// Which task of an array job we are, from 0, as AWS Batch, Kubernetes or Slurm say it.
pub fn array_index() -> Option<u32> {
    let number = |name| std::env::var(name).ok().and_then(|text| text.trim().parse::<u32>().ok());
    // Slurm's arrays begin where the user says.
    let slurm = || number("SLURM_ARRAY_TASK_ID")?.checked_sub(number("SLURM_ARRAY_TASK_MIN").unwrap_or(0));
    number("AWS_BATCH_JOB_ARRAY_INDEX").or_else(|| number("JOB_COMPLETION_INDEX")).or_else(slurm)
}
