//! What earlier scans left open, held in memory while a scan is indexed: a few dozen bytes for each finding.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use howler_reports::Severity;
use howler_reports::document::{Change, Changed, Place, Resource, Unconfirmed};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::Result;
use crate::judge::{Standing, State};
use crate::owners::OwnerNames;
use crate::rows::{At, Word};
use crate::seen::Id;

/// How the scan at hand saw a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    /// Not at all.
    Absent,
    /// It is there and could not be judged.
    Blind,
    /// It was judged, or is confirmed.
    Seen,
}

/// A finding that scans follow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Live {
    pub(crate) n: i64,
    pub(crate) standing: Standing,
    /// Whether the scan before saw it.
    pub(crate) confirmed: bool,
    /// When something happened to it the last time, in milliseconds.
    pub(crate) changed_at: i64,
    pub(crate) sight: Sight,
}

/// All findings that scans follow.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) live: HashMap<Id, Live>,
    pub(crate) owners: OwnerNames,
    /// Whether there are others, which may come back.
    pub(crate) some_ended: bool,
}

impl Known {
    pub(crate) fn load(db: &Connection) -> Result<Self> {
        let mut known = Self::default();
        let number =
            db.query_row("SELECT count(*) FROM finding WHERE state IN ('open', 'suppressed')", [], |row| {
                row.get::<_, i64>(0)
            })?;
        known.live.reserve(usize::try_from(number).unwrap_or_default());
        let mut rows =
            db.prepare("SELECT n, state, severity, owner, judged, id, document, changed_at FROM finding")?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            let (n, standing) = known.standing(row)?;
            if !standing.state.is_live() {
                known.some_ended = true;
                continue;
            }
            let confirmed = row.get::<_, Option<i64>>(6)?.is_none();
            let live = Live { n, standing, confirmed, changed_at: row.get(7)?, sight: Sight::Absent };
            known.live.insert(Id::of(row.get_ref(5)?.as_str().map_err(rusqlite::Error::from)?), live);
        }
        Ok(known)
    }

    /// The finding of that id, if it ended before.
    pub(crate) fn ended(&mut self, db: &Connection, id: &str) -> Result<Option<(i64, Standing)>> {
        if !self.some_ended {
            return Ok(None);
        }
        let sql = "SELECT n, state, severity, owner, judged FROM finding WHERE id = ?1";
        let mut statement = db.prepare_cached(sql)?;
        Ok(statement.query_row([id], |row| self.standing(row)).optional()?)
    }

    fn standing(&mut self, row: &Row<'_>) -> rusqlite::Result<(i64, Standing)> {
        let Word(state) = row.get::<_, Word<State>>(1)?;
        let Word(severity) = row.get(2)?;
        let owner = self.owners.number(row.get_ref(3)?.as_str_or_null()?);
        Ok((row.get(0)?, Standing { state, severity, owner, judged: row.get(4)? }))
    }

    /// Those that the scan did not confirm, in the order in which they were opened.
    pub(crate) fn missing(&self) -> Vec<(Id, Live)> {
        let missing = self.live.iter().filter(|(_, live)| live.sight != Sight::Seen);
        let mut missing: Vec<_> = missing.map(|(id, live)| (*id, *live)).collect();
        missing.sort_unstable_by_key(|(_, live)| live.n);
        missing
    }
}

/// What is told of a finding without its document.
#[derive(Debug, Clone)]
pub(crate) struct Details {
    pub(crate) id: String,
    pub(crate) check: String,
    pub(crate) place: Place,
    pub(crate) resource: Resource,
    pub(crate) owner: Option<String>,
    pub(crate) first_seen: DateTime<Utc>,
    pub(crate) since: DateTime<Utc>,
    pub(crate) document: Option<i64>,
    pub(crate) confirmed_at: Option<DateTime<Utc>>,
}

/// The columns that [`Details::of`] reads.
pub(crate) const DETAILS: &str = "id, check_id, partition, account, region, service, target, kind, resource, name, owner, \
                                  first_seen, since, document, confirmed_at";

impl Details {
    pub(crate) fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let partition: Option<Word<_>> = row.get(2)?;
        Ok(Self {
            id: row.get(0)?,
            check: row.get(1)?,
            place: Place {
                partition: partition.map(|Word(partition)| partition),
                account: row.get(3)?,
                region: row.get(4)?,
                service: row.get(5)?,
                target: row.get(6)?,
            },
            resource: Resource { kind: row.get(7)?, id: row.get(8)?, name: row.get(9)? },
            owner: row.get(10)?,
            first_seen: row.get::<_, At>(11)?.0,
            since: row.get::<_, At>(12)?.0,
            document: row.get(13)?,
            confirmed_at: row.get::<_, Option<At>>(14)?.map(|At(at)| at),
        })
    }

    pub(crate) fn load(db: &Connection, n: i64) -> Result<Self> {
        let mut statement = db.prepare_cached(&format!("SELECT {DETAILS} FROM finding WHERE n = ?1"))?;
        Ok(statement.query_row([n], Self::of)?)
    }

    /// As it stands among what changed.
    pub(crate) fn changed(self, change: Change, now: Standing, was: Option<Standing>) -> Changed {
        let before = was.filter(|was| was.state == State::Open).map(|was| was.severity);
        let Self { id, check, place, resource, owner, first_seen, .. } = self;
        let (resource, name) = (resource.id, resource.name);
        Changed {
            id,
            change,
            first_seen,
            severity: now.severity,
            before,
            check,
            scope: place,
            resource,
            name,
            owner,
        }
    }

    /// As it stands among what is open and was not seen.
    pub(crate) fn unconfirmed(self, severity: Severity, at: DateTime<Utc>) -> Unconfirmed {
        let Self { id, check, place, resource, owner, .. } = self;
        let (resource, name) = (resource.id, resource.name);
        Unconfirmed { id, confirmed_at: at, severity, check, scope: place, resource, name, owner }
    }
}
