//! A page for each check, from what the check says of itself and how it judges the cases.

use std::collections::BTreeSet;
use std::fmt::Write;

use chrono::TimeDelta;
use howler_checks::CHECKS;
use howler_model::{CertificateTier, Check, FactKind, Finding, QuotaTier, Thresholds};
use howler_reports::document;
use howler_sources::{SOURCES, Source};
use serde_json::Value;

use crate::cases::{self, Case};
use crate::howler::demo;
use crate::pages::{GENERATED, Page};
use crate::sources;
use crate::{blocks, fields};

/// The page of a check.
pub(crate) fn page(check: &Check) -> Page {
    let Check { id, title, why, fix, since, .. } = check;
    let mut text = format!("{GENERATED}# {id}\n\n{title}. Since howler {since}.\n\n");
    write!(text, "## Why it matters\n\n{why}\n\n## What to do\n\n{fix}\n\n").unwrap();
    write!(text, "## How it judges\n\n{}\n", table(check)).unwrap();
    write!(text, "{}## What it reads\n\n{}\n", thresholds(check), reads(check)).unwrap();
    write!(text, "## In JSON\n\n{}", json(check)).unwrap();
    Page { path: format!("docs/checks/{id}.md"), text }
}

/// All checks, for a file from which the book is at `prefix`.
pub(crate) fn list(prefix: &str) -> String {
    let row = |check: &&Check| format!("| [{0}]({prefix}checks/{0}.md) | {1} |\n", check.id, check.title);
    format!("| check | finds |\n|---|---|\n{}", CHECKS.iter().map(row).collect::<String>())
}

fn judged(check: &Check, case: &Case) -> Option<Finding> {
    let findings = check.judge(&case.1, &Thresholds::default(), cases::now());
    findings.into_iter().max_by_key(|finding| finding.verdict.severity)
}

fn kind(finding: &Finding) -> String {
    let measure = serde_json::to_value(document::Measure::from(&finding.verdict.measure)).unwrap();
    measure["kind"].as_str().unwrap().to_owned()
}

fn table(check: &Check) -> String {
    let row = |case: &Case| match judged(check, case) {
        None => format!("| {} | no finding | | |\n", case.0),
        Some(finding) => {
            let (verdict, kind) = (&finding.verdict, kind(&finding));
            let (status, severity) = (verdict.status.as_str(), verdict.severity);
            format!("| {} | {status} | {severity} | [{kind}](../report-fields.md#{kind}) |\n", case.0)
        }
    };
    let rows: String = cases::of(check.id).iter().map(row).collect();
    format!("| seen | status | severity | measure |\n|---|---|---|---|\n{rows}")
}

/// A hint for the checks that judge otherwise under other thresholds.
fn thresholds(check: &Check) -> &'static str {
    let tier = CertificateTier { notice: None, warn: TimeDelta::MAX, critical: TimeDelta::MAX };
    let quota = QuotaTier { warn_percent: 0.0, critical_percent: 0.0 };
    let scan_interval = TimeDelta::days(10_000);
    let strict = Thresholds { leaf: tier, authority: tier, quota, scan_interval, ..Thresholds::default() };
    let differs = cases::of(check.id).iter().any(|(_, facts)| {
        let judge = |thresholds| check.judge(facts, thresholds, cases::now());
        judge(&strict) != judge(&Thresholds::default())
    });
    match differs {
        true => "Where the lines are drawn: [thresholds](../thresholds.md).\n\n",
        false => "It has no thresholds.\n\n",
    }
}

/// The sources that yield what a check reads.
fn sources_of(check: &Check) -> Vec<&'static Source> {
    let needs = |kind: &FactKind| *kind != FactKind::Coverage && check.needs.contains(kind);
    SOURCES.iter().copied().filter(|source| source.kinds.iter().any(needs)).collect()
}

fn reads(check: &Check) -> String {
    let read = sources_of(check);
    if read.is_empty() {
        let what = match check.needs {
            [FactKind::Suppression] => "`suppressions.toml`: see [suppressions](../suppressions.md)",
            _ => "How much every source saw",
        };
        return format!("{what}. It asks AWS nothing of its own.\n");
    }
    let row = |source: &&Source| {
        format!("- [{0}](../sources/{0}.md): {1}\n", source.id, sources::capital(source.title))
    };
    let facts: Vec<&str> = check.needs.iter().map(|kind| sources::name(*kind)).collect();
    let rows: String = read.iter().map(row).collect();
    let actions: BTreeSet<&str> = read.iter().flat_map(|source| (source.actions)()).collect();
    let needed = match actions.is_empty() {
        true => "No IAM action is needed.".to_owned(),
        false => format!("`howler policy iam --check {}` prints the IAM actions that this needs.", check.id),
    };
    format!("Facts: {}. They come from\n\n{rows}\n{needed}\n", facts.join(", "))
}

fn json(check: &Check) -> String {
    let fields = "All fields: [report fields](../report-fields.md).\n";
    match demo().report.findings.iter().find(|finding| finding.check == check.id) {
        Some(finding) => {
            let json = blocks::fenced("json", &serde_json::to_string_pretty(finding).unwrap());
            format!("One of the demo's findings:\n\n{json}\n{fields}")
        }
        None => format!("The demo has no finding of this check. {fields}"),
    }
}

#[test]
fn the_cases_show_every_measure_that_a_report_can_hold() {
    let kinds = |check: &&Check| {
        let judged = cases::of(check.id).into_iter().filter_map(|case| judged(check, &case));
        judged.map(|finding| kind(&finding)).collect::<Vec<_>>()
    };
    let shown: BTreeSet<String> = CHECKS.iter().flat_map(kinds).collect();
    let schema = fields::schema();
    let all = schema["$defs"]["Measure"]["oneOf"].as_array().unwrap();
    let name = |measure: &Value| measure["properties"]["kind"]["const"].as_str().unwrap().to_owned();
    assert_eq!(shown, all.iter().map(name).collect(), "left: shown, right: the schema");
}
