//! How close a scan comes to the least time in which AWS can be asked so much.
//!
//! ```text
//! cargo bench --bench scan -- 10x17              ten accounts, seventeen regions, at AWS's pace and 50 ms away
//! cargo bench --bench scan -- 1x1 10x17 skewed   one after another, in one table
//! cargo bench --bench scan -- 10x17 --p99 200    as usual, but one answer in a hundred takes 200 ms
//! cargo bench --bench scan -- 10000x17 --few --latency 0 --unlimited
//! cargo bench --bench scan -- 10x17 --storm      calm, and again while three calls in ten fail: the same report?
//! cargo bench --bench scan -- 10x17 --credentials 5   sessions end after five seconds
//! cargo bench --bench scan -- 10x17 --check certificate-expiry   only that check, or --source; repeatable
//! cargo bench --bench scan -- 10x17 --howler P   another build of the command, to compare with
//! cargo bench --bench scan -- capacity           how many requests a second the simulator itself answers
//! ```
//!
//! The simulated organisation runs in a process of its own, so that its work is not counted as the scan's. Nothing
//! here fails for being slow: times are told beside the least time that follows from the same run.
#![allow(clippy::print_stdout, reason = "a benchmark tells by printing")]

mod capacity;
mod estate;
mod options;
mod outcome;
#[allow(dead_code, reason = "the other benchmarks ask for more of it")]
mod process;
mod report;
mod stand_in;

use anyhow::Result;

use estate::Estate;
use options::{Options, STORM};
use outcome::Outcome;

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
    let (options, estates) = Options::read(arguments)?;
    println!("{}", outcome::HEADER);
    let mut told = Vec::new();
    for estate in estates {
        let calm = scan(estate, &Options { storm: false, ..options.clone() }, &mut told)?;
        if options.storm {
            let storm = scan(estate, &options, &mut told)?;
            told.push(comparison(&calm, &storm)?);
        }
    }
    println!("\nWhat bounds each:\n{}", told.join("\n"));
    Ok(())
}

/// Scans an estate, prints the line of the table, and adds what is to be told below it.
fn scan(estate: Estate, options: &Options, told: &mut Vec<String>) -> Result<Outcome> {
    let outcome = outcome::scan(estate, options)?;
    println!("{}", outcome.line());
    told.push(outcome.bounds());
    told.extend(options.credentials.map(|_| outcome.roles()));
    Ok(outcome)
}

/// Whether a storm left its mark on the report, and what it took.
fn comparison(calm: &Outcome, storm: &Outcome) -> Result<String> {
    let difference = calm.report.difference(&storm.report)?;
    let identical = difference.map_or("yes".to_owned(), |first| format!("no, first at {first}"));
    let longer = storm.wall.as_secs_f64() / calm.wall.as_secs_f64();
    let percent = STORM * 100.0;
    Ok(format!(
        "{}: {percent:.0} % of calls struck, {longer:.2} times as long; identical: {identical}",
        storm.name
    ))
}
