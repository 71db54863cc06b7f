//! The state folder: where documents, notes and the database lie, who may read them, and who writes.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use crate::{Error, Result};

/// What a document is called after its number and its run.
const DOCUMENT: &str = ".ndjson.zst";
/// What the note beside it is called.
const NOTE: &str = ".told.json";
/// What is not whole yet. Nobody but the holder of the lock makes such files.
const DRAFT: &str = ".tmp";
/// How often it is tried to get the lock.
const AGAIN: Duration = Duration::from_millis(50);

/// Where everything lies.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Makes what is missing of it, for its owner alone.
    pub(crate) fn make(&self) -> Result<()> {
        for path in [&self.0, &self.scans()] {
            DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(Error::at(path))?;
        }
        Ok(())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.0.join("howler.db")
    }

    /// The index of the documents that were dropped.
    pub(crate) fn baseline(&self) -> PathBuf {
        self.scans().join("baseline.db")
    }

    fn scans(&self) -> PathBuf {
        self.0.join("scans")
    }

    /// Where the document of a run lies. A name that could leave the folder cannot stand in it.
    pub(crate) fn document(&self, seq: i64, run: &str) -> PathBuf {
        let harmless = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' };
        let run: String = run.chars().take(80).map(harmless).collect();
        self.scans().join(format!("{seq:08}-{run}{DOCUMENT}"))
    }

    /// The note beside a document.
    pub(crate) fn note(document: &Path) -> PathBuf {
        let name = document.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        document.with_file_name(format!("{}{NOTE}", name.strip_suffix(DOCUMENT).unwrap_or(&name)))
    }

    /// All documents by their number.
    pub(crate) fn documents(&self) -> Result<BTreeMap<i64, PathBuf>> {
        let mut documents = BTreeMap::new();
        for path in files(&self.scans())? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let number = name.strip_suffix(DOCUMENT).and_then(|name| name.split('-').next());
            if let Some(number) = number.and_then(|number| number.parse().ok()) {
                documents.insert(number, path);
            }
        }
        Ok(documents)
    }

    /// Removes what a process that was killed left half written, and notes of documents that it never finished.
    pub(crate) fn sweep(&self) -> Result<()> {
        let documents = self.documents()?;
        let notes: Vec<PathBuf> = documents.values().map(|path| Self::note(path)).collect();
        for path in files(&self.scans())?.into_iter().chain(files(&self.0)?) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let is_stray = name.ends_with(NOTE) && !notes.contains(&path);
            if name.contains(DRAFT) || is_stray {
                fs::remove_file(&path).map_err(Error::at(&path))?;
            }
        }
        Ok(())
    }

    /// Waits for the lock, for so long at most, and tells others who has it.
    pub(crate) fn lock(&self, who: &str, wait: Duration) -> Result<Lock> {
        let path = self.0.join("lock");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut file = options.open(&path).map_err(Error::at(&path))?;
        let mut waited = Duration::ZERO;
        while let Err(refused) = file.try_lock() {
            match refused {
                TryLockError::Error(error) => return Err(Error::at(&path)(error)),
                TryLockError::WouldBlock if waited >= wait => return Err(self.busy(&mut file)),
                TryLockError::WouldBlock => sleep(AGAIN),
            }
            waited += AGAIN;
        }
        file.set_len(0).and_then(|()| file.write_all(who.as_bytes())).map_err(Error::at(&path))?;
        Ok(Lock(file))
    }

    fn busy(&self, file: &mut File) -> Error {
        let mut who = String::new();
        // Whoever holds it may be about to write its name.
        let read = file.rewind().and_then(|()| file.take(300).read_to_string(&mut who));
        let who = if read.is_ok() && !who.trim().is_empty() { who } else { "another process".into() };
        Error::Busy { folder: self.0.clone(), who }
    }
}

/// The right to write, until it is dropped or the process ends.
#[derive(Debug)]
pub(crate) struct Lock(#[allow(dead_code, reason = "closing the file gives the lock back")] File);

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let list = || fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>();
    let mut paths = list().map_err(Error::at(folder))?;
    paths.retain(|path| path.is_file());
    Ok(paths)
}

/// A file that appears whole or not at all.
#[derive(Debug)]
pub(crate) struct Draft {
    path: PathBuf,
    draft: PathBuf,
}

impl Draft {
    /// Writes the file under another name, down to the disk.
    pub(crate) fn write(
        path: &Path,
        contents: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Self> {
        let draft = Self { path: path.to_owned(), draft: drafted(path) };
        let write = || {
            let mut options = OpenOptions::new();
            let file = options.write(true).create(true).truncate(true).mode(0o600).open(&draft.draft)?;
            let mut out = BufWriter::with_capacity(256 << 10, file);
            contents(&mut out)?;
            out.into_inner()?.sync_all()
        };
        write().map_err(Error::at(&draft.draft))?;
        Ok(draft)
    }

    /// Gives it its name: from here on it is there.
    pub(crate) fn publish(self) -> Result<()> {
        let rename = || {
            fs::rename(&self.draft, &self.path)?;
            self.path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
        };
        rename().map_err(Error::at(&self.path))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // Gone already if it was published; else nobody wants it.
        let _ = fs::remove_file(&self.draft);
    }
}

/// What a file is called until it is whole.
pub(crate) fn drafted(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(DRAFT);
    path.with_file_name(name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::at(&temp.path().join("state"));
        folder.make().unwrap();
        (temp, folder)
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn nobody_else_may_read_it() {
        let (_temp, folder) = folder();
        let _lock = folder.lock("me", Duration::ZERO).unwrap();
        let document = folder.document(1, "a");
        Draft::write(&document, |out| out.write_all(b"x")).unwrap().publish().unwrap();
        assert_eq!((mode(folder.path()), mode(&folder.scans())), (0o700, 0o700));
        assert_eq!((mode(&document), mode(&folder.path().join("lock"))), (0o600, 0o600));
    }

    #[test]
    fn a_run_names_its_document_and_leads_nowhere_else() {
        let folder = Folder::at(Path::new("/state"));
        let document = folder.document(7, "../../etc/x y");
        assert_eq!(document, Path::new("/state/scans/00000007-______etc_x_y.ndjson.zst"));
        assert_eq!(Folder::note(&document), Path::new("/state/scans/00000007-______etc_x_y.told.json"));
    }

    #[test]
    fn what_was_left_half_written_is_swept_and_documents_are_in_order() {
        let (_temp, folder) = folder();
        let [one, ten] = [1, 10].map(|seq| folder.document(seq, "run-1"));
        for path in [&ten, &one, &Folder::note(&one)] {
            Draft::write(path, |_| Ok(())).unwrap().publish().unwrap();
        }
        let strays = [drafted(&folder.document(11, "x")), Folder::note(&folder.document(11, "x"))];
        strays.iter().for_each(|path| fs::write(path, "half").unwrap());
        folder.sweep().unwrap();
        assert!(strays.iter().all(|path| !path.exists()) && Folder::note(&one).exists());
        assert_eq!(folder.documents().unwrap().into_iter().collect::<Vec<_>>(), [(1, one), (10, ten)]);
    }

    #[test]
    fn what_fails_while_it_is_written_leaves_nothing_behind() {
        let (_temp, folder) = folder();
        let document = folder.document(1, "a");
        let full = Draft::write(&document, |_| Err(io::ErrorKind::StorageFull.into()));
        assert!(full.unwrap_err().to_string().contains("00000001-a"));
        drop(Draft::write(&document, |_| Ok(())).unwrap());
        assert!(files(&folder.scans()).unwrap().is_empty());
    }

    #[test]
    fn the_second_hears_who_is_first() {
        let (_temp, folder) = folder();
        let first = folder.lock("scan a by process 7", Duration::ZERO).unwrap();
        let busy = folder.lock("scan b", Duration::from_millis(60)).unwrap_err();
        assert!(busy.to_string().contains("scan a by process 7"), "{busy}");
        drop(first);
        folder.lock("scan b", Duration::ZERO).unwrap();
    }
}
