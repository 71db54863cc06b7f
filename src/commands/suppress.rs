//! `howler suppress`: what need not be told, added, listed, and taken out when it has ended.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Error, Result};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use howler_model::{Facts, Status, Suppression, Thresholds};
use howler_reports::visible;
use serde_json::json;
use toml_edit::{Array, Date, Datetime, Table, Value, value};

use crate::args::{ListFormat, Suppress, SuppressAdd, SuppressFile};
use crate::config::{self, rules_files};
use crate::environment::Clock;
use crate::exit::{Exit, Failure};
use crate::suppressions::SuppressionFile;
use crate::write::{answer, say};

/// The name of the file where nobody says another one and none is there.
const FILE_NAME: &str = "suppressions.toml";

/// Runs the command.
pub fn run(command: &Suppress) -> Result<Exit, Failure> {
    match command {
        Suppress::Add(args) => add(args),
        Suppress::List { format, at } => list(*format, at),
        Suppress::Prune { dry_run, at } => prune(*dry_run, at),
    }
}

fn add(args: &SuppressAdd) -> Result<Exit, Failure> {
    let mut file = read(&args.at).map_err(Failure::usage)?;
    if args.until < now(&args.at).date_naive() {
        return Err(Failure::usage(Error::msg(format!("--until {}: that day is past", args.until))));
    }
    let block = block(args);
    file.add(block.clone()).map_err(Failure::usage)?;
    file.write().map_err(Failure::undelivered)?;
    say(&format!("{} has it now:", visible(&file.path().display().to_string())));
    answer(&format!("[[suppress]]\n{block}"))
}

/// What is said, as it stands in the file.
fn block(args: &SuppressAdd) -> Table {
    let mut block = Table::new();
    for (key, values) in args.selector.keys() {
        match values {
            [] => {}
            [one] => drop(block.insert(key, value(one))),
            several => drop(block.insert(key, value(several.iter().collect::<Array>()))),
        }
    }
    block.insert("reason", value(&args.reason));
    block.insert("owner", value(&args.owner));
    block.insert("until", value(Value::from(date(args.until))));
    block
}

fn list(format: ListFormat, at: &SuppressFile) -> Result<Exit, Failure> {
    let all = existing(at).and_then(|file| file.all()).map_err(Failure::usage)?;
    let now = now(at);
    answer(&match format {
        ListFormat::Json => {
            format!("{:#}\n", all.iter().map(|it| json(it, now)).collect::<serde_json::Value>())
        }
        ListFormat::Table if all.is_empty() => "Nothing is suppressed.\n".to_owned(),
        ListFormat::Table => table(&all, now),
    })
}

fn prune(dry_run: bool, at: &SuppressFile) -> Result<Exit, Failure> {
    let mut file = existing(at).map_err(Failure::usage)?;
    let pruned = file.prune().map_err(Failure::usage)?;
    if !dry_run && !pruned.is_empty() {
        file.write().map_err(Failure::undelivered)?;
    }
    let path = visible(&file.path().display().to_string());
    say(&match (pruned.len(), dry_run) {
        (0, _) => format!("{path}: nothing has ended"),
        (number, true) => format!("{path}: {number} would be taken out"),
        (number, false) => format!("{path}: {number} taken out"),
    });
    if pruned.is_empty() { Ok(Exit::Fine) } else { answer(&table(&pruned, now(at))) }
}

/// The last days in a column of their own, so that what ends next is seen at once.
fn table(all: &[Suppression], now: DateTime<Utc>) -> String {
    let header = ["UNTIL", "STATE", "OWNER", "WHAT", "WHY"].map(str::to_owned);
    let row = |it: &Suppression| {
        let state = state(it, now).replace('-', " ");
        [it.until.to_string(), state, visible(&it.owner), visible(&it.selector), visible(&it.reason)]
    };
    let rows: Vec<_> = std::iter::once(header).chain(all.iter().map(row)).collect();
    let mut widths = [0; 5];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let padded = |(cell, width): (&String, usize)| format!("{cell:width$}");
    let line = |row: &[String; 5]| row.iter().zip(widths).map(padded).collect::<Vec<_>>().join("  ");
    rows.iter().map(|row| line(row).trim_end().to_owned() + "\n").collect()
}

fn json(it: &Suppression, now: DateTime<Utc>) -> serde_json::Value {
    json!({
        "selector": it.selector, "reason": it.reason, "owner": it.owner, "until": it.until.to_string(),
        "state": state(it, now),
    })
}

/// What the check of suppressions says about it.
fn state(suppression: &Suppression, now: DateTime<Utc>) -> &'static str {
    let facts = Facts { suppressions: vec![suppression.clone()], ..Facts::default() };
    let check = howler_checks::find("suppression-expired");
    let findings = check.map(|check| check.judge(&facts, &Thresholds::default(), now)).unwrap_or_default();
    match findings.first().map(|finding| finding.verdict.status) {
        Some(Status::Fail) => "expired",
        Some(_) => "ends-soon",
        None => "active",
    }
}

/// The file, which has to be there if somebody names it.
fn existing(at: &SuppressFile) -> Result<SuppressionFile> {
    if let Some(path) = &at.path {
        fs::metadata(path).with_context(|| path.display().to_string())?;
    }
    read(at)
}

fn read(at: &SuppressFile) -> Result<SuppressionFile> {
    SuppressionFile::read(path(at)?, now(at).date_naive())
}

/// The file that is said, that is there, or that a scan would look for first.
fn path(at: &SuppressFile) -> Result<PathBuf> {
    if let Some(path) = &at.path {
        return Ok(path.clone());
    }
    let (config, _) = config::load(&at.file, Vec::new())?;
    let first = || config.rules.folders.first().cloned().unwrap_or_default().join(FILE_NAME);
    Ok(rules_files(&config).suppressions.unwrap_or_else(first))
}

fn now(at: &SuppressFile) -> DateTime<Utc> {
    Clock::new(at.now).now()
}

/// Of the years that a date may be of here, none is cut.
fn date(day: NaiveDate) -> Datetime {
    let number = |number: u32| u8::try_from(number).unwrap_or_default();
    let year = u16::try_from(day.year()).unwrap_or(u16::MAX);
    let date = Date { year, month: number(day.month()), day: number(day.day()) };
    Datetime { date: Some(date), time: None, offset: None }
}
