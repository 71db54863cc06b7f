//! How fast a gateway may be asked: some requests at once, then one after each pause.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Sent;
use super::http::{Http, Post, Progress, Repeat};

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
        let mut progress = Progress::default();
        for post in posts {
            self.turn().await;
            if progress.note(&post.notices, http.send(post, repeat).await).is_break() {
                break;
            }
        }
        let notices = posts.iter().map(|post| post.notices.len()).sum();
        unless_all_are_refused(progress.sent(), notices)
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

/// A server that takes none of so many notices refuses something else than these: its key was taken back, its channel is
/// archived. Then they are lost and not refused, and may be sent another time.
fn unless_all_are_refused(sent: Sent, notices: usize) -> Sent {
    let is_any_taken = match &sent.lost {
        Some((_, arrived)) => !arrived.is_empty(),
        None => sent.refused.len() < notices,
    };
    let refused = sent.refused.first().map(|(_, why)| why.clone());
    match refused.filter(|_| !is_any_taken) {
        Some(refused) => {
            let why = sent.lost.map_or(refused, |(why, _)| why);
            Sent { lost: Some((why, Vec::new())), ..Sent::default() }
        }
        None => sent,
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

    #[test]
    fn what_is_refused_without_exception_is_lost() {
        let refused = |places: &[usize]| places.iter().map(|place| (*place, "no".to_owned())).collect();
        let sent = |places: &[usize], lost| Sent { refused: refused(places), lost, ..Sent::default() };
        let lost = |why: &str, arrived: &[usize]| Some((why.to_owned(), arrived.to_vec()));
        for (before, after) in [
            (sent(&[], None), sent(&[], None)),
            (sent(&[1], None), sent(&[1], None)),
            (sent(&[0, 1], None), sent(&[], lost("no", &[]))),
            (sent(&[0], lost("down", &[])), sent(&[], lost("down", &[]))),
            (sent(&[0], lost("down", &[1])), sent(&[0], lost("down", &[1]))),
            (sent(&[], lost("down", &[])), sent(&[], lost("down", &[]))),
        ] {
            assert_eq!(unless_all_are_refused(before, 2), after);
        }
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
