//! The note beside a document: who was to be told of it, and what they had not taken when it was told.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use howler_reports::Delivery;
use howler_reports::gateway::{Keeps, News};
use rusqlite::{Connection, params};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::audience::{Audience, Keep};
use crate::folder::Draft;
use crate::outbox::number;
use crate::told::{Due, Listening, settled};
use crate::{Error, Result};

/// All that the index owes to more than documents.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Note {
    /// By which rules the scan was remembered.
    pub(crate) keep: Keep,
    /// Who was to be told of it.
    pub(crate) audiences: Vec<Noted>,
}

/// One gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Noted {
    pub(crate) audience: Audience,
    /// How it took the scan; null if nobody came back to say.
    #[serde(default)]
    pub(crate) delivery: Option<Delivery>,
    /// What it had not taken then: keys of notices, or ids of findings if it keeps what it is told.
    #[serde(default)]
    pub(crate) left: BTreeSet<String>,
}

impl Note {
    /// A scan is about to be remembered, and nobody was told of it.
    pub(crate) fn new(audiences: &[Audience], keep: &Keep) -> Self {
        let noted =
            |audience: &Audience| Noted { audience: audience.clone(), delivery: None, left: BTreeSet::new() };
        Self { keep: keep.clone(), audiences: audiences.iter().map(noted).collect() }
    }

    /// The note at that path; one of nobody if there is none.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        match fs::read(path) {
            Ok(json) => {
                serde_json::from_slice(&json).map_err(|source| Error::Note { path: path.to_owned(), source })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Error::at(path)(error)),
        }
    }

    /// Puts it beside its document.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let draft = Draft::write(path, |out| Ok(serde_json::to_writer(out, self)?))?;
        draft.publish()
    }

    pub(crate) fn audiences(&self) -> Vec<Audience> {
        self.audiences.iter().map(|noted| noted.audience.clone()).collect()
    }

    /// Writes down how a gateway took the scan.
    pub(crate) fn took(&mut self, audience: &Audience, delivery: &Delivery, left: BTreeSet<String>) {
        let noted = Noted { audience: audience.clone(), delivery: Some(delivery.clone()), left };
        // Whoever replays this meets them in the order in which they were known.
        match self.audiences.iter_mut().find(|noted| noted.audience.key == audience.key) {
            Some(place) => *place = noted,
            None => self.audiences.push(noted),
        }
    }

    /// Makes the index know what it knew when this was written, right after the scan was indexed.
    pub(crate) fn apply(
        &self,
        db: &Connection,
        listening: impl Fn(i64, &Audience) -> Listening,
    ) -> Result<()> {
        for noted in &self.audiences {
            let (Some(delivery), Some(n)) = (&noted.delivery, number(db, &noted.audience)?) else { continue };
            let listening = listening(n, &noted.audience);
            listening.due(db, None, &mut |due| match noted.left.contains(&mark(&listening, &due)) {
                true => Ok(()),
                false => settled(db, &listening, due.n, (due.news, due.at), &due.told),
            })?;
            deliver(db, listening.seq, n, delivery)?;
        }
        Ok(())
    }
}

/// What is due to a gateway, as it stands in a note.
pub(crate) fn left(db: &Connection, listening: &Listening) -> Result<BTreeSet<String>> {
    let mut left = BTreeSet::new();
    listening.due(db, None, &mut |due| {
        if due.news != News::Standing {
            left.insert(mark(listening, &due));
        }
        Ok(())
    })?;
    Ok(left)
}

/// Writes down how a gateway took a scan.
pub(crate) fn deliver(db: &Connection, seq: i64, audience: i64, delivery: &Delivery) -> Result<()> {
    let json = serde_json::to_string(delivery).map_err(|error| Error::Damaged(error.to_string()))?;
    let sql = "INSERT OR REPLACE INTO delivery(seq, audience, json) VALUES (?1, ?2, ?3)";
    db.execute(sql, params![seq, audience, json])?;
    Ok(())
}

/// Something of the index that is more than a column.
pub(crate) fn parsed<Part: DeserializeOwned>(json: &str) -> Result<Part> {
    serde_json::from_str(json).map_err(|error| Error::Damaged(error.to_string()))
}

fn mark(listening: &Listening, due: &Due) -> String {
    if listening.audience.keeps == Keeps::Nothing { due.key() } else { due.id.clone() }
}
