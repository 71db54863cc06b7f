//! The document `howler.report/v1` as JSON, for pipelines.

use std::io::{self, BufWriter, Write};

use howler_model::Scan;

use crate::{Document, Report, Style, escape};

/// `--format json`.
pub(crate) struct Json;

impl Report for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn render(&self, scan: &Scan, _: &Style, out: &mut dyn Write) -> io::Result<()> {
        let mut out = BufWriter::new(out);
        serde_json::to_writer_pretty(Visible(&mut out), &Document::to_write(scan))?;
        out.write_all(b"\n")?;
        out.flush()
    }
}

/// Escapes what a terminal would obey, piece by piece: the document is never held as one text.
struct Visible<W>(W);

impl<W: Write> Write for Visible<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        match std::str::from_utf8(piece) {
            Ok(text) if text.chars().any(escape::is_hidden) => {
                self.0.write_all(escape::json(text).as_bytes())?;
            }
            _ => self.0.write_all(piece)?,
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn json(scan: &Scan) -> String {
        let mut out = Vec::new();
        Json.render(scan, &Style::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_document_is_golden() {
        insta::assert_snapshot!("document", json(&samples::scan()));
    }

    #[test]
    fn a_terminal_has_nothing_to_obey_in_it_and_nothing_is_lost() {
        let scan = samples::hostile();
        let text = json(&scan);
        assert!(!text.chars().any(|c| c != '\n' && escape::is_hidden(c)), "{text}");
        assert_eq!(Document::parse(text.as_bytes()).unwrap(), Document::from(&scan));
        assert!(text.ends_with("}\n"));
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
        assert!(Json.render(&samples::scan(), &Style::default(), &mut Full).is_err());
    }
}
