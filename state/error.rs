//! What can go wrong with the memory of earlier scans: the one error enum of this crate.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why earlier scans could not be remembered or looked up.
#[derive(Debug, Error)]
pub enum Error {
    /// There is nothing to look up.
    #[error("{}: no scan is remembered here", .0.display())]
    Absent(PathBuf),
    /// Somebody else remembers a scan right now.
    #[error("{}: {who} is at work here right now", folder.display())]
    Busy {
        /// The state folder.
        folder: PathBuf,
        /// The scan and the process, as that process told it.
        who: String,
    },
    /// The index is of a later version of howler.
    #[error(
        "{}: written by a newer howler (index {found}, this one knows {known}); use that one, or another folder",
        path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// The version that it has.
        found: i64,
        /// The newest that is known here.
        known: i64,
    },
    /// It was opened to be read.
    #[error("the state folder was opened to be read and not to be written")]
    ReadOnly,
    /// A file or folder could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the machine says.
        source: io::Error,
    },
    /// The index could not be read or written.
    #[error("the index of earlier scans: {error}{advice}", error = .0, advice = advice(.0))]
    Database(#[from] rusqlite::Error),
    /// The index is damaged; `howler history rebuild` makes it anew.
    #[error("the index of earlier scans is damaged: {0}; `howler history rebuild` makes it anew")]
    Damaged(String),
    /// A document that was kept cannot be read.
    #[error(transparent)]
    Document(#[from] howler_reports::Error),
    /// The records of a scan could not be read.
    #[error("what was found could not be read: {0}")]
    Records(#[from] io::Error),
    /// A note of how the gateways took a scan cannot be read.
    #[error("{}: {source}", path.display())]
    Note {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// What to do about it, where that is known.
fn advice(error: &rusqlite::Error) -> &'static str {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    match error.sqlite_error_code() {
        Some(DatabaseCorrupt | NotADatabase) => "; `howler history rebuild` makes it anew",
        _ => "",
    }
}

impl Error {
    /// What turns an error of the machine into one that names the file.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }

    /// As whoever reads records one by one knows errors.
    pub(crate) fn into_io(self) -> io::Error {
        match self {
            Self::Records(error) => error,
            other => io::Error::other(other),
        }
    }
}
