//! What it costs to remember a large scan and to tell what changed, beside reading and writing its document alone.
//!
//! ```text
//! cargo bench --bench state                      300,000 findings, of which 10,000 change on the second night
//! cargo bench --bench state -- 30000 1000        fewer
//! cargo bench --bench state -- --howler P        another build of the command, to compare with
//! ```
//!
//! Nothing is asked of AWS: two parts are written here, and `howler merge` tells them to a webhook and an Alertmanager
//! that live in this process. Then the database is deleted and made anew, and has to give the same answers.
#![allow(clippy::print_stdout, reason = "a benchmark tells by printing")]

mod estate;
#[path = "../scan/process.rs"]
#[allow(dead_code, reason = "the other benchmark asks for more of it")]
mod process;
mod receiver;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use estate::{Estate, Like};
use process::Used;
use receiver::Receiver;
use tempfile::TempDir;

/// What the second night may take.
const MOST_SECONDS: f64 = 10.0;
const MOST_BYTES: u64 = 256 << 20;

struct Bench {
    howler: PathBuf,
    folder: TempDir,
    webhook: Receiver,
    alertmanager: Receiver,
}

fn main() -> Result<()> {
    let (howler, estate) = read(std::env::args().skip(1).filter(|argument| argument != "--bench"))?;
    let bench = Bench {
        howler,
        folder: TempDir::new()?,
        webhook: Receiver::start()?,
        alertmanager: Receiver::start()?,
    };
    println!(
        "{} findings, half of them open; {} change on the second night",
        estate.findings, estate.changes
    );
    let like = Like::demo(&bench.howler)?;
    for night in [0, 1] {
        estate.write(night, &like, &bench.part(night))?;
    }
    println!("{} MiB a part\n", fs::metadata(bench.part(1))?.len() >> 20);
    println!(
        "| what | seconds | of the document alone | peak memory | posts to the webhook | to Alertmanager |"
    );
    println!("|---|---|---|---|---|---|");
    bench.measure()
}

fn read(mut arguments: impl Iterator<Item = String>) -> Result<(PathBuf, Estate)> {
    let mut howler = PathBuf::from(env!("CARGO_BIN_EXE_howler"));
    let mut numbers = Vec::new();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--howler" => howler = arguments.next().context("--howler needs a path")?.into(),
            number => numbers.push(number.parse().with_context(|| format!("{number}: no number"))?),
        }
    }
    match numbers[..] {
        [] => Ok((howler, Estate { findings: 300_000, changes: 10_000 })),
        [findings, changes] => Ok((howler, Estate { findings, changes })),
        _ => bail!("FINDINGS CHANGES are expected"),
    }
}

impl Bench {
    fn part(&self, night: u32) -> PathBuf {
        self.folder.path().join(format!("part-{night}"))
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.howler);
        command.env_clear().env("HOME", self.folder.path()).current_dir(self.folder.path());
        command.args(args).stdin(Stdio::null());
        command
    }

    /// Merges the part of a night into a document that nobody reads.
    fn merge(&self, night: u32, more: &[&str]) -> Result<Used> {
        let part = self.part(night).display().to_string();
        let mut command =
            self.command(&["merge", &part, "--format", "json", "--quiet", "--fail-on", "critical"]);
        let used = process::run(command.args(more).stdout(Stdio::null()))?;
        ensure!(matches!(used.status.code(), Some(0 | 1)), "the merge ended with {}", used.status);
        Ok(used)
    }

    fn measure(&self) -> Result<()> {
        let alone = self.merge(1, &["--no-state"])?;
        self.line("the document alone", &alone, alone.wall);
        let state = self.state().display().to_string();
        let gateways =
            [format!("webhook={}", self.webhook.url()), format!("alertmanager={}", self.alertmanager.url())];
        let remembered = ["--state", &state];
        let told = ["--state", &state, "--notify", &gateways[0], "--notify", &gateways[1]];
        let other = self.folder.path().join("told to nobody").display().to_string();
        for (night, what) in [(0, "first night, told to nobody"), (1, "second night, told to nobody")] {
            let used = self.merge(night, &["--state", &other])?;
            self.line(what, &used, alone.wall);
        }
        let first = self.merge(0, &told)?;
        self.line("first night", &first, alone.wall);
        let second = self.merge(1, &told)?;
        self.line("second night", &second, alone.wall);
        println!("\nthe state: {}\n", self.sizes()?);
        self.rebuild(&remembered)?;
        let ok = second.wall.as_secs_f64() < MOST_SECONDS && second.peak < MOST_BYTES;
        println!("within {MOST_SECONDS} s and {} MiB: {}", MOST_BYTES >> 20, if ok { "yes" } else { "NO" });
        Ok(())
    }

    fn line(&self, what: &str, used: &Used, alone: Duration) {
        let (webhook, alertmanager) = (self.webhook.since(), self.alertmanager.since());
        println!(
            "| {what} | {:.1} ({:.1} busy) | {:.1} times | {} MiB | {} ({} MiB) | {} ({} MiB) |",
            used.wall.as_secs_f64(),
            used.cpu.as_secs_f64(),
            used.wall.as_secs_f64() / alone.as_secs_f64(),
            used.peak >> 20,
            webhook.0,
            webhook.1,
            alertmanager.0,
            alertmanager.1,
        );
    }

    fn sizes(&self) -> Result<String> {
        let mut sizes = Vec::new();
        for folder in [self.state(), self.state().join("scans")] {
            for entry in fs::read_dir(folder)?.map(|entry| entry.map(|it| it.path())) {
                let path = entry?;
                if path.is_file() {
                    sizes.push(format!("{} {} MiB", name(&path), fs::metadata(&path)?.len() >> 20));
                }
            }
        }
        sizes.sort();
        Ok(sizes.join(", "))
    }

    /// Deletes the database, has it made anew, and compares what the history says.
    fn rebuild(&self, state: &[&str]) -> Result<()> {
        let before = self.answers(state)?;
        for name in ["howler.db", "howler.db-wal", "howler.db-shm"] {
            let path = self.state().join(name);
            if path.exists() {
                fs::remove_file(path)?;
            }
        }
        let used = process::run(self.command(&["history", "rebuild"]).args(state).stdout(Stdio::null()))?;
        ensure!(used.status.success(), "history rebuild ended with {}", used.status);
        let same = self.answers(state)? == before;
        println!(
            "made anew in {:.1} s and {} MiB; {} answers of the history are the same: {}",
            used.wall.as_secs_f64(),
            used.peak >> 20,
            before.len(),
            if same { "yes" } else { "NO" }
        );
        ensure!(same, "the history says something else");
        Ok(())
    }

    /// What the history says of some accounts and resources, and of all that is open.
    fn answers(&self, state: &[&str]) -> Result<Vec<Vec<u8>>> {
        let mut answers = Vec::new();
        for of in [
            &["--account", "100000000000"][..],
            &["--account", "100000000007"],
            &["--resource", "service-120."],
            &["--resource", "team-11."],
            &[],
        ] {
            let output = self.command(&["history", "--format", "json"]).args(of).args(state).output()?;
            ensure!(output.status.success() && output.stdout.len() > 2, "history {of:?}: {output:?}");
            answers.push(output.stdout);
        }
        Ok(answers)
    }
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
