//! How fast live endpoints are asked and what of them is in the way, beside other tools on the same servers.
//!
//! ```text
//! cargo bench --bench probe                          all of the following
//! cargo bench --bench probe -- speed                 2,000 servers, each with a certificate of its own
//! cargo bench --bench probe -- silent                200 servers, ten of which say nothing
//! cargo bench --bench probe -- tarpits               10,000 that say nothing, and as many that say a byte a second
//! cargo bench --bench probe -- speed --hosts 500     fewer
//! cargo bench --bench probe -- speed --only howler   without the other tools
//! cargo bench --bench probe -- tarpits --deadline 10 as users have it, in place of 2 seconds
//! cargo bench --bench probe -- --howler P            another build of the command, to compare with
//! ```
//!
//! `scripts/prepare benches` brings the other tools. The servers have a process of their own, and share the cores with
//! whoever asks them. Nothing here fails for being slow, but a client that does not see all certificates does.
#![allow(clippy::print_stdout, reason = "a benchmark tells by printing")]

mod clients;
mod options;
#[path = "../scan/process.rs"]
#[allow(dead_code, reason = "the other benchmarks ask for more of it")]
mod process;
mod servers;
mod tables;

use anyhow::Result;
use options::{Options, Part};

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let Some((first, rest)) = arguments.split_first()
        && first == servers::ARGUMENT
    {
        return servers::serve(rest);
    }
    let options = Options::read(&arguments)?;
    if options.needs_tools() {
        clients::prepare()?;
    }
    for part in &options.parts {
        match part {
            Part::Speed => tables::speed(&options)?,
            Part::Silent => tables::silent(&options)?,
            Part::Tarpits => tables::tarpits(&options)?,
        }
    }
    Ok(())
}
