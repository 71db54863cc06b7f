//! Where the records of a scan wait for its reports: in memory if they are few, on disk if they are many.

use std::io;
use std::path::Path;

use super::Told;
use super::runs::Runs;
use crate::{Reading, Records, Tally};

/// Bytes of findings that are held in memory; there are a dozen for each scope.
const FINDINGS: usize = 16 << 20;
/// Bytes of scopes that are.
const SCOPES: usize = 4 << 20;

/// Takes records in any order.
#[derive(Debug)]
pub struct Spool {
    tally: Tally,
    findings: Runs,
    scopes: Runs,
}

impl Spool {
    /// An empty one, which puts into a folder what it cannot hold.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        let (findings, scopes) = (Runs::new(folder, FINDINGS), Runs::new(folder, SCOPES));
        Self { tally: Tally::default(), findings, scopes }
    }

    /// Takes what a unit came to.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn add(&mut self, told: Told) -> io::Result<()> {
        self.tally.merge(&told.tally);
        self.findings.add(told.findings)?;
        self.scopes.add(told.scopes)
    }

    /// What it all adds up to so far.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Nothing more comes: all of it in its order.
    #[must_use]
    pub fn close(mut self) -> Spooled {
        self.findings.close();
        self.scopes.close();
        Spooled(self)
    }
}

/// The records of a scan in their order.
#[derive(Debug)]
pub struct Spooled(Spool);

impl Spooled {
    /// What they add up to.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.0.tally
    }
}

impl Records for Spooled {
    fn findings(&self) -> io::Result<Reading<'_>> {
        self.0.findings.read()
    }

    fn scopes(&self) -> io::Result<Reading<'_>> {
        self.0.scopes.read()
    }
}
