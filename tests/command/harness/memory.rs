//! A state folder, and what its database says to a program that knows nothing of howler.

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::Value;
use tempfile::TempDir;

use super::program;

/// Prints the rows of a query as JSON.
const QUERY: &str = "\
import json, sqlite3, sys
rows = sqlite3.connect(sys.argv[1], timeout=30).execute(sys.argv[2]).fetchall()
print(json.dumps(rows))";

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

    /// The rows of a query.
    #[track_caller]
    pub(crate) fn query(&self, sql: &str) -> Vec<Value> {
        let database = self.path().join("howler.db");
        assert!(database.exists(), "there is no database");
        let output = program("python").args(["-c", QUERY]).arg(database).arg(sql).output().unwrap();
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// How many notices wait for their gateways.
    #[track_caller]
    pub(crate) fn waiting(&self) -> u64 {
        self.query("select count(*) from outbox")[0][0].as_u64().unwrap()
    }

    /// SQLite finds nothing wrong with the database.
    #[track_caller]
    pub(crate) fn assert_whole(&self) {
        assert_eq!(self.query("pragma integrity_check")[0][0], "ok");
        let orphans = self.query("pragma foreign_key_check");
        assert!(orphans.is_empty(), "{orphans:?}");
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
