//! The simulator in a process of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use howler_simulator::Counters;

use crate::estate::Estate;
use crate::options::Options;
use crate::process::{self, Cpu};

/// Asks this program to be the simulator.
pub(crate) const ARGUMENT: &str = "--serve";

/// A simulator in another process, until it is dropped.
pub(crate) struct StandIn {
    process: Child,
    pub(crate) address: String,
}

impl StandIn {
    pub(crate) fn start(estate: Estate, options: &Options) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(ARGUMENT).arg(estate.to_string()).args(options.arguments());
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("no output")?).read_line(&mut line)?;
        let address = line.trim().strip_prefix("http://").context("the simulator did not start")?.to_owned();
        Ok(Self { process, address })
    }

    /// What was asked of it so far.
    pub(crate) fn counters(&self) -> Result<Counters> {
        let mut stream = TcpStream::connect(&self.address)?;
        let head = "GET /_simulator/counters HTTP/1.1\r\nhost: simulator\r\n\r\n";
        stream.write_all(head.as_bytes())?;
        stream.shutdown(std::net::Shutdown::Write)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (_, body) = answer.split_once("\r\n\r\n").context("the simulator gave no answer")?;
        Ok(serde_json::from_str(body)?)
    }

    /// The processor time that it has used.
    pub(crate) fn cpu(&self) -> Result<Cpu> {
        process::cpu_of(self.process.id())
    }

    /// The most memory that it has held so far, in bytes.
    pub(crate) fn peak(&self) -> Result<u64> {
        process::memory(self.process.id()).context("the simulator has ended")
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        // It may have ended by itself; there is nobody left to tell.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Is the simulator until the other end of the input is closed.
pub(crate) fn serve(arguments: &[String]) -> Result<()> {
    let (options, estates) = Options::read(arguments)?;
    let estate = *estates.first().context("no estate")?;
    let runtime = tokio::runtime::Runtime::new()?;
    let _inside = runtime.enter();
    let simulator = options.simulation(estate)?.start()?;
    println!("{}", simulator.endpoint());
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
