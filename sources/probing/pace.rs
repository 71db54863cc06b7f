//! How fast endpoints are begun with: one after another, so many a second.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// A pace that all accounts of a scan share.
#[derive(Debug)]
pub(super) struct Pace {
    apart: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// So many turns a second; one at least.
    pub(super) fn new(per_second: u32) -> Self {
        Self { apart: Duration::from_secs(1) / per_second.max(1), next: Mutex::default() }
    }

    /// Waits for the next turn.
    pub(super) async fn turn(&self) {
        let at = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let at = next.map_or_else(Instant::now, |next| next.max(Instant::now()));
            *next = Some(at + self.apart);
            at
        };
        sleep_until(at).await;
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;

    #[tokio::test]
    async fn turns_are_apart_whoever_waits() {
        let (pace, begun) = (Pace::new(50), Instant::now());
        join_all((0..6).map(|_| pace.turn())).await;
        let took = begun.elapsed();
        assert!(took >= Duration::from_millis(100), "{took:?}: five pauses of 20 ms");
        tokio::time::sleep(Duration::from_millis(100)).await;
        let begun = Instant::now();
        pace.turn().await;
        assert!(begun.elapsed() < Duration::from_millis(15), "nothing has to be waited for after a pause");
    }
}
