//! How close a scan comes to the least time in which AWS can be asked so much.
//!
//! ```text
//! cargo bench --bench scan -- 10x17              ten accounts, seventeen regions, at AWS's pace and 50 ms away
//! cargo bench --bench scan -- 1x1 10x17 skewed   one after another, in one table
//! cargo bench --bench scan -- 10x17 --p99 200    as usual, but one answer in a hundred takes 200 ms
//! cargo bench --bench scan -- 100x17 --latency 0 --unlimited
//! cargo bench --bench scan -- 10x17 --howler P   another build of the command, to compare with
//! cargo bench --bench scan -- capacity           how many requests a second the simulator itself answers
//! ```
//!
//! The simulated organisation runs in a process of its own, so that its work is not counted as the scan's. Nothing
//! here fails for being slow: times are told beside the least time that follows from the same run.
#![allow(clippy::print_stdout, reason = "a benchmark tells by printing")]

mod capacity;
mod estate;
mod outcome;
mod process;
mod stand_in;

use anyhow::{Context, Result, bail};

use estate::{Estate, Options};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.split_first() {
        // The hidden argument with which this program starts itself as the simulator.
        Some((first, rest)) if first == stand_in::ARGUMENT => stand_in::serve(rest),
        Some((first, [])) if first == "capacity" => capacity::measure(),
        _ => scans(&arguments),
    }
}

fn scans(arguments: &[String]) -> Result<()> {
    let (options, estates) = read(arguments)?;
    println!("{}", outcome::HEADER);
    let mut bounds = Vec::new();
    for estate in estates {
        let outcome = outcome::scan(&estate, &options)?;
        println!("{}", outcome.line);
        bounds.push(outcome.bounds);
    }
    println!("\nWhat bounds each:\n{}", bounds.join("\n"));
    Ok(())
}

/// Options and estates in any order; without estates, a small one and a middling one.
fn read(arguments: &[String]) -> Result<(Options, Vec<Estate>)> {
    let (mut options, mut estates) = (Options::default(), Vec::new());
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--howler" => options.howler = arguments.next().context("--howler needs a path")?.into(),
            "--unlimited" => options.limited = false,
            "--in-flight" => options.in_flight = number(arguments.next())?,
            "--latency" => options.latency_ms = number(arguments.next())?,
            "--p99" => options.p99_ms = number(arguments.next())?,
            unknown if unknown.starts_with('-') => bail!("unknown option {unknown}"),
            estate => estates.push(estate.parse()?),
        }
    }
    if estates.is_empty() {
        estates = vec!["1x1".parse()?, "10x17".parse()?];
    }
    Ok((options, estates))
}

fn number<T: std::str::FromStr>(given: Option<&String>) -> Result<T> {
    let number = given.and_then(|given| given.parse().ok());
    number.with_context(|| {
        format!("a whole number is expected, not {}", given.map_or("nothing", String::as_str))
    })
}
