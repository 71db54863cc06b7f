//! What changed since the last scan, worst first: what is gone is told, and never what was merely not seen.

use std::collections::BTreeMap;

use super::{MOST_COLUMNS, cells, grid, paint};
use crate::document::{Change, Changed, Changes, Place, Severity, Unconfirmed};
use crate::escape::terminal;
use crate::wording::{count, day};
use crate::{Scan, Style};

/// How many findings that changed are shown, and how many that were not confirmed; the document has all.
const MOST: usize = 20;

/// The changes, or nothing if nobody remembers earlier scans.
pub(super) fn section(scan: &Scan, style: &Style) -> Vec<String> {
    let Some(changes) = &scan.changes else {
        return Vec::new();
    };
    let mut lines = grid::fold(&headline(changes), style.width, "");
    if changes.since.is_some() {
        lines.extend(listing(changes, style));
        let notes = notes(changes).into_iter().flat_map(|note| grid::fold(note, style.width, ""));
        let notes: Vec<String> = notes.collect();
        lines.extend((!notes.is_empty()).then(String::new));
        lines.extend(notes);
    }
    lines
}

/// `Since the last scan: 3 new, 1 worse, 2 resolved, 4 not confirmed.`
fn headline(changes: &Changes) -> String {
    if changes.since.is_none() {
        return "First scan that is remembered: from the next one on, what changed stands here.".into();
    }
    let mut counts: BTreeMap<Change, usize> = BTreeMap::new();
    changes.findings.iter().for_each(|changed| *counts.entry(changed.change).or_default() += 1);
    let unconfirmed = (changes.unconfirmed.len(), "not confirmed");
    let told = counts.into_iter().map(|(change, number)| (number, word(change))).chain([unconfirmed]);
    let told = told.filter(|&(number, _)| number > 0).map(|(number, word)| format!("{number} {word}"));
    let told: Vec<String> = told.collect();
    match told.is_empty() {
        true => "Since the last scan: nothing changed.".into(),
        false => format!("Since the last scan: {}.", told.join(", ")),
    }
}

fn word(change: Change) -> &'static str {
    match change {
        Change::Opened => "new",
        Change::Reopened => "back",
        other => other.as_str(),
    }
}

/// What the words do not say by themselves.
fn notes(changes: &Changes) -> Vec<&'static str> {
    let has_lapsed = changes.findings.iter().any(|changed| changed.change == Change::Lapsed);
    let notes = [
        (
            !changes.unconfirmed.is_empty(),
            "Not confirmed: what would show these findings could not be seen this time. They stay open.",
        ),
        (
            has_lapsed,
            "Lapsed: not confirmed for so long that they are not followed any more. Nothing says that they are gone.",
        ),
    ];
    notes.into_iter().filter_map(|(is_so, note)| is_so.then_some(note)).collect()
}

fn listing(changes: &Changes, style: &Style) -> Vec<String> {
    let (changed, more_changed) = worst(&changes.findings, |it| (it.severity, it.change));
    let (unconfirmed, more_unconfirmed) = worst(&changes.unconfirmed, |it| (it.severity, it.confirmed_at));
    let rows = changed.into_iter().map(Row::changed).chain(unconfirmed.into_iter().map(Row::unconfirmed));
    let rows: Vec<Row> = rows.collect();
    if rows.is_empty() {
        return Vec::new();
    }
    let has_owner = rows.iter().any(|row| row.owner.is_some());
    let (stacked, titles) = titles(style, has_owner);
    let cells = rows.into_iter().map(|row| if stacked { row.stacked() } else { row.in_line(has_owner) });
    let mut lines = vec![String::new()];
    let table = grid::grid(&titles, cells.collect(), style.width);
    lines.extend(table.into_iter().enumerate().map(|(number, line)| match number {
        0 => paint::title(&line, style),
        _ => line,
    }));
    let more = [(more_changed, "change"), (more_unconfirmed, "finding")];
    let more = more.into_iter().filter(|&(hidden, _)| hidden > 0).map(|(hidden, noun)| {
        let what = if noun == "change" { "less bad" } else { "not confirmed" };
        format!("... and {} {what}: --format json has all.", count(hidden, &format!("more {noun}")))
    });
    lines.extend(more);
    lines
}

/// The first so many by what they are sorted by, and how many are left.
fn worst<T, Key: Ord>(all: &[T], key: impl Fn(&T) -> Key) -> (Vec<&T>, usize) {
    let mut sorted: Vec<&T> = all.iter().collect();
    sorted.sort_by_key(|it| key(it));
    sorted.truncate(MOST);
    (sorted, all.len().saturating_sub(MOST))
}

fn titles(style: &Style, has_owner: bool) -> (bool, Vec<&'static str>) {
    let stacked = cells::is_stacked(style.width);
    let mut titles = match (stacked, has_owner) {
        (true, false) => vec!["CHANGE", "SEVERITY", "WHAT", "ACCOUNT, REGION", "SEEN"],
        (true, true) => vec!["CHANGE", "SEVERITY", "WHAT", "WHERE, OWNER", "SEEN"],
        (false, _) => {
            vec!["CHANGE", "SEVERITY", "WHAT", "CHECK", "ACCOUNT", "REGION", "RESOURCE", "SEEN"]
        }
    };
    titles.extend((!stacked && has_owner).then_some("OWNER"));
    (stacked, titles)
}

/// A finding that changed or was not confirmed.
struct Row<'a> {
    change: &'static str,
    severity: Severity,
    before: Option<Severity>,
    name: &'a str,
    check: &'a str,
    scope: &'a Place,
    resource: &'a str,
    owner: Option<&'a str>,
    seen: String,
}

impl<'a> Row<'a> {
    fn changed(it: &'a Changed) -> Self {
        Self {
            change: word(it.change),
            severity: it.severity,
            before: it.before.filter(|before| *before != it.severity),
            name: &it.name,
            check: &it.check,
            scope: &it.scope,
            resource: &it.resource,
            owner: it.owner.as_deref(),
            seen: format!("first {}", day(it.first_seen)),
        }
    }

    fn unconfirmed(it: &'a Unconfirmed) -> Self {
        Self {
            change: "not confirmed",
            severity: it.severity,
            before: None,
            name: &it.name,
            check: &it.check,
            scope: &it.scope,
            resource: &it.resource,
            owner: it.owner.as_deref(),
            seen: format!("last confirmed {}", day(it.confirmed_at)),
        }
    }

    fn severity(&self, joint: &str) -> String {
        let was = self.before.map(|before| format!("{joint}was {}", before.as_str()));
        format!("{}{}", self.severity.as_str(), was.unwrap_or_default())
    }

    fn stacked(self) -> Vec<String> {
        let what = format!("{}\n{}", terminal(self.name, MOST_COLUMNS), terminal(self.check, MOST_COLUMNS));
        let place = cells::place_and_owner(self.scope, self.owner);
        vec![self.change.into(), self.severity("\n"), what, place, self.seen]
    }

    fn in_line(self, has_owner: bool) -> Vec<String> {
        let shown = |text: &str| terminal(text, MOST_COLUMNS);
        let [account, region] = cells::account_and_region(self.scope);
        let mut row = vec![self.change.into(), self.severity(", "), shown(self.name), shown(self.check)];
        row.extend([account, region, shown(self.resource), self.seen]);
        row.extend(has_owner.then(|| cells::owner(self.owner)));
        row
    }
}
