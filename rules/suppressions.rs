//! `suppressions.toml`: what need not be told, why, who says so, and until when.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, TimeDelta};
use howler_model::{Status, Suppressed, Suppression};

use crate::owners;
use crate::reader::{Block, Reader};
use crate::selector::Selector;
use crate::subject::Subject;

/// Nobody knows what holds in more than a year.
const MOST_DAYS: i64 = 366;

/// What need not be told, in the order of the file.
#[derive(Debug, Clone)]
pub(crate) struct Suppressions {
    file: String,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    selector: Selector,
    reason: String,
    owner: String,
    until: NaiveDate,
    place: String,
}

impl Suppressions {
    pub(crate) fn read<'a>(
        mut root: Block<'a>,
        name: &str,
        today: NaiveDate,
        reader: &mut Reader<'a>,
    ) -> Self {
        let mut known = BTreeMap::new();
        let blocks = root.blocks("suppress", reader);
        let entry = |block| Entry::read(block, today, &mut known, reader);
        let entries = blocks.into_iter().filter_map(entry).collect();
        root.finish(reader);
        Self { file: name.to_owned(), entries }
    }

    /// The file that they stand in, as it was named.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    /// The selectors of all entries.
    pub(crate) fn selectors(&self) -> impl Iterator<Item = &Selector> {
        self.entries.iter().map(|entry| &entry.selector)
    }

    /// The entries that are about a finding and may hide it, whether they still hold or not.
    pub(crate) fn matching(&self, subject: Subject<'_>) -> Vec<usize> {
        let entries = self.entries.iter().enumerate();
        entries.filter(|(_, entry)| entry.selector.may_hide(subject)).map(|(number, _)| number).collect()
    }

    /// What the first of these entries that still holds says, where `status` is what the finding would be.
    pub(crate) fn holding(&self, entries: &[usize], status: Status, today: NaiveDate) -> Option<Suppressed> {
        let mut entries = entries.iter().filter_map(|number| self.entries.get(*number));
        let Entry { reason, owner, until, .. } = entries.find(|entry| today <= entry.until)?;
        Some(Suppressed { reason: reason.clone(), owner: owner.clone(), until: *until, status })
    }

    /// Whether one that still holds might hide a finding, were all known that was not to be seen.
    pub(crate) fn might_hide(&self, subject: Subject<'_>, today: NaiveDate) -> bool {
        self.entries.iter().any(|entry| today <= entry.until && entry.selector.might_hide(subject))
    }

    /// All of them, as facts.
    pub(crate) fn facts(&self) -> Vec<Suppression> {
        let fact = |entry: &Entry| Suppression {
            file: self.file.clone(),
            selector: entry.selector.text(),
            reason: entry.reason.clone(),
            owner: entry.owner.clone(),
            until: entry.until,
        };
        self.entries.iter().map(fact).collect()
    }

    /// A line for each entry that is not among these.
    pub(crate) fn unmatched(&self, matched: &BTreeSet<usize>) -> Vec<String> {
        let entries = self.entries.iter().enumerate().filter(|(number, _)| !matched.contains(number));
        let line = |entry: &Entry| {
            format!("{}: matches no finding of this scan: {}", entry.place, entry.selector.text())
        };
        entries.map(|(_, entry)| line(entry)).collect()
    }
}

impl Entry {
    fn read<'a>(
        mut block: Block<'a>,
        today: NaiveDate,
        known: &mut BTreeMap<String, usize>,
        reader: &mut Reader<'a>,
    ) -> Option<Self> {
        let selector = Selector::read(&mut block, reader);
        let reason = block.require("reason", reader).and_then(|value| reader.text("reason", &value));
        let owner = owners::owner("owner", &mut block, reader);
        let until = until(&mut block, today, reader);
        let (line, place) = (reader.line(&block.at), reader.place(&block.at));
        if let Some(first) = selector.as_ref().and_then(|it| known.insert(it.text(), line)) {
            reader
                .mistake(block.at.clone(), format!("this is about the same as line {first}: one is enough"));
        }
        block.finish(reader);
        Some(Self { selector: selector?, reason: reason?, owner: owner?, until: until?, place })
    }
}

fn until<'a>(block: &mut Block<'a>, today: NaiveDate, reader: &mut Reader<'a>) -> Option<NaiveDate> {
    let value = block.require("until", reader)?;
    let date = value.get_ref().as_datetime().filter(|at| at.time.is_none()).and_then(|at| at.date);
    let date = date.and_then(|date| {
        NaiveDate::from_ymd_opt(i32::from(date.year), u32::from(date.month), u32::from(date.day))
    });
    match date {
        None => {
            reader.mistake(value.span(), "until: a day without quotes is expected, as in 2027-01-31");
            None
        }
        Some(day) if day.signed_duration_since(today) > TimeDelta::days(MOST_DAYS) => {
            let most = today.checked_add_signed(TimeDelta::days(MOST_DAYS)).unwrap_or(NaiveDate::MAX);
            reader.mistake(
                value.span(),
                format!("until: at most {MOST_DAYS} days from now, {most}, is allowed"),
            );
            None
        }
        day => day,
    }
}
