//! A state folder, and what its database says to a program that knows nothing of howler.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::program;

/// Prints the rows of each query as JSON.
const QUERY: &str = "\
import json, sqlite3, sys
database = sqlite3.connect(sys.argv[1], timeout=30)
print(json.dumps([database.execute(query).fetchall() for query in sys.argv[2:]]))";

/// What a whole database says of itself.
#[derive(Debug)]
pub(crate) struct Looked {
    /// Scans that are remembered.
    pub(crate) scans: u64,
    /// Notices that wait for their gateways.
    pub(crate) waiting: u64,
}

pub(crate) struct Memory {
    folder: TempDir,
}

impl Memory {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    /// Another one with the same in it.
    pub(crate) fn copy(&self) -> Self {
        let other = Self::new();
        copy(&self.path(), &other.path()).unwrap();
        other
    }

    /// For `--state`.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    pub(crate) fn text(&self) -> String {
        self.path().display().to_string()
    }

    /// SQLite finds nothing wrong with the database, which says so much.
    #[track_caller]
    pub(crate) fn look(&self) -> Looked {
        let [integrity, orphans, scans, waiting] = self.query([
            "pragma integrity_check",
            "pragma foreign_key_check",
            "select count(*) from scan",
            "select count(*) from outbox",
        ]);
        assert_eq!(integrity, json!([["ok"]]));
        assert_eq!(orphans, json!([]));
        let number = |rows: Value| rows[0][0].as_u64().unwrap();
        Looked { scans: number(scans), waiting: number(waiting) }
    }

    /// The rows of each query.
    #[track_caller]
    fn query<const N: usize>(&self, queries: [&str; N]) -> [Value; N] {
        let database = self.path().join("howler.db");
        assert!(database.exists(), "there is no database");
        let output = program("python").args(["-c", QUERY]).arg(database).args(queries).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let rows: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        rows.try_into().unwrap()
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &to)?,
            false => fs::copy(entry.path(), to).map(drop)?,
        }
    }
    Ok(())
}
