//! A part as a file: what one shard of a scan saw, for `howler merge`.
//!
//! Line 1 is the head, in JSON. Then come the findings, then the scopes, each a line of its key and its JSON, in
//! their order; the last line says that the file is whole.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::merge::merged;
use super::runs::{WINDOW, lines, write};
use super::{Spooled, Told};
use crate::document::{Place, Run};
use crate::{Error, Reading, Records, Tally};

/// Which file this is; another name is another file.
const SCHEMA: &str = "howler.part/v1";
/// The last line.
const END: &str = "end";

/// What all shards of one scan have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Follows from how accounts were chosen and from how everything is judged: parts of different plans are not merged.
    pub digest: String,
    /// The checks that judge.
    pub checks: Vec<String>,
    /// Everything that this shard knew to be scanned by all shards together, each as the place that stands for it.
    pub units: Vec<Place>,
}

/// What stands before the records of a part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartHead {
    schema: String,
    /// The version of howler that wrote it.
    pub version: String,
    /// Which part it is, from 0.
    pub shard: u32,
    /// How many there are.
    pub of: u32,
    /// What all parts have in common.
    pub plan: Planned,
    /// When and how this part was scanned.
    pub run: Run,
    /// What every part knows: the organisation and what is wrong with it.
    pub common: Told,
    /// What the records of this part add up to.
    pub tally: Tally,
    findings: u64,
    scopes: u64,
}

impl PartHead {
    /// The head of a part; [`PartHead::write`] adds how many records there are.
    #[must_use]
    pub fn new(version: String, (shard, of): (u32, u32), plan: Planned, run: Run, common: Told) -> Self {
        let schema = SCHEMA.to_owned();
        Self {
            schema,
            version,
            shard,
            of,
            plan,
            run,
            common,
            tally: Tally::default(),
            findings: 0,
            scopes: 0,
        }
    }

    /// Writes the part with its records.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn write(mut self, records: &Spooled, out: &mut impl Write) -> io::Result<()> {
        self.tally = records.tally().clone();
        self.findings = records.findings()?.count() as u64;
        self.scopes = records.scopes()?.count() as u64;
        serde_json::to_writer(&mut *out, &self)?;
        out.write_all(b"\n")?;
        for record in records.findings()?.chain(records.scopes()?) {
            write(&record?, out)?;
        }
        writeln!(out, "{END}")
    }
}

/// A part that can be read.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    path: PathBuf,
    /// What stands before its records.
    pub head: PartHead,
}

impl Part {
    /// Reads the head, and makes sure that the file is whole.
    ///
    /// # Errors
    /// [`Error::Part`] for a file that cannot be read, is another kind of file, or breaks off.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let wrong = |reason: String| Error::Part { path: path.display().to_string(), reason };
        let mut first = String::new();
        let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
        BufReader::new(&file).read_line(&mut first).map_err(|error| wrong(error.to_string()))?;
        let head: PartHead =
            serde_json::from_str(&first).map_err(|_| wrong("it is no part of a scan".into()))?;
        if head.schema != SCHEMA {
            return Err(wrong(format!("it is a {} and not a {SCHEMA}", crate::visible(&head.schema))));
        }
        match is_whole(&file) {
            Ok(true) => Ok(Self { path: path.to_owned(), head }),
            Ok(false) => Err(wrong("it breaks off: the scan that wrote it did not end well".into())),
            Err(error) => Err(wrong(error.to_string())),
        }
    }

    fn lines(&self, skipped: u64, taken: u64) -> io::Result<Reading<'_>> {
        let mut from = BufReader::with_capacity(WINDOW, File::open(&self.path)?);
        for _ in 0..=skipped {
            from.skip_until(b'\n')?;
        }
        let taken = usize::try_from(taken).unwrap_or(usize::MAX);
        let named =
            |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", self.path.display()));
        Ok(Box::new(lines(from).take(taken).map(move |record| record.map_err(named))))
    }
}

fn is_whole(mut file: &File) -> io::Result<bool> {
    let tail = format!("\n{END}\n");
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(length.saturating_sub(tail.len() as u64)))?;
    Ok(io::read_to_string(file).is_ok_and(|read| read == tail))
}

impl Records for Part {
    fn findings(&self) -> io::Result<Reading<'_>> {
        self.lines(0, self.head.findings)
    }

    fn scopes(&self) -> io::Result<Reading<'_>> {
        self.lines(self.head.findings, self.head.scopes)
    }
}

/// Several readable things as one.
impl<R: Records> Records for Vec<R> {
    fn findings(&self) -> io::Result<Reading<'_>> {
        Ok(merged(self.iter().map(Records::findings).collect::<io::Result<_>>()?))
    }

    fn scopes(&self) -> io::Result<Reading<'_>> {
        Ok(merged(self.iter().map(Records::scopes).collect::<io::Result<_>>()?))
    }
}

impl Records for Box<dyn Records> {
    fn findings(&self) -> io::Result<Reading<'_>> {
        self.as_ref().findings()
    }

    fn scopes(&self) -> io::Result<Reading<'_>> {
        self.as_ref().scopes()
    }
}
