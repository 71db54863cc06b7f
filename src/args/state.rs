//! What is said about the memory of earlier scans, and the commands that only ask it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::notify::NotifyParser;
use super::{ConfigFile, ListFormat, Notify};

/// Where scans are remembered.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "How it is told")]
pub struct Remember {
    /// Remember scans in this folder [default: STATE_DIRECTORY, XDG_STATE_HOME/howler or ~/.local/state/howler]
    #[arg(long, value_name = "PATH", conflicts_with = "no_state")]
    pub state: Option<PathBuf>,
    /// Remember nothing, and compare with nothing
    #[arg(long)]
    pub no_state: bool,
}

#[derive(Debug, Args)]
pub struct History {
    #[command(subcommand)]
    pub command: Option<HistoryCommand>,
    /// A finding, by its id
    #[arg(long, value_name = "ID", group = "of")]
    pub finding: Option<String>,
    /// Findings about a resource: its ARN, name, or a part of these
    #[arg(long, value_name = "TEXT", group = "of")]
    pub resource: Option<String>,
    /// Findings in an account
    #[arg(long, value_name = "ID", group = "of")]
    pub account: Option<String>,
    /// As text or as JSON
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: ListFormat,
    /// The folder in which scans are remembered
    #[arg(long, value_name = "PATH", global = true)]
    pub state: Option<PathBuf>,
    #[command(flatten)]
    pub file: ConfigFile,
}

#[derive(Debug, Subcommand)]
pub enum HistoryCommand {
    /// Make the index anew from the documents that are kept.
    Rebuild,
}

/// `howler notify`.
#[derive(Debug, Args)]
pub struct Retell {
    /// A report to tell, in place of the last scan that is remembered: JSON or ndjson
    #[arg(long, value_name = "PATH")]
    pub from: Option<PathBuf>,
    /// Print what would be sent, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// A gateway to deliver the findings to: alertmanager=http://HOST:9093; env:NAME or file:PATH says where an address
    /// is that is a secret, as in slack=env:SLACK [repeatable]
    #[arg(long = "notify", value_name = "GATEWAY=ADDRESS", value_parser = NotifyParser)]
    pub gateways: Vec<Notify>,
    #[command(flatten)]
    pub remember: Remember,
    #[command(flatten)]
    pub file: ConfigFile,
}
