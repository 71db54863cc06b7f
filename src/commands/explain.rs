//! `howler explain`: a check's own words about itself.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use anyhow::{Context, Result};
use howler_checks::find;
use howler_model::FactKind;
use howler_sources::{Asked, SOURCES, Source};

use crate::plan::{Plan, Wanted};

/// What there is to know about a check.
pub fn text(name: &str) -> Result<String> {
    let check = find(name).context("there is no such check: howler checks lists them")?;
    let checks = [name.to_owned()];
    let wanted = Wanted { checks: &checks, ..Wanted::default() };
    let plan = Plan::new(&wanted, Arc::default());
    let mut reads: Vec<&str> = plan.sources.iter().map(|source| source.id).collect();
    reads.extend(plan.needs(FactKind::Suppression).then_some("suppressions.toml"));
    let actions: BTreeSet<&str> = plan.actions();
    let mut text = String::new();
    writeln!(text, "{}: {}\n", check.id, check.title)?;
    writeln!(text, "Why\n  {}\n\nWhat to do\n  {}\n", check.why, check.fix)?;
    writeln!(text, "Reads\n  {}\n", reads.join(", "))?;
    let also = also_reads(&plan, &wanted);
    if !also.is_empty() {
        writeln!(text, "With --probe also\n  {}\n", also.join(", "))?;
    }
    if !actions.is_empty() {
        writeln!(text, "Needs\n  {}\n", actions.into_iter().collect::<Vec<_>>().join("\n  "))?;
    }
    writeln!(text, "Since {}", check.since)?;
    Ok(text)
}

/// The sources that are asked only where endpoints are that they find, and those that are asked by name then.
fn also_reads(plan: &Plan, wanted: &Wanted<'_>) -> Vec<String> {
    let optional: Vec<String> = SOURCES
        .iter()
        .filter(|source| source.asked == Asked::OnRequest)
        .map(|source| source.id.to_owned())
        .collect();
    let all = Plan::new(&Wanted { with: &optional, probe: true, ..*wanted }, Arc::default());
    let fresh = all.sources.iter().filter(|source| !plan.sources.iter().any(|known| known.id == source.id));
    let name = |source: &&'static Source| match source.asked {
        Asked::Always => source.id.to_owned(),
        Asked::OnRequest => format!("{} (--with {})", source.id, source.id),
    };
    fresh.map(name).collect()
}
