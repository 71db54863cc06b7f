//! What happened to findings, as the index knows it.

use chrono::{DateTime, NaiveDate, Utc};
use howler_reports::Severity;
use howler_reports::document::{Change, Place, Resource};
use rusqlite::{Connection, OptionalExtension, ToSql, params};
use serde::Serialize;

use crate::Result;
use crate::judge::State;
use crate::live::{DETAILS, Details};
use crate::rows::{At, Word, date};

/// Whose history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of<'a> {
    /// The finding of that id.
    Finding(&'a str),
    /// Findings about a resource: its canonical name, what people call it, or a part of either.
    Resource(&'a str),
    /// Findings in an account.
    Account(&'a str),
    /// Findings that are open.
    Open,
}

/// One finding and what happened to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Story {
    /// The id of the finding.
    pub id: String,
    /// The check.
    pub check: String,
    /// Where.
    pub scope: Place,
    /// What it is about.
    pub resource: Resource,
    /// Who should hear of it.
    pub owner: Option<String>,
    /// How it stands.
    pub state: State,
    /// The severity now, or the last one.
    pub severity: Severity,
    /// When it was first seen.
    pub first_seen: DateTime<Utc>,
    /// When it was opened the last time.
    pub since: DateTime<Utc>,
    /// When it was last seen.
    pub confirmed_at: DateTime<Utc>,
    /// What happened to it, the oldest first.
    pub events: Vec<Event>,
    /// What the quota came to; empty for what is no quota.
    pub measures: Vec<Span>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// When the scan took place that noticed it.
    pub at: DateTime<Utc>,
    /// The id of that scan.
    pub run: String,
    /// What.
    pub change: Change,
    /// The severity since then.
    pub severity: Severity,
    /// The severity before, if it was open.
    pub before: Option<Severity>,
    /// The owner since then.
    pub owner: Option<String>,
}

/// Days on each of which a quota was measured and was the same.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Span {
    /// The first day (UTC).
    pub from: NaiveDate,
    /// The last day (UTC).
    pub until: NaiveDate,
    /// The peak of each of these days, in the unit of the quota.
    pub usage: f64,
    /// The limit, in the unit of the quota.
    pub limit: f64,
}

/// Looks up the stories of findings, in the order in which they were first seen.
pub(crate) fn stories(db: &Connection, of: &Of<'_>) -> Result<Vec<Story>> {
    let (which, value): (&str, &dyn ToSql) = match of {
        Of::Finding(id) => ("id = ?1", id),
        Of::Resource(text) => ("(instr(resource, ?1) > 0 OR instr(name, ?1) > 0)", text),
        Of::Account(account) => ("account = ?1", account),
        Of::Open => ("state = ?1", &"open"),
    };
    let sql =
        format!("SELECT {DETAILS}, n, state, severity FROM finding WHERE {which} ORDER BY first_seen, id");
    let mut statement = db.prepare(&sql)?;
    let mut rows = statement.query([value])?;
    let last = "SELECT now FROM scan ORDER BY seq DESC LIMIT 1";
    let last = db.query_row(last, [], |row| row.get(0)).optional()?;
    let At(last) = last.unwrap_or(At(DateTime::UNIX_EPOCH));
    let mut stories = Vec::new();
    while let Some(row) = rows.next()? {
        let Details { id, check, place, resource, owner, first_seen, since, confirmed_at, .. } =
            Details::of(row)?;
        let (n, Word(state), Word(severity)) = (row.get(15)?, row.get(16)?, row.get(17)?);
        let confirmed_at = confirmed_at.unwrap_or(last);
        let (events, measures) = (events(db, n)?, of_days(spans(db, &id)?));
        let scope = place;
        stories.push(Story {
            id,
            check,
            scope,
            resource,
            owner,
            state,
            severity,
            first_seen,
            since,
            confirmed_at,
            events,
            measures,
        });
    }
    Ok(stories)
}

fn events(db: &Connection, n: i64) -> Result<Vec<Event>> {
    let sql = "SELECT e.at, s.run, e.change, e.severity, e.before, e.owner FROM event e JOIN scan s ON s.seq = e.seq \
               WHERE e.finding = ?1 ORDER BY e.seq, e.step";
    let mut statement = db.prepare_cached(sql)?;
    let rows = statement.query_map([n], |row| {
        Ok(Event {
            at: row.get::<_, At>(0)?.0,
            run: row.get(1)?,
            change: row.get::<_, Word<Change>>(2)?.0,
            severity: row.get::<_, Word<Severity>>(3)?.0,
            before: row.get::<_, Option<Word<Severity>>>(4)?.map(|Word(severity)| severity),
            owner: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The spans of a quota, by the id of its finding: first and last day, usage, limit.
pub(crate) fn spans(db: &Connection, id: &str) -> Result<Vec<(i64, i64, f64, f64)>> {
    let sql = "SELECT m.from_day, m.until_day, m.usage, m.max FROM measure m JOIN series s ON s.n = m.series \
               WHERE s.id = ?1 UNION ALL \
               SELECT from_day, ifnull(until_day, (SELECT last_day FROM measured)), usage, max FROM series \
               WHERE id = ?1 ORDER BY 1";
    let mut statement = db.prepare_cached(sql)?;
    let rows =
        statement.query_map(params![id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Spans as they are told.
pub(crate) fn of_days(spans: Vec<(i64, i64, f64, f64)>) -> Vec<Span> {
    let span = |(from, until, usage, limit)| Span { from: date(from), until: date(until), usage, limit };
    spans.into_iter().map(span).collect()
}
