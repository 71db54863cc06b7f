//! What was asked for and what was seen of it; the sum of the parts is the whole.

use crate::{Reason, Scope, Unseen};

/// One thing that could not be seen: a whole scope, or one item in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// Where.
    pub scope: Scope,
    /// The one item that is missing (an ARN, an address, a path), or none if the gap is a whole listing.
    pub item: Option<String>,
    /// Why.
    pub unseen: Unseen,
}

/// How much of a scope was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CoverageStatus {
    /// All of it.
    Ok,
    /// Some of it.
    Partial,
    /// Nothing: not permitted.
    Denied,
    /// Nothing, and nothing was to be seen: not enabled in this account or region, or left out. Not a gap.
    Disabled,
    /// Nothing: asked too fast to the end of all retries.
    Throttled,
    /// Nothing: any other failure.
    Error,
    /// Nothing: left out by an interrupt.
    Skipped,
}

impl CoverageStatus {
    /// All statuses, in the order of documents.
    pub const ALL: [Self; 7] =
        [Self::Ok, Self::Partial, Self::Denied, Self::Disabled, Self::Throttled, Self::Error, Self::Skipped];

    /// The name in documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Partial => "partial",
            Self::Denied => "denied",
            Self::Disabled => "disabled",
            Self::Throttled => "throttled",
            Self::Error => "error",
            Self::Skipped => "skipped",
        }
    }

    /// Whether something that should have been seen was not.
    #[must_use]
    pub fn is_gap(self) -> bool {
        !matches!(self, Self::Ok | Self::Disabled)
    }

    fn of_nothing_seen(reason: Reason) -> Self {
        match reason {
            Reason::Denied | Reason::DeniedByScp => Self::Denied,
            Reason::Disabled | Reason::LeftOut => Self::Disabled,
            Reason::Throttled => Self::Throttled,
            Reason::Skipped => Self::Skipped,
            _ => Self::Error,
        }
    }
}

/// What was seen of one scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeCoverage {
    /// The scope that was asked for.
    pub scope: Scope,
    /// Facts that came out of it.
    pub facts: usize,
    /// Listings, calls or handshakes that were answered in full, even with nothing in them.
    pub answered: usize,
    /// What is missing, in the order it was missed.
    pub gaps: Vec<Gap>,
}

impl ScopeCoverage {
    /// Adds what another source saw of the same scope; a gap that both met is one gap.
    pub fn merge(&mut self, other: Self) {
        self.facts += other.facts;
        self.answered += other.answered;
        let fresh: Vec<Gap> = other.gaps.into_iter().filter(|gap| !self.gaps.contains(gap)).collect();
        self.gaps.extend(fresh);
    }

    /// Complete without gaps, partial when something was answered, otherwise named after the first gap.
    ///
    /// What is not enabled or left out counts only where there is nothing else: it neither hides a failure beside it
    /// nor makes an answer partial.
    #[must_use]
    pub fn status(&self) -> CoverageStatus {
        let missed = self.gaps.iter().find(|gap| gap.unseen.reason.is_gap());
        match missed.or(self.gaps.first()).map(|gap| gap.unseen.reason) {
            None => CoverageStatus::Ok,
            Some(reason) if self.answered > 0 && !reason.is_gap() => CoverageStatus::Ok,
            Some(_) if self.answered > 0 => CoverageStatus::Partial,
            Some(reason) => CoverageStatus::of_nothing_seen(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Service;

    fn scope(answered: usize, reasons: &[Reason]) -> ScopeCoverage {
        let scope = Scope::outside("x", Service::FILE);
        let gaps = reasons
            .iter()
            .map(|&reason| Gap { scope: scope.clone(), item: None, unseen: Unseen::new(reason, "a:B", "") })
            .collect();
        ScopeCoverage { scope, facts: 0, answered, gaps }
    }

    #[test]
    fn an_empty_answer_is_ok_and_a_failed_one_is_named_after_its_reason() {
        assert_eq!(scope(1, &[]).status(), CoverageStatus::Ok);
        assert_eq!(scope(0, &[Reason::DeniedByScp]).status(), CoverageStatus::Denied);
        assert_eq!(scope(0, &[Reason::Timeout]).status(), CoverageStatus::Error);
        assert_eq!(scope(2, &[Reason::Denied]).status(), CoverageStatus::Partial);
    }

    #[test]
    fn what_is_not_enabled_hides_no_failure_and_makes_no_answer_partial() {
        assert_eq!(scope(0, &[Reason::Disabled]).status(), CoverageStatus::Disabled);
        assert_eq!(scope(0, &[Reason::Disabled, Reason::Throttled]).status(), CoverageStatus::Throttled);
        assert_eq!(scope(1, &[Reason::Disabled, Reason::Denied]).status(), CoverageStatus::Partial);
        assert_eq!(scope(1, &[Reason::Disabled]).status(), CoverageStatus::Ok);
        assert_eq!(scope(0, &[Reason::LeftOut]).status(), CoverageStatus::Disabled);
        assert_eq!(scope(3, &[Reason::LeftOut; 2]).status(), CoverageStatus::Ok);
        assert_eq!(scope(3, &[Reason::LeftOut, Reason::Network]).status(), CoverageStatus::Partial);
    }

    #[test]
    fn two_sources_of_one_scope_are_merged_and_a_gap_of_both_is_one() {
        let mut both = scope(1, &[Reason::Denied]);
        both.merge(scope(0, &[Reason::Denied, Reason::Timeout]));
        assert_eq!((both.answered, both.gaps.len(), both.status()), (1, 2, CoverageStatus::Partial));
    }
}
