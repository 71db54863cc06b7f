//! The notices of a gateway, read while they are sent: what is due from the index, the findings from their documents.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::PathBuf;

use howler_reports::document::Finding;
use howler_reports::gateway::Notice;
use howler_reports::{Kept, Reading, Record, Scan};
use rusqlite::Connection;

use crate::seen::{Id, Named, read};
use crate::told::{Due, Listening};
use crate::{Error, Result};

/// The findings that are wanted of one document, by their number in the index: 32 bytes for each.
type Wanted = Vec<(Id, i64)>;

/// Where the findings of a document are read from.
enum Source<'s> {
    Scan(&'s Scan),
    File(PathBuf),
}

/// A document that is read.
struct Open<'s> {
    seq: i64,
    reading: Reading<'s>,
    /// In order. The number of what was found is 0.
    wanted: Wanted,
    left: usize,
}

impl Open<'_> {
    /// The next finding that is wanted; none at the end.
    fn next(&mut self) -> Result<Option<(i64, Record)>> {
        while self.left > 0 {
            let Some(record) = self.reading.next() else {
                let missing =
                    format!("{} findings are not in the document they were last seen in", self.left);
                return Err(io::Error::new(io::ErrorKind::InvalidData, missing).into());
            };
            let record = record?;
            let id = Id::of(read::<Named<'_>>(&record.json)?.id.as_str());
            let Ok(place) = self.wanted.binary_search_by_key(&id, |(id, _)| *id) else { continue };
            let Some((_, n)) = self.wanted.get_mut(place).filter(|(_, n)| *n > 0) else { continue };
            self.left -= 1;
            return Ok(Some((std::mem::take(n), record)));
        }
        Ok(None)
    }
}

/// All notices, document by document, the oldest first, so that what happened to a finding is told in its order.
pub(crate) struct Telling<'s> {
    db: Connection,
    listening: Listening,
    sources: VecDeque<(i64, Source<'s>, Wanted)>,
    open: Option<Open<'s>>,
    ready: VecDeque<Notice>,
    /// Told last, so that it keeps nothing else from being told.
    trouble: VecDeque<io::Error>,
}

impl<'s> Telling<'s> {
    /// Finds out what is due. `file` says where the document of a number lies.
    pub(crate) fn new(
        db: Connection,
        listening: Listening,
        scan: Option<&'s Scan>,
        file: impl Fn(i64) -> PathBuf,
    ) -> Result<Self> {
        // One look at all of it, whatever is noted meanwhile; it ends with the connection.
        db.execute_batch("BEGIN")?;
        let mut wanted = BTreeMap::<i64, Wanted>::new();
        listening.due(&db, None, &mut |due: Due| {
            wanted.entry(due.document).or_default().push((Id::of(&due.id), due.n));
            Ok(())
        })?;
        let source = |seq| match scan {
            Some(scan) if seq == listening.seq => Source::Scan(scan),
            _ => Source::File(file(seq)),
        };
        let sources = wanted.into_iter().map(|(seq, mut wanted)| {
            wanted.sort_unstable();
            wanted.dedup();
            (seq, source(seq), wanted)
        });
        let sources = sources.collect();
        let (ready, trouble) = Default::default();
        Ok(Self { db, listening, sources, open: None, ready, trouble })
    }

    /// One more finding, or the next document. False at the end of all.
    fn step(&mut self) -> Result<bool> {
        let Some(open) = &mut self.open else { return self.open_next() };
        let seq = open.seq;
        match open.next() {
            Ok(Some((n, record))) => self.found(seq, n, &record)?,
            ended => {
                self.open = None;
                ended?;
            }
        }
        Ok(true)
    }

    fn open_next(&mut self) -> Result<bool> {
        let Some((seq, source, wanted)) = self.sources.pop_front() else { return Ok(false) };
        let reading = match source {
            Source::Scan(scan) => scan.records.findings()?,
            Source::File(path) => Kept::open(&path)?.into_findings()?,
        };
        self.open = Some(Open { seq, reading, left: wanted.len(), wanted });
        Ok(true)
    }

    /// Makes notices of a finding.
    fn found(&mut self, seq: i64, n: i64, record: &Record) -> Result<()> {
        let mut dues = Vec::with_capacity(1);
        self.listening.due(&self.db, Some(n), &mut |due| {
            // What happened to it later stands in a later document.
            if due.document == seq {
                dues.push(due);
            }
            Ok(())
        })?;
        let mut finding = Some(record.finding()?);
        let last = dues.len();
        for (place, due) in (1..).zip(dues) {
            let finding = if place == last { finding.take() } else { finding.clone() };
            self.ready.extend(finding.map(|finding| notice(due, finding)));
        }
        Ok(())
    }
}

fn notice(due: Due, mut finding: Finding) -> Notice {
    let key = due.key();
    let Due { news, since, at, confirmed_at, before, told, .. } = due;
    // Where tags were not seen, what earlier scans said holds.
    if finding.severity_unsure {
        finding.severity = told.severity;
    }
    if finding.owner_unsure {
        finding.owner = told.owner;
    }
    Notice { key, news, since, at, confirmed_at, before, finding }
}

impl Iterator for Telling<'_> {
    type Item = io::Result<Notice>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(notice) = self.ready.pop_front() {
                return Some(Ok(notice));
            }
            match self.step() {
                Ok(true) => {}
                Ok(false) => return self.trouble.pop_front().map(Err),
                Err(error) => self.trouble.push_back(Error::into_io(error)),
            }
        }
    }
}
