//! What a gateway is to be told now: the differences to what it was told, or what waits for it.

use chrono::{DateTime, Utc};
use howler_reports::Severity;
use howler_reports::document::Change;
use howler_reports::gateway::{Keeps, News, Notice, Told};
use rusqlite::{Connection, Row, params};

use crate::audience::Audience;
use crate::judge::{State, rated};
use crate::rows::{At, Word};
use crate::{Error, Result};

/// One notice but for the finding, which stands in a document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Due {
    /// The number of the finding in the index.
    pub(crate) n: i64,
    pub(crate) id: String,
    pub(crate) document: i64,
    pub(crate) news: News,
    pub(crate) since: DateTime<Utc>,
    pub(crate) at: DateTime<Utc>,
    pub(crate) confirmed_at: DateTime<Utc>,
    pub(crate) before: Option<Told>,
    /// What is told of it.
    pub(crate) told: Told,
}

impl Due {
    pub(crate) fn key(&self) -> String {
        Notice::key(&self.id, self.news, self.at)
    }
}

/// What waits for a gateway, in the order in which it came to be; of all findings or of one.
macro_rules! waiting {
    ($which:literal) => {
        concat!(
            "SELECT o.finding, f.id, o.document, o.news, o.since, o.at, o.confirmed_at, o.before_severity, ",
            "o.before_owner, f.severity, f.owner FROM outbox o JOIN finding f ON f.n = o.finding ",
            "WHERE o.audience = ?1 AND ",
            $which,
            " ORDER BY o.n"
        )
    };
}

/// What is open and what a gateway was told; of all findings or of one.
macro_rules! different {
    ($which:literal) => {
        concat!(
            "SELECT f.n, f.id, ifnull(f.document, ?2), f.state, f.since, f.changed_at, ",
            "ifnull(f.confirmed_at, ?3), t.severity, t.owner, f.severity, f.owner, f.first_seen FROM finding f ",
            "LEFT JOIN told t ON t.audience = ?1 AND t.finding = f.n ",
            "WHERE (f.state = 'open' OR t.finding IS NOT NULL) AND ",
            $which,
            " ORDER BY f.n"
        )
    };
}

/// The gateway that is told, and the last scan.
#[derive(Debug, Clone)]
pub(crate) struct Listening {
    pub(crate) n: i64,
    pub(crate) audience: Audience,
    pub(crate) seq: i64,
    pub(crate) now: DateTime<Utc>,
}

impl Listening {
    /// Everything that is due, or all that is due of one finding, in the order in which it came to be.
    pub(crate) fn due(
        &self,
        db: &Connection,
        finding: Option<i64>,
        each: &mut dyn FnMut(Due) -> Result<()>,
    ) -> Result<()> {
        match self.audience.keeps {
            Keeps::Nothing => self.waiting(db, finding, each),
            Keeps::State | Keeps::Leases => self.different(db, finding, each),
        }
    }

    fn waiting(
        &self,
        db: &Connection,
        finding: Option<i64>,
        each: &mut dyn FnMut(Due) -> Result<()>,
    ) -> Result<()> {
        let sql = match finding {
            Some(_) => waiting!("o.finding = ?2"),
            None => waiting!("?2 IS NULL"),
        };
        let mut statement = db.prepare_cached(sql)?;
        let mut rows = statement.query(params![self.n, finding])?;
        while let Some(row) = rows.next()? {
            each(waiting(row)?)?;
        }
        Ok(())
    }

    fn different(
        &self,
        db: &Connection,
        finding: Option<i64>,
        each: &mut dyn FnMut(Due) -> Result<()>,
    ) -> Result<()> {
        let sql = match finding {
            Some(_) => different!("f.n = ?4"),
            None => different!("?4 IS NULL"),
        };
        let mut statement = db.prepare_cached(sql)?;
        let mut rows = statement.query(params![self.n, self.seq, self.now.timestamp_millis(), finding])?;
        while let Some(row) = rows.next()? {
            if let Some(due) = self.difference(row)? {
                each(due)?;
            }
        }
        Ok(())
    }

    fn difference(&self, row: &Row<'_>) -> Result<Option<Due>> {
        let Word(state) = row.get::<_, Word<State>>(3)?;
        let told = Told { severity: row.get::<_, Word<Severity>>(9)?.0, owner: row.get(10)? };
        let before = row.get::<_, Option<Word<Severity>>>(7)?.map(|Word(severity)| severity);
        let owner = row.get(8)?;
        let before = before.map(|severity| Told { severity, owner });
        let wanted = state == State::Open && self.audience.is_for(told.severity, told.owner.as_deref());
        let (At(since), At(changed_at), At(first_seen)) = (row.get(4)?, row.get(5)?, row.get(11)?);
        let news = match (wanted, &before) {
            (true, None) if since > first_seen => News::Change(Change::Reopened),
            (true, None) => News::Change(Change::Opened),
            (true, Some(before)) => match differs(before, &told) {
                Some(change) => News::Change(change),
                None if self.audience.keeps == Keeps::Leases => News::Standing,
                None => return Ok(None),
            },
            (false, Some(_)) => News::Change(end(state)),
            (false, None) => return Ok(None),
        };
        let at = match news {
            News::Change(Change::Opened | Change::Reopened) => since,
            News::Change(_) => changed_at,
            _ => self.now,
        };
        let confirmed_at = row.get::<_, At>(6)?.0;
        let (n, id, document) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let before = before.filter(|_| news != News::Standing);
        Ok(Some(Due { n, id, document, news, since, at, confirmed_at, before, told }))
    }
}

fn waiting(row: &Row<'_>) -> Result<Due> {
    let severity = row.get::<_, Option<Word<Severity>>>(7)?;
    let owner = row.get(8)?;
    Ok(Due {
        n: row.get(0)?,
        id: row.get(1)?,
        document: row.get(2)?,
        news: news(row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?)?,
        since: row.get::<_, At>(4)?.0,
        at: row.get::<_, At>(5)?.0,
        confirmed_at: row.get::<_, At>(6)?.0,
        before: severity.map(|Word(severity)| Told { severity, owner }),
        told: Told { severity: row.get::<_, Word<Severity>>(9)?.0, owner: row.get(10)? },
    })
}

/// The news of that word.
fn news(word: &str) -> Result<News> {
    let others = [News::Standing, News::Reminder].into_iter().find(|news| news.as_str() == word);
    let news = others.or_else(|| Change::named(word).map(News::Change));
    news.ok_or_else(|| Error::Damaged(format!("{word:?} is no news")))
}

fn differs(before: &Told, now: &Told) -> Option<Change> {
    rated(before.severity, now.severity).or((before.owner != now.owner).then_some(Change::Moved))
}

/// Why a gateway hears that it is over. What is open and only not for it any more is over for it.
fn end(state: State) -> Change {
    match state {
        State::Suppressed => Change::Suppressed,
        State::Lapsed => Change::Lapsed,
        State::Open | State::Resolved => Change::Resolved,
    }
}

/// A notice about a finding need not be told any more.
pub(crate) fn settled(
    db: &Connection,
    listening: &Listening,
    n: i64,
    (news, at): (News, DateTime<Utc>),
    told: &Told,
) -> Result<()> {
    if listening.audience.keeps != Keeps::Nothing {
        return accepted(db, listening.n, n, news, told);
    }
    let sql = "DELETE FROM outbox WHERE audience = ?1 AND finding = ?2 AND news = ?3 AND at = ?4";
    db.prepare_cached(sql)?.execute(params![listening.n, n, news.as_str(), at.timestamp_millis()])?;
    Ok(())
}

/// Takes note of what a gateway with a memory of its own knows now.
fn accepted(db: &Connection, audience: i64, n: i64, news: News, told: &Told) -> Result<()> {
    if news.is_end() {
        let sql = "DELETE FROM told WHERE audience = ?1 AND finding = ?2";
        db.prepare_cached(sql)?.execute([audience, n])?;
    } else if news != News::Standing {
        let sql = "INSERT OR REPLACE INTO told(audience, finding, severity, owner) VALUES (?1, ?2, ?3, ?4)";
        db.prepare_cached(sql)?.execute(params![audience, n, told.severity.as_str(), told.owner])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_has_a_word_and_the_severity_comes_first() {
        let told = |severity, owner: Option<&str>| Told { severity, owner: owner.map(str::to_owned) };
        let was = told(Severity::Medium, None);
        for (now, change) in [
            (told(Severity::Medium, None), None),
            (told(Severity::High, Some("web")), Some(Change::Worse)),
            (told(Severity::Low, None), Some(Change::Better)),
            (told(Severity::Medium, Some("web")), Some(Change::Moved)),
        ] {
            assert_eq!(differs(&was, &now), change);
        }
    }

    #[test]
    fn each_end_is_one() {
        for state in [State::Open, State::Suppressed, State::Resolved, State::Lapsed] {
            assert!(end(state).is_end());
        }
    }

    #[test]
    fn each_word_is_read_back() {
        for change in Change::ALL {
            assert!(matches!(news(change.as_str()), Ok(News::Change(it)) if it == change));
        }
        assert!(matches!(news("reminder"), Ok(News::Reminder)) && news("gone").is_err());
    }
}
