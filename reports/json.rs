//! The document `howler.report/v1` as JSON, for pipelines: a finding a line, a scope a line.

use std::io::{self, BufWriter, Write};

use serde::Serialize;

use crate::document::Changes;
use crate::{Document, Reading, Report, Scan, Style, escape};

/// Bytes that are written at once: records are copied, and a document may have millions of them.
const AT_ONCE: usize = 1 << 20;
/// Where that begins in a document which has one line for each. No text in front of it can hold this: a line break in a
/// text is escaped.
const LINES: &str = "\n  \"changes\": null";

/// `--format json`.
pub(crate) struct Json;

impl Report for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn render(&self, scan: &Scan, _: &Style, out: &mut dyn Write) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(AT_ONCE, out);
        let empty = serde_json::to_string_pretty(&Document::head(scan))?;
        let (head, _) = empty.split_once(LINES).ok_or(io::ErrorKind::InvalidData)?;
        writeln!(out, "{}", escape::json(head))?;
        changes(scan.changes.as_ref(), &mut out)?;
        array("  ", "findings", lines(scan.records.findings()?), &mut out)?;
        out.write_all(b",\n")?;
        array("  ", "scopes", lines(scan.records.scopes()?), &mut out)?;
        out.write_all(b",\n")?;
        array("  ", "deliveries", scan.deliveries.iter().map(line), &mut out)?;
        out.write_all(b"\n}\n")?;
        out.flush()
    }
}

/// What changed, a finding a line too: a first scan has as many changes as findings.
fn changes(changes: Option<&Changes>, out: &mut impl Write) -> io::Result<()> {
    let Some(Changes { since, findings, unconfirmed }) = changes else {
        return out.write_all(b"  \"changes\": null,\n");
    };
    writeln!(out, "  \"changes\": {{\n    \"since\": {},", line(since)?)?;
    array("    ", "findings", findings.iter().map(line), out)?;
    out.write_all(b",\n")?;
    array("    ", "unconfirmed", unconfirmed.iter().map(line), out)?;
    out.write_all(b"\n  },\n")
}

/// Records as they are.
fn lines(records: Reading<'_>) -> impl Iterator<Item = io::Result<Box<str>>> {
    records.map(|record| Ok(record?.json))
}

fn line(part: &impl Serialize) -> io::Result<Box<str>> {
    Ok(escape::json(&serde_json::to_string(part)?).into())
}

/// A field of the document, an element a line.
fn array(
    indent: &str,
    name: &str,
    elements: impl Iterator<Item = io::Result<Box<str>>>,
    out: &mut impl Write,
) -> io::Result<()> {
    write!(out, "{indent}\"{name}\": [")?;
    let mut is_empty = true;
    for element in elements {
        write!(out, "{}\n{indent}  ", if is_empty { "" } else { "," })?;
        out.write_all(element?.as_bytes())?;
        is_empty = false;
    }
    if !is_empty {
        write!(out, "\n{indent}")?;
    }
    out.write_all(b"]")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Delivery;
    use crate::samples::{self, Sample};

    fn json(sample: &Sample) -> String {
        let mut out = Vec::new();
        Json.render(&sample.scan(), &Style::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_document_is_golden() {
        insta::assert_snapshot!("document", json(&samples::scan()));
    }

    #[test]
    fn a_terminal_has_nothing_to_obey_in_it_and_nothing_is_lost() {
        let mut sample = samples::hostile();
        sample.run.id = format!("{:?} \"changes\": null\n  \"changes\": null", samples::HOSTILE);
        sample.deliveries = samples::HOSTILE.map(delivery).into();
        let text = json(&sample);
        assert!(!text.chars().any(|c| c != '\n' && escape::is_hidden(c)), "{text}");
        assert_eq!(Document::parse(text.as_bytes()).unwrap(), Document::read(&sample.scan()).unwrap());
        assert!(text.ends_with("}\n"));
    }

    fn delivery(text: &str) -> Delivery {
        let error = Some(text.to_owned());
        Delivery { gateway: "x".into(), target: text.into(), accepted: 1, rejected: 2, error, warning: None }
    }

    #[test]
    fn a_record_is_a_line_and_what_is_empty_is_empty() {
        let mut sample = samples::scan();
        let text = json(&sample);
        let lines = text.lines().filter(|line| line.starts_with("    {\""));
        assert_eq!(lines.count(), sample.findings.len() + sample.scopes.len());
        (sample.findings, sample.scopes) = Default::default();
        let text = json(&sample);
        assert!(
            text.ends_with("\n  \"findings\": [],\n  \"scopes\": [],\n  \"deliveries\": []\n}\n"),
            "{text}"
        );
        assert_eq!(Document::parse(text.as_bytes()).unwrap(), Document::read(&sample.scan()).unwrap());
    }

    #[test]
    fn a_change_is_a_line_and_no_change_is_none() {
        let mut sample = samples::remembered();
        for left in [usize::MAX, 1, 0] {
            let changes = sample.changes.as_mut().unwrap();
            changes.findings.truncate(left);
            changes.unconfirmed.truncate(left);
            let number = changes.findings.len() + changes.unconfirmed.len();
            let text = json(&sample);
            assert_eq!(text.lines().filter(|line| line.starts_with("      {\"id\"")).count(), number);
            assert_eq!(Document::parse(text.as_bytes()).unwrap(), Document::read(&sample.scan()).unwrap());
        }
        assert!(
            json(&sample).contains("    \"findings\": [],\n    \"unconfirmed\": []\n  },\n  \"findings\": [")
        );
    }

    #[test]
    fn the_same_scan_is_the_same_bytes() {
        assert_eq!(json(&samples::scan()), json(&samples::scan()));
    }

    #[test]
    fn an_output_that_fails_is_told() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert!(Json.render(&samples::scan().scan(), &Style::default(), &mut Full).is_err());
    }
}
