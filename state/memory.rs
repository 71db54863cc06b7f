//! The memory of earlier scans: an open state folder.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use chrono::{DateTime, Utc};
use howler_reports::document::Changes;
use howler_reports::gateway::Notices;
use howler_reports::{Delivery, Scan, keep};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use serde::Serialize;

use crate::apply::index;
use crate::audience::{Audience, Keep};
use crate::folder::{Draft, Folder, Lock};
use crate::history::{self, Of, Span, Story};
use crate::ledger::Ledger;
use crate::note::{Note, deliver, left, parsed};
use crate::notices::Telling;
use crate::outbox::{Listener, greet, number, register};
use crate::rebuild::{self, catch_up, name};
use crate::rows::At;
use crate::told::Listening;
use crate::{Error, Result, prune, schema};

/// An open state folder.
///
/// It holds no connection: each function has its own, so that several gateways are told at the same time.
#[derive(Debug)]
pub struct Memory {
    folder: Folder,
    /// None if it was opened to be read.
    lock: Option<Lock>,
}

/// What a gateway could not take yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// The name of the gateway.
    pub gateway: String,
    /// Where it delivers, without credentials.
    pub target: String,
    /// Notices that wait for it.
    pub notices: u64,
    /// The time that the oldest of them is of; none if none waits.
    pub oldest: Option<DateTime<Utc>>,
    /// Notices that waited for too long, or were too many, and will not be delivered.
    pub lost: u64,
}

impl Memory {
    /// Opens a state folder to write, makes it if it is not there, and indexes documents that were kept by a process
    /// that ended before it had indexed them. `who` is what others are told that have to wait.
    ///
    /// # Errors
    /// [`Error::Busy`] if somebody else is at work there for longer than `wait`, [`Error::Newer`] for the index of a
    /// later version, and what cannot be read or written.
    pub fn open(folder: &Path, who: &str, wait: Duration) -> Result<Self> {
        let (folder, lock) = locked(folder, who, wait)?;
        let mut db = rebuild::open(&folder)?;
        catch_up(&mut db, &folder, &mut |_, _| {})?;
        Ok(Self { folder, lock: Some(lock) })
    }

    /// Opens a state folder to look things up, also while somebody else writes.
    ///
    /// # Errors
    /// [`Error::Absent`] if nothing is remembered there, and what cannot be read.
    pub fn read(folder: &Path) -> Result<Self> {
        let folder = Folder::at(folder);
        let is_empty = |path: &Path| path.metadata().is_ok_and(|file| file.len() == 0);
        let path = folder.database();
        // One that is empty was to be made when the process ended that made it.
        if !path.is_file() || is_empty(&path) {
            return Err(Error::Absent(folder.path().to_owned()));
        }
        let memory = Self { folder, lock: None };
        memory.connect()?;
        Ok(memory)
    }

    /// Makes the index anew from the documents, tells how many of how many are done, and gives their number.
    ///
    /// # Errors
    /// As [`Self::open`]. The index that was there stays where it is then.
    pub fn rebuild(
        folder: &Path,
        who: &str,
        wait: Duration,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<u64> {
        let (folder, _lock) = locked(folder, who, wait)?;
        rebuild::rebuild(&folder, progress)
    }

    /// Keeps the document of a scan and indexes it: what changed since the scan before.
    ///
    /// The document is there first. If the process ends before the index knows it, the next [`Self::open`] catches up.
    ///
    /// # Errors
    /// What cannot be read or written; the scan is not remembered then.
    pub fn remember(&mut self, scan: &Scan, audiences: &[Audience], keep: &Keep) -> Result<Changes> {
        let mut db = self.writable()?;
        let seq = self.next(&db)?;
        let path = self.folder.document(seq, &scan.run.id);
        let note = Note::new(audiences, keep);
        note.write(&Folder::note(&path))?;
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let (document, changes) = thread::scope(|threads| {
            let keeping = threads.spawn(|| write(&path, scan));
            let changes = index(&tx, seq, &name(&path), scan, &note);
            (
                keeping.join().unwrap_or_else(|_| Err(Error::Damaged("the document was not written".into()))),
                changes,
            )
        });
        let (document, changes) = (document?, changes?);
        document.publish()?;
        tx.commit()?;
        Ok(changes)
    }

    /// Drops documents that are older than `keep` says and that nothing needs any more: to be done after each scan, and
    /// apart from it, so that an old document which is damaged costs no scan.
    ///
    /// # Errors
    /// What cannot be read or written. Nothing is lost then.
    pub fn prune(&mut self, keep: &Keep, now: DateTime<Utc>) -> Result<()> {
        prune::documents(&self.writable()?, &self.folder, now, keep)
    }

    /// What a gateway is to be told now, read while it is told. A gateway that nobody knew is told all that is open.
    ///
    /// # Errors
    /// What cannot be read. What cannot be read later is an error among the notices.
    pub fn notices<'s>(&self, audience: &Audience, scan: &'s Scan) -> Result<Notices<'s>> {
        let db = self.connect()?;
        let Some(listening) = self.listening(&db, audience)? else { return Ok(Box::new(std::iter::empty())) };
        let sql = "SELECT run FROM scan WHERE seq = ?1";
        let last: Option<String> = db.query_row(sql, [listening.seq], |row| row.get(0)).optional()?;
        let scan = Some(scan).filter(|scan| last.as_ref() == Some(&scan.run.id));
        let documents = self.folder.documents()?;
        let file = |seq| documents.get(&seq).cloned().unwrap_or_else(|| self.folder.document(seq, "gone"));
        Ok(Box::new(Telling::new(db, listening, scan, file)?))
    }

    /// Takes note of what a gateway accepts.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn ledger(&self, audience: &Audience) -> Result<Ledger> {
        let db = self.writable()?;
        let listening = self.listening(&db, audience)?;
        let listening = listening.ok_or_else(|| Error::Absent(self.folder.path().to_owned()))?;
        Ok(Ledger::new(db, listening))
    }

    /// Takes note of how the gateways took the last scan, and puts it beside the document of that.
    ///
    /// # Errors
    /// What cannot be read or written.
    pub fn told(&mut self, deliveries: &[(Audience, Delivery)]) -> Result<()> {
        let db = self.writable()?;
        let Some(document) = self.last()? else { return Ok(()) };
        let path = Folder::note(&document);
        let mut note = Note::read(&path)?;
        for (audience, delivery) in deliveries {
            if let Some(listening) = self.listening(&db, audience)? {
                deliver(&db, listening.seq, listening.n, delivery)?;
                note.took(audience, delivery, left(&db, &listening)?);
            }
        }
        note.write(&path)
    }

    /// The document of the last scan.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn last(&self) -> Result<Option<PathBuf>> {
        Ok(self.folder.documents()?.into_values().next_back())
    }

    /// What happened to findings, in the order in which they were first seen.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn history(&self, of: &Of<'_>) -> Result<Vec<Story>> {
        history::stories(&self.connect()?, of)
    }

    /// What a quota came to, by the id of its finding, whether or not that was ever worth telling.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn measures(&self, finding: &str) -> Result<Vec<Span>> {
        Ok(history::of_days(history::spans(&self.connect()?, finding)?))
    }

    /// What waits for gateways that were not reached, and what was given up.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn waiting(&self) -> Result<Vec<Waiting>> {
        let db = self.connect()?;
        let sql = "SELECT a.json, count(o.n), min(o.at), a.lost FROM audience a LEFT JOIN outbox o ON o.audience = a.n \
                   GROUP BY a.n HAVING count(o.n) > 0 OR a.lost > 0 ORDER BY a.n";
        let mut statement = db.prepare(sql)?;
        let rows = statement.query_map([], |row| {
            let oldest = row.get::<_, Option<At>>(2)?.map(|At(at)| at);
            let number = |column| Ok::<_, rusqlite::Error>(row.get::<_, i64>(column)?.cast_unsigned());
            Ok((row.get::<_, String>(0)?, number(1)?, oldest, number(3)?))
        })?;
        rows.map(|row| {
            let (json, notices, oldest, lost): (String, u64, Option<DateTime<Utc>>, u64) = row?;
            let Audience { gateway, target, .. } = parsed(&json)?;
            Ok(Waiting { gateway, target, notices, oldest, lost })
        })
        .collect()
    }

    fn connect(&self) -> Result<Connection> {
        let path = self.folder.database();
        if self.lock.is_some() { schema::connect(&path) } else { schema::read(&path) }
    }

    fn writable(&self) -> Result<Connection> {
        if self.lock.is_some() { self.connect() } else { Err(Error::ReadOnly) }
    }

    /// The number of the next document.
    fn next(&self, db: &Connection) -> Result<i64> {
        let known: i64 = db.query_row("SELECT ifnull(max(seq), 0) FROM scan", [], |row| row.get(0))?;
        let kept = self.folder.documents()?.into_keys().next_back().unwrap_or_default();
        Ok(known.max(kept) + 1)
    }

    /// A gateway as of the last scan; none before the first. One that nobody knew is known from here on.
    fn listening(&self, db: &Connection, audience: &Audience) -> Result<Option<Listening>> {
        let sql = "SELECT seq, now FROM scan ORDER BY seq DESC LIMIT 1";
        let last = db.query_row(sql, [], |row| Ok((row.get(0)?, row.get::<_, At>(1)?.0))).optional()?;
        let Some((seq, now)) = last else { return Ok(None) };
        let audience = audience.clone();
        let known = number(db, &audience)?;
        let n = match (known, &self.lock) {
            (Some(n), _) => n,
            (None, Some(_)) => introduce(db, &audience, now)?,
            (None, None) => return Ok(None),
        };
        Ok(Some(Listening { n, audience, seq, now }))
    }
}

fn locked(folder: &Path, who: &str, wait: Duration) -> Result<(Folder, Lock)> {
    let folder = Folder::at(folder);
    folder.make()?;
    let lock = folder.lock(&format!("{who} by process {}", std::process::id()), wait)?;
    folder.sweep()?;
    Ok((folder, lock))
}

fn write(path: &Path, scan: &Scan) -> Result<Draft> {
    Draft::write(path, |out| keep(scan, out))
}

/// A gateway comes between two scans.
fn introduce(db: &Connection, audience: &Audience, at: DateTime<Utc>) -> Result<i64> {
    let tx = rusqlite::Transaction::new_unchecked(db, TransactionBehavior::Immediate)?;
    let mut missed = register(&tx, std::slice::from_ref(audience), at, &Keep::default())?;
    let n = number(&tx, audience)?.ok_or_else(|| Error::Damaged("a gateway is not known".into()))?;
    greet(&tx, &Listener { n, audience: audience.clone(), missed: missed.remove(&n) })?;
    tx.commit()?;
    Ok(n)
}
