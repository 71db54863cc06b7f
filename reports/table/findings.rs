//! The open findings in columns: two lines each on a terminal, one where there is room or no terminal.

use howler_model::Severity;

use super::{MOST_COLUMNS, cells, fixes, grid, paint};
use crate::document::Finding;
use crate::{Style, escape};

/// From here on the resource has a column of its own.
const WITH_RESOURCE: u16 = 120;
/// From here on each finding is one line.
const IN_LINE: u16 = 160;
/// The longest name in two lines of a narrow terminal.
const NARROW_NAME: usize = 64;

/// The table of the open findings, or nothing.
pub(super) fn section(open: &[Finding], style: &Style) -> Vec<String> {
    if open.is_empty() {
        return Vec::new();
    }
    let fixes = fixes::numbers(open);
    let number = |fix: Option<usize>| fix.map(|number| number.to_string()).unwrap_or_default();
    let rows = open.iter().zip(fixes).map(|(finding, fix)| row(finding, number(fix), style.width));
    let lines = grid::grid(titles(style.width), rows.collect(), style.width);
    lines.into_iter().map(|line| painted(line, style)).collect()
}

fn titles(width: Option<u16>) -> &'static [&'static str] {
    match width {
        Some(width) if width < WITH_RESOURCE => {
            &["SEVERITY", "WHAT", "LEFT / USED", "ACCOUNT, REGION", "FIX"]
        }
        Some(width) if width < IN_LINE => {
            &["SEVERITY", "WHAT", "LEFT / USED", "ACCOUNT, REGION", "RESOURCE", "FIX"]
        }
        _ => &["SEVERITY", "WHAT", "CHECK", "LEFT / USED", "ACCOUNT", "REGION", "RESOURCE", "FIX"],
    }
}

fn row(finding: &Finding, fix: String, width: Option<u16>) -> Vec<String> {
    let severity = finding.severity.as_str().to_owned();
    let left = cells::left(finding);
    match width {
        Some(width) if width < IN_LINE => {
            let what = cells::what(finding, NARROW_NAME).stacked();
            let mut row = vec![severity, what, left.stacked(), cells::place(&finding.scope).stacked()];
            row.extend((width >= WITH_RESOURCE).then(|| cells::resource(finding)));
            row.push(fix);
            row
        }
        _ => {
            let name = escape::terminal(&finding.resource.name, MOST_COLUMNS);
            let [account, region] = cells::account_and_region(&finding.scope);
            let resource = cells::resource(finding);
            vec![severity, name, finding.check.clone(), left.in_line(), account, region, resource, fix]
        }
    }
}

/// Colours the first column, which no text of others ever reaches.
fn painted(line: String, style: &Style) -> String {
    let (head, rest) = line.split_once(' ').unwrap_or((&line, ""));
    if line.starts_with("SEVERITY") {
        return paint::title(&line, style);
    }
    match head.parse::<Severity>() {
        Ok(severity) => format!("{} {rest}", paint::severity(severity.into(), head, style)),
        Err(_) => line,
    }
}
