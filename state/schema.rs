//! The database: its tables, how it is opened, and how an older one becomes a newer one.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::{Error, Result};

/// What makes version N+1 of version N. Never changed once released: what is new is a line more.
const MIGRATIONS: [&str; 1] = ["
-- One row for each scan, in the order in which they were remembered. Instants are milliseconds since 1970, UTC.
CREATE TABLE scan(
    seq INTEGER PRIMARY KEY, run TEXT NOT NULL, now INTEGER NOT NULL, finished INTEGER NOT NULL,
    complete INTEGER NOT NULL, file TEXT NOT NULL, sources TEXT NOT NULL
) STRICT;
-- All that was ever worth telling. document is the number of the document that it was last seen in, and null if that
-- is the one of the last scan; so is confirmed_at.
CREATE TABLE finding(
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, severity TEXT NOT NULL, owner TEXT,
    judged INTEGER NOT NULL, first_seen INTEGER NOT NULL, since INTEGER NOT NULL, changed_at INTEGER NOT NULL,
    document INTEGER, confirmed_at INTEGER, check_id TEXT NOT NULL, partition TEXT, account TEXT, region TEXT,
    service TEXT NOT NULL, target TEXT, kind TEXT NOT NULL, resource TEXT NOT NULL, name TEXT NOT NULL
) STRICT;
CREATE TABLE event(
    finding INTEGER NOT NULL, seq INTEGER NOT NULL, step INTEGER NOT NULL, at INTEGER NOT NULL, change TEXT NOT NULL,
    severity TEXT NOT NULL, before TEXT, owner TEXT, PRIMARY KEY(finding, seq, step)
) STRICT, WITHOUT ROWID;
-- What each quota came to: days as numbers, the usage at its peak. until_day is null while it goes on.
CREATE TABLE series(
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, from_day INTEGER NOT NULL, until_day INTEGER, usage REAL NOT NULL,
    max REAL NOT NULL
) STRICT;
CREATE TABLE measure(
    series INTEGER NOT NULL, from_day INTEGER NOT NULL, until_day INTEGER NOT NULL, usage REAL NOT NULL,
    max REAL NOT NULL, PRIMARY KEY(series, from_day)
) STRICT, WITHOUT ROWID;
CREATE TABLE measured(last_day INTEGER NOT NULL) STRICT;
-- Gateways, and when they were last configured.
CREATE TABLE audience(
    n INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, seen_at INTEGER NOT NULL, lost INTEGER NOT NULL DEFAULT 0,
    json TEXT NOT NULL
) STRICT;
-- What gateways with a memory of their own have accepted.
CREATE TABLE told(
    audience INTEGER NOT NULL, finding INTEGER NOT NULL, severity TEXT NOT NULL, owner TEXT,
    PRIMARY KEY(audience, finding)
) STRICT, WITHOUT ROWID;
-- What the others are still to be told.
CREATE TABLE outbox(
    n INTEGER PRIMARY KEY, audience INTEGER NOT NULL, finding INTEGER NOT NULL, news TEXT NOT NULL, at INTEGER NOT NULL,
    since INTEGER NOT NULL, document INTEGER NOT NULL, confirmed_at INTEGER NOT NULL, before_severity TEXT,
    before_owner TEXT, UNIQUE(audience, finding, news, at)
) STRICT;
CREATE TABLE delivery(
    seq INTEGER NOT NULL, audience INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY(seq, audience)
) STRICT, WITHOUT ROWID;
"];

/// How long a statement waits for another process.
const PATIENCE: Duration = Duration::from_secs(10);

/// Opens the database to write, makes it if it is not there, and brings it up to date.
pub(crate) fn open(path: &Path) -> Result<Connection> {
    let mut options = OpenOptions::new();
    // SQLite gives its other files the permissions of this one.
    options.append(true).create(true).mode(0o600).open(path).map_err(Error::at(path))?;
    let mut db = connect(path)?;
    migrate(&mut db, path)?;
    Ok(db)
}

/// Opens a database that is there. Several connections write by turns.
pub(crate) fn connect(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(PATIENCE)?;
    db.set_prepared_statement_cache_capacity(64);
    db.pragma_update(None, "journal_mode", "wal")?;
    // What a failure of the power takes back is indexed again, as its document lies on the disk.
    db.pragma_update(None, "synchronous", "normal")?;
    db.pragma_update(None, "cache_size", -16_000)?;
    db.pragma_update(None, "journal_size_limit", 4 << 20)?;
    Ok(db)
}

/// Opens a database that is there to look things up.
pub(crate) fn read(path: &Path) -> Result<Connection> {
    let db = connect(path)?;
    let found = version(&db)?;
    match found == newest() {
        true => {
            db.pragma_update(None, "query_only", true)?;
            Ok(db)
        }
        false => Err(Error::Newer { path: path.to_owned(), found, known: newest() }),
    }
}

fn newest() -> i64 {
    MIGRATIONS.len() as i64
}

fn version(db: &Connection) -> Result<i64> {
    Ok(db.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

fn migrate(db: &mut Connection, path: &Path) -> Result<()> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&tx)?;
    if found > newest() || found < 0 {
        return Err(Error::Newer { path: path.to_owned(), found, known: newest() });
    }
    for sql in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or_default()) {
        tx.execute_batch(sql)?;
    }
    tx.pragma_update(None, "user_version", newest())?;
    Ok(tx.commit()?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_database_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("howler.db");
        for _ in 0..2 {
            let db = open(&path).unwrap();
            assert_eq!(version(&db).unwrap(), newest());
            let mode = |name: &str| {
                std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777
            };
            db.execute("INSERT INTO measured VALUES (1)", []).unwrap();
            assert_eq!(["howler.db", "howler.db-wal"].map(mode), [0o600, 0o600]);
        }
        assert!(read(&path).unwrap().execute("DELETE FROM measured", []).is_err());
    }

    #[test]
    fn a_newer_one_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("howler.db");
        open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
        for error in [open(&path).unwrap_err(), read(&path).unwrap_err()] {
            assert!(matches!(error, Error::Newer { found: 99, .. }), "{error}");
        }
        assert_eq!(version(&connect(&path).unwrap()).unwrap(), 99);
    }

    #[test]
    fn a_file_that_is_no_database_is_told_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("howler.db");
        std::fs::write(&path, "something else that is longer than a header of a hundred bytes ".repeat(20))
            .unwrap();
        for error in [open(&path).unwrap_err(), read(&path).unwrap_err()] {
            let error = error.to_string();
            assert!(error.contains("not a database") && error.contains("howler history rebuild"), "{error}");
        }
        assert!(std::fs::read_to_string(&path).unwrap().starts_with("something else"));
    }
}
