//! The organisations that are scanned, by the names that the command line has for them.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Error, Result, ensure};
use chrono::{DateTime, Utc};
use howler_simulator::{Latency, Simulation, estate};

/// Regions that every account has by default.
const REGIONS: [&str; 17] = [
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
];

/// The time that both the simulator and the scan take for now.
pub(crate) const NOW: &str = "2026-11-23T09:30:00Z";

/// An organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Estate {
    /// So many accounts with so many regions, a little in each.
    Even { accounts: u32, regions: usize },
    /// Ten accounts, one of which has a large region.
    Skewed,
}

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
}

impl Default for Options {
    fn default() -> Self {
        Self {
            howler: env!("CARGO_BIN_EXE_howler").into(),
            in_flight: 768,
            latency_ms: 50,
            p99_ms: 0,
            limited: true,
        }
    }
}

impl Estate {
    pub(crate) fn simulation(self, options: &Options) -> Result<Simulation> {
        let now: DateTime<Utc> = NOW.parse()?;
        let organization = match self {
            Self::Even { accounts, regions } => {
                let regions = REGIONS.get(..regions).context("too many regions")?;
                estate::organization(accounts, regions, estate::small_region(now))
            }
            Self::Skewed => estate::skewed(self.accounts(), &REGIONS, now),
        };
        Ok(options.apply(Simulation::new(organization, now).unlogged()))
    }

    pub(crate) fn accounts(self) -> u32 {
        match self {
            Self::Even { accounts, .. } => accounts,
            Self::Skewed => 10,
        }
    }
}

impl Options {
    fn apply(&self, simulation: Simulation) -> Simulation {
        let [median, p99] = [self.latency_ms, self.p99_ms].map(Duration::from_millis);
        let simulation = match self.latency_ms {
            0 => simulation,
            _ => simulation.latency(Latency { median, p99 }),
        };
        if self.limited { simulation.limited() } else { simulation }
    }

    /// As arguments, for the simulator's process.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let milliseconds = [("--latency", self.latency_ms), ("--p99", self.p99_ms)];
        let mut arguments: Vec<String> =
            milliseconds.iter().flat_map(|(name, value)| [(*name).to_owned(), value.to_string()]).collect();
        arguments.extend((!self.limited).then(|| "--unlimited".to_owned()));
        arguments
    }
}

impl FromStr for Estate {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        if text == "skewed" {
            return Ok(Self::Skewed);
        }
        let expected = || format!("{text}: ACCOUNTSxREGIONS, such as 10x17, or skewed is expected");
        let (accounts, regions) = text.split_once('x').with_context(expected)?;
        let (accounts, regions) =
            (accounts.parse().with_context(expected)?, regions.parse().with_context(expected)?);
        ensure!(accounts > 0 && (1..=REGIONS.len()).contains(&regions), expected());
        Ok(Self::Even { accounts, regions })
    }
}

impl fmt::Display for Estate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Even { accounts, regions } => write!(out, "{accounts}x{regions}"),
            Self::Skewed => out.write_str("skewed"),
        }
    }
}
