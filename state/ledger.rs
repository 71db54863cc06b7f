//! Takes note of what a gateway accepted, batch by batch.

use std::io;

use howler_reports::gateway::{News, Notice, Settle, Told};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use crate::told::{Listening, settled};
use crate::{Error, Result};

/// What one gateway is told, as it is told. Each batch is one short transaction.
#[derive(Debug)]
pub struct Ledger {
    db: Connection,
    listening: Listening,
}

impl Ledger {
    pub(crate) fn new(db: Connection, listening: Listening) -> Self {
        Self { db, listening }
    }

    /// What was refused once is refused again: nobody sends it until something else happens to it.
    fn note<'a>(&mut self, notices: impl Iterator<Item = &'a Notice>) -> Result<()> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for notice in notices {
            note(&tx, &self.listening, notice)?;
        }
        Ok(tx.commit()?)
    }
}

impl Settle for Ledger {
    fn settle(&mut self, taken: &[&Notice], refused: &[&Notice]) -> io::Result<()> {
        let is_new = |notice: &&Notice| notice.news != News::Standing;
        let mut news = taken.iter().chain(refused).copied().filter(is_new).peekable();
        match news.peek() {
            Some(_) => self.note(news).map_err(Error::into_io),
            None => Ok(()),
        }
    }
}

fn note(db: &Connection, listening: &Listening, notice: &Notice) -> Result<()> {
    let mut statement = db.prepare_cached("SELECT n FROM finding WHERE id = ?1")?;
    let n: Option<i64> = statement.query_row([&notice.finding.id], |row| row.get(0)).optional()?;
    let Some(n) = n else { return Ok(()) };
    settled(db, listening, n, (notice.news, notice.at), &Told::of(&notice.finding))
}
