//! `--output FORMAT=PATH`: a report, or a part of a scan that is split, and where it is written.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use howler_reports::{REPORTS, Report};

/// Where something is written.
#[derive(Clone)]
pub enum Output {
    /// A report; without a path, on standard output.
    Report { report: &'static dyn Report, path: Option<PathBuf> },
    /// A part of a scan that is split.
    Part(PathBuf),
}

impl fmt::Debug for Output {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Report { report, path } => write!(out, "{}={path:?}", report.name()),
            Self::Part(path) => write!(out, "{path:?}"),
        }
    }
}

impl FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = || REPORTS.iter().map(|report| report.name()).collect::<Vec<_>>().join(", ");
        let Some((format, path)) = text.split_once('=') else { return Ok(Self::Part(text.into())) };
        if path.is_empty() {
            return Err("FORMAT=PATH is expected".to_owned());
        }
        let report = howler_reports::find(format)
            .ok_or_else(|| format!("no format '{format}': one of {} is expected", known()))?;
        Ok(Self::Report { report, path: (path != "-").then(|| path.into()) })
    }
}
