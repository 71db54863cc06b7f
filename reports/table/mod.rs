//! The table for people: worst first, what to do, and at the end what could not be seen.

mod cells;
mod changes;
mod findings;
mod fixes;
mod gaps;
mod grid;
mod paint;
mod suppressed;

use std::io::{self, BufWriter, Write};

use crate::document::{Delivery, Finding, Measure, Status};
use crate::escape::terminal;
use crate::wording::{count, instant};
use crate::{Report, Scan, Style};

/// How many open findings are shown; the document has all.
const MOST_ROWS: usize = 200;
/// The longest cell, in columns; the document has all of it.
const MOST_COLUMNS: usize = 120;

/// `--format table`.
pub(crate) struct Table;

impl Report for Table {
    fn name(&self) -> &'static str {
        "table"
    }

    fn render(&self, scan: &Scan, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        let shown = shown(scan)?;
        let sections = [
            headline(scan, style),
            findings::section(&shown, style),
            rest(scan.tally.told().saturating_sub(shown.len())),
            fixes::section(&shown, style),
            changes::section(scan, style),
            suppressed::section(scan, style)?,
            closed(scan, style),
            gaps::section(scan, style)?,
            deliveries(&scan.deliveries, style),
        ];
        let mut out = BufWriter::new(out);
        let told = sections.iter().filter(|lines| !lines.is_empty());
        for (number, lines) in told.enumerate() {
            if number > 0 {
                writeln!(out)?;
            }
            lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
        }
        out.flush()
    }
}

/// Worth telling, but for gaps, which have a section of their own.
fn is_shown(finding: &Finding) -> bool {
    finding.is_worth_telling() && !matches!(finding.measure, Measure::Gap { .. })
}

/// The findings that get a row; nothing is read after the last of them.
fn shown(scan: &Scan) -> io::Result<Vec<Finding>> {
    let most = scan.tally.told().min(MOST_ROWS);
    let mut shown = Vec::new();
    let mut findings = scan.records.findings()?;
    while shown.len() < most
        && let Some(record) = findings.next()
    {
        let finding = record?.finding()?;
        if !finding.is_open() {
            break;
        }
        shown.extend(is_shown(&finding).then_some(finding));
    }
    Ok(shown)
}

fn headline(scan: &Scan, style: &Style) -> Vec<String> {
    let counts = scan.tally.told_by_severity().iter();
    let counts: Vec<String> = counts
        .map(|(&severity, number)| {
            paint::severity(severity, &format!("{number} {}", severity.as_str()), style)
        })
        .collect();
    let unconfirmed = scan.changes.as_ref().map_or(0, |changes| changes.unconfirmed.len());
    let found = match (scan.tally.told(), scan.is_complete() && unconfirmed == 0) {
        (0, true) => "No open findings.".to_owned(),
        (0, false) => "No open findings in what could be seen.".to_owned(),
        (number, _) => format!("{}: {}", count(number, "open finding"), counts.join(", ")),
    };
    let version = terminal(&scan.version, MOST_COLUMNS);
    let mut lines = vec![format!("howler {version}, judged at {}", instant(scan.run.now)), found];
    lines.extend(
        (unconfirmed > 0).then(|| {
            format!("Still open, and not confirmed by this scan: {}", count(unconfirmed, "finding"))
        }),
    );
    lines
}

fn rest(hidden: usize) -> Vec<String> {
    match hidden {
        0 => Vec::new(),
        _ => vec![format!("... and {} less bad: --format json has all.", count(hidden, "more open finding"))],
    }
}

/// What need not be looked at, counted.
fn closed(scan: &Scan, style: &Style) -> Vec<String> {
    let (passed, minor) = (scan.tally.with(Status::Pass), scan.tally.minor());
    let told = [
        (passed, format!("Passed: {}.", count(passed, "finding"))),
        (minor, format!("Unknown: {}, named in --format json.", count(minor, "finding"))),
    ];
    let lines = told.into_iter().filter(|(number, _)| *number > 0);
    lines.flat_map(|(_, line)| grid::fold(&line, style.width, "")).collect()
}

fn deliveries(deliveries: &[Delivery], style: &Style) -> Vec<String> {
    deliveries.iter().flat_map(|delivery| delivered(delivery, style)).collect()
}

fn delivered(delivery: &Delivery, style: &Style) -> Vec<String> {
    let [gateway, target] = [&delivery.gateway, &delivery.target].map(|text| terminal(text, MOST_COLUMNS));
    let taken =
        format!("{} of {}", delivery.accepted, count(delivery.accepted + delivery.rejected, "finding"));
    let line = format!("Sent to {gateway} at {target}: {taken} accepted.");
    let mut lines = grid::fold(&line, style.width, "");
    let wrong = [("NOT DELIVERED", &delivery.error), ("WARNING", &delivery.warning)];
    for (what, said) in wrong.into_iter().filter_map(|(what, said)| Some((what, said.as_deref()?))) {
        let said = format!("{what}: {}", terminal(said, 2 * MOST_COLUMNS));
        // Folded before it is painted: colours have no width.
        let folded = grid::fold(&said, style.width, "");
        lines.extend(folded.iter().map(|line| paint::alarm(line, style)));
    }
    lines
}

#[cfg(test)]
mod tests;
