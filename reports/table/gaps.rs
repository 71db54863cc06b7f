//! What was seen, and what was not and why: a scan with gaps never looks like a complete one.

use std::io;

use super::{MOST_COLUMNS, cells, grid, paint};
use crate::document::{Coverage, CoverageStatus, Gap, Place, Reason};
use crate::escape::terminal;
use crate::{Scan, Style, wording};

/// How many gaps are shown; the document has all.
const MOST_GAPS: usize = 50;

/// The coverage, and the gaps if there are any.
pub(super) fn section(scan: &Scan, style: &Style) -> io::Result<Vec<String>> {
    let mut lines = grid::fold(&coverage(&scan.tally.coverage()), style.width, "");
    lines.extend(left_out(scan.tally.left_out()));
    if scan.is_complete() {
        return Ok(lines);
    }
    let alarm = grid::fold(incomplete(scan), style.width, "");
    lines.extend(alarm.iter().map(|line| paint::alarm(line, style)));
    let gaps: usize = scan.tally.gaps_by_reason().values().sum();
    if gaps > 0 {
        lines.push(String::new());
        let shown = shown(scan, gaps.min(MOST_GAPS))?;
        lines.extend(listing(&shown, style));
        lines.extend(more(gaps.saturating_sub(MOST_GAPS)));
        let is_role = |(_, gap): &&(Place, Gap)| {
            gap.unseen.action == wording::ASSUME_ROLE && gap.unseen.reason == Reason::Denied
        };
        let roles = shown.iter().filter(is_role).map(|(_, gap)| (gap.unseen.reason, wording::ASSUME_ROLE));
        let reasons = scan.tally.gaps_by_reason().keys().map(|&reason| (reason, "the action"));
        lines.extend(advice(reasons.chain(roles.take(1)), style));
    }
    Ok(lines)
}

/// The first so many gaps, each with its place; nothing is read after them.
fn shown(scan: &Scan, most: usize) -> io::Result<Vec<(Place, Gap)>> {
    let mut shown = Vec::new();
    let mut scopes = scan.records.scopes()?;
    while shown.len() < most
        && let Some(record) = scopes.next()
    {
        let scope = record?.scope()?;
        shown.extend(scope.missed().map(|gap| (scope.place.clone(), gap.clone())));
    }
    shown.truncate(most);
    Ok(shown)
}

/// `Coverage: 24 of 27 scopes complete, 1 denied, 2 partial.`
fn coverage(coverage: &Coverage) -> String {
    use CoverageStatus as S;
    let Coverage { requested, ok, partial, denied, disabled, throttled, error, skipped } = *coverage;
    let others = [
        (S::Partial, partial),
        (S::Denied, denied),
        (S::Disabled, disabled),
        (S::Throttled, throttled),
        (S::Error, error),
        (S::Skipped, skipped),
    ];
    let counts = others.into_iter().filter(|&(_, number)| number > 0);
    let told: String = counts.map(|(status, number)| format!(", {number} {}", status.as_str())).collect();
    format!("Coverage: {ok} of {} complete{told}.", wording::count(requested, "scope"))
}

/// That it is no gap does not make it green.
fn left_out(number: usize) -> Option<String> {
    let endpoints = wording::count(number, "endpoint");
    (number > 0).then(|| format!("Found and not asked: {endpoints}; --format json says which and why."))
}

fn incomplete(scan: &Scan) -> &'static str {
    match (scan.tally.coverage().requested, scan.run.finished) {
        (0, _) => "NOT COMPLETE: nothing was scanned.",
        (_, false) => "NOT COMPLETE: the scan was interrupted. Nothing is known about what it did not reach.",
        (_, true) => "NOT COMPLETE: nothing is known about what lies behind these gaps.",
    }
}

fn listing(gaps: &[(Place, Gap)], style: &Style) -> Vec<String> {
    let stacked = cells::is_stacked(style.width);
    let titles: &[&str] = match stacked {
        true => &["NOT SEEN IN", "WHAT AND WHY"],
        false => &["ACCOUNT", "REGION", "SERVICE", "NOT SEEN", "WHY"],
    };
    let rows =
        gaps.iter().map(|(place, gap)| if stacked { stacked_row(place, gap) } else { row(place, gap) });
    let mut lines = grid::grid(titles, rows.collect(), style.width);
    if let Some(title) = lines.first_mut() {
        *title = paint::title(title, style);
    }
    lines
}

fn stacked_row(place: &Place, gap: &Gap) -> Vec<String> {
    let location = format!("{}\n{}", cells::place(place).stacked(), service(place));
    vec![location, format!("{}\n{}", missing(place, gap), why(gap))]
}

fn row(place: &Place, gap: &Gap) -> Vec<String> {
    let [account, region] = cells::account_and_region(place);
    vec![account, region, service(place), missing(place, gap), why(gap)]
}

fn service(place: &Place) -> String {
    terminal(&place.service, MOST_COLUMNS)
}

/// The action, and what it was for: the item if it is only one, the endpoint or path outside AWS.
fn missing(place: &Place, gap: &Gap) -> String {
    let shown = |text: &str| terminal(text, MOST_COLUMNS);
    let action = shown(&gap.unseen.action);
    match (&place.target, &gap.item) {
        (Some(target), Some(item)) if !item.starts_with(target) => {
            format!("{action} of {} at {}", shown(target), shown(item))
        }
        (_, Some(item)) => format!("{action} of {}", shown(item)),
        (Some(target), None) => format!("{action} of {}", shown(target)),
        (None, None) => action,
    }
}

fn why(gap: &Gap) -> String {
    let reason = terminal(&wording::reason(&gap.unseen), MOST_COLUMNS);
    match gap.unseen.message.is_empty() {
        true => reason,
        false => format!("{reason}: {}", terminal(&gap.unseen.message, MOST_COLUMNS)),
    }
}

fn more(hidden: usize) -> Option<String> {
    (hidden > 0).then(|| format!("... and {}: --format json has all.", wording::count(hidden, "more gap")))
}

/// What to do, once for each kind of reason and for roles.
fn advice<'a>(reasons: impl Iterator<Item = (Reason, &'a str)>, style: &Style) -> Vec<String> {
    let lines = reasons.flat_map(|(reason, action)| {
        let of_what = if action == wording::ASSUME_ROLE { "denied role" } else { reason.as_str() };
        let line = format!("{of_what}: {}", wording::of_reason(reason, action));
        grid::fold(&line, style.width, "    ")
    });
    std::iter::once(String::new()).chain(lines).collect()
}
