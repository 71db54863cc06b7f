//! What was seen, and what was not and why: a scan with gaps never looks like a complete one.

use howler_model::{CoverageStatus, Gap, Place, Reason, Scan, Scope, ScopeCoverage};

use super::{MOST_COLUMNS, cells, grid, paint};
use crate::Style;
use crate::escape::terminal;
use crate::wording;

/// How many gaps are shown; the document has all.
const MOST_GAPS: usize = 50;
/// From here on each gap is one line.
const IN_LINE: u16 = 160;

/// The coverage, and the gaps if there are any.
pub(super) fn section(scan: &Scan, style: &Style) -> Vec<String> {
    let gaps: Vec<&Gap> = scan.scopes.iter().flat_map(missed).collect();
    let mut lines = grid::fold(&coverage(scan), style.width, "");
    if scan.is_complete() {
        return lines;
    }
    let alarm = grid::fold(incomplete(scan), style.width, "");
    lines.extend(alarm.iter().map(|line| paint::alarm(line, style)));
    if !gaps.is_empty() {
        lines.push(String::new());
        lines.extend(listing(gaps.get(..MOST_GAPS).unwrap_or(&gaps), style));
        lines.extend(more(gaps.len().saturating_sub(MOST_GAPS)));
        lines.extend(advice(&gaps, style));
    }
    lines
}

/// The gaps of a scope; what is not enabled there is none.
fn missed(scope: &ScopeCoverage) -> impl Iterator<Item = &Gap> {
    scope.gaps.iter().filter(|gap| gap.unseen.reason != Reason::Disabled)
}

/// `Coverage: 24 of 27 scopes complete, 1 denied, 2 partial.`
fn coverage(scan: &Scan) -> String {
    let coverage = scan.coverage();
    let complete = coverage.count(CoverageStatus::Ok);
    let others = CoverageStatus::ALL.into_iter().filter(|&status| status != CoverageStatus::Ok);
    let counts = others.map(|status| (status, coverage.count(status))).filter(|&(_, number)| number > 0);
    let told: String = counts.map(|(status, number)| format!(", {number} {}", status.as_str())).collect();
    format!("Coverage: {complete} of {} complete{told}.", wording::count(coverage.requested(), "scope"))
}

fn incomplete(scan: &Scan) -> &'static str {
    match (scan.scopes.is_empty(), scan.run.finished) {
        (true, _) => "NOT COMPLETE: nothing was scanned.",
        (false, false) => {
            "NOT COMPLETE: the scan was interrupted. Nothing is known about what it did not reach."
        }
        (false, true) => "NOT COMPLETE: nothing is known about what lies behind these gaps.",
    }
}

fn listing(gaps: &[&Gap], style: &Style) -> Vec<String> {
    let stacked = style.width.is_some_and(|width| width < IN_LINE);
    let titles: &[&str] = match stacked {
        true => &["NOT SEEN IN", "WHAT AND WHY"],
        false => &["ACCOUNT", "REGION", "SERVICE", "NOT SEEN", "WHY"],
    };
    let rows = gaps.iter().map(|gap| if stacked { stacked_row(gap) } else { row(gap) });
    let mut lines = grid::grid(titles, rows.collect(), style.width);
    if let Some(title) = lines.first_mut() {
        *title = paint::title(title, style);
    }
    lines
}

fn stacked_row(gap: &Gap) -> Vec<String> {
    let place = format!("{}\n{}", cells::place(&gap.scope).stacked(), service(&gap.scope));
    vec![place, format!("{}\n{}", missing(gap), why(gap))]
}

fn row(gap: &Gap) -> Vec<String> {
    let [account, region] = cells::account_and_region(&gap.scope);
    vec![account, region, service(&gap.scope), missing(gap), why(gap)]
}

fn service(scope: &Scope) -> String {
    terminal(scope.service.as_str(), MOST_COLUMNS)
}

/// The action, and what it was for: the item if it is only one, the endpoint or path outside AWS.
fn missing(gap: &Gap) -> String {
    let shown = |text: &str| terminal(text, MOST_COLUMNS);
    let action = shown(&gap.unseen.action);
    match (&gap.scope.place, &gap.item) {
        (Place::Outside(target), Some(item)) if !item.starts_with(target) => {
            format!("{action} of {} at {}", shown(target), shown(item))
        }
        (_, Some(item)) => format!("{action} of {}", shown(item)),
        (Place::Outside(target), None) => format!("{action} of {}", shown(target)),
        (Place::Aws { .. }, None) => action,
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

/// What to do, once for each kind of reason.
fn advice(gaps: &[&Gap], style: &Style) -> Vec<String> {
    let mut reasons: Vec<Reason> = gaps.iter().map(|gap| gap.unseen.reason).collect();
    reasons.sort();
    reasons.dedup();
    let lines = reasons.into_iter().flat_map(|reason| {
        let line = format!("{}: {}", reason.as_str(), wording::of_reason(reason, "the action"));
        grid::fold(&line, style.width, "    ")
    });
    std::iter::once(String::new()).chain(lines).collect()
}
