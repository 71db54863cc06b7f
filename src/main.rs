//! The command: arguments in, an exit code out. The only room with arguments, environment and clock.
#![allow(unreachable_pub, reason = "a command has no outside: its pub is the crate's")]

mod args;
mod commands;
mod environment;
mod exit;
mod plan;
mod progress;
mod scan;
mod signals;
mod targets;
mod tell;
mod unit;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use args::{Command, Howler, Policy};
use clap::Parser;
use commands::{checks, demo, explain, policy, scan as scan_command, schema};
use exit::{Exit, Failure};

fn main() -> ExitCode {
    let exit = run(Howler::parse().command).unwrap_or_else(|failure| {
        tell::say(&failure.to_string());
        failure.exit
    });
    ExitCode::from(exit.code())
}

fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Scan(args) => block_on(scan_command::run(args)),
        Command::Demo(args) => block_on(demo::run(args)),
        Command::Checks { format } => print(checks::text(format)),
        Command::Explain { check } => print(explain::text(&check)),
        Command::Policy { policy: Policy::Iam { checks, roles } } => print(Ok(policy::iam(&checks, &roles))),
        Command::Schema => print(schema::text()),
    }
}

/// The runtime is made only for what needs it: the other commands start at once.
fn block_on(command: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    tokio::runtime::Runtime::new().map_err(Failure::internal)?.block_on(command)
}

fn print(text: Result<String>) -> Result<Exit, Failure> {
    let text = text.map_err(Failure::internal)?;
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::undelivered(error)),
        _ => Ok(Exit::Fine),
    }
}
