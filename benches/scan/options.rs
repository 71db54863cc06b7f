//! What is measured, and how AWS behaves: the options of the command line.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use chrono::{DateTime, Utc};
use howler_simulator::{Latency, Simulation, storm};

use crate::estate::{Estate, NOW};

/// The share of all requests that a storm strikes.
pub(crate) const STORM: f64 = 0.30;

/// What is measured, and how AWS behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// The command that is measured.
    pub(crate) howler: PathBuf,
    /// The requests that the command has under way at once.
    pub(crate) in_flight: u32,
    /// The median time to an answer.
    pub(crate) latency_ms: u64,
    /// The time that one answer in a hundred exceeds; the same for all if it is no longer than the median.
    pub(crate) p99_ms: u64,
    /// Whether there are token buckets.
    pub(crate) limited: bool,
    /// Whether regions hold hardly anything.
    pub(crate) few: bool,
    /// Whether there is a storm of faults.
    pub(crate) storm: bool,
    /// What the storm strikes follows from this.
    pub(crate) seed: u64,
    /// Seconds after which sessions of roles end, if they do.
    pub(crate) credentials: Option<u64>,
    /// Arguments that go to the command as they are: checks and sources.
    pub(crate) passed_on: Vec<String>,
    /// Whether the command tells on the standard error how it goes.
    pub(crate) verbose: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            howler: env!("CARGO_BIN_EXE_howler").into(),
            in_flight: 768,
            latency_ms: 50,
            p99_ms: 0,
            limited: true,
            few: false,
            storm: false,
            seed: 7,
            credentials: None,
            passed_on: Vec::new(),
            verbose: false,
        }
    }
}

impl Options {
    /// Options and estates in any order; without estates, a small one and a middling one.
    pub(crate) fn read(arguments: &[String]) -> Result<(Self, Vec<Estate>)> {
        let (mut options, mut estates) = (Self::default(), Vec::new());
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--howler" => options.howler = arguments.next().context("--howler needs a path")?.into(),
                "--unlimited" => options.limited = false,
                "--few" => options.few = true,
                "--storm" => options.storm = true,
                "--verbose" => options.verbose = true,
                "--in-flight" => options.in_flight = number(arguments.next())?,
                "--latency" => options.latency_ms = number(arguments.next())?,
                "--p99" => options.p99_ms = number(arguments.next())?,
                "--seed" => options.seed = number(arguments.next())?,
                "--credentials" => options.credentials = Some(number(arguments.next())?),
                "--check" | "--source" => {
                    let name = arguments.next().with_context(|| format!("{argument} needs a name"))?;
                    options.passed_on.extend([argument.clone(), name.clone()]);
                }
                unknown if unknown.starts_with('-') => bail!("unknown option {unknown}"),
                estate => estates.push(estate.parse()?),
            }
        }
        if estates.is_empty() {
            estates = vec!["1x1".parse()?, "10x17".parse()?];
        }
        Ok((options, estates))
    }

    /// The simulation of an estate.
    pub(crate) fn simulation(&self, estate: Estate) -> Result<Simulation> {
        let now: DateTime<Utc> = NOW.parse()?;
        let mut simulation = Simulation::new(estate.organization(self.few)?, now).unlogged();
        let [median, p99] = [self.latency_ms, self.p99_ms].map(Duration::from_millis);
        if !median.is_zero() {
            simulation = simulation.latency(Latency { median, p99 });
        }
        if self.limited {
            simulation = simulation.limited();
        }
        if self.storm {
            simulation = simulation.faults(storm(STORM, self.seed));
        }
        if let Some(seconds) = self.credentials {
            simulation = simulation.session_lifetime(Duration::from_secs(seconds));
        }
        Ok(simulation)
    }

    /// As arguments, for the simulator's process.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let numbers = [
            ("--latency", Some(self.latency_ms)),
            ("--p99", Some(self.p99_ms)),
            ("--seed", Some(self.seed)),
            ("--credentials", self.credentials),
        ];
        let flags = [("--unlimited", !self.limited), ("--few", self.few), ("--storm", self.storm)];
        let flags = flags.into_iter().filter(|(_, set)| *set).map(|(name, _)| name.to_owned());
        let numbers =
            numbers.into_iter().filter_map(|(name, value)| Some([name.to_owned(), value?.to_string()]));
        numbers.flatten().chain(flags).collect()
    }
}

fn number<T: FromStr>(given: Option<&String>) -> Result<T> {
    let number = given.and_then(|given| given.parse().ok());
    number.with_context(|| {
        format!("a whole number is expected, not {}", given.map_or("nothing", String::as_str))
    })
}
