//! The organisations that are scanned, by the names that the command line has for them.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Error, Result, ensure};
use chrono::{DateTime, Utc};
use howler_simulator::{Organization, estate};

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

impl Estate {
    /// Its accounts and regions; those of an even one hold hardly anything if they are to be few.
    pub(crate) fn organization(self, few: bool) -> Result<Organization> {
        let now: DateTime<Utc> = NOW.parse()?;
        let Self::Even { accounts, regions } = self else {
            return Ok(estate::skewed(self.accounts(), &REGIONS, now));
        };
        let region = if few { estate::few_region(now) } else { estate::small_region(now) };
        Ok(estate::organization(accounts, REGIONS.get(..regions).context("too many regions")?, region))
    }

    pub(crate) fn accounts(self) -> u32 {
        match self {
            Self::Even { accounts, .. } => accounts,
            Self::Skewed => 10,
        }
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
