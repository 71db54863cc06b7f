//! The least time that a scan can take, bound by bound: what it did is told beside what was possible.

use std::fmt;
use std::time::Duration;

/// Calls of which each needs the answer of the one before, from the first to the last of a small account: who we are,
/// the accounts, the role, its regions, a listing, and twice what hangs on that.
const CHAIN: u32 = 7;
/// The same for the caller's own account alone.
const OWN_CHAIN: u32 = 4;

/// What a scan had to do, and with what.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Work {
    /// Calls that were, or will have to be, answered.
    pub calls: u64,
    /// Pages of accounts, one after another.
    pub pages: u64,
    /// Whether roles are taken.
    pub roles: bool,
    /// What the quickest answer took: no chain of calls is quicker than that.
    pub quickest: Duration,
    /// What an answer takes, on average.
    pub latency: Duration,
    /// The slowest token bucket of AWS.
    pub tokens: Duration,
    /// Processor time of a call.
    pub cpu: Duration,
    /// Calls that may be under way at once.
    pub in_flight: u32,
    pub cores: u32,
}

/// What holds a scan up most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Floor {
    pub bound: &'static str,
    pub time: Duration,
}

impl Floor {
    /// The highest of all bounds.
    pub fn of(work: &Work) -> Self {
        let calls = u32::try_from(work.calls).unwrap_or(u32::MAX);
        let pages = u32::try_from(work.pages).unwrap_or(u32::MAX);
        let bounds = [
            ("the list of accounts", work.quickest * pages),
            ("calls that wait for one another", work.quickest * if work.roles { CHAIN } else { OWN_CHAIN }),
            ("the slowest of AWS's rates", work.tokens),
            ("calls under way at once", work.latency.saturating_mul(calls) / work.in_flight.max(1)),
            ("processor", work.cpu.saturating_mul(calls) / work.cores.max(1)),
        ];
        let highest = bounds.into_iter().max_by_key(|(_, time)| *time);
        let (bound, time) = highest.unwrap_or_default();
        Self { bound, time }
    }
}

impl fmt::Display for Floor {
    /// `140.2 s (processor)`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:.1} s ({})", self.time.as_secs_f64(), self.bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORK: Work = Work {
        calls: 1_000,
        pages: 0,
        roles: false,
        quickest: Duration::from_millis(50),
        latency: Duration::from_millis(50),
        tokens: Duration::ZERO,
        cpu: Duration::from_micros(200),
        in_flight: 1_000,
        cores: 2,
    };

    #[test]
    fn each_bound_can_be_the_highest() {
        let bound = |work: Work| Floor::of(&work).to_string();
        assert_eq!(bound(WORK), "0.2 s (calls that wait for one another)");
        assert_eq!(bound(Work { pages: 20, ..WORK }), "1.0 s (the list of accounts)");
        assert_eq!(bound(Work { in_flight: 50, ..WORK }), "1.0 s (calls under way at once)");
        assert_eq!(bound(Work { cpu: Duration::from_millis(4), ..WORK }), "2.0 s (processor)");
        assert_eq!(
            bound(Work { tokens: Duration::from_secs(9), ..WORK }),
            "9.0 s (the slowest of AWS's rates)"
        );
    }
}
