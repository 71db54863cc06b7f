//! Telling: a scan in, bytes out; gateways deliver findings.
//!
//! What was found is put into words once, as [`Record`]s; reports and gateways read these one by one, in order.
//! Each output has one escaping layer: text of others is kept as it is until the place where it is written.

use std::io::{self, Write};

pub mod document;
mod error;
mod escape;
pub mod gateway;
mod json;
mod kept;
mod ndjson;
mod part;
mod record;
mod scan;
mod table;
mod tally;
mod wording;

#[cfg(test)]
mod samples;

pub use document::{Coverage, CoverageStatus, Delivery, Document, Reason, Run, Severity, Status, schema};
pub use error::Error;
pub use escape::visible;
pub use kept::{Kept, keep};
pub use part::{Part, PartHead, Planned, Spool, Spooled, Told};
pub use record::Record;
pub use scan::{Held, Reading, Records, Scan};
pub use tally::Tally;
pub use wording::Remediation;

/// How text is laid out, decided by whoever knows where it goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    /// Columns of the terminal; none where there is no terminal, and then no line is wrapped.
    pub width: Option<u16>,
    /// Whether severities are coloured.
    pub colour: bool,
}

/// A way to tell a scan: a pure function of the scan and the style.
pub trait Report: Sync {
    /// Its name, for `--format`.
    fn name(&self) -> &'static str;

    /// Tells the scan.
    ///
    /// # Errors
    /// Those of `out`, and of reading the records of the scan.
    fn render(&self, scan: &Scan, style: &Style, out: &mut dyn Write) -> io::Result<()>;
}

/// All reports, one line for each file or folder of this room that is one.
pub static REPORTS: &[&dyn Report] = &[&json::Json, &ndjson::Ndjson, &table::Table];

/// The report of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static dyn Report> {
    REPORTS.iter().copied().find(|report| report.name() == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// What lies in this room and is not a report.
    const OTHERS: [&str; 14] = [
        "document",
        "error",
        "escape",
        "gateway",
        "kept",
        "lib",
        "part",
        "record",
        "samples",
        "scan",
        "snapshots",
        "tally",
        "tests",
        "wording",
    ];

    fn names_in(folder: &str, others: &[&str]) -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let code = files.filter(|path| path.is_dir() || path.extension().is_some_and(|ext| ext == "rs"));
        let stems = code.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned());
        stems.filter(|stem| !others.contains(&stem.as_str())).collect()
    }

    #[test]
    fn each_report_has_its_file_and_its_line() {
        let listed: BTreeSet<String> = REPORTS.iter().map(|report| report.name().to_owned()).collect();
        assert_eq!(names_in(".", &OTHERS), listed, "left: files of reports/, right: the list REPORTS");
        assert_eq!(listed.len(), REPORTS.len(), "a name stands twice in REPORTS");
    }

    #[test]
    fn each_gateway_has_its_file_and_its_line() {
        let listed: BTreeSet<String> =
            gateway::GATEWAYS.iter().map(|opener| opener.name.to_owned()).collect();
        let others =
            ["mod", "pace", "alone", "deliver", "notice", "settings", "spacing", "http", "event", "aws"];
        // Without the feature, the gateways that are services of AWS are files of nobody.
        let aws =
            ["sns", "eventbridge", "security_hub"].map(|name| if cfg!(feature = "aws") { "" } else { name });
        let files = names_in("gateway", &[&others[..], &aws[..]].concat());
        let files: BTreeSet<String> = files.into_iter().map(|file| file.replace('_', "-")).collect();
        assert_eq!(files, listed, "left: files, right: the list GATEWAYS");
        assert_eq!(listed.len(), gateway::GATEWAYS.len(), "a name stands twice in GATEWAYS");
    }

    #[test]
    fn a_report_is_found_by_its_name() {
        assert_eq!(find("json").map(Report::name), Some("json"));
        assert!(find("yaml").is_none());
    }
}
