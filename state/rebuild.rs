//! The index made from documents: those that it missed, or all of them anew.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use howler_reports::Kept;
use rusqlite::{Connection, TransactionBehavior};

use crate::apply::index;
use crate::folder::{Folder, drafted};
use crate::note::Note;
use crate::prune::remove;
use crate::rows::whole;
use crate::told::Listening;
use crate::{Error, Result, schema};

/// Indexes a document that was kept, and what the gateways took of it.
pub(crate) fn replay(db: &mut Connection, seq: i64, document: &Path) -> Result<()> {
    let scan = Kept::open(document)?.into_scan();
    let note = Note::read(&Folder::note(document))?;
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    index(&tx, seq, &name(document), &scan, &note)?;
    let now = whole(scan.run.now);
    note.apply(&tx, |n, audience| Listening { n, audience: audience.clone(), seq, now })?;
    Ok(tx.commit()?)
}

pub(crate) fn name(document: &Path) -> String {
    document.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Indexes the documents that the index does not know, and says how many that were.
pub(crate) fn catch_up(
    db: &mut Connection,
    folder: &Folder,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<u64> {
    let known: i64 = db.query_row("SELECT ifnull(max(seq), 0) FROM scan", [], |row| row.get(0))?;
    let missing: Vec<(i64, PathBuf)> =
        folder.documents()?.into_iter().filter(|(seq, _)| *seq > known).collect();
    let all = missing.len() as u64;
    for (done, (seq, path)) in (0..).zip(&missing) {
        progress(done, all);
        replay(db, *seq, path)?;
    }
    progress(all, all);
    Ok(all)
}

/// Opens the index; one that is not there begins with that of the documents that were dropped.
pub(crate) fn open(folder: &Folder) -> Result<Connection> {
    let path = folder.database();
    if !path.exists() {
        begin(folder, &path)?;
    }
    schema::open(&path)
}

/// Makes a new index beside the old one, and then puts it in its place.
pub(crate) fn rebuild(folder: &Folder, progress: &mut dyn FnMut(u64, u64)) -> Result<u64> {
    let path = folder.database();
    let draft = drafted(&path);
    begin(folder, &draft)?;
    let mut db = schema::open(&draft)?;
    let number = catch_up(&mut db, folder, progress)?;
    close(db)?;
    // Were this the last moment, the next opening would make it all anew.
    for old in of_database(&path) {
        remove(&old)?;
    }
    put(&draft, &path)?;
    Ok(number)
}

/// Puts a copy of the index of dropped documents there, if there is one.
fn begin(folder: &Folder, path: &Path) -> Result<()> {
    let (baseline, draft) = (folder.baseline(), drafted(path));
    for old in of_database(path).into_iter().chain(of_database(&draft)) {
        remove(&old)?;
    }
    if !baseline.exists() {
        return Ok(());
    }
    close(schema::open(&baseline)?)?;
    // The copy is as readable as what it is a copy of.
    fs::copy(&baseline, &draft).map_err(Error::at(&draft))?;
    put(&draft, path)
}

/// All files of a database.
fn of_database(path: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|ending| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        name.into()
    })
}

/// Closes a database so that all of it is in its file.
fn close(db: Connection) -> Result<()> {
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    db.close().map_err(|(_, error)| error.into())
}

fn put(draft: &Path, path: &Path) -> Result<()> {
    let put = || {
        File::open(draft)?.sync_all()?;
        fs::rename(draft, path)?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    put().map_err(Error::at(path))
}
