//! What gateways that keep nothing are still to be told: it waits here until it is delivered.

use std::collections::BTreeMap;

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
    /// None if nothing that is open can be new to it but for what changes.
    pub(crate) missed: Option<Missed>,
}

/// What of all that is open a gateway was never told.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Missed {
    /// All: it was not known before.
    All,
    /// What is for it and was not for this one, which it was before; and what changed since then, if it was not
    /// configured for so long that nothing was put out for it any more.
    Of(Box<Audience>, Option<DateTime<Utc>>),
}

impl Missed {
    fn includes(&self, severity: Severity, owner: Option<&str>, changed_at: DateTime<Utc>) -> bool {
        match self {
            Self::All => true,
            Self::Of(before, left_at) => {
                left_at.is_some_and(|left_at| changed_at > left_at) || !before.is_for(severity, owner)
            }
        }
    }
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

/// Takes note that these gateways are configured, and says which of them missed what.
pub(crate) fn register(
    db: &Connection,
    audiences: &[Audience],
    at: DateTime<Utc>,
    keep: &Keep,
) -> Result<BTreeMap<i64, Missed>> {
    let mut all = BTreeMap::new();
    for audience in audiences {
        let missed = missed(db, audience, heard_since(at, keep))?;
        let json = serde_json::to_string(audience).map_err(|error| Error::Damaged(error.to_string()))?;
        let sql = "INSERT INTO audience(key, seen_at, json) VALUES (?1, ?2, ?3)
                   ON CONFLICT(key) DO UPDATE SET seen_at = ?2, json = ?3";
        db.execute(sql, params![audience.key, at.timestamp_millis(), json])?;
        all.extend(number(db, audience)?.zip(missed));
    }
    Ok(all)
}

/// What a gateway missed until it was configured as it is now.
fn missed(db: &Connection, audience: &Audience, oldest: DateTime<Utc>) -> Result<Option<Missed>> {
    let sql = "SELECT seen_at, json FROM audience WHERE key = ?1";
    let known = db.query_row(sql, [&audience.key], |row| Ok((row.get::<_, At>(0)?.0, row.get(1)?)));
    let Some((seen_at, json)): Option<(_, String)> = known.optional()? else { return Ok(Some(Missed::All)) };
    let before: Audience = parsed(&json)?;
    let left_at = (seen_at < oldest).then_some(seen_at);
    let is_other = (before.at_least, &before.owners) != (audience.at_least, &audience.owners);
    Ok((left_at.is_some() || is_other).then(|| Missed::Of(Box::new(before), left_at)))
}

/// Whoever was configured since then hears of what changes.
fn heard_since(at: DateTime<Utc>, keep: &Keep) -> DateTime<Utc> {
    at.checked_sub_signed(keep.spool_for).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

pub(crate) fn number(db: &Connection, audience: &Audience) -> Result<Option<i64>> {
    let sql = "SELECT n FROM audience WHERE key = ?1";
    Ok(db.query_row(sql, [&audience.key], |row| row.get(0)).optional()?)
}

/// All gateways that were configured not so long ago: a scan that names none of them must not make them miss anything.
pub(crate) fn listeners(
    db: &Connection,
    mut missed: BTreeMap<i64, Missed>,
    at: DateTime<Utc>,
    keep: &Keep,
) -> Result<Vec<Listener>> {
    let oldest = heard_since(at, keep);
    let mut statement = db.prepare("SELECT n, json FROM audience WHERE seen_at >= ?1 ORDER BY n")?;
    let rows = statement.query_map([oldest.timestamp_millis()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.map(|row| {
        let (n, json): (i64, String) = row?;
        Ok(Listener { n, audience: parsed(&json)?, missed: missed.remove(&n) })
    })
    .collect()
}

impl Listener {
    fn keeps_nothing(&self) -> bool {
        self.audience.keeps == Keeps::Nothing
    }

    fn is_new(&self) -> bool {
        self.missed == Some(Missed::All)
    }

    /// A finding changed. Who has just come hears of what is open, and not of what was before.
    pub(crate) fn hear(&self, db: &Connection, change: Change, item: &Item, at: DateTime<Utc>) -> Result<()> {
        if !self.keeps_nothing() || self.is_new() {
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
        let Some(every) = self.audience.remind_after.filter(|_| self.keeps_nothing() && !self.is_new())
        else {
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

/// Who has just come, or comes back, or is to hear of more, is told what is open and new to it, as of the last scan.
pub(crate) fn greet(db: &Connection, listener: &Listener) -> Result<()> {
    let Some(missed) = listener.missed.as_ref().filter(|_| listener.keeps_nothing()) else { return Ok(()) };
    let last = "SELECT seq, now FROM scan ORDER BY seq DESC LIMIT 1";
    let at = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, At>(1)?.0));
    let Some((seq, now)) = db.query_row(last, [], at).optional()? else { return Ok(()) };
    // What waits for it says it already.
    let mut statement = db.prepare(
        "SELECT n, since, ifnull(document, ?1), ifnull(confirmed_at, ?2), severity, owner, changed_at FROM finding \
         WHERE state = 'open' AND NOT EXISTS(SELECT 1 FROM outbox o WHERE o.audience = ?3 AND o.finding = finding.n) \
         ORDER BY n",
    )?;
    let mut rows = statement.query([seq, now.timestamp_millis(), listener.n])?;
    while let Some(row) = rows.next()? {
        let item = Item {
            finding: row.get(0)?,
            since: row.get::<_, At>(1)?.0,
            document: row.get(2)?,
            confirmed_at: row.get::<_, At>(3)?.0,
            now: (row.get::<_, Word<Severity>>(4)?.0, row.get(5)?),
            before: None,
        };
        let (severity, owner) = (item.now.0, item.now.1.as_deref());
        let At(changed_at) = row.get(6)?;
        if listener.audience.is_for(severity, owner) && missed.includes(severity, owner, changed_at) {
            listener.put(db, News::Change(Change::Opened), &item, now)?;
        }
    }
    Ok(())
}

/// Drops what waits for too long, and what is too much, oldest first; how much that was is not forgotten.
pub(crate) fn cap(db: &Connection, at: DateTime<Utc>, keep: &Keep) -> Result<()> {
    drop_where(db, "at < ?1", heard_since(at, keep).timestamp_millis())?;
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
