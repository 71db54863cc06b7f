//! Who asks the servers: howler, and what else people look at certificates with.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::process::{self, Used};
use crate::servers::Servers;

/// One of those who ask.
pub(crate) struct Client {
    pub(crate) name: &'static str,
    command: fn(&Task<'_>) -> Command,
}

/// Howler is the first.
pub(crate) static CLIENTS: &[Client] = &[
    Client { name: "howler", command: howler },
    Client { name: "python", command: python },
    Client { name: "nmap", command: nmap },
    Client { name: "sslyze", command: sslyze },
    Client { name: "openssl", command: openssl },
];

/// What is asked, and by whom.
pub(crate) struct Task<'a> {
    pub(crate) howler: &'a Path,
    pub(crate) servers: &'a Servers,
    /// Where lists and answers are.
    pub(crate) folder: &'a Path,
    /// Seconds that howler gives an endpoint, if not those that it has by itself.
    pub(crate) deadline: Option<u32>,
}

/// What came of it.
pub(crate) struct Outcome {
    pub(crate) used: Used,
    /// The certificates in what the client told.
    pub(crate) seen: usize,
}

impl Client {
    /// Lets it ask all servers, for no longer than `most`.
    pub(crate) fn ask(&self, task: &Task<'_>, most: Duration) -> Result<Outcome> {
        task.write_lists()?;
        let (said, written) = (task.folder.join("said"), task.written());
        fs::write(&written, "")?;
        let mut command = (self.command)(task);
        command.stdin(Stdio::null()).stdout(File::create(&said)?).stderr(Stdio::null());
        let used = process::run_within(&mut command, most)
            .with_context(|| format!("{} did not start", self.name))?;
        let told = [fs::read(&said)?, fs::read(&written)?].concat();
        Ok(Outcome { used, seen: certificates(&String::from_utf8_lossy(&told)) })
    }
}

/// The different certificates that a text names: `certificate-00042`.
fn certificates(text: &str) -> usize {
    let numbers = text.split("certificate-").skip(1).filter_map(|rest| rest.get(..5)?.parse::<u32>().ok());
    numbers.collect::<std::collections::BTreeSet<_>>().len()
}

impl Task<'_> {
    /// Where a client writes that does not tell on standard output.
    fn written(&self) -> PathBuf {
        self.folder.join("written")
    }

    /// `HOST:PORT` in each line.
    fn endpoints(&self) -> PathBuf {
        self.folder.join("endpoints")
    }

    /// `HOST` in each line.
    fn hosts(&self) -> PathBuf {
        self.folder.join("hosts")
    }

    fn write_lists(&self) -> Result<()> {
        let lines = |line: fn(&SocketAddr) -> String| {
            self.servers.addresses.iter().map(line).collect::<Vec<_>>().join("\n") + "\n"
        };
        fs::write(self.endpoints(), lines(SocketAddr::to_string))?;
        fs::write(self.hosts(), lines(|address| address.ip().to_string()))?;
        Ok(())
    }
}

/// As a user has it, but for what is of this machine. What it remembers of other scans is not part of asking.
fn howler(task: &Task<'_>) -> Command {
    let mut command = Command::new(task.howler);
    command.env_clear().env("HOME", task.folder).env("AWS_EC2_METADATA_DISABLED", "true").args([
        "scan",
        "--format",
        "json",
        "--quiet",
        "--no-state",
        "--no-config",
    ]);
    command.arg("--endpoints-from").arg(task.endpoints()).arg("--trust").arg(&task.servers.authority);
    if let Some(seconds) = task.deadline {
        command.args(["--endpoint-timeout", &seconds.to_string()]);
    }
    command
}

fn python(task: &Task<'_>) -> Command {
    let mut command = Command::new("python3");
    command.arg(here("threads.py")).arg(task.endpoints()).arg(&task.servers.authority);
    command
}

fn nmap(task: &Task<'_>) -> Command {
    let port = task.servers.addresses.first().map_or(0, SocketAddr::port).to_string();
    let mut command = Command::new("nmap");
    command.args(["-n", "-Pn", "-T4", "-p", &port, "--script", "+ssl-cert", "-iL"]).arg(task.hosts());
    command
}

fn sslyze(task: &Task<'_>) -> Command {
    let mut command = Command::new(tools().join("sslyze"));
    command.args(["--certinfo", "--mozilla_config", "disable", "--quiet", "--json_out"]).arg(task.written());
    command.arg("--certinfo_ca_file").arg(&task.servers.authority).arg("--targets_in").arg(task.endpoints());
    command
}

/// One after another, as in many a crontab.
fn openssl(task: &Task<'_>) -> Command {
    const LOOP: &str = "while read -r endpoint; do \
        openssl s_client -connect \"$endpoint\" </dev/null 2>/dev/null | \
        openssl x509 -noout -subject -enddate -fingerprint; done <\"$1\"";
    let mut command = Command::new("bash");
    command.args(["-c", LOOP, "bash"]).arg(task.endpoints());
    command
}

/// Brings the tools that are not there.
pub(crate) fn prepare() -> Result<()> {
    let status = Command::new(root().join("scripts/prepare")).arg("benches").status()?;
    ensure!(status.success(), "scripts/prepare benches ended with {status}");
    Ok(())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn here(file: &str) -> PathBuf {
    root().join("benches/probe").join(file)
}

/// Where `scripts/prepare benches` puts what is written in Python.
fn tools() -> PathBuf {
    root().join(".tools/sslyze/bin")
}
