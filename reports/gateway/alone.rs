//! Notices of a scan alone, where nobody remembers what was told before.

use std::io;

use super::{Keeps, News, Notice};
use crate::document::{Change, Finding};
use crate::{Reading, Scan};

/// Notices one by one.
pub type Notices<'a> = Box<dyn Iterator<Item = io::Result<Notice>> + Send + 'a>;

/// All that is open, for a gateway that forgets, or that takes the same thing twice for one. None for a gateway that
/// keeps nothing: it would pass on everything every time.
///
/// # Errors
/// Those of reading the findings.
pub fn alone(scan: &Scan, keeps: Keeps) -> io::Result<Option<Notices<'_>>> {
    let news = match keeps {
        Keeps::Leases => News::Standing,
        Keeps::State => News::Change(Change::Opened),
        Keeps::Nothing => return Ok(None),
    };
    let records: Reading<'_> = scan.records.findings()?;
    let findings = records.map(|record| record?.finding());
    // Open findings stand before all others. What cannot be read is passed on as an error, and not passed over.
    let open = findings.take_while(|finding| finding.as_ref().map_or(true, Finding::is_open));
    let told = open.filter(|finding| finding.as_ref().map_or(true, Finding::is_worth_telling));
    let now = scan.run.now;
    Ok(Some(Box::new(told.map(move |finding| {
        let finding = finding?;
        let key = Notice::key(&finding.id, news, now);
        Ok(Notice { key, news, since: now, at: now, confirmed_at: now, before: None, finding })
    }))))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn all_that_is_worth_telling_is_told_to_whoever_forgets_or_knows_it_again() {
        let sample = samples::scan();
        let scan = sample.scan();
        let open: Vec<&str> =
            sample.findings.iter().filter(|f| f.is_worth_telling()).map(|f| &*f.id).collect();
        assert!(!open.is_empty() && open.len() < sample.findings.len());
        for (keeps, news) in [(Keeps::Leases, "standing"), (Keeps::State, "opened")] {
            let notices: Vec<Notice> = alone(&scan, keeps).unwrap().unwrap().map(Result::unwrap).collect();
            assert_eq!(notices.iter().map(|notice| &*notice.finding.id).collect::<Vec<_>>(), open);
            assert!(
                notices.iter().all(|notice| notice.news.as_str() == news && notice.since == scan.run.now)
            );
        }
        assert!(alone(&scan, Keeps::Nothing).unwrap().is_none());
    }

    #[test]
    fn what_cannot_be_read_is_no_end() {
        let sample = samples::scan();
        let records =
            samples::Watched { held: sample.held(), readable: Some(1), ..samples::Watched::default() };
        let scan = sample.scan_of(Box::new(records));
        let all: Vec<_> = alone(&scan, Keeps::Leases).unwrap().unwrap().collect();
        assert!(all.iter().any(Result::is_err), "an error is passed on");
    }
}
