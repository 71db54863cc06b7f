//! Keeps to AWS's pace: a token bucket beside each of AWS's own, a little under it, that gives way when AWS says so.
//!
//! A call first takes its token and only then one of the permits for calls under way, so that what waits for a
//! slow bucket holds up nothing else. A token is a reservation: callers wait in the order in which they came.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures::future::OptionFuture;
use howler_model::AccountId;
use tokio::sync::MutexGuard;
use tokio::time::Instant;

use super::rates::{Rate, rate_of};
use super::traffic::SlowBucket;

/// What we begin with of a published rate: other tools share the account.
const SHARE: f64 = 0.8;
/// What a throttled call leaves of the rate.
const BACK_OFF: f64 = 0.7;
/// What a second without a throttle gives back, of the published rate.
const RECOVERY: f64 = 0.1;
/// The least of the published rate that is ever tried.
const FLOOR: f64 = 0.05;
/// The bucket of a service that refuses calls at the same time.
const ONE_BY_ONE: &str = "organizations:";
/// Throttles of calls that were under way together count once.
const ONE_THROTTLE: Duration = Duration::from_millis(500);

/// The buckets of one account.
#[derive(Debug, Default)]
pub(super) struct Buckets {
    /// Known as soon as AWS has said who we are.
    account: Arc<OnceLock<AccountId>>,
    /// By the region that is called and the name of the bucket.
    buckets: Mutex<HashMap<(String, &'static str), Arc<Bucket>>>,
}

impl Buckets {
    /// The bucket that an action takes from in a region.
    pub(super) fn of(&self, region: &str, action: &'static str) -> Arc<Bucket> {
        let (name, rate) = rate_of(action);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = || Bucket::new(Arc::clone(&self.account), region, name, rate);
        Arc::clone(buckets.entry((region.to_owned(), name)).or_insert_with(|| Arc::new(bucket())))
    }

    /// Says whose they are.
    pub(super) fn belong_to(&self, account: &AccountId) {
        // They never change hands, so that a second time says the same.
        let _known = self.account.set(account.clone());
    }
}

/// One bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    account: Arc<OnceLock<AccountId>>,
    region: String,
    name: &'static str,
    rate: Rate,
    taken: AtomicU64,
    level: Mutex<Level>,
    /// Held by the call that is under way, where there may be only one.
    turn: Option<tokio::sync::Mutex<()>>,
}

impl Bucket {
    fn new(account: Arc<OnceLock<AccountId>>, region: &str, name: &'static str, rate: Rate) -> Self {
        let level = Mutex::new(Level::new(rate, Instant::now()));
        let turn = (name == ONE_BY_ONE).then(tokio::sync::Mutex::default);
        Self { account, region: region.to_owned(), name, rate, taken: AtomicU64::new(0), level, turn }
    }

    /// The least time that AWS's rate allows for the calls so far.
    #[allow(clippy::cast_precision_loss)] // counts of calls fit
    pub(super) fn seconds(&self) -> f64 {
        let calls = self.taken.load(Ordering::Relaxed) as f64;
        ((calls - self.rate.burst) / self.rate.most).max(0.0)
    }

    /// Whose it is, and what went through it; none as long as nobody knows whose.
    pub(super) fn told(&self) -> Option<SlowBucket> {
        let account = self.account.get()?.clone();
        let shared = if self.name.ends_with(':') { "*" } else { "" };
        Some(SlowBucket {
            account,
            region: self.region.clone(),
            bucket: format!("{}{shared}", self.name),
            calls: self.taken.load(Ordering::Relaxed),
            seconds: self.seconds(),
        })
    }

    /// Waits for a token, and for its turn where calls go one by one: it lasts as long as what is returned.
    pub(super) async fn take(&self) -> Option<MutexGuard<'_, ()>> {
        let turn = OptionFuture::from(self.turn.as_ref().map(tokio::sync::Mutex::lock)).await;
        self.taken.fetch_add(1, Ordering::Relaxed);
        let ready = self.level(|level, now| level.reserve(now));
        tokio::time::sleep_until(ready).await;
        turn
    }

    /// AWS said "slow down"; whoever comes next waits for `pause` at least.
    pub(super) fn throttled(&self, pause: Duration) {
        self.level(|level, now| level.throttled(now, pause));
    }

    /// AWS refused a call: for how long it has refused every one.
    pub(super) fn refused(&self) -> Duration {
        self.level(|level, now| now - *level.refusing_since.get_or_insert(now))
    }

    /// AWS answered a call.
    pub(super) fn served(&self) {
        self.level(|level, _| level.refusing_since = None);
    }

    fn level<T>(&self, act: impl FnOnce(&mut Level, Instant) -> T) -> T {
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        act(&mut level, Instant::now())
    }
}

/// How full a bucket is and how fast it fills.
#[derive(Debug)]
struct Level {
    nominal: Rate,
    /// Below zero when tokens are promised that are still to come.
    tokens: f64,
    per_second: f64,
    as_of: Instant,
    paused_until: Instant,
    throttled_at: Option<Instant>,
    /// Since when nobody was served.
    refusing_since: Option<Instant>,
}

impl Level {
    fn new(nominal: Rate, now: Instant) -> Self {
        Self {
            nominal,
            tokens: (nominal.burst * SHARE).max(1.0),
            per_second: nominal.per_second * SHARE,
            as_of: now,
            paused_until: now,
            throttled_at: None,
            refusing_since: None,
        }
    }

    /// Promises a token and says when it is there.
    fn reserve(&mut self, now: Instant) -> Instant {
        self.fill(now);
        self.tokens -= 1.0;
        let missing = (-self.tokens).max(0.0);
        now.max(self.paused_until) + Duration::from_secs_f64(missing / self.per_second)
    }

    fn throttled(&mut self, now: Instant, pause: Duration) {
        self.fill(now);
        self.paused_until = self.paused_until.max(now + pause);
        if self.throttled_at.is_some_and(|before| now - before < ONE_THROTTLE) {
            return;
        }
        self.throttled_at = Some(now);
        // AWS's bucket holds less than ours; how much less, the next throttle tells.
        self.tokens = self.tokens.min(self.tokens / 2.0);
        self.per_second = (self.per_second * BACK_OFF).max(self.nominal.per_second * FLOOR);
    }

    /// Lets time pass: tokens come, and the rate recovers.
    fn fill(&mut self, now: Instant) {
        let seconds = now.saturating_duration_since(self.as_of).as_secs_f64();
        self.as_of = self.as_of.max(now);
        self.tokens = (self.tokens + seconds * self.per_second).min(self.nominal.burst);
        let recovered = self.per_second + seconds * RECOVERY * self.nominal.per_second;
        self.per_second = recovered.min(self.nominal.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { burst: 10.0, per_second: 10.0, most: 10.0 };

    fn waits(level: &mut Level, now: Instant, calls: usize) -> Vec<u128> {
        (0..calls).map(|_| (level.reserve(now) - now).as_millis()).collect()
    }

    #[test]
    fn a_burst_goes_at_once_and_the_rest_waits_in_turn() {
        let now = Instant::now();
        let mut level = Level::new(RATE, now);
        let waits = waits(&mut level, now, 10);
        assert_eq!(waits[..8], [0; 8]);
        assert_eq!(waits[8..], [125, 250]);
    }

    #[test]
    fn it_never_gives_more_than_the_published_rate() {
        let now = Instant::now();
        let mut level = Level::new(RATE, now);
        let last = waits(&mut level, now, 110).into_iter().max().unwrap();
        assert!(last >= 10_000, "102 tokens at 8 a second were there after {last} ms");
        let later = now + Duration::from_secs(3_600);
        level.fill(later);
        assert_eq!(level.per_second, 10.0);
        assert!(level.tokens <= 10.0);
    }

    #[test]
    fn a_throttle_slows_down_once_and_time_heals() {
        let now = Instant::now();
        let mut level = Level::new(RATE, now);
        level.throttled(now, Duration::from_millis(500));
        level.throttled(now, Duration::from_millis(500));
        assert!((level.per_second - 5.6).abs() < 1e-9, "{}", level.per_second);
        assert!(level.reserve(now) >= now + Duration::from_millis(500));
        level.fill(now + Duration::from_secs(10));
        assert_eq!(level.per_second, 10.0);
    }

    #[test]
    fn an_unpublished_rate_may_grow() {
        let now = Instant::now();
        let mut level = Level::new(Rate { most: 20.0, ..RATE }, now);
        level.fill(now + Duration::from_secs(60));
        assert_eq!(level.per_second, 20.0);
    }
}
