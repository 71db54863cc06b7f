//! Indexes one scan: finding by finding, then what it did not find, then who is to hear of it.

use chrono::{DateTime, Utc};
use howler_reports::Scan;
use howler_reports::document::{Change, Changes, Run};
use rusqlite::{Connection, OptionalExtension, params};

use crate::audience::Keep;
use crate::judge::{Now, Outcome, Standing, State, judge};
use crate::live::{Details, Known, Live, Sight};
use crate::measures::Measures;
use crate::missed::missed;
use crate::note::Note;
use crate::outbox::{Item, Listener, cap, greet, listeners, register};
use crate::rows::{At, day, whole};
use crate::seen::{Id, Seen, Spot, Text, read};
use crate::{Result, prune};

/// The scan that was remembered before.
#[derive(Debug, Clone)]
pub(crate) struct Previous {
    pub(crate) seq: i64,
    run: String,
    pub(crate) at: DateTime<Utc>,
}

/// Indexes a scan as the one of that number. The caller has a transaction.
pub(crate) fn index(db: &Connection, seq: i64, file: &str, scan: &Scan, note: &Note) -> Result<Changes> {
    let mut course = Course::begin(db, seq, &scan.run, note)?;
    for record in scan.records.findings()? {
        course.take(&record?.json)?;
    }
    missed(&mut course, scan)?;
    let (complete, at) = (scan.is_complete(), course.at);
    course.end(file, complete)?;
    let Course { listeners, changes, .. } = course;
    listeners.iter().try_for_each(|listener| greet(db, listener))?;
    cap(db, at, &note.keep)?;
    prune::rows(db, at, &note.keep)?;
    Ok(changes)
}

/// A scan while it is indexed.
pub(crate) struct Course<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) seq: i64,
    pub(crate) run: &'a Run,
    pub(crate) at: DateTime<Utc>,
    pub(crate) previous: Option<Previous>,
    pub(crate) keep: &'a Keep,
    pub(crate) known: Known,
    /// None once all was taken.
    measures: Option<Measures>,
    listeners: Vec<Listener>,
    pub(crate) changes: Changes,
}

/// What happened to one finding.
pub(crate) struct Event {
    pub(crate) n: i64,
    pub(crate) was: Option<Standing>,
    pub(crate) now: Standing,
    pub(crate) changes: [Option<Change>; 2],
    /// The document that it was last seen in, and when that was; none if that is the one of this scan and it is live.
    pub(crate) document: Option<i64>,
    pub(crate) confirmed_at: Option<DateTime<Utc>>,
}

impl<'a> Course<'a> {
    fn begin(db: &'a Connection, seq: i64, run: &'a Run, note: &'a Note) -> Result<Self> {
        let at = whole(run.now);
        let sql = "SELECT seq, run, now FROM scan ORDER BY seq DESC LIMIT 1";
        let previous = db
            .query_row(sql, [], |row| {
                Ok(Previous { seq: row.get(0)?, run: row.get(1)?, at: row.get::<_, At>(2)?.0 })
            })
            .optional()?;
        let missed = register(db, &note.audiences(), at, &note.keep)?;
        let listeners = listeners(db, missed, at, &note.keep)?;
        let since = previous.as_ref().map(|previous| previous.run.clone());
        Ok(Self {
            db,
            seq,
            run,
            at,
            previous,
            keep: &note.keep,
            known: Known::load(db)?,
            measures: Some(Measures::load(db, day(at))?),
            listeners,
            changes: Changes { since, ..Changes::default() },
        })
    }

    /// Takes a finding.
    fn take(&mut self, json: &str) -> Result<()> {
        let seen: Seen<'_> = read(json)?;
        if let (Some((usage, limit)), Some(measures)) = (seen.measured(), &mut self.measures) {
            measures.take(self.db, seen.id.as_str(), usage, limit)?;
        }
        let id = Id::of(seen.id.as_str());
        let live = self.known.live.get(&id).copied();
        let now = seen.now(live.map(|live| live.standing), &mut self.known.owners);
        match (live, now) {
            // A document tells a finding once.
            (Some(live), _) if live.sight != Sight::Absent => Ok(()),
            (Some(live), now) => self.again(id, live, now, &seen),
            (None, Now::Seen(_)) => self.fresh(id, now, &seen),
            (None, _) => Ok(()),
        }
    }

    /// A finding that is followed.
    fn again(&mut self, id: Id, live: Live, now: Now, seen: &Seen<'_>) -> Result<()> {
        let Outcome::Now(now, changes) = judge(Some(live.standing), now) else {
            self.mark(id, Live { sight: Sight::Blind, ..live });
            return Ok(());
        };
        let is_quiet = changes == [None, None] && now == live.standing && live.confirmed;
        if is_quiet {
            self.mark(id, Live { sight: Sight::Seen, ..live });
            return Ok(());
        }
        let event = self.seen(live.n, Some(live.standing), now, changes);
        self.happened(id, &event, seen.resource.name.as_str())
    }

    /// A finding that nobody knows, or that ended before.
    fn fresh(&mut self, id: Id, now: Now, seen: &Seen<'_>) -> Result<()> {
        let before = self.known.ended(self.db, seen.id.as_str())?;
        let was = before.map(|(_, standing)| standing);
        let Outcome::Now(now, changes) = judge(was, now) else { return Ok(()) };
        let n = match before {
            Some((n, _)) => n,
            None => self.insert(seen, now)?,
        };
        let event = self.seen(n, was, now, changes);
        self.happened(id, &event, seen.resource.name.as_str())
    }

    /// Something that this scan saw. What is over is not seen again, so its document is written down.
    fn seen(&self, n: i64, was: Option<Standing>, now: Standing, changes: [Option<Change>; 2]) -> Event {
        let over = !now.state.is_live();
        let (document, confirmed_at) = (over.then_some(self.seq), over.then_some(self.at));
        Event { n, was, now, changes, document, confirmed_at }
    }

    fn insert(&self, seen: &Seen<'_>, now: Standing) -> Result<i64> {
        let sql = "INSERT INTO finding(id, state, severity, owner, judged, first_seen, since, changed_at, check_id, \
                   partition, account, region, service, target, kind, resource, name) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
        let Spot { partition, account, region, service, target } = &seen.scope;
        self.db.prepare_cached(sql)?.execute(params![
            seen.id.as_str(),
            now.state.as_str(),
            now.severity.as_str(),
            seen.owner.as_ref().map(Text::as_str),
            now.judged,
            self.at.timestamp_millis(),
            seen.check.as_str(),
            partition.map(|partition| partition.as_str()),
            account.as_ref().map(Text::as_str),
            region.as_ref().map(Text::as_str),
            service.as_str(),
            target.as_ref().map(Text::as_str),
            seen.resource.kind.as_str(),
            seen.resource.id.as_str(),
            seen.resource.name.as_str(),
        ])?;
        Ok(self.db.last_insert_rowid())
    }

    /// Writes down how it stands with a finding now, and lets everybody know who is to hear of it.
    pub(crate) fn happened(&mut self, id: Id, event: &Event, name: &str) -> Result<()> {
        let Event { n, now, changes, document, confirmed_at, .. } = event;
        let changed = changes.iter().any(Option::is_some);
        let opened = changes.iter().flatten().any(|it| matches!(it, Change::Opened | Change::Reopened));
        let sql = "UPDATE finding SET state = ?2, severity = ?3, owner = ?4, judged = ?5, since = ifnull(?6, since), \
                   changed_at = ifnull(?7, changed_at), document = ?8, confirmed_at = ?9, name = ?10 WHERE n = ?1";
        let at = self.at.timestamp_millis();
        self.db.prepare_cached(sql)?.execute(params![
            n,
            now.state.as_str(),
            now.severity.as_str(),
            self.known.owners.name(now.owner),
            now.judged,
            opened.then_some(at),
            changed.then_some(at),
            document,
            confirmed_at.map(|at| at.timestamp_millis()),
            name,
        ])?;
        let unchanged = self.known.live.get(&id).filter(|_| !changed).map(|live| live.changed_at);
        let changed_at = unchanged.unwrap_or(at);
        self.mark(id, Live { n: *n, standing: *now, confirmed: true, changed_at, sight: Sight::Seen });
        (0..).zip(changes.iter().flatten()).try_for_each(|(step, change)| self.tell(event, step, *change))
    }

    /// Writes down one change, and puts it out for whom it is.
    fn tell(&mut self, event: &Event, step: i64, change: Change) -> Result<()> {
        let Event { n, was, now, document, confirmed_at, .. } = event;
        let was = was.filter(|was| was.state == State::Open);
        let details = Details::load(self.db, *n)?;
        let sql = "INSERT OR REPLACE INTO event(finding, seq, step, at, change, severity, before, owner) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        self.db.prepare_cached(sql)?.execute(params![
            n,
            self.seq,
            step,
            self.at.timestamp_millis(),
            change.as_str(),
            now.severity.as_str(),
            was.map(|was| was.severity.as_str()),
            details.owner,
        ])?;
        let named = |standing: Standing| {
            (standing.severity, self.known.owners.name(standing.owner).map(|name| name.to_string()))
        };
        let item = Item {
            finding: *n,
            since: details.since,
            document: document.unwrap_or(self.seq),
            confirmed_at: confirmed_at.unwrap_or(self.at),
            now: named(*now),
            before: was.map(named),
        };
        self.listeners.iter().try_for_each(|listener| listener.hear(self.db, change, &item, self.at))?;
        // All that the first scan finds is new: nobody need list it twice.
        if self.previous.is_some() {
            self.changes.findings.push(details.changed(change, *now, was));
        }
        Ok(())
    }

    pub(crate) fn mark(&mut self, id: Id, live: Live) {
        self.known.live.insert(id, live);
    }

    /// What stays as it is for long is told again to whom that is of use.
    fn remind(&self) -> Result<()> {
        let Some(previous) = &self.previous else { return Ok(()) };
        for listener in &self.listeners {
            let is_due = |live: &&Live| {
                let open = live.standing.state == State::Open;
                open && listener.is_due(live.changed_at, previous.at, self.at)
            };
            let mut due: Vec<Live> = self.known.live.values().filter(is_due).copied().collect();
            due.sort_unstable_by_key(|live| live.n);
            for live in due {
                listener.remind(self.db, &self.item(live)?, self.at)?;
            }
        }
        Ok(())
    }

    fn item(&self, live: Live) -> Result<Item> {
        let details = Details::load(self.db, live.n)?;
        Ok(Item {
            finding: live.n,
            since: details.since,
            document: details.document.unwrap_or(self.seq),
            confirmed_at: details.confirmed_at.unwrap_or(self.at),
            now: (live.standing.severity, details.owner),
            before: None,
        })
    }

    /// All was taken.
    fn end(&mut self, file: &str, is_complete: bool) -> Result<()> {
        if let Some(measures) = self.measures.take() {
            measures.close(self.db)?;
        }
        self.remind()?;
        let sql = "INSERT INTO scan(seq, run, now, finished, complete, file, sources) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let Self { run, at, seq, .. } = &*self;
        let sources = run.sources.join(" ");
        let finished = run.finished;
        self.db.execute(
            sql,
            params![seq, run.id, at.timestamp_millis(), finished, is_complete, file, sources],
        )?;
        Ok(())
    }
}
