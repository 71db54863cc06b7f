//! The open findings in columns: two lines each on a terminal, one where there is room or no terminal.

use howler_model::Severity;

use super::{MOST_COLUMNS, cells, fixes, grid, paint};
use crate::document::Finding;
use crate::{Style, escape};

/// From here on the resource has a column of its own.
const WITH_RESOURCE: u16 = 120;
/// The longest name in two lines of a narrow terminal.
const NARROW_NAME: usize = 64;

/// The table of the open findings, or nothing.
pub(super) fn section(open: &[Finding], style: &Style) -> Vec<String> {
    if open.is_empty() {
        return Vec::new();
    }
    let fixes = fixes::numbers(open);
    let number = |fix: Option<usize>| fix.map(|number| number.to_string()).unwrap_or_default();
    let has_owner = open.iter().any(|finding| finding.owner.is_some());
    let rows = open.iter().zip(fixes).map(|(finding, fix)| {
        let mut row = row(finding, has_owner, style.width);
        row.push(number(fix));
        row
    });
    let lines = grid::grid(&titles(has_owner, style.width), rows.collect(), style.width);
    lines.into_iter().map(|line| painted(line, style)).collect()
}

fn titles(has_owner: bool, width: Option<u16>) -> Vec<&'static str> {
    let place = if has_owner { "WHERE, OWNER" } else { "ACCOUNT, REGION" };
    let mut titles = match width {
        Some(width) if width < WITH_RESOURCE => vec!["SEVERITY", "WHAT", "LEFT / USED", place],
        Some(_) if cells::is_stacked(width) => vec!["SEVERITY", "WHAT", "LEFT / USED", place, "RESOURCE"],
        _ => vec!["SEVERITY", "WHAT", "CHECK", "LEFT / USED", "ACCOUNT", "REGION", "RESOURCE"],
    };
    titles.extend((has_owner && !cells::is_stacked(width)).then_some("OWNER"));
    titles.push("FIX");
    titles
}

/// All but the number of the advice.
fn row(finding: &Finding, has_owner: bool, width: Option<u16>) -> Vec<String> {
    let severity = finding.severity.as_str().to_owned();
    let (left, owner) = (cells::left(finding), finding.owner.as_deref());
    if cells::is_stacked(width) {
        let what = cells::what(finding, NARROW_NAME).stacked();
        let mut row = vec![severity, what, left.stacked(), cells::place_and_owner(&finding.scope, owner)];
        row.extend(width.filter(|&width| width >= WITH_RESOURCE).map(|_| cells::resource(finding)));
        return row;
    }
    let name = escape::terminal(&finding.resource.name, MOST_COLUMNS);
    let [account, region] = cells::account_and_region(&finding.scope);
    let mut row = vec![severity, name, cells::check(finding), left.in_line(), account, region];
    row.push(cells::resource(finding));
    row.extend(has_owner.then(|| cells::owner(owner)));
    row
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
