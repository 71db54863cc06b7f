//! What went over the wire: requests by service, how long answers took, and the bucket that held a scan up most.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use howler_model::AccountId;

use super::Session;
use super::pace::Bucket;

/// What the whole process sent to AWS so far, and what came back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Traffic {
    /// By service as IAM spells it (`elasticloadbalancing`).
    pub services: BTreeMap<String, ServiceTraffic>,
    /// Answers of AWS, refusals too.
    pub answers: u64,
    /// How long all of them together were waited for.
    pub waited: Duration,
    /// How long the quickest was waited for.
    pub quickest: Duration,
    /// The bucket that needs most time, if anything was asked.
    pub slowest: Option<SlowBucket>,
}

/// Requests to one service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ServiceTraffic {
    /// Requests that were sent.
    pub calls: u64,
    /// Those of them that repeated one which had failed.
    pub retries: u64,
    /// Those that AWS answered with "slow down".
    pub throttled: u64,
}

/// The bucket that holds up most.
#[derive(Debug, Clone, PartialEq)]
pub struct SlowBucket {
    /// Whose it is.
    pub account: AccountId,
    /// The region that was called.
    pub region: String,
    /// Its action, or `service:*` where the whole service shares one.
    pub bucket: String,
    /// Calls that took from it.
    pub calls: u64,
    /// The least time that AWS's rate allows for so many calls, in seconds.
    pub seconds: f64,
}

impl Session {
    /// What went over the wire so far.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.calls().traffic()
    }
}

/// Requests sent to AWS by the whole process, retries counted.
#[derive(Debug, Default)]
pub struct Calls {
    sent: AtomicU64,
    answers: AtomicU64,
    /// In microseconds.
    waited: AtomicU64,
    /// In microseconds; 0 before the first answer.
    quickest: AtomicU64,
    services: Mutex<BTreeMap<&'static str, ServiceTraffic>>,
    slowest: Mutex<Option<Arc<Bucket>>>,
}

impl Calls {
    /// So many until now.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    fn traffic(&self) -> Traffic {
        let named = |(name, counts): (&&str, &ServiceTraffic)| ((*name).to_owned(), *counts);
        Traffic {
            services: locked(&self.services).iter().map(named).collect(),
            answers: self.answers.load(Ordering::Relaxed),
            waited: Duration::from_micros(self.waited.load(Ordering::Relaxed)),
            quickest: Duration::from_micros(self.quickest.load(Ordering::Relaxed)),
            slowest: locked(&self.slowest).as_ref().and_then(|bucket| bucket.told()),
        }
    }

    /// How long an answer has taken so far on average; none before the first.
    pub(super) fn mean(&self) -> Option<Duration> {
        let waited = self.waited.load(Ordering::Relaxed);
        waited.checked_div(self.answers.load(Ordering::Relaxed)).map(Duration::from_micros)
    }

    /// An answer came after this time.
    pub(super) fn answered(&self, after: Duration) {
        self.answers.fetch_add(1, Ordering::Relaxed);
        let waited = u64::try_from(after.as_micros()).unwrap_or(u64::MAX);
        self.waited.fetch_add(waited, Ordering::Relaxed);
        let quicker = |quickest| (quickest == 0 || waited < quickest).then_some(waited);
        // That it was no quicker is no failure.
        let _ = self.quickest.fetch_update(Ordering::Relaxed, Ordering::Relaxed, quicker);
    }

    /// A call is tried once more.
    pub(super) fn retried(&self, action: &'static str) {
        self.count(service(action), |counts| counts.retries += 1);
    }

    /// AWS said "slow down".
    pub(super) fn throttled(&self, action: &'static str) {
        self.count(service(action), |counts| counts.throttled += 1);
    }

    /// A bucket gave a token; the one that needs most time is kept, and no other.
    pub(super) fn took_from(&self, bucket: &Arc<Bucket>) {
        let mut slowest = locked(&self.slowest);
        let is_slower = |kept: &Arc<Bucket>| bucket.seconds() > kept.seconds();
        if slowest.as_ref().is_none_or(is_slower) {
            *slowest = Some(Arc::clone(bucket));
        }
    }

    fn count(&self, service: &'static str, count: impl FnOnce(&mut ServiceTraffic)) {
        count(locked(&self.services).entry(service).or_default());
    }
}

/// Counts for one account, and with it for the whole process.
#[derive(Debug, Clone, Default)]
pub(super) struct Meter {
    pub(super) calls: Arc<Calls>,
    account: Arc<AtomicU64>,
}

impl Meter {
    /// The meter of another account.
    pub(super) fn anew(&self) -> Self {
        Self { calls: Arc::clone(&self.calls), account: Arc::default() }
    }

    /// Requests that were sent for the account.
    pub(super) fn of_account(&self) -> u64 {
        self.account.load(Ordering::Relaxed)
    }

    /// A request goes out.
    pub(super) fn sent(&self, service: &'static str) {
        self.account.fetch_add(1, Ordering::Relaxed);
        self.calls.sent.fetch_add(1, Ordering::Relaxed);
        self.calls.count(service, |counts| counts.calls += 1);
    }
}

/// The service of an action.
pub(super) fn service(action: &'static str) -> &'static str {
    action.split_once(':').map_or(action, |(service, _)| service)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use futures::FutureExt;

    use super::super::pace::Buckets;
    use super::*;

    #[test]
    fn what_accounts_send_adds_up() {
        let one = Meter::default();
        let other = one.anew();
        assert_eq!(one.calls.mean(), None);
        one.sent("acm");
        other.sent("acm");
        other.sent("ec2");
        one.calls.retried("acm:ListCertificates");
        one.calls.throttled("ec2:DescribeVpcs");
        one.calls.answered(Duration::from_millis(20));
        one.calls.answered(Duration::from_millis(30));
        assert_eq!(one.calls.mean(), Some(Duration::from_millis(25)));
        let traffic = one.calls.traffic();
        assert_eq!(traffic.services["acm"], ServiceTraffic { calls: 2, retries: 1, throttled: 0 });
        assert_eq!(traffic.services["ec2"], ServiceTraffic { calls: 1, retries: 0, throttled: 1 });
        assert_eq!((traffic.answers, traffic.waited), (2, Duration::from_millis(50)));
        assert_eq!((one.of_account(), other.of_account(), one.calls.sent()), (1, 2, 3));
    }

    #[tokio::test]
    async fn the_slowest_bucket_outlives_its_account() {
        let calls = Calls::default();
        for (account, asked) in [("111111111111", 60), ("222222222222", 90), ("333333333333", 50)] {
            let buckets = Buckets::default();
            buckets.belong_to(&account.parse().unwrap());
            for _ in 0..asked {
                let bucket = buckets.of("eu-west-1", "elasticloadbalancing:DescribeRules");
                // Nobody waits for the token: it is promised all the same.
                let _taken = bucket.take().now_or_never();
                calls.took_from(&bucket);
            }
        }
        let slowest = calls.traffic().slowest.unwrap();
        assert_eq!((slowest.account.as_str(), slowest.region.as_str()), ("222222222222", "eu-west-1"));
        assert_eq!((slowest.bucket.as_str(), slowest.calls), ("elasticloadbalancing:*", 90));
        assert!((slowest.seconds - 5.0).abs() < 1e-9, "(90 - 40) / 10, not {}", slowest.seconds);
    }
}
