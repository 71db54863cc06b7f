//! `howler explain`: a check's own words about itself.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use anyhow::{Context, Result};
use howler_checks::find;
use howler_model::FactKind;

use crate::plan::Plan;

/// What there is to know about a check.
pub fn text(name: &str) -> Result<String> {
    let check = find(name).context("there is no such check: howler checks lists them")?;
    let plan = Plan::new(&[name.to_owned()], &[], &[], Arc::default());
    let mut reads: Vec<&str> = plan.sources.iter().map(|source| source.id).collect();
    reads.extend(plan.needs(FactKind::Suppression).then_some("suppressions.toml"));
    let actions: BTreeSet<&str> = plan.actions();
    let mut text = String::new();
    writeln!(text, "{}: {}\n", check.id, check.title)?;
    writeln!(text, "Why\n  {}\n\nWhat to do\n  {}\n", check.why, check.fix)?;
    writeln!(text, "Reads\n  {}\n", reads.join(", "))?;
    if !actions.is_empty() {
        writeln!(text, "Needs\n  {}\n", actions.into_iter().collect::<Vec<_>>().join("\n  "))?;
    }
    writeln!(text, "Since {}", check.since)?;
    Ok(text)
}
