//! The document `howler.report/v1` as lines, each a JSON object that says what it is: for streams and for keeping.
//!
//! First the head, then each finding, each scope, and an end that says how many there were. A file without the end
//! broke off.

use std::borrow::Cow;
use std::io::{self, BufWriter, Write};

use serde::{Deserialize, Serialize};

use crate::document::{Changes, Coverage, Delivery, Run, Schema, Summary, Tool};
use crate::{Document, Reading, Report, Scan, Style, Tally, escape};

/// Bytes that are written at once.
const AT_ONCE: usize = 1 << 20;

/// `--format ndjson`.
pub(crate) struct Ndjson;

impl Report for Ndjson {
    fn name(&self) -> &'static str {
        "ndjson"
    }

    fn render(&self, scan: &Scan, _: &Style, out: &mut dyn Write) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(AT_ONCE, out);
        let end = write(scan, &mut out)?;
        end.write(&mut out)?;
        out.flush()
    }
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Scan,
    Finding,
    Scope,
    End,
}

impl Kind {
    /// How each line of that kind begins; the rest is its JSON without the first brace.
    pub(crate) fn opening(self) -> &'static str {
        match self {
            Self::Scan => r#"{"kind":"scan","#,
            Self::Finding => r#"{"kind":"finding","#,
            Self::Scope => r#"{"kind":"scope","#,
            Self::End => r#"{"kind":"end","#,
        }
    }

    /// The JSON object of a line, without its kind; none if the line is of another kind.
    pub(crate) fn object(self, line: &str) -> Option<Box<str>> {
        let rest = line.strip_prefix(self.opening())?;
        Some(["{", rest].concat().into())
    }

    fn write(self, json: &str, out: &mut impl Write) -> io::Result<()> {
        let rest = json.strip_prefix('{').ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, json))?;
        out.write_all(self.opening().as_bytes())?;
        out.write_all(rest.as_bytes())?;
        out.write_all(b"\n")
    }
}

/// Facts and totals of a scan: the first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename = "scan")]
pub(crate) struct Head<'a> {
    schema: Schema,
    pub(crate) tool: Tool,
    pub(crate) run: Run,
    complete: bool,
    coverage: Coverage,
    summary: Summary,
    /// All that is counted of the records, so that a reader need not count them.
    pub(crate) tally: Tally,
    #[serde(default)]
    pub(crate) changes: Option<Cow<'a, Changes>>,
    pub(crate) deliveries: Vec<Delivery>,
}

impl<'a> Head<'a> {
    fn of(scan: &'a Scan) -> Self {
        let Document { schema, tool, run, complete, coverage, summary, .. } = Document::head(scan);
        let (tally, deliveries) = (scan.tally.clone(), scan.deliveries.clone());
        let changes = scan.changes.as_ref().map(Cow::Borrowed);
        Self { schema, tool, run, complete, coverage, summary, tally, changes, deliveries }
    }
}

/// How many lines there were: the last line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct End {
    pub(crate) findings: u64,
    pub(crate) scopes: u64,
}

impl End {
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        Kind::End.write(&serde_json::to_string(self)?, out)
    }
}

/// Writes all lines but the last, which is returned.
pub(crate) fn write(scan: &Scan, out: &mut impl Write) -> io::Result<End> {
    serde_json::to_writer(escape::Json(&mut *out), &Head::of(scan))?;
    out.write_all(b"\n")?;
    let findings = lines(Kind::Finding, scan.records.findings()?, out)?;
    let scopes = lines(Kind::Scope, scan.records.scopes()?, out)?;
    Ok(End { findings, scopes })
}

/// Writes a line for each record, and says how many there were.
fn lines(kind: Kind, records: Reading<'_>, out: &mut impl Write) -> io::Result<u64> {
    let mut written = 0;
    for record in records {
        kind.write(&record?.json, out)?;
        written += 1;
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::samples::{self, Sample, Watched};
    use crate::{Held, Record};

    fn ndjson(sample: &Sample) -> String {
        let mut out = Vec::new();
        Ndjson.render(&sample.scan(), &Style::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_first_line_is_golden() {
        insta::assert_snapshot!("head", ndjson(&samples::scan()).lines().next().unwrap());
    }

    #[test]
    fn each_line_is_an_object_that_says_what_it_is() {
        for sample in [samples::scan(), samples::hostile(), samples::healthy(), samples::remembered()] {
            let text = ndjson(&sample);
            assert!(!text.chars().any(|c| c != '\n' && escape::is_hidden(c)), "{text}");
            let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            let kinds: Vec<String> = lines.map(|line| line["kind"].as_str().unwrap().to_owned()).collect();
            let (findings, scopes) = (sample.findings.len(), sample.scopes.len());
            let mut expected = vec!["scan"];
            expected.extend(["finding"].repeat(findings));
            expected.extend(["scope"].repeat(scopes));
            expected.push("end");
            assert_eq!(kinds, expected);
            let end = text.lines().last().unwrap();
            assert_eq!(end, format!(r#"{{"kind":"end","findings":{findings},"scopes":{scopes}}}"#));
        }
    }

    #[test]
    fn a_line_is_the_record_with_its_kind_in_front() {
        let sample = samples::scan();
        let text = ndjson(&sample);
        let found: Vec<_> = text.lines().filter_map(|line| Kind::Finding.object(line)).collect();
        let held: Vec<_> = sample.held().findings.into_iter().map(|record| record.json).collect();
        assert_eq!(found, held);
    }

    #[test]
    fn a_record_that_is_none_or_cannot_be_read_is_an_error() {
        let sample = samples::scan();
        let unsaid = Record { key: "".into(), json: "\"no object\"".into() };
        let held = Held { findings: vec![unsaid], scopes: Vec::new() };
        assert!(write(&sample.scan_of(Box::new(held)), &mut io::sink()).is_err());
        let broken = Watched { held: sample.held(), readable: Some(2), ..Watched::default() };
        assert!(write(&sample.scan_of(Box::new(broken)), &mut io::sink()).is_err());
    }
}
