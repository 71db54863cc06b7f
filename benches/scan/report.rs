//! The document that a scan wrote: in a file, for it may be larger than memory, which ends with its reader.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::NamedTempFile;

/// More bytes than the document has before its findings.
const HEAD: u64 = 1 << 16;
/// How much of a line is told.
const TOLD: usize = 160;

/// A document in a file of its own.
pub(crate) struct Report {
    file: NamedTempFile,
}

impl Report {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self { file: NamedTempFile::with_prefix("howler-bench-")? })
    }

    /// Where the command is to write it.
    pub(crate) fn output(&self) -> Result<Stdio> {
        Ok(self.file.reopen()?.into())
    }

    /// How many scopes were not seen in full, as the head of the document tells.
    pub(crate) fn gaps(&self) -> Result<u64> {
        let mut head = Vec::new();
        self.file.reopen()?.take(HEAD).read_to_end(&mut head)?;
        let head = String::from_utf8_lossy(&head);
        let (_, rest) = head.split_once("\"coverage\":").context("no report was written")?;
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let coverage = values.next().context("no coverage")??;
        let count = |status: &str| coverage.get(status).and_then(Value::as_u64).context("no count");
        Ok(count("requested")?.saturating_sub(count("ok")?))
    }

    /// Where the documents of two scans differ first, their runs aside; none if they are the same.
    pub(crate) fn difference(&self, other: &Self) -> Result<Option<String>> {
        let (mut ours, mut theirs) = (self.lines()?, other.lines()?);
        loop {
            match (ours.next().transpose()?, theirs.next().transpose()?) {
                (None, None) => break,
                (ours, theirs) if ours == theirs => {}
                (ours, theirs) => return Ok(Some(format!("{} | {}", told(ours), told(theirs)))),
            }
        }
        ensure!(ours.run_seen && theirs.run_seen, "a document without a run is no document");
        Ok(None)
    }

    fn lines(&self) -> Result<Lines> {
        Ok(Lines { lines: BufReader::new(self.file.reopen()?).lines(), inside: false, run_seen: false })
    }
}

fn told(line: Option<String>) -> String {
    line.map_or("the end".to_owned(), |line| line.chars().take(TOLD).collect())
}

/// The lines of a document without those of its run.
struct Lines {
    lines: io::Lines<BufReader<File>>,
    /// Whether the last line was of the run, and not its last.
    inside: bool,
    run_seen: bool,
}

impl Lines {
    /// Whether a line is of the run, which stands at the top and is indented as such.
    fn is_run(&mut self, line: &str) -> bool {
        let begins = !self.run_seen && line.starts_with("  \"run\": {");
        let is_run = self.inside || begins;
        let ends = line.starts_with("  }") || (begins && line.ends_with("},"));
        self.inside = is_run && !ends;
        self.run_seen |= begins;
        is_run
    }
}

impl Iterator for Lines {
    type Item = io::Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = self.lines.next()?;
            match &line {
                Ok(text) if self.is_run(text) => {}
                _ => return Some(line),
            }
        }
    }
}
