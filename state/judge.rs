//! What became of a finding between two scans: pure, without a database.

use howler_reports::Severity;
use howler_reports::document::Change;
use serde::{Deserialize, Serialize};

use crate::owners::OwnerNumber;

/// How it stands with a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Somebody should act on it or look into it.
    Open,
    /// It need not be told.
    Suppressed,
    /// It is gone, and its scope was seen.
    Resolved,
    /// Nobody saw it for so long that it is not followed any more.
    Lapsed,
}

impl State {
    /// In a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Suppressed => "suppressed",
            Self::Resolved => "resolved",
            Self::Lapsed => "lapsed",
        }
    }

    /// Whether scans follow it.
    pub(crate) fn is_live(self) -> bool {
        matches!(self, Self::Open | Self::Suppressed)
    }
}

/// What is remembered of a finding to judge it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) state: State,
    pub(crate) severity: Severity,
    pub(crate) owner: OwnerNumber,
    /// Whether its check could judge: an unknown says nothing about what was known before.
    pub(crate) judged: bool,
}

/// What a scan says of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Now {
    /// It is worth telling, or would be were it not suppressed.
    Seen(Standing),
    /// It is suppressed, and would not be worth telling anyway.
    Hushed(Standing),
    /// It was judged, and nothing is left to tell.
    Over,
    /// It could not be judged.
    Blind,
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nobody follows it, or nobody need.
    Nothing,
    /// It stays as it was, and when it was last seen does not change.
    Unconfirmed,
    /// It stands like this now; these changes make it so.
    Now(Standing, [Option<Change>; 2]),
}

/// Judges one finding.
pub(crate) fn judge(was: Option<Standing>, now: Now) -> Outcome {
    match (was, now) {
        (None, Now::Seen(now)) => Outcome::Now(now, [Some(first(now.state)), None]),
        (None, _) => Outcome::Nothing,
        (Some(was), Now::Seen(now)) if is_blind(was, now) => Outcome::Unconfirmed,
        (Some(was), Now::Seen(now)) => Outcome::Now(now, changes(was, now)),
        (Some(was), _) if !was.state.is_live() => Outcome::Nothing,
        (Some(was), Now::Hushed(now)) => Outcome::Now(now, changes(was, now)),
        (Some(was), Now::Over) => ended(was, State::Resolved),
        (Some(_), Now::Blind) => Outcome::Unconfirmed,
    }
}

/// The end of a finding that was live.
pub(crate) fn ended(was: Standing, state: State) -> Outcome {
    let change = if state == State::Lapsed { Change::Lapsed } else { Change::Resolved };
    Outcome::Now(Standing { state, ..was }, [Some(change), None])
}

fn first(state: State) -> Change {
    if state == State::Suppressed { Change::Suppressed } else { Change::Opened }
}

/// What was judged and is unknown now is neither better nor as it was; only worse is news.
fn is_blind(was: Standing, now: Standing) -> bool {
    let open = was.state == State::Open && now.state == State::Open;
    open && was.judged && !now.judged && now.severity >= was.severity
}

fn changes(was: Standing, now: Standing) -> [Option<Change>; 2] {
    use State::{Open, Suppressed};
    match (was.state, now.state) {
        (Open, Open) => {
            [rated(was.severity, now.severity), (was.owner != now.owner).then_some(Change::Moved)]
        }
        (Suppressed, Suppressed) => [None, None],
        (_, Suppressed) => [Some(Change::Suppressed), None],
        (_, _) => [Some(Change::Reopened), None],
    }
}

/// The words of a document stand worst first.
pub(crate) fn rated(was: Severity, now: Severity) -> Option<Change> {
    match now.cmp(&was) {
        std::cmp::Ordering::Less => Some(Change::Worse),
        std::cmp::Ordering::Greater => Some(Change::Better),
        std::cmp::Ordering::Equal => None,
    }
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests {
    use super::*;
    use Severity::{High, Medium};
    use State::{Lapsed, Open, Resolved, Suppressed};

    fn standing(state: State, severity: Severity) -> Standing {
        Standing { state, severity, owner: OwnerNumber::default(), judged: true }
    }

    fn unknown(severity: Severity) -> Standing {
        Standing { judged: false, ..standing(Open, severity) }
    }

    fn told(was: Option<Standing>, now: Now) -> Vec<Change> {
        match judge(was, now) {
            Outcome::Now(_, changes) => changes.into_iter().flatten().collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_way_from_one_state_to_another_has_its_word() {
        let [open, suppressed, resolved, lapsed] =
            [Open, Suppressed, Resolved, Lapsed].map(|state| Some(standing(state, High)));
        let [is_open, is_suppressed] = [Open, Suppressed].map(|state| Now::Seen(standing(state, High)));
        for (was, now, change) in [
            (None, is_open, Some(Change::Opened)),
            (None, is_suppressed, Some(Change::Suppressed)),
            (open, is_open, None),
            (open, is_suppressed, Some(Change::Suppressed)),
            (open, Now::Hushed(standing(Suppressed, High)), Some(Change::Suppressed)),
            (open, Now::Over, Some(Change::Resolved)),
            (suppressed, is_open, Some(Change::Reopened)),
            (suppressed, is_suppressed, None),
            (suppressed, Now::Over, Some(Change::Resolved)),
            (resolved, is_open, Some(Change::Reopened)),
            (resolved, is_suppressed, Some(Change::Suppressed)),
            (lapsed, is_open, Some(Change::Reopened)),
        ] {
            assert_eq!(told(was, now), Vec::from_iter(change), "{was:?} {now:?}");
        }
    }

    #[test]
    fn what_nobody_follows_ends_in_nothing() {
        let hushed = Now::Hushed(standing(Suppressed, High));
        for was in [None, Some(standing(Resolved, High)), Some(standing(Lapsed, High))] {
            for now in [Now::Over, Now::Blind, hushed] {
                assert_eq!(judge(was, now), Outcome::Nothing, "{was:?} {now:?}");
            }
        }
    }

    #[test]
    fn worse_and_moved_are_two_changes() {
        let mut names = crate::owners::OwnerNames::default();
        let now = Standing { owner: names.number(Some("web")), ..standing(Open, High) };
        let was = Some(standing(Open, Medium));
        assert_eq!(told(was, Now::Seen(now)), [Change::Worse, Change::Moved]);
        let back = Now::Seen(standing(Open, Medium));
        assert_eq!(told(Some(now), back), [Change::Better, Change::Moved]);
    }

    #[test]
    fn what_was_judged_and_is_unknown_now_is_not_confirmed_unless_it_is_worse() {
        let was = Some(standing(Open, Medium));
        for now in [Now::Blind, Now::Seen(unknown(Medium)), Now::Seen(unknown(Severity::Low))] {
            assert_eq!(judge(was, now), Outcome::Unconfirmed, "{now:?}");
        }
        assert_eq!(told(was, Now::Seen(unknown(High))), [Change::Worse]);
        // A gap is never judged: that it is there still confirms it.
        let gap = Some(unknown(High));
        assert_eq!(told(gap, Now::Seen(unknown(High))), []);
        assert_eq!(told(gap, Now::Seen(unknown(Medium))), [Change::Better]);
        assert_eq!(told(gap, Now::Seen(standing(Open, High))), []);
        assert_eq!(judge(Some(standing(Suppressed, High)), Now::Blind), Outcome::Unconfirmed);
    }

    #[test]
    fn an_end_keeps_what_was_known() {
        let was = standing(Open, High);
        let Outcome::Now(now, changes) = ended(was, Lapsed) else { panic!() };
        assert_eq!((now, changes), (Standing { state: Lapsed, ..was }, [Some(Change::Lapsed), None]));
    }
}
