//! `howler checks`: what there is to check.

use anyhow::Result;
use howler_checks::CHECKS;
use serde_json::json;

use crate::args::ListFormat;

/// The list, for people or for programs.
pub fn text(format: ListFormat) -> Result<String> {
    Ok(match format {
        ListFormat::Table => table(),
        ListFormat::Json => format!("{:#}\n", json()),
    })
}

fn table() -> String {
    let width = CHECKS.iter().map(|check| check.id.len()).max().unwrap_or_default();
    CHECKS.iter().map(|check| format!("{:width$}  {}\n", check.id, check.title)).collect()
}

fn json() -> serde_json::Value {
    let entry = |check: &&howler_model::Check| json!({ "id": check.id, "title": check.title, "why": check.why, "fix": check.fix, "since": check.since });
    CHECKS.iter().map(entry).collect()
}
