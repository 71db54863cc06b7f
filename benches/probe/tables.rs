//! The tables: what each client took, and whether howler keeps to what it promises.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use tempfile::TempDir;

use crate::clients::{CLIENTS, Client, Outcome, Task};
use crate::options::Options;
use crate::process::Cpu;
use crate::servers::{Manner, Servers};

/// No client is waited for longer.
const PATIENCE: Duration = Duration::from_secs(1_800);
/// The same, where some servers never answer.
const PATIENCE_WITH_SILENCE: Duration = Duration::from_secs(120);
/// Servers of which each twentieth is silent.
const SOME: u32 = 200;
/// Seconds that howler gives an endpoint by itself.
const DEADLINE: u32 = 10;
/// Endpoints that howler has under way at once.
const AT_ONCE: u32 = 500;

/// Processor time of a host, how many times as fast as the fastest other client, memory.
const MOST_CPU: Duration = Duration::from_micros(400);
const LEAST_RATIO: f64 = 3.0;
const MOST_MEMORY: u64 = 200 << 20;

/// A line of the first table.
struct Line {
    name: &'static str,
    rate: f64,
    outcome: Outcome,
    servers: Cpu,
}

/// All clients on the same servers, one after another.
pub(crate) fn speed(options: &Options) -> Result<()> {
    let folder = TempDir::new()?;
    let servers = Servers::start(Manner::Tls, options.hosts, folder.path())?;
    println!("\n{} servers with TLS 1.3, each with an ECDSA certificate of its own:\n", options.hosts);
    println!(
        "| client | hosts a second | howler is | CPU a host | peak memory | servers' CPU a host | cores busy |"
    );
    println!("|---|---|---|---|---|---|---|");
    let mut lines: Vec<Line> = Vec::new();
    for client in CLIENTS.iter().filter(|client| options.wants(client.name)) {
        let line = Line::of(client, &task(options, &servers, folder.path()), options.hosts)?;
        let ours = lines.first().map_or(line.rate, |first| first.rate);
        println!("{}", line.text(ours, options.hosts));
        lines.push(line);
    }
    let Some((ours, others)) = lines.split_first().filter(|(first, _)| first.name == "howler") else {
        return Ok(());
    };
    let cpu = ours.outcome.used.cpu / options.hosts;
    println!();
    promise("processor time of a host", cpu <= MOST_CPU, milliseconds(cpu));
    if let Some(fastest) = others.iter().map(|line| line.rate).reduce(f64::max) {
        let ratio = ours.rate / fastest;
        promise("as fast as the fastest other", ratio >= LEAST_RATIO, format!("{ratio:.1} times"));
    }
    println!("{}", ours.bound());
    Ok(())
}

impl Line {
    fn of(client: &Client, task: &Task<'_>, hosts: u32) -> Result<Self> {
        let before = task.servers.cpu()?;
        let outcome = client.ask(task, PATIENCE)?;
        let servers = task.servers.cpu()?.saturating_sub(before);
        let (name, seen, all) = (client.name, outcome.seen, task.servers.talking);
        ensure!(
            seen == all,
            "{name} has seen {seen} of {all} certificates, and ended with {}",
            outcome.used.status
        );
        let rate = f64::from(hosts) / outcome.used.wall.as_secs_f64();
        Ok(Self { name, rate, outcome, servers })
    }

    fn text(&self, ours: f64, hosts: u32) -> String {
        let Self { name, rate, outcome, servers } = self;
        let used = &outcome.used;
        format!(
            "| {name} | {rate:.0} | {:.1} times as fast | {} | {} MiB | {} | {:.1} |",
            ours / rate,
            milliseconds(used.cpu / hosts),
            used.peak >> 20,
            milliseconds(*servers / hosts),
            self.busy(),
        )
    }

    fn busy(&self) -> f64 {
        (self.outcome.used.cpu + self.servers).as_secs_f64() / self.outcome.used.wall.as_secs_f64()
    }

    /// What keeps it from being faster.
    fn bound(&self) -> String {
        let servers = self.servers.as_secs_f64() / self.outcome.used.wall.as_secs_f64();
        format!(
            "\nWhile howler asked, {:.1} cores were busy, {servers:.2} of them with the servers, which have one thread.",
            self.busy()
        )
    }
}

/// How long each client takes where some servers never answer.
pub(crate) fn silent(options: &Options) -> Result<()> {
    let folder = TempDir::new()?;
    let servers = Servers::start(Manner::SomeSilent, SOME, folder.path())?;
    println!("\n{SOME} servers, {} of which say nothing:\n", SOME as usize - servers.talking);
    println!("| client | seconds | certificates seen |\n|---|---|---|");
    let mut ours = None;
    for client in CLIENTS.iter().filter(|client| options.wants(client.name)) {
        let Outcome { used, seen } =
            client.ask(&task(options, &servers, folder.path()), PATIENCE_WITH_SILENCE)?;
        let wall = used.wall.as_secs_f64();
        let time = if used.ended { format!("{wall:.1}") } else { format!("not over after {wall:.0}") };
        println!("| {} | {time} | {seen} of {} |", client.name, servers.talking);
        ours = ours.or((client.name == "howler").then_some((wall, seen)));
    }
    if let Some((wall, seen)) = ours {
        ensure!(seen == servers.talking, "howler has seen {seen} certificates");
        println!();
        promise("its deadline and a second", wall <= f64::from(DEADLINE + 1), format!("{wall:.1} s"));
    }
    Ok(())
}

/// How howler gets through servers of which none ever answers.
pub(crate) fn tarpits(options: &Options) -> Result<()> {
    let Some(howler) = CLIENTS.first().filter(|client| options.wants(client.name)) else { return Ok(()) };
    let rounds = options.tarpits.div_ceil(AT_ONCE);
    let most = 1.1 * f64::from(options.deadline * rounds);
    println!("\n{} servers that never answer, {} s for each:\n", options.tarpits, options.deadline);
    println!("| they | seconds | of {most:.0} | peak memory | CPU a host |\n|---|---|---|---|---|");
    let mut kept = true;
    for (they, manner) in [("say nothing", Manner::Silent), ("say a byte a second", Manner::Dripping)] {
        let folder = TempDir::new()?;
        let servers = Servers::start(manner, options.tarpits, folder.path())?;
        let task = Task { deadline: Some(options.deadline), ..task(options, &servers, folder.path()) };
        let used = howler.ask(&task, PATIENCE)?.used;
        let wall = used.wall.as_secs_f64();
        let (memory, cpu) = (used.peak >> 20, milliseconds(used.cpu / options.tarpits));
        println!("| {they} | {wall:.1} | {:.0} % | {memory} MiB | {cpu} |", 100.0 * wall / most);
        kept &= used.ended && used.status.code() == Some(3) && wall <= most && used.peak <= MOST_MEMORY;
    }
    println!();
    let promised = format!("{rounds} deadlines and a tenth, and {} MiB", MOST_MEMORY >> 20);
    promise(&promised, kept, "exit code 3");
    Ok(())
}

fn task<'a>(options: &'a Options, servers: &'a Servers, folder: &'a Path) -> Task<'a> {
    Task { howler: &options.howler, servers, folder, deadline: None }
}

fn promise(what: &str, kept: bool, measured: impl Display) {
    println!("within {what}: {} ({measured})", if kept { "yes" } else { "NO" });
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}
