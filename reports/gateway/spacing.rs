//! How fast a gateway may be asked: some requests at once, then one after each pause.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Sent;
use super::http::{Http, Post, Repeat};

/// A rate that is kept to, whoever asks.
#[derive(Debug)]
pub(super) struct Spacing {
    /// The time between requests in the long run.
    every: Duration,
    /// How far ahead of that requests may be.
    ahead: Duration,
    /// When the next request would be due if all had been spaced evenly.
    due: Mutex<Option<Instant>>,
}

impl Spacing {
    /// So many requests at once, then one every so often.
    pub(super) fn new(at_once: u32, every: Duration) -> Self {
        Self { every, ahead: every.saturating_mul(at_once.saturating_sub(1)), due: Mutex::new(None) }
    }

    /// Sends posts one after the other, at this rate, until one is lost.
    pub(super) async fn send(&self, http: &Http, posts: &[Post], repeat: Repeat) -> Sent {
        let mut progress = http.progress();
        for post in posts {
            self.turn().await;
            if progress.note(&post.notices, http.send_after(&progress, post, repeat).await).is_break() {
                break;
            }
        }
        progress.sent()
    }

    /// Waits until the next request may be sent.
    async fn turn(&self) {
        let at = self.take(Instant::now());
        tokio::time::sleep_until(at).await;
    }

    /// When a request that comes now may be sent.
    fn take(&self, now: Instant) -> Instant {
        let mut slot = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let due = slot.map_or(now, |due| due.max(now));
        *slot = Some(due + self.every);
        due.checked_sub(self.ahead).map_or(now, |at| at.max(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// When each of some requests that all come at once may be sent, in seconds.
    fn turns(spacing: &Spacing, number: usize, now: Instant) -> Vec<u64> {
        (0..number).map(|_| (spacing.take(now) - now).as_secs()).collect()
    }

    #[test]
    fn one_a_second_is_one_a_second() {
        assert_eq!(turns(&Spacing::new(1, SECOND), 4, Instant::now()), [0, 1, 2, 3]);
    }

    #[test]
    fn some_go_at_once_and_again_after_a_rest() {
        let (spacing, now) = (Spacing::new(3, SECOND), Instant::now());
        assert_eq!(turns(&spacing, 5, now), [0, 0, 0, 1, 2]);
        assert_eq!(turns(&spacing, 2, now + 3 * SECOND), [0, 1], "one has come free");
        assert_eq!(turns(&spacing, 4, now + 60 * SECOND), [0, 0, 0, 1]);
    }

    #[tokio::test]
    async fn who_comes_too_early_waits() {
        let spacing = Spacing::new(1, Duration::from_millis(50));
        let start = Instant::now();
        for _ in 0..3 {
            spacing.turn().await;
        }
        assert!(start.elapsed() >= Duration::from_millis(100), "{:?}", start.elapsed());
    }
}
