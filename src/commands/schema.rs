//! `howler schema`: the JSON Schema of the report.

use anyhow::Result;

/// The schema, as it is printed.
pub fn text() -> Result<String> {
    Ok(format!("{:#}\n", howler_reports::schema()))
}
