//! How long a delivery waits, and how often it tries again.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// Deadlines and pauses of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The longest that one request may take.
    pub timeout: Duration,
    /// How often a request is sent before it counts as failed.
    pub attempts: u32,
    /// The pause before the second attempt; each later one is twice as long.
    pub pause: Duration,
    /// The longest pause, also where the server asks for a longer one.
    pub longest_pause: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            attempts: 3,
            pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(30),
        }
    }
}

impl Pace {
    /// The pause after an attempt (counted from 1): what the server asks for, else twice the one before.
    ///
    /// A part of it depends on `seed`, so that many senders do not come back in the same moment.
    #[must_use]
    pub(crate) fn after(&self, attempt: u32, asked: Option<Duration>, seed: impl Hash) -> Duration {
        let doubled = self.pause.saturating_mul(2u32.saturating_pow(attempt.saturating_sub(1)));
        let mut hasher = DefaultHasher::new();
        (seed, attempt).hash(&mut hasher);
        let share = (hasher.finish() % 1000) as f64 / 1000.0;
        let pause = asked.unwrap_or_else(|| doubled.mul_f64(0.5 + share / 2.0));
        pause.min(self.longest_pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_differ_and_end() {
        let pace = Pace::default();
        for attempt in 1..40 {
            let pause = pace.after(attempt, None, "a");
            let full = Duration::from_secs(1u64 << (attempt - 1).min(32)).min(pace.longest_pause);
            assert!(pause >= full / 2 && pause <= full, "{attempt}: {pause:?}");
        }
        assert_ne!(pace.after(1, None, "a"), pace.after(1, None, "b"));
        assert_eq!(pace.after(1, None, "a"), pace.after(1, None, "a"));
    }

    #[test]
    fn the_server_is_obeyed_up_to_the_longest_pause() {
        let pace = Pace::default();
        assert_eq!(pace.after(1, Some(Duration::from_secs(7)), "a"), Duration::from_secs(7));
        assert_eq!(pace.after(1, Some(Duration::from_secs(7_000)), "a"), pace.longest_pause);
    }
}
