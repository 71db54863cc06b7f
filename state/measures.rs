//! What each quota came to day by day: a span for each time in which nothing changed, with the peak of the day.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};

use crate::Result;
use crate::seen::Id;

/// The span that goes on, or the last one.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Going {
    from: i64,
    /// None while it goes on.
    until: Option<i64>,
    usage: f64,
    max: f64,
}

/// What a measurement makes of the span before.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    /// It goes on.
    Same,
    /// It is another one, or goes on again.
    Instead(Going),
    /// It ended on that day, and another one begins.
    Next(i64, Going),
}

/// `last` is the day of the measurements before, `today` is not before it.
fn step(span: Going, last: i64, today: i64, usage: f64, max: f64) -> Step {
    let end = span.until.unwrap_or(last);
    let is_same = span.max == max && span.usage == usage;
    let fresh = |usage| Going { from: today, until: None, usage, max };
    match today - end {
        0 if span.max == max && span.usage >= usage => Step::Same,
        0 if span.from == today => Step::Instead(fresh(span.usage.max(usage))),
        0 => Step::Next(today - 1, fresh(span.usage.max(usage))),
        1 if is_same && span.until.is_none() => Step::Same,
        1 if is_same => Step::Instead(Going { until: None, ..span }),
        _ => Step::Next(end, fresh(usage)),
    }
}

/// All quotas.
#[derive(Debug)]
pub(crate) struct Measures {
    today: i64,
    last: i64,
    series: HashMap<Id, Series>,
    any: bool,
}

#[derive(Debug, Clone, Copy)]
struct Series {
    n: i64,
    going: Going,
    measured: bool,
}

impl Measures {
    pub(crate) fn load(db: &Connection, today: i64) -> Result<Self> {
        let last = db.query_row("SELECT last_day FROM measured", [], |row| row.get(0)).optional()?;
        let number: i64 = db.query_row("SELECT count(*) FROM series", [], |row| row.get(0))?;
        let mut series = HashMap::with_capacity(usize::try_from(number).unwrap_or_default());
        let mut rows = db.prepare("SELECT id, n, from_day, until_day, usage, max FROM series")?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            let id = Id::of(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?);
            let going = Going { from: row.get(2)?, until: row.get(3)?, usage: row.get(4)?, max: row.get(5)? };
            series.insert(id, Series { n: row.get(1)?, going, measured: false });
        }
        Ok(Self { today, last: last.unwrap_or(today), series, any: false })
    }

    /// A quota was measured. What was measured on days before the last is not looked at.
    pub(crate) fn take(&mut self, db: &Connection, id: &str, usage: f64, max: f64) -> Result<()> {
        if self.today < self.last {
            return Ok(());
        }
        self.any = true;
        let (last, today) = (self.last, self.today);
        match self.series.get_mut(&Id::of(id)) {
            Some(series) => {
                series.measured = true;
                let step = step(series.going, last, today, usage, max);
                series.take(db, step)
            }
            None => self.begin(db, id, usage, max),
        }
    }

    fn begin(&mut self, db: &Connection, id: &str, usage: f64, max: f64) -> Result<()> {
        let sql = "INSERT INTO series(id, from_day, usage, max) VALUES (?1, ?2, ?3, ?4)";
        db.prepare_cached(sql)?.execute(params![id, self.today, usage, max])?;
        let going = Going { from: self.today, until: None, usage, max };
        self.series.insert(Id::of(id), Series { n: db.last_insert_rowid(), going, measured: true });
        Ok(())
    }

    /// All was taken: on a new day, what was not measured does not go on. A scan without quotas says nothing of them.
    pub(crate) fn close(self, db: &Connection) -> Result<()> {
        if !self.any {
            return Ok(());
        }
        if self.today > self.last {
            let stopped = self.series.values().filter(|it| !it.measured && it.going.until.is_none());
            let mut statement = db.prepare_cached("UPDATE series SET until_day = ?2 WHERE n = ?1")?;
            for series in stopped {
                statement.execute([series.n, self.last])?;
            }
        }
        db.execute("DELETE FROM measured", [])?;
        db.execute("INSERT INTO measured VALUES (?1)", [self.today])?;
        Ok(())
    }
}

impl Series {
    fn take(&mut self, db: &Connection, step: Step) -> Result<()> {
        let going = match step {
            Step::Same => return Ok(()),
            Step::Instead(going) => going,
            Step::Next(until, going) => {
                let sql = "INSERT OR REPLACE INTO measure SELECT n, from_day, ?2, usage, max FROM series WHERE n = ?1";
                db.prepare_cached(sql)?.execute([self.n, until])?;
                going
            }
        };
        self.going = going;
        let sql = "UPDATE series SET from_day = ?2, until_day = NULL, usage = ?3, max = ?4 WHERE n = ?1";
        db.prepare_cached(sql)?.execute(params![self.n, going.from, going.usage, going.max])?;
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::schema;

    type Spans = Vec<(i64, i64, f64, f64)>;

    /// What is remembered after scans on these days, each with what it measured.
    fn spans(scans: &[(i64, Option<(f64, f64)>)]) -> Spans {
        let folder = tempfile::tempdir().unwrap();
        let db = schema::open(&folder.path().join("db")).unwrap();
        for (day, measured) in scans {
            let mut measures = Measures::load(&db, *day).unwrap();
            if let Some((usage, max)) = measured {
                measures.take(&db, "a", *usage, *max).unwrap();
            }
            measures.take(&db, "other", 1.0, 1.0).unwrap();
            measures.close(&db).unwrap();
        }
        crate::history::spans(&db, "a").unwrap()
    }

    #[test]
    fn a_span_goes_on_while_nothing_changes() {
        let five = Some((5.0, 10.0));
        assert_eq!(spans(&[(1, five), (2, five), (2, five), (3, five)]), [(1, 3, 5.0, 10.0)]);
        assert_eq!(
            spans(&[(1, five), (2, Some((6.0, 10.0))), (3, Some((6.0, 20.0)))]),
            [(1, 1, 5.0, 10.0), (2, 2, 6.0, 10.0), (3, 3, 6.0, 20.0)]
        );
    }

    #[test]
    fn the_peak_of_a_day_is_kept() {
        let [five, nine] = [Some((5.0, 10.0)), Some((9.0, 10.0))];
        assert_eq!(spans(&[(1, five), (1, nine), (1, five)]), [(1, 1, 9.0, 10.0)]);
        assert_eq!(spans(&[(1, five), (2, five), (2, nine)]), [(1, 1, 5.0, 10.0), (2, 2, 9.0, 10.0)]);
        assert_eq!(spans(&[(1, nine), (2, five), (3, five)]), [(1, 1, 9.0, 10.0), (2, 3, 5.0, 10.0)]);
    }

    #[test]
    fn a_day_without_a_measurement_ends_it() {
        let five = Some((5.0, 10.0));
        assert_eq!(spans(&[(1, five), (2, None)]), [(1, 1, 5.0, 10.0)]);
        assert_eq!(spans(&[(1, five), (2, None), (3, five)]), [(1, 1, 5.0, 10.0), (3, 3, 5.0, 10.0)]);
        assert_eq!(spans(&[(1, five), (4, five)]), [(1, 1, 5.0, 10.0), (4, 4, 5.0, 10.0)]);
        // A scan of something else on the same day ends nothing.
        assert_eq!(spans(&[(1, five), (2, None), (2, five), (3, five)]), [(1, 3, 5.0, 10.0)]);
    }

    #[test]
    fn days_that_come_late_are_not_looked_at() {
        assert_eq!(spans(&[(5, Some((5.0, 10.0))), (4, Some((9.0, 10.0)))]), [(5, 5, 5.0, 10.0)]);
    }
}
