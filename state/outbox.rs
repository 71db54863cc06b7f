//! What gateways that keep nothing are still to be told: it waits here until it is delivered.

use chrono::{DateTime, TimeDelta, Utc};
use howler_reports::Severity;
use howler_reports::document::Change;
use howler_reports::gateway::{Keeps, News};
use rusqlite::{Connection, OptionalExtension, params};

use crate::audience::{Audience, Keep};
use crate::note::parsed;
use crate::rows::{At, Word};
use crate::{Error, Result};

/// What a notice that waits takes of the disk, in bytes, more or less.
const ROW: u64 = 200;

/// A gateway that the index knows.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) n: i64,
    pub(crate) audience: Audience,
    /// Whether it was not known before.
    pub(crate) is_new: bool,
}

/// A finding that somebody may have to hear of.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) finding: i64,
    pub(crate) since: DateTime<Utc>,
    /// The document that it stands in.
    pub(crate) document: i64,
    pub(crate) confirmed_at: DateTime<Utc>,
    /// As it is now.
    pub(crate) now: (Severity, Option<String>),
    /// As it was while it was open before.
    pub(crate) before: Option<(Severity, Option<String>)>,
}

/// Takes note that these gateways are configured.
pub(crate) fn register(db: &Connection, audiences: &[Audience], at: DateTime<Utc>) -> Result<Vec<i64>> {
    let mut new = Vec::new();
    for audience in audiences {
        let known: Option<i64> = number(db, audience)?;
        let json = serde_json::to_string(audience).map_err(|error| Error::Damaged(error.to_string()))?;
        let sql = "INSERT INTO audience(key, seen_at, json) VALUES (?1, ?2, ?3)
                   ON CONFLICT(key) DO UPDATE SET seen_at = ?2, json = ?3";
        db.execute(sql, params![audience.key, at.timestamp_millis(), json])?;
        if known.is_none() {
            new.push(db.last_insert_rowid());
        }
    }
    Ok(new)
}

pub(crate) fn number(db: &Connection, audience: &Audience) -> Result<Option<i64>> {
    let sql = "SELECT n FROM audience WHERE key = ?1";
    Ok(db.query_row(sql, [&audience.key], |row| row.get(0)).optional()?)
}

/// All gateways that were configured not so long ago: a scan that names none of them must not make them miss anything.
pub(crate) fn listeners(
    db: &Connection,
    new: &[i64],
    at: DateTime<Utc>,
    keep: &Keep,
) -> Result<Vec<Listener>> {
    let oldest = at.checked_sub_signed(keep.spool_for).unwrap_or(DateTime::<Utc>::MIN_UTC);
    let mut statement = db.prepare("SELECT n, json FROM audience WHERE seen_at >= ?1 ORDER BY n")?;
    let rows = statement.query_map([oldest.timestamp_millis()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.map(|row| {
        let (n, json): (i64, String) = row?;
        Ok(Listener { n, audience: parsed(&json)?, is_new: new.contains(&n) })
    })
    .collect()
}

impl Listener {
    fn keeps_nothing(&self) -> bool {
        self.audience.keeps == Keeps::Nothing
    }

    /// A finding changed. Who has just come hears of what is open, and not of what was before.
    pub(crate) fn hear(&self, db: &Connection, change: Change, item: &Item, at: DateTime<Utc>) -> Result<()> {
        if !self.keeps_nothing() || self.is_new {
            return Ok(());
        }
        let (severity, owner) = &item.now;
        let was = item.before.as_ref();
        let is_for = |severity| self.audience.is_for(severity, owner.as_deref());
        let was_for = was.is_some_and(|(before, owner)| self.audience.is_for(*before, owner.as_deref()));
        let wanted = match change.is_end() {
            true => was_for,
            false => is_for(*severity) || was.is_some_and(|(before, _)| is_for(*before)),
        };
        if wanted { self.put(db, News::Change(change), item, at) } else { Ok(()) }
    }

    /// It is as it was for as long as this gateway waits until it says so again. `previous` is the scan before.
    pub(crate) fn is_due(&self, changed_at: i64, previous: DateTime<Utc>, at: DateTime<Utc>) -> bool {
        let Some(every) = self.audience.remind_after.filter(|_| self.keeps_nothing() && !self.is_new) else {
            return false;
        };
        let every = every.max(TimeDelta::milliseconds(1)).num_milliseconds();
        let times = |at: DateTime<Utc>| (at.timestamp_millis() - changed_at).max(0) / every;
        times(at) > times(previous)
    }

    /// It is reminded of a finding.
    pub(crate) fn remind(&self, db: &Connection, item: &Item, at: DateTime<Utc>) -> Result<()> {
        let (severity, owner) = &item.now;
        match self.audience.is_for(*severity, owner.as_deref()) {
            true => self.put(db, News::Reminder, item, at),
            false => Ok(()),
        }
    }

    fn put(&self, db: &Connection, news: News, item: &Item, at: DateTime<Utc>) -> Result<()> {
        let before = item.before.as_ref();
        // The same key twice is one notice.
        let sql = "INSERT OR IGNORE INTO outbox(audience, finding, news, at, since, document, confirmed_at, \
                   before_severity, before_owner) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        db.prepare_cached(sql)?.execute(params![
            self.n,
            item.finding,
            news.as_str(),
            at.timestamp_millis(),
            item.since.timestamp_millis(),
            item.document,
            item.confirmed_at.timestamp_millis(),
            before.map(|(severity, _)| severity.as_str()),
            before.and_then(|(_, owner)| owner.as_deref()),
        ])?;
        Ok(())
    }
}

/// Who has just come is told all that is open, as of the last scan.
pub(crate) fn greet(db: &Connection, listener: &Listener) -> Result<()> {
    if !listener.keeps_nothing() {
        return Ok(());
    }
    let last = "SELECT seq, now FROM scan ORDER BY seq DESC LIMIT 1";
    let at = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, At>(1)?.0));
    let Some((seq, now)) = db.query_row(last, [], at).optional()? else { return Ok(()) };
    let mut statement = db.prepare(
        "SELECT n, since, ifnull(document, ?1), ifnull(confirmed_at, ?2), severity, owner FROM finding \
         WHERE state = 'open' ORDER BY n",
    )?;
    let mut rows = statement.query([seq, now.timestamp_millis()])?;
    while let Some(row) = rows.next()? {
        let item = Item {
            finding: row.get(0)?,
            since: row.get::<_, At>(1)?.0,
            document: row.get(2)?,
            confirmed_at: row.get::<_, At>(3)?.0,
            now: (row.get::<_, Word<Severity>>(4)?.0, row.get(5)?),
            before: None,
        };
        let (severity, owner) = &item.now;
        if listener.audience.is_for(*severity, owner.as_deref()) {
            listener.put(db, News::Change(Change::Opened), &item, now)?;
        }
    }
    Ok(())
}

/// Drops what waits for too long, and what is too much, oldest first; how much that was is not forgotten.
pub(crate) fn cap(db: &Connection, at: DateTime<Utc>, keep: &Keep) -> Result<()> {
    let oldest = at.checked_sub_signed(keep.spool_for).unwrap_or(DateTime::<Utc>::MIN_UTC);
    drop_where(db, "at < ?1", oldest.timestamp_millis())?;
    let most = i64::try_from(keep.spool_bytes / ROW).unwrap_or(i64::MAX);
    drop_where(db, "n IN (SELECT n FROM outbox ORDER BY n DESC LIMIT -1 OFFSET ?1)", most)
}

fn drop_where(db: &Connection, which: &str, value: i64) -> Result<()> {
    let lost = format!(
        "UPDATE audience SET lost = lost + gone.number \
         FROM (SELECT audience, count(*) AS number FROM outbox WHERE {which} GROUP BY audience) AS gone \
         WHERE gone.audience = audience.n"
    );
    db.execute(&lost, [value])?;
    db.execute(&format!("DELETE FROM outbox WHERE {which}"), [value])?;
    Ok(())
}
