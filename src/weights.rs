//! How many calls each account took in the last scan: who takes longest begins first, so that no scan ends with
//! waiting for one account. Only a hint: without it a scan is complete all the same.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// Calls by the name of the unit.
#[derive(Debug, Default)]
pub struct Weights {
    path: Option<PathBuf>,
    last: Last,
    now: BTreeMap<String, u64>,
}

/// What the last scan left.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Last {
    /// The digest of how it was made.
    recipe: String,
    calls: BTreeMap<String, u64>,
}

impl Weights {
    /// Reads what the last scan left; what cannot be read is as if there had been none.
    pub fn load(path: Option<PathBuf>) -> Self {
        let read = |path: &PathBuf| serde_json::from_slice(&fs::read(path).ok()?).ok();
        let last = path.as_ref().and_then(read).unwrap_or_default();
        Self { path, last, now: BTreeMap::new() }
    }

    /// The calls that a unit took; one that is new may take long.
    pub fn of(&self, unit: &str) -> u64 {
        self.known(unit).unwrap_or(u64::MAX)
    }

    /// The calls that a unit took, if the last scan saw it.
    fn known(&self, unit: &str) -> Option<u64> {
        self.last.calls.get(unit).copied()
    }

    /// The calls that a unit will take, if the last scan saw it and was made in the same way.
    pub fn expected(&self, unit: &str, recipe: &str) -> Option<u64> {
        self.known(unit).filter(|_| self.last.recipe == recipe)
    }

    /// A unit took so many.
    pub fn note(&mut self, unit: String, calls: u64) {
        if calls > 0 {
            self.now.insert(unit, calls);
        }
    }

    /// Leaves them for the next scan, beside what is still known of others.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn save(mut self, recipe: &str) -> Result<()> {
        let Some(path) = self.path.filter(|_| !self.now.is_empty()) else { return Ok(()) };
        self.last.calls.append(&mut self.now);
        self.last.recipe = recipe.to_owned();
        write(&path, &self.last).with_context(|| path.display().to_string())
    }
}

fn write(path: &Path, last: &Last) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&file, last)?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_scan_notes_the_next_one_knows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("howler/calls.json");
        let mut first = Weights::load(Some(path.clone()));
        assert_eq!(first.known("a"), None);
        first.note("a".into(), 7);
        first.note("b".into(), 9);
        first.save("r").unwrap();
        let mut second = Weights::load(Some(path.clone()));
        assert_eq!((second.of("a"), second.known("b")), (7, Some(9)));
        assert_eq!((second.expected("b", "r"), second.expected("b", "other")), (Some(9), None));
        assert!(second.of("new") > 9, "nobody knows how long a new one takes");
        second.note("a".into(), 8);
        second.save("r").unwrap();
        let third = Weights::load(Some(path.clone()));
        assert_eq!((third.of("a"), third.of("b")), (8, 9));
        fs::write(&path, "{ not json").unwrap();
        assert_eq!(Weights::load(Some(path)).known("a"), None);
    }

    #[test]
    fn without_a_place_nothing_is_kept() {
        let mut weights = Weights::load(None);
        weights.note("a".into(), 7);
        assert!(weights.save("r").is_ok());
    }
}
