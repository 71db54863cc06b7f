//! What is dropped when it is old: rows of what is over, then documents that nothing needs any more.

use std::fs;
use std::io;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension};

use crate::audience::Keep;
use crate::folder::Folder;
use crate::rebuild::replay;
use crate::rows::day;
use crate::{Error, Result, schema};

fn before(at: DateTime<Utc>, span: TimeDelta) -> DateTime<Utc> {
    at.checked_sub_signed(span).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

/// Drops rows, as a part of the transaction of a scan: the same rows whenever that scan is indexed again.
pub(crate) fn rows(db: &Connection, at: DateTime<Utc>, keep: &Keep) -> Result<()> {
    let oldest = before(at, keep.documents_for);
    let gone = "SELECT n FROM audience WHERE seen_at < ?1";
    for sql in [
        &format!("DELETE FROM told WHERE audience IN ({gone})"),
        &format!("DELETE FROM outbox WHERE audience IN ({gone})"),
        "DELETE FROM audience WHERE seen_at < ?1",
        "DELETE FROM event WHERE at < ?1",
        "DELETE FROM finding WHERE state IN ('resolved', 'lapsed') AND changed_at < ?1 \
         AND n NOT IN (SELECT finding FROM told) AND n NOT IN (SELECT finding FROM outbox)",
        "DELETE FROM delivery WHERE seq IN (SELECT seq FROM scan WHERE now < ?1)",
    ] {
        db.execute(sql, [oldest.timestamp_millis()])?;
    }
    db.execute("DELETE FROM measure WHERE until_day < ?1", [day(oldest)])?;
    db.execute("DELETE FROM series WHERE until_day < ?1", [day(oldest)])?;
    Ok(())
}

/// Drops documents, the oldest first, up to one that is young enough or still needed. What they alone explain is kept
/// in an index of its own, from which a rebuild begins.
pub(crate) fn documents(db: &Connection, folder: &Folder, at: DateTime<Utc>, keep: &Keep) -> Result<()> {
    let oldest = before(at, keep.documents_for).timestamp_millis();
    let last: i64 = db.query_row("SELECT ifnull(max(seq), 0) FROM scan", [], |row| row.get(0))?;
    for (seq, path) in folder.documents()? {
        let sql = "SELECT now FROM scan WHERE seq = ?1";
        let now: Option<i64> = db.query_row(sql, [seq], |row| row.get(0)).optional()?;
        let is_old = now.is_none_or(|now| now < oldest);
        if seq >= last || !is_old || is_needed(db, seq)? {
            return Ok(());
        }
        fold(folder, seq, &path)?;
        for path in [&path, &Folder::note(&path)] {
            remove(path)?;
        }
    }
    Ok(())
}

/// Whether something may have to be told of a finding that stands in it.
fn is_needed(db: &Connection, seq: i64) -> Result<bool> {
    let sql = "SELECT EXISTS(SELECT 1 FROM finding WHERE document = ?1 \
               AND (state IN ('open', 'suppressed') OR n IN (SELECT finding FROM told))) \
               OR EXISTS(SELECT 1 FROM outbox WHERE document = ?1)";
    Ok(db.query_row(sql, [seq], |row| row.get(0))?)
}

/// Adds a document to the index of those that were dropped, unless it was added and then not removed.
fn fold(folder: &Folder, seq: i64, document: &Path) -> Result<()> {
    let mut baseline = schema::open(&folder.baseline())?;
    let known: i64 = baseline.query_row("SELECT ifnull(max(seq), 0) FROM scan", [], |row| row.get(0))?;
    if seq > known {
        replay(&mut baseline, seq, document)?;
    }
    Ok(())
}

/// Removes a file, if it is there.
pub(crate) fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::at(path)(error)),
        _ => Ok(()),
    }
}
