//! What a scan did not find again: gone if it would have been seen, else open and not confirmed.

use chrono::{DateTime, Utc};
use howler_reports::Scan;
use rusqlite::OptionalExtension;

use crate::Result;
use crate::apply::{Course, Event};
use crate::covered::Covered;
use crate::judge::{Outcome, State, ended};
use crate::live::{Details, Live, Sight};
use crate::seen::{Extent, Id, Spot, read};

/// The check that gaps are found by.
const COVERAGE: &str = "scan-coverage";
/// What stands among the sources where all regions were asked for.
const REGIONS: &str = "regions";

/// Judges all that was not confirmed, after all that was.
pub(crate) fn missed(course: &mut Course<'_>, scan: &Scan) -> Result<()> {
    let missing = course.known.missing();
    let covered = covered(course, &missing, scan)?;
    for (id, live) in missing {
        let details = Details::load(course.db, live.n)?;
        let last = last_seen(course, &details);
        let is_gone = is_absent(course, &live, &details)
            && covered.covers(&details.place, &details.resource)
            && has_asked(course, &details, last.0)?;
        match (is_gone, is_too_long_ago(course, last.1)) {
            (true, _) => end(course, id, live, &details, State::Resolved, last)?,
            (false, true) => end(course, id, live, &details, State::Lapsed, last)?,
            (false, false) => {
                let told = live.sight == Sight::Blind || covered.concerns(&details.place);
                stay(course, live, details, last, told)?;
            }
        }
    }
    Ok(())
}

/// What the scan saw of the places of what it did not find.
fn covered(course: &Course<'_>, missing: &[(Id, Live)], scan: &Scan) -> Result<Covered> {
    let mut covered = Covered::default();
    for (_, live) in missing {
        let details = Details::load(course.db, live.n)?;
        if is_absent(course, live, &details) {
            covered.ask(&details.place);
        }
    }
    if missing.is_empty() {
        return Ok(covered);
    }
    for record in scan.records.scopes()? {
        let record = record?;
        covered.take(&read::<Spot<'_>>(&record.json)?, &read::<Extent<'_>>(&record.json)?);
    }
    Ok(covered)
}

/// Whether it says something that the finding is not there: its check judged, and nothing was left out on purpose.
fn is_absent(course: &Course<'_>, live: &Live, details: &Details) -> bool {
    let run = course.run;
    // Documents of before checks were written down are of all checks.
    let judged = run.checks.is_empty() || run.checks.contains(&details.check);
    live.sight == Sight::Absent && judged && !run.narrowed
}

/// Whether the scan asked whoever could tell a gap again: all sources of the scan that met it, and all regions if it is
/// about the list of these. What other checks find has all the sources that it needs.
fn has_asked(course: &Course<'_>, details: &Details, met_in: i64) -> Result<bool> {
    let asked = |source: &str| course.run.sources.iter().any(|asked| asked == source);
    // Documents of before sources were written down are of all.
    if details.check != COVERAGE || course.run.sources.is_empty() {
        return Ok(true);
    }
    let sql = "SELECT sources FROM scan WHERE seq = ?1";
    let mut statement = course.db.prepare_cached(sql)?;
    let sources: Option<String> = statement.query_row([met_in], |row| row.get(0)).optional()?;
    let mut sources = sources.iter().flat_map(|sources| sources.split_whitespace());
    let of_regions = details.place.service == "ec2" && details.place.region.as_deref() == Some("global");
    Ok(sources.all(|source| source == REGIONS || asked(source)) && (!of_regions || asked(REGIONS)))
}

/// The document that it was last seen in, and when.
fn last_seen(course: &Course<'_>, details: &Details) -> (i64, DateTime<Utc>) {
    let previous = course.previous.as_ref().map(|previous| (previous.seq, previous.at));
    let (seq, at) = previous.unwrap_or((course.seq, course.at));
    (details.document.unwrap_or(seq), details.confirmed_at.unwrap_or(at))
}

fn is_too_long_ago(course: &Course<'_>, at: DateTime<Utc>) -> bool {
    course.at.signed_duration_since(at) > course.keep.follow_for
}

fn end(
    course: &mut Course<'_>,
    id: Id,
    live: Live,
    details: &Details,
    state: State,
    (document, at): (i64, DateTime<Utc>),
) -> Result<()> {
    let Outcome::Now(now, changes) = ended(live.standing, state) else { return Ok(()) };
    let (document, confirmed_at) = (Some(document), Some(at));
    let event = Event { n: live.n, was: Some(live.standing), now, changes, document, confirmed_at };
    course.happened(id, &event, &details.resource.name)
}

/// It stays as it was; when it was last seen is written down once. It is `told` if the scan was to see it.
fn stay(
    course: &mut Course<'_>,
    live: Live,
    details: Details,
    (document, at): (i64, DateTime<Utc>),
    told: bool,
) -> Result<()> {
    if live.confirmed {
        let sql = "UPDATE finding SET document = ?2, confirmed_at = ?3 WHERE n = ?1";
        course.db.prepare_cached(sql)?.execute([live.n, document, at.timestamp_millis()])?;
    }
    if told && live.standing.state == State::Open {
        course.changes.unconfirmed.push(details.unconfirmed(live.standing.severity, at));
    }
    Ok(())
}
