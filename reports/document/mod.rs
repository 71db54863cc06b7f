//! The document `howler.report/v1`: what machines read, apart from the nouns inside.
//!
//! Fields are added within v1, never renamed or removed. Instants are RFC 3339 in UTC, ratios 0..1, and null says
//! "not known" or "does not apply", never zero. Text of others stands in it unchanged.

mod certificate;
mod change;
mod coverage;
mod finding;
mod measure;
mod number;
mod words;

use std::collections::BTreeMap;
use std::io;

use chrono::{DateTime, Utc};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::{Deserialize, Serialize};

pub use certificate::{Certificate, Cname, Sighting, Validation};
pub use change::{Change, Changed, Changes, Unconfirmed};
pub use coverage::{Coverage, Gap, Scope, Unseen};
pub use finding::{Finding, Place, Rescored, Resource, Suppression};
pub use measure::Measure;
pub use words::{
    CoverageStatus, LimitSource, Obstacle, Origin, Partition, Reason, Role, Severity, Status, Untrusted,
    UsageSource,
};

use crate::{Error, Scan};

/// Which document this is; another name is another document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Schema {
    /// `howler.report/v1`.
    #[serde(rename = "howler.report/v1")]
    V1,
}

/// What wrote the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `howler`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// When and how the scan ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// A name for this scan that no other has.
    pub id: String,
    /// The time that everything is judged by.
    pub now: DateTime<Utc>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: DateTime<Utc>,
    /// Calls that went to AWS, retries counted.
    pub api_calls: u64,
    /// False if a signal ended it.
    pub finished: bool,
    /// The checks that judged: what another check found earlier is neither confirmed nor gone.
    #[serde(default)]
    pub checks: Vec<String>,
    /// Whether only some of the sources that these checks need were asked, so that what is missing proves nothing.
    #[serde(default)]
    pub narrowed: bool,
    /// The sources that were asked, and `regions` where all regions were: a gap of another one is neither confirmed nor
    /// gone.
    #[serde(default)]
    pub sources: Vec<String>,
}

/// Findings counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// All findings by status.
    pub by_status: BTreeMap<Status, usize>,
    /// Findings with status fail, warn or unknown, by severity.
    pub open_by_severity: BTreeMap<Severity, usize>,
}

/// How a gateway took the findings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Delivery {
    /// The name of the gateway.
    pub gateway: String,
    /// Where, without credentials.
    pub target: String,
    /// Findings that it accepted.
    pub accepted: usize,
    /// Findings that it did not.
    pub rejected: usize,
    /// Why not; null if all went well.
    pub error: Option<String>,
    /// What went wrong though all was delivered: one of several servers was down; null if nothing did.
    #[serde(default)]
    pub warning: Option<String>,
}

/// A scan, as it is written and read back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Document {
    /// Which document this is.
    pub schema: Schema,
    /// What wrote it.
    pub tool: Tool,
    /// When and how the scan ran.
    pub run: Run,
    /// Whether everything that should have been seen was seen. If false, a missing finding proves nothing.
    pub complete: bool,
    /// How many scopes came out how.
    pub coverage: Coverage,
    /// How many findings there are.
    pub summary: Summary,
    /// What is new, worse, better or gone since earlier scans; null if no memory of them was kept.
    #[serde(default)]
    pub changes: Option<Changes>,
    /// What was found, worst first.
    pub findings: Vec<Finding>,
    /// What was asked for and what was seen of it.
    pub scopes: Vec<Scope>,
    /// How the gateways took it.
    pub deliveries: Vec<Delivery>,
}

impl Document {
    /// Reads a document back.
    ///
    /// # Errors
    /// [`Error::Document`] for anything but a `howler.report/v1`.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        Ok(serde_json::from_slice(json)?)
    }

    /// The whole of a scan in memory.
    ///
    /// # Errors
    /// Those of reading its records.
    pub fn read(scan: &Scan) -> io::Result<Self> {
        let findings = scan.records.findings()?.map(|record| record?.finding());
        let scopes = scan.records.scopes()?.map(|record| record?.scope());
        Ok(Self {
            findings: findings.collect::<io::Result<_>>()?,
            scopes: scopes.collect::<io::Result<_>>()?,
            changes: scan.changes.clone(),
            deliveries: scan.deliveries.clone(),
            ..Self::head(scan)
        })
    }

    /// Facts and totals of a scan, without anything of which there may be hundreds of thousands.
    pub(crate) fn head(scan: &Scan) -> Self {
        Self {
            schema: Schema::V1,
            tool: Tool { name: "howler".into(), version: scan.version.clone() },
            run: scan.run.clone(),
            complete: scan.is_complete(),
            coverage: scan.tally.coverage(),
            summary: scan.tally.summary(),
            changes: None,
            findings: Vec::new(),
            scopes: Vec::new(),
            deliveries: Vec::new(),
        }
    }
}

/// The JSON Schema (draft 2020-12) of the document as it is written.
#[must_use]
pub fn schema() -> serde_json::Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<Document>().to_value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_document_reads_back_as_it_was() {
        let document = Document::read(&samples::scan().scan()).unwrap();
        let json = serde_json::to_vec(&document).unwrap();
        assert_eq!(Document::parse(&json).unwrap(), document);
    }

    #[test]
    fn another_document_is_refused_by_its_name() {
        let json = serde_json::to_string(&Document::read(&samples::scan().scan()).unwrap()).unwrap();
        let other = json.replacen("howler.report/v1", "howler.report/v2", 1);
        let error = Document::parse(other.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("howler.report/v1") && error.contains("howler.report/v2"), "{error}");
    }

    #[test]
    fn requested_is_the_sum_of_the_rest() {
        let Coverage { requested, ok, partial, denied, disabled, throttled, error, skipped } =
            Document::read(&samples::scan().scan()).unwrap().coverage;
        assert_eq!(requested, ok + partial + denied + disabled + throttled + error + skipped);
        assert!(requested > 0);
    }

    #[test]
    fn a_scan_that_was_interrupted_is_not_complete() {
        let mut scan = samples::healthy();
        assert!(Document::read(&scan.scan()).unwrap().complete);
        scan.run.finished = false;
        assert!(!Document::read(&scan.scan()).unwrap().complete);
    }

    #[test]
    fn the_schema_is_a_snapshot() {
        insta::assert_snapshot!("schema", serde_json::to_string_pretty(&schema()).unwrap());
    }
}
