//! Documents that are kept: written as compressed lines, and read back one by one, however many there are.

mod lines;

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use self::lines::Source;
use crate::document::{Changes, Delivery, Run};
use crate::ndjson::{self, End, Head, Kind};
use crate::{Document, Error, Held, Reading, Record, Records, Scan, Tally};

/// The fastest: lines that are so alike shrink to a twentieth even so.
const LEVEL: i32 = 1;
/// Bytes that are compressed at once.
const AT_ONCE: usize = 128 << 10;

/// Writes a scan as `--format ndjson` does, compressed with zstd, with checksums.
///
/// The last line is a frame of its own, so that a reader sees at once whether the file is whole.
///
/// # Errors
/// Those of `out`, and of reading the records of the scan.
pub fn keep(scan: &Scan, out: &mut dyn Write) -> io::Result<()> {
    let mut body = BufWriter::with_capacity(AT_ONCE, frame(&mut *out)?);
    let end = ndjson::write(scan, &mut body)?;
    body.into_inner()?.finish()?;
    let mut tail = frame(out)?;
    end.write(&mut tail)?;
    tail.finish()?.flush()
}

fn frame(out: &mut dyn Write) -> io::Result<zstd::Encoder<'static, &mut dyn Write>> {
    let mut frame = zstd::Encoder::new(out, LEVEL)?;
    frame.include_checksum(true)?;
    Ok(frame)
}

/// A document that was kept, or written as `ndjson` or `json`: its head in memory, its records read when asked for.
///
/// Memory does not grow with what was found, unless the file is one JSON document. The file is held open, so that it is
/// read as often as somebody asks, also after it was removed. Records come in the order of the file. Where they are
/// lines they have no key: such records are told, and never merged.
#[derive(Debug)]
pub struct Kept {
    /// When and how the scan ran.
    pub run: Run,
    /// The version of howler that wrote it.
    pub version: String,
    /// All that is counted of the records.
    pub tally: Tally,
    /// What the scan changed; none if nobody remembered earlier ones when it was written.
    pub changes: Option<Changes>,
    /// How the gateways took it, as far as that was known when it was written.
    pub deliveries: Vec<Delivery>,
    contents: Contents,
}

/// Where the records are.
#[derive(Debug)]
enum Contents {
    Lines(Source, End),
    Held(Held),
}

impl Kept {
    /// Opens a file of lines or of one JSON document, either of them plain or compressed with zstd.
    ///
    /// # Errors
    /// [`Error::Kept`] for a file that cannot be read, is another kind of file, or breaks off. Damage amid the lines of
    /// a large file is an error where it is read.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let read = || {
            let source = Source::new(File::open(path)?, path);
            match source.begins_with(Kind::Scan.opening())? {
                true => Self::of_lines(source),
                false => Self::of_document(source.unpacked()?),
            }
        };
        read().map_err(|error| Error::Kept { path: path.display().to_string(), reason: error.to_string() })
    }

    fn of_lines(source: Source) -> io::Result<Self> {
        let mut lines = source.lines()?;
        let first = lines.next()?.unwrap_or_default();
        let head: Head<'_> = serde_json::from_str(first).map_err(other_document)?;
        let Head { tool, run, tally, changes, deliveries, .. } = head;
        let changes = changes.map(Cow::into_owned);
        let end = source.end()?;
        Ok(Self {
            run,
            version: tool.version,
            tally,
            changes,
            deliveries,
            contents: Contents::Lines(source, end),
        })
    }

    fn of_document(from: impl Read) -> io::Result<Self> {
        let document: Document = serde_json::from_reader(from).map_err(other_document)?;
        let Document { tool, run, changes, findings, scopes, deliveries, .. } = document;
        let mut tally = Tally::default();
        findings.iter().for_each(|finding| tally.add_finding(finding));
        scopes.iter().for_each(|scope| tally.add_scope(scope));
        let held = Held {
            findings: findings.iter().map(Record::of_finding).collect(),
            scopes: scopes.iter().map(Record::of_scope).collect(),
        };
        let version = tool.version;
        Ok(Self { run, version, tally, changes, deliveries, contents: Contents::Held(held) })
    }

    /// The scan as it was.
    #[must_use]
    pub fn into_scan(self) -> Scan {
        let Self { run, version, tally, changes, deliveries, contents } = self;
        Scan { run, version, tally, changes, deliveries, records: Box::new(contents) }
    }

    /// All findings, from the first, for whoever cannot hold on to the document meanwhile.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn into_findings(self) -> io::Result<Reading<'static>> {
        match self.contents {
            Contents::Lines(source, end) => source.records(Kind::Finding, end.findings),
            Contents::Held(held) => Ok(Box::new(held.findings.into_iter().map(Ok))),
        }
    }
}

fn other_document(error: serde_json::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, Error::Document(error).to_string())
}

impl Records for Kept {
    fn findings(&self) -> io::Result<Reading<'_>> {
        self.contents.findings()
    }

    fn scopes(&self) -> io::Result<Reading<'_>> {
        self.contents.scopes()
    }
}

impl Records for Contents {
    fn findings(&self) -> io::Result<Reading<'_>> {
        match self {
            Self::Lines(source, end) => source.records(Kind::Finding, end.findings),
            Self::Held(held) => held.findings(),
        }
    }

    fn scopes(&self) -> io::Result<Reading<'_>> {
        match self {
            Self::Lines(source, end) => source.records(Kind::Scope, end.scopes),
            Self::Held(held) => held.scopes(),
        }
    }
}

#[cfg(test)]
mod tests;
