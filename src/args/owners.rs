//! What is said to `howler owners`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use howler_sources::ParentId;

use super::{ConfigFile, check_names};
use crate::config::Tag;

#[derive(Debug, Subcommand)]
pub enum Owners {
    /// Show who owns a resource, and all that says so; nothing is asked of AWS.
    #[command(after_help = HELP)]
    Test(OwnersTest),
}

const HELP: &str = "\
The strongest comes first: rules (the last one of the file that matches), tags of the resource,
tags of what uses it, tags of its account, the default.

Exit codes: 0 somebody owns it, 2 usage or a mistake in owners.toml.";

#[derive(Debug, Args)]
pub struct OwnersTest {
    /// The ARN of a resource, or HOST:PORT of an endpoint
    #[arg(value_name = "ARN")]
    pub resource: String,
    /// The check whose finding it would be
    #[arg(long, value_name = "CHECK", default_value = "certificate-expiry", value_parser = check_names())]
    pub check: String,
    /// A tag that the resource has [repeatable]
    #[arg(long = "tag", value_name = "KEY=VALUE")]
    pub tags: Vec<Tag>,
    /// A tag that what uses the resource has [repeatable]
    #[arg(long = "user-tag", value_name = "KEY=VALUE")]
    pub user_tags: Vec<Tag>,
    /// A tag that the account has [repeatable]
    #[arg(long = "account-tag", value_name = "KEY=VALUE")]
    pub account_tags: Vec<Tag>,
    /// An organisational unit that the account is in, at any depth [repeatable]
    #[arg(long = "ou", value_name = "ID")]
    pub units: Vec<ParentId>,
    /// A name in the certificate [repeatable]
    #[arg(long = "domain", value_name = "NAME")]
    pub domains: Vec<String>,
    /// The file of owners [default: rules.owners, or owners.toml beside howler.toml or here]
    #[arg(long = "file", value_name = "PATH")]
    pub owners: Option<PathBuf>,
    #[command(flatten)]
    pub file: ConfigFile,
}
