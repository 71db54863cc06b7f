//! Blocks of pages that are otherwise written by hand, between `<!-- begin NAME -->` and `<!-- end NAME -->`.

use std::collections::BTreeSet;
use std::fs;

use chrono::TimeDelta;
use howler_model::{Origin, QuotaTier, Role, Thresholds};
use serde_json::to_string_pretty;

use crate::howler::{NOW, at, demo, on_terminal, said};
use crate::pages::Page;
use crate::{checks, links, sources};

/// The names of all blocks.
const NAMES: [&str; 12] = [
    "demo",
    "checks",
    "sources",
    "places",
    "actions",
    "lifetimes",
    "roles",
    "quotas",
    "exit-codes",
    "finding",
    "alert",
    "configuration",
];

/// What belongs into a block of a file from which the book is at `prefix`.
fn block(name: &str, prefix: &str) -> String {
    match name {
        "demo" => demo_on_a_terminal(),
        "checks" => checks::list(prefix),
        "sources" => sources::list(prefix),
        "places" => sources::places(prefix),
        "actions" => sources::by_action(prefix),
        "lifetimes" => lifetimes(),
        "roles" => roles(),
        "quotas" => quotas(),
        "exit-codes" => exit_codes(),
        "configuration" => configuration(),
        "finding" => fenced("json", &to_string_pretty(&demo().report.findings[0]).unwrap()),
        "alert" => fenced("json", &to_string_pretty(&demo().alerts[0]).unwrap()),
        other => panic!("there is no block {other}"),
    }
}

/// Every page that is written by hand and has blocks, with its blocks as they should be.
pub(crate) fn filled() -> Vec<Page> {
    let with_blocks = |path: String| {
        let text = fs::read_to_string(at(&path)).unwrap();
        text.contains("<!-- begin ").then_some(Page { text: fill(&path, &text), path })
    };
    links::markdown().into_iter().filter_map(with_blocks).collect()
}

fn fill(path: &str, text: &str) -> String {
    let prefix = if path.starts_with("docs/") { "" } else { "docs/" };
    let mut parts = text.split("<!-- begin ");
    let mut filled = parts.next().unwrap().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(" -->").unwrap();
        let end = format!("<!-- end {name} -->");
        let (_, rest) =
            rest.split_once(&end).unwrap_or_else(|| panic!("{path}: the block {name} has no end"));
        filled += &format!("<!-- begin {name} -->\n{}{end}{rest}", block(name, prefix));
    }
    filled
}

/// A block of code.
pub(crate) fn fenced(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```\n", text.trim_end())
}

/// The findings and the coverage; what to do about them is left out.
fn demo_on_a_terminal() -> String {
    let args = format!("demo --now {NOW}");
    let text = on_terminal(&format!("{args} --quiet"), 3);
    let (findings, rest) = text.split_once("What to do\n").expect("the table says what to do");
    let (_, coverage) = rest.split_once("\nCoverage: ").expect("the table says what was covered");
    fenced("console", &format!("$ howler {args}\n{findings}...\n\nCoverage: {coverage}"))
}

/// The file that `howler init` writes.
fn configuration() -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("howler.toml");
    said(&["init", path.to_str().unwrap()], 0);
    fenced("toml", &fs::read_to_string(path).unwrap())
}

fn exit_codes() -> String {
    let help = said(&["scan", "--help"], 0);
    let (_, codes) = help.split_once("Exit codes").unwrap();
    let (_, codes) = codes.split_once('\n').unwrap();
    let row = |line: &str| {
        let (code, meaning) = line.trim().split_once(' ').unwrap();
        format!("| {code} | {} |\n", meaning.trim())
    };
    format!("| code | meaning |\n|---|---|\n{}", codes.lines().map(row).collect::<String>())
}

fn lifetimes() -> String {
    const DAY: f64 = 86_400.0;
    let row = |days: f64| {
        let lifetime = TimeDelta::seconds((days * DAY) as i64);
        let tier = Thresholds::default().tier(Role::Leaf, Origin::AcmIssued, Some(lifetime));
        let left = |left: TimeDelta| format!("{:.2}", left.as_seconds_f64() / DAY);
        let share = 100.0 * (30.0 / days).min(1.0);
        format!("| {days} | {} | {} | {share:.0} % |\n", left(tier.warn), left(tier.critical))
    };
    let rows: String = [398.0, 198.0, 90.0, 47.0, 6.67].into_iter().map(row).collect();
    let header =
        "| lifetime, days | warn at, days left | fail at, days left | share of life under a fixed 30 days |";
    format!("{header}\n|---|---|---|---|\n{rows}")
}

/// The days of each role, for what lives ten years.
fn roles() -> String {
    let thresholds = Thresholds::default();
    let row = |(role, origin, what): (Role, Origin, &str)| {
        let tier = thresholds.tier(role, origin, Some(TimeDelta::days(3650)));
        let notice = tier.notice.map_or("-".to_owned(), |notice| notice.num_days().to_string());
        let (warn, critical) = (tier.warn.num_days(), tier.critical.num_days());
        format!("| {what} | `{}` | {notice} | {warn} | {critical} |\n", role.as_str())
    };
    let rows = [
        (Role::Leaf, Origin::AcmIssued, "A server or client"),
        (Role::Leaf, Origin::AcmImported, "The same, imported or uploaded by somebody"),
        (Role::Authority, Origin::AcmPca, "An authority, which signs others"),
        (Role::Authority, Origin::Served, "An intermediate that comes with a leaf"),
        (Role::TrustStore, Origin::Uploaded, "An authority in a list of whom to trust"),
        (Role::Database, Origin::Service, "A database server or its authority"),
        (Role::Federation, Origin::Uploaded, "What another directory signs with"),
    ];
    let rows: String = rows.into_iter().map(row).collect();
    format!("| certificate | role | notice, days left | warn | fail |\n|---|---|---|---|---|\n{rows}")
}

fn quotas() -> String {
    let QuotaTier { warn_percent, critical_percent } = Thresholds::default().quota;
    format!(
        "| used | status | severity |\n|---|---|---|\n| from {warn_percent} % | warn | medium |\n| from \
         {critical_percent} % | fail | high |\n| from 100 % | fail | critical |\n"
    )
}

#[test]
fn every_block_is_shown_somewhere() {
    let texts: Vec<String> =
        links::markdown().iter().map(|path| fs::read_to_string(at(path)).unwrap()).collect();
    let shown = |name: &&str| texts.iter().any(|text| text.contains(&format!("<!-- begin {name} -->")));
    let shown: BTreeSet<&str> = NAMES.into_iter().filter(shown).collect();
    assert_eq!(shown, BTreeSet::from(NAMES));
}
