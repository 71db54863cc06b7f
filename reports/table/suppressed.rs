//! Findings that need not be told: they stay in sight, with who said so, why, and until when.

use std::io;

use super::{MOST_COLUMNS, cells, grid, paint};
use crate::document::{Finding, Status};
use crate::escape::terminal;
use crate::wording::count;
use crate::{Record, Scan, Style};

/// How many are shown; the document has all.
const MOST: usize = 20;

/// The suppressed findings, or nothing.
pub(super) fn section(scan: &Scan, style: &Style) -> io::Result<Vec<String>> {
    let all = scan.tally.with(Status::Suppressed);
    if all == 0 {
        return Ok(Vec::new());
    }
    let shown = shown(scan, all.min(MOST))?;
    let mut lines = grid::fold(&format!("Suppressed: {}.", count(all, "finding")), style.width, "");
    lines.push(String::new());
    let stacked = cells::is_stacked(style.width);
    let titles: &[&str] = match stacked {
        true => &["UNTIL", "SEVERITY", "WHAT", "ACCOUNT, REGION", "WHO SAYS SO AND WHY"],
        false => &["UNTIL", "SEVERITY", "WHAT", "CHECK", "ACCOUNT", "REGION", "RESOURCE", "SAYS", "WHY"],
    };
    let rows = shown.iter().map(|finding| if stacked { stacked_row(finding) } else { row(finding) });
    let mut table = grid::grid(titles, rows.collect(), style.width);
    if let Some(title) = table.first_mut() {
        *title = paint::title(title, style);
    }
    lines.extend(table);
    let hidden = all.saturating_sub(shown.len());
    lines.extend((hidden > 0).then(|| {
        format!("... and {} less bad: --format json has all.", count(hidden, "more suppressed finding"))
    }));
    Ok(lines)
}

/// The first so many; nothing is read after them.
fn shown(scan: &Scan, most: usize) -> io::Result<Vec<Finding>> {
    let mut shown = Vec::new();
    let mut findings = scan.records.findings()?;
    while shown.len() < most
        && let Some(record) = findings.next()
    {
        let record = record?;
        if may_be(&record) {
            shown.extend(Some(record.finding()?).filter(|finding| finding.status == Status::Suppressed));
        }
    }
    Ok(shown)
}

/// Hundreds of thousands of open findings may stand before the first suppressed one: they are not parsed.
fn may_be(record: &Record) -> bool {
    record.json.contains(r#""status":"suppressed""#)
}

fn stacked_row(finding: &Finding) -> Vec<String> {
    let what = cells::what(finding, MOST_COLUMNS).stacked();
    let place = cells::place(&finding.scope).stacked();
    let [until, who, why] = said(finding);
    vec![until, finding.severity.as_str().into(), what, place, format!("{who}:\n{why}")]
}

fn row(finding: &Finding) -> Vec<String> {
    let name = terminal(&finding.resource.name, MOST_COLUMNS);
    let [account, region] = cells::account_and_region(&finding.scope);
    let [until, who, why] = said(finding);
    let mut row = vec![until, finding.severity.as_str().into(), name, cells::check(finding)];
    row.extend([account, region, cells::resource(finding), who, why]);
    row
}

/// Until when, who says so, and why.
fn said(finding: &Finding) -> [String; 3] {
    match &finding.suppression {
        Some(said) => {
            let shown = |text: &str| terminal(text, MOST_COLUMNS);
            [said.until.to_string(), shown(&said.owner), shown(&said.reason)]
        }
        None => ["not known"; 3].map(str::to_owned),
    }
}
