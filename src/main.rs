//! The command: arguments in, an exit code out. The only room with arguments, environment and clock.
#![allow(unreachable_pub, reason = "a command has no outside: its pub is the crate's")]

mod account;
mod args;
mod commands;
mod config;
mod deliver;
#[cfg(feature = "aws-gateways")]
mod delivery_aws;
mod engine;
mod entries;
mod environment;
mod exit;
mod floor;
mod gateways;
mod identity;
mod job;
mod memory;
mod organization;
mod outside;
mod plan;
mod progress;
mod regions;
mod roster;
mod scan;
mod scanner;
mod shard;
mod signals;
mod summary;
mod suppressions;
mod tell;
mod unit;
mod weights;
mod write;

use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;

use anyhow::Result;
use args::{Command, Config, Howler};
use clap::Parser;
use commands::{
    checks, config_show, demo, doctor, explain, history, init, merge, notify, owners, places,
    plan as plan_command, policy, scan as scan_command, schema, suppress,
};
use exit::{Exit, Failure};

/// With as many workers as cores, a tenth of the machine stays idle while calls wait (docs/performance.md).
const MORE_WORKERS_THAN_CORES: usize = 1;

fn main() -> ExitCode {
    let command = Howler::parse().command;
    panic::set_hook(Box::new(|fault| {
        write::say(&format!("a fault of howler itself, please report it: {fault}"))
    }));
    let exit = match panic::catch_unwind(AssertUnwindSafe(|| run(command))) {
        Ok(Ok(exit)) => exit,
        Ok(Err(failure)) => {
            failure.to_string().lines().for_each(write::say);
            failure.exit
        }
        Err(_) => Exit::Internal,
    };
    ExitCode::from(exit.code())
}

fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Scan(args) => block_on(scan_command::run(args)),
        Command::Merge(args) => block_on(merge::run(args)),
        Command::Demo(args) => block_on(demo::run(args)),
        Command::Plan(args) => block_on(plan_command::run(args)),
        Command::Doctor(args) => block_on(doctor::run(args)),
        Command::Notify(args) => block_on(notify::run(args)),
        Command::History(args) => history::run(&args),
        Command::Init { path } => init::run(&path),
        Command::Config { config: Config::Show(from) } => write::answer(&config_show::text(&from)?),
        Command::Owners { owners } => write::answer(&owners::text(&owners)?),
        Command::Suppress { suppress } => suppress::run(&suppress),
        Command::Checks { sources: false, format } => print(checks::text(format)),
        Command::Checks { sources: true, format } => print(places::text(format)),
        Command::Explain { check } => print(explain::text(&check)),
        Command::Policy { policy } => write::answer(&policy::text(&policy).map_err(Failure::usage)?),
        Command::Schema => print(schema::text()),
    }
}

/// The runtime is made only for what needs it: the other commands start at once.
fn block_on(command: impl Future<Output = Result<Exit, Failure>>) -> Result<Exit, Failure> {
    let workers = MORE_WORKERS_THAN_CORES + usize::try_from(environment::cores()).unwrap_or(1);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build();
    let runtime = runtime.map_err(Failure::internal)?;
    let exit = runtime.block_on(command);
    // A folder that is still being read, or a name that is still being looked up, does not hold up the end.
    runtime.shutdown_background();
    exit
}

fn print(text: Result<String>) -> Result<Exit, Failure> {
    write::answer(&text.map_err(Failure::internal)?)
}
