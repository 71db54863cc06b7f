//! What one owner is told of one scan: how much of it, the worst first, and what is over.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::text::{bold, escaped, header, lines, small};
use crate::document::{Change, Severity};
use crate::gateway::{Envelope, News, Notice};
use crate::wording::{count, instant, observed};

/// How many findings are told one by one.
pub(super) const MOST_LINES: usize = 20;
/// How many of these are kept for what is over, if that much is.
const ENDED_LINES: usize = 5;
/// The longest name of an owner, in bytes of JSON as all of these.
const OWNER: usize = 70;
/// The longest name of a resource.
const NAME: usize = 90;
/// The longest sentence about it.
const OBSERVED: usize = 90;
/// The longest place of it.
const PLACE: usize = 70;

/// A message.
pub(super) struct Digest<'a> {
    owner: Option<&'a str>,
    open: Vec<&'a Notice>,
    ended: Vec<&'a Notice>,
}

impl<'a> Digest<'a> {
    /// What there is to tell an owner.
    pub(super) fn of(owner: Option<&'a str>, mut notices: Vec<&'a Notice>) -> Self {
        notices.sort_by(|one, other| worst_first(one, other));
        let (ended, open) = notices.into_iter().partition(|notice| notice.news.is_end());
        Self { owner, open, ended }
    }

    /// The request.
    pub(super) fn body(&self, envelope: &Envelope<'_>) -> String {
        let owner = self.owner.map_or_else(|| "no owner".to_owned(), |owner| escaped(owner, OWNER));
        let totals = self.totals();
        let mut blocks = vec![header(&format!("{owner}: {totals}"))];
        let open = self.open.len().min(MOST_LINES - self.ended.len().min(ENDED_LINES));
        blocks.extend(section(&self.open, open));
        blocks.extend(section(&self.ended, MOST_LINES - open));
        blocks.push(small(&coverage(envelope)));
        message(&totals, Some(blocks))
    }

    fn totals(&self) -> String {
        let open =
            (!self.open.is_empty()).then(|| format!("{} to look at", count(self.open.len(), "finding")));
        let ended = (!self.ended.is_empty()).then(|| format!("{} over", self.ended.len()));
        [open, ended].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// One line for a scan that took place.
pub(super) fn heartbeat(envelope: &Envelope<'_>) -> String {
    message(&coverage(envelope), None)
}

/// The text is what notifications show; Slack looks for markup in it, so nobody else's words are in it.
fn message(text: &str, blocks: Option<Vec<Value>>) -> String {
    let mut message =
        json!({ "text": format!("howler: {text}"), "unfurl_links": false, "unfurl_media": false });
    if let Some(blocks) = blocks {
        message["blocks"] = Value::Array(blocks);
    }
    message.to_string()
}

/// By severity, then by what ends first, then by name, so that the same notices are the same message.
fn worst_first(one: &Notice, other: &Notice) -> Ordering {
    let order =
        |notice: &Notice| (notice.severity(), notice.finding.deadline.is_none(), notice.finding.deadline);
    order(one).cmp(&order(other)).then_with(|| one.finding.id.cmp(&other.finding.id))
}

/// Some of the notices, with how many there are.
fn section(notices: &[&Notice], most: usize) -> Vec<Value> {
    if notices.is_empty() {
        return Vec::new();
    }
    let mut told: Vec<String> = notices.iter().take(most).map(|notice| line(notice)).collect();
    let more = notices.len() - told.len();
    told.extend((more > 0).then(|| format!("and {more} more")));
    let mut blocks = vec![bold(&counts(notices))];
    blocks.extend(lines(&told));
    blocks
}

/// How many of what there is: `3 new, 1 worse: 2 critical, 2 high`.
fn counts(notices: &[&Notice]) -> String {
    let (mut news, mut severities) = (BTreeMap::new(), BTreeMap::new());
    for notice in notices {
        *news.entry(rank(notice.news)).or_insert(0) += 1;
        *severities.entry(notice.severity()).or_insert(0) += 1;
    }
    let news = news.iter().map(|((_, word), number)| format!("{number} {word}"));
    let severities = severities.iter().map(|(severity, number)| format!("{number} {}", severity.as_str()));
    let join = |parts: Vec<String>| parts.join(", ");
    format!("{}: {}", join(news.collect()), join(severities.collect()))
}

/// `new, critical: www.example.com: expires in 6 days, at ... (111111111111/eu-west-1/acm)`.
fn line(notice: &Notice) -> String {
    let finding = &notice.finding;
    let name = escaped(&finding.resource.name, NAME);
    let said = escaped(&observed(finding), OBSERVED);
    let last = if notice.news.is_end() { "last seen: " } else { "" };
    let place = finding.scope.to_string();
    // A gap is called after its place.
    let place = match place == finding.resource.name {
        true => String::new(),
        false => format!(" ({})", escaped(&place, PLACE)),
    };
    format!(
        "{}, {}{}: {name}: {last}{said}{place}",
        word(notice.news),
        notice.severity().as_str(),
        before(notice)
    )
}

/// What it was before, or since when.
fn before(notice: &Notice) -> String {
    match (notice.news, &notice.before) {
        (News::Change(Change::Worse | Change::Better), Some(told)) => was(told.severity),
        (News::Reminder, _) => format!(", since {}", notice.since.date_naive()),
        _ => String::new(),
    }
}

fn was(severity: Severity) -> String {
    format!(", was {}", severity.as_str())
}

fn word(news: News) -> &'static str {
    rank(news).1
}

/// The word for it, and where it stands among the others.
fn rank(news: News) -> (u8, &'static str) {
    match news {
        News::Change(Change::Opened) => (0, "new"),
        News::Change(Change::Reopened) => (1, "back"),
        News::Change(Change::Worse) => (2, "worse"),
        News::Change(Change::Better) => (3, "better"),
        News::Change(Change::Moved) => (4, "moved here"),
        News::Standing | News::Reminder => (5, "still open"),
        News::Change(Change::Resolved) => (6, "resolved"),
        News::Change(Change::Suppressed) => (7, "suppressed"),
        News::Change(Change::Lapsed) => (8, "not followed any more"),
    }
}

/// What the scan saw, without which silence says nothing.
fn coverage(envelope: &Envelope<'_>) -> String {
    let seen = envelope.coverage.ok + envelope.coverage.disabled;
    let all = count(envelope.coverage.requested, "scope");
    let what = match envelope.complete {
        true => format!("complete, {all} seen"),
        false => format!("incomplete, {seen} of {all} seen: what is not told may be there all the same"),
    };
    format!("scan of {}: {what}", instant(envelope.run.now))
}
