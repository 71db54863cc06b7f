//! What is said to `howler suppress`.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Subcommand};

use super::{ConfigFile, ListFormat, time};

#[derive(Debug, Subcommand)]
pub enum Suppress {
    /// Say that findings need not be told until some day.
    #[command(
        after_help = ADD_HELP,
        override_usage = "howler suppress add --reason TEXT --owner NAME --until DATE WHICH-FINDINGS"
    )]
    Add(Box<SuppressAdd>),
    /// Show what is suppressed, by whom and until when.
    List {
        /// As a table or as JSON
        #[arg(long, value_name = "FORMAT", default_value = "table")]
        format: ListFormat,
        #[command(flatten)]
        at: SuppressFile,
    },
    /// Take out what has ended.
    Prune {
        /// Only show what would be taken out
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        at: SuppressFile,
    },
}

const ADD_HELP: &str = "\
A finding must be all that is said here, and any of the values where a flag is repeated. What
could not be seen (scan-coverage, and whatever is unknown) is hidden only by --id, or by --account
with --check and no wildcard.

Example:
  howler suppress add --check quota-utilization --account 123456789012 \\
    --reason \"load test in this account\" --owner platform --until 2027-01-31

Exit codes: 0 it is written, 2 usage or a mistake in the file; nothing is written then.";

#[derive(Debug, Args)]
pub struct SuppressAdd {
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Who says so, and hears when it ends
    #[arg(long, value_name = "NAME")]
    pub owner: String,
    /// The last day of it (UTC), at most 366 days from now
    #[arg(long, value_name = "DATE")]
    pub until: NaiveDate,
    #[command(flatten)]
    pub at: SuppressFile,
    #[command(flatten)]
    pub selector: Selector,
}

/// Which findings.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which findings")]
#[group(required = true, multiple = true)]
pub struct Selector {
    /// The id of a finding [repeatable]
    #[arg(long = "id", value_name = "ID")]
    pub ids: Vec<String>,
    /// A check; * and ? stand for other letters [repeatable]
    #[arg(long = "check", value_name = "CHECK")]
    pub checks: Vec<String>,
    /// An account [repeatable]
    #[arg(long = "account", value_name = "ID")]
    pub accounts: Vec<String>,
    /// An organisational unit, and the units in it [repeatable]
    #[arg(long = "ou", value_name = "ID")]
    pub units: Vec<String>,
    /// A region; * and ? stand for other letters [repeatable]
    #[arg(long = "region", value_name = "REGION")]
    pub regions: Vec<String>,
    /// A service; * and ? stand for other letters [repeatable]
    #[arg(long = "service", value_name = "SERVICE")]
    pub services: Vec<String>,
    /// An ARN, or what else a finding says that it is about; * and ? stand for other letters [repeatable]
    #[arg(long = "resource", value_name = "PATTERN")]
    pub resources: Vec<String>,
    /// A tag of the resource, or of what uses it [repeatable]
    #[arg(long = "tag", value_name = "KEY[=VALUE]")]
    pub tags: Vec<String>,
    /// A tag of the account [repeatable]
    #[arg(long = "account-tag", value_name = "KEY[=VALUE]")]
    pub account_tags: Vec<String>,
    /// A domain, and the names under it [repeatable]
    #[arg(long = "domain", value_name = "NAME")]
    pub domains: Vec<String>,
}

impl Selector {
    /// All of it by the keys of the file.
    pub fn keys(&self) -> [(&'static str, &[String]); 10] {
        [
            ("id", &self.ids),
            ("check", &self.checks),
            ("account", &self.accounts),
            ("ou", &self.units),
            ("region", &self.regions),
            ("service", &self.services),
            ("resource", &self.resources),
            ("tag", &self.tags),
            ("account_tag", &self.account_tags),
            ("domain", &self.domains),
        ]
    }
}

/// Where suppressions are, and which day it is.
#[derive(Debug, Args)]
pub struct SuppressFile {
    /// The file [default: rules.suppressions, or suppressions.toml beside howler.toml or here]
    #[arg(long = "file", value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// The time to judge by, instead of the clock: 2026-11-23T09:30:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub now: Option<DateTime<Utc>>,
    #[command(flatten)]
    pub file: ConfigFile,
}
