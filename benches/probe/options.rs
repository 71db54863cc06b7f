//! What is measured: the options of the command line.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Result, bail, ensure};

use crate::clients::CLIENTS;

/// One of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Speed,
    Silent,
    Tarpits,
}

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) parts: Vec<Part>,
    /// The command that is measured.
    pub(crate) howler: PathBuf,
    /// Only these clients; all if there is none.
    pub(crate) only: Vec<String>,
    /// Servers of the first table.
    pub(crate) hosts: u32,
    /// Those that say nothing.
    pub(crate) tarpits: u32,
    /// Seconds that one of them has.
    pub(crate) deadline: u32,
}

impl Options {
    /// Options and parts in any order; without parts, all.
    pub(crate) fn read(arguments: &[String]) -> Result<Self> {
        let howler = env!("CARGO_BIN_EXE_howler").into();
        let mut options =
            Self { parts: Vec::new(), howler, only: Vec::new(), hosts: 2_000, tarpits: 10_000, deadline: 2 };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "speed" => options.parts.push(Part::Speed),
                "silent" => options.parts.push(Part::Silent),
                "tarpits" => options.parts.push(Part::Tarpits),
                "--howler" => options.howler = value(argument, arguments.next())?,
                "--hosts" => options.hosts = value(argument, arguments.next())?,
                "--tarpits" => options.tarpits = value(argument, arguments.next())?,
                "--deadline" => options.deadline = value(argument, arguments.next())?,
                "--only" => options.only.push(value(argument, arguments.next())?),
                unknown => bail!("unknown option {unknown}"),
            }
        }
        let known = |name: &String| CLIENTS.iter().any(|client| client.name == name);
        ensure!(options.only.iter().all(known), "there is no such client");
        if options.parts.is_empty() {
            options.parts = vec![Part::Speed, Part::Silent, Part::Tarpits];
        }
        Ok(options)
    }

    /// Whether a client is asked for.
    pub(crate) fn wants(&self, client: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == client)
    }

    /// Whether any tool but our own runs.
    pub(crate) fn needs_tools(&self) -> bool {
        let compares = self.parts.iter().any(|part| *part != Part::Tarpits);
        compares && CLIENTS.iter().skip(1).any(|client| self.wants(client.name))
    }
}

fn value<T: FromStr>(option: &str, given: Option<&String>) -> Result<T> {
    given.and_then(|given| given.parse().ok()).with_context(|| format!("{option} needs a value"))
}
