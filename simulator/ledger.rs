//! What was asked, in numbers: token buckets, how often each request came, and which would have been enough.
//!
//! All that concerns one account and region lies in one of many shards, so that requests seldom wait for one another
//! and none takes more than one lock at a time.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::chain;
use crate::counters::{Counters, Slowest, Tally};
use crate::digest::Digest;
use crate::interned::Names;
use crate::log::lock;
use crate::rates::{self, Rate};

/// A request as it is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) account: &'a str,
    /// The region; empty for services without regions.
    pub(crate) region: &'a str,
    /// The action as IAM spells it.
    pub(crate) action: &'a str,
    /// Follows from all that makes it this request and no other.
    pub(crate) digest: Digest,
    /// The listing that it asks a further page of.
    pub(crate) listing: Option<Digest>,
}

/// What became of a request at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Admission {
    /// How often it was asked, this time included.
    pub(crate) times: u32,
    /// Whether its bucket was empty.
    pub(crate) throttled: bool,
}

/// The books of one simulation.
#[derive(Debug)]
pub(crate) struct Ledger {
    shards: [Mutex<Shard>; 64],
    /// Whether empty buckets refuse requests.
    limited: bool,
    began: Instant,
}

#[derive(Debug, Default)]
struct Shard {
    names: Names,
    /// By the numbers of account, region and bucket.
    buckets: HashMap<[u32; 3], Bucket>,
    /// By the number of the action.
    actions: HashMap<u32, Tally>,
    asked: HashMap<u64, Asked>,
    /// Further pages of each listing that has any.
    pages: HashMap<u64, u64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    times: u32,
    answered: bool,
}

/// A token bucket. Its rate stands in the table: there are millions of buckets, and each is kept small.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f32,
    /// Seconds since the beginning.
    as_of: f32,
    needed: u32,
}

impl Bucket {
    fn full(rate: Rate) -> Self {
        Self { tokens: rate.burst, as_of: 0.0, needed: 0 }
    }

    /// Takes a token, if there is one.
    fn take(&mut self, rate: Rate, now: f32) -> bool {
        let come = (now - self.as_of).max(0.0) * rate.per_second;
        self.tokens = (self.tokens + come).min(rate.burst);
        self.as_of = now;
        let taken = self.tokens >= 1.0;
        self.tokens -= if taken { 1.0 } else { 0.0 };
        taken
    }

    /// Seconds until the last token of the needed requests is there.
    fn seconds(&self, rate: Rate) -> f64 {
        ((f64::from(self.needed) - f64::from(rate.burst)) / f64::from(rate.per_second)).max(0.0)
    }
}

impl Ledger {
    pub(crate) fn new(limited: bool) -> Self {
        let shards = std::array::from_fn(|_| Mutex::default());
        Self { shards, limited, began: Instant::now() }
    }

    /// Counts a request that comes in.
    pub(crate) fn admit(&self, ask: &Ask<'_>) -> Admission {
        let now = self.began.elapsed().as_secs_f32();
        self.within(ask, |shard| {
            let (bucket, rate) = shard.bucket(ask);
            let full = bucket.take(rate, now);
            let asked = shard.asked.entry(ask.digest.finish()).or_default();
            asked.times = asked.times.saturating_add(1);
            let admission = Admission { times: asked.times, throttled: self.limited && !full };
            let tally = shard.tally(ask);
            tally.calls += 1;
            tally.throttled += u64::from(admission.throttled);
            admission
        })
    }

    /// Counts an answer that took so long, if the request had none before.
    pub(crate) fn answered(&self, ask: &Ask<'_>, delay: Duration) {
        self.within(ask, |shard| {
            let asked = shard.asked.entry(ask.digest.finish()).or_default();
            if std::mem::replace(&mut asked.answered, true) {
                return;
            }
            shard.bucket(ask).0.needed += 1;
            let page = 1 + ask.listing.map_or(0, |listing| {
                let pages = shard.pages.entry(listing.finish()).or_default();
                *pages += 1;
                *pages
            });
            let tally = shard.tally(ask);
            tally.needed += 1;
            tally.pages = tally.pages.max(page);
            tally.took(delay);
        });
    }

    /// Everything so far.
    pub(crate) fn counters(&self) -> Counters {
        let mut counters = Counters::default();
        for shard in &self.shards {
            let shard = lock(shard);
            shard.add_tallies(&mut counters.actions);
            let slowest = shard.slowest().filter(|_| self.limited);
            let seconds = |bucket: &Option<Slowest>| bucket.as_ref().map_or(-1.0, |bucket| bucket.seconds);
            if seconds(&slowest) > seconds(&counters.slowest) {
                counters.slowest = slowest;
            }
        }
        let all = || counters.actions.values();
        counters.calls = all().map(|tally| tally.calls).sum();
        counters.throttled = all().map(|tally| tally.throttled).sum();
        counters.needed = all().map(|tally| tally.needed).sum();
        counters.seconds = all().map(|tally| tally.seconds).sum();
        counters.chain = chain::longest(&counters.actions);
        counters
    }

    fn within<T>(&self, ask: &Ask<'_>, act: impl FnOnce(&mut Shard) -> T) -> T {
        let hash = Digest::new().add(ask.account).add(ask.region).finish();
        let number = usize::try_from(hash % 64).unwrap_or_default();
        // The remainder always names a shard; the first stands in for a proof.
        let [first, ..] = &self.shards;
        act(&mut lock(self.shards.get(number).unwrap_or(first)))
    }
}

impl Shard {
    fn bucket(&mut self, ask: &Ask<'_>) -> (&mut Bucket, Rate) {
        let (name, rate) = rates::bucket(ask.action);
        let key = [ask.account, ask.region, name].map(|name| self.names.number(name));
        (self.buckets.entry(key).or_insert_with(|| Bucket::full(rate)), rate)
    }

    fn tally(&mut self, ask: &Ask<'_>) -> &mut Tally {
        let action = self.names.number(ask.action);
        self.actions.entry(action).or_default()
    }

    fn add_tallies(&self, to: &mut BTreeMap<String, Tally>) {
        for (action, tally) in &self.actions {
            to.entry(self.names.name(*action).to_owned()).or_default().add(tally);
        }
    }

    fn slowest(&self) -> Option<Slowest> {
        let timed = self.buckets.iter().map(|(names, bucket)| {
            let [.., name] = names.map(|number| self.names.name(number));
            (names, bucket.needed, bucket.seconds(rates::bucket(name).1))
        });
        let (names, needed, seconds) = timed.max_by(|(.., a), (.., b)| a.total_cmp(b))?;
        let [account, region, bucket] = names.map(|number| self.names.name(number).to_owned());
        Some(Slowest { account, region, bucket, needed: needed.into(), seconds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "elasticloadbalancing:DescribeLoadBalancers";
    const LISTENERS: &str = "elasticloadbalancing:DescribeListeners";

    fn ask(action: &'static str, parameters: &str) -> Ask<'static> {
        let digest = Digest::new().add(action).add(parameters);
        Ask { account: "111111111111", region: "eu-west-1", action, digest, listing: None }
    }

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let rate = Rate { burst: 40.0, per_second: 10.0 };
        let mut bucket = Bucket::full(rate);
        let mut taken = |now| (0..50).filter(|_| bucket.take(rate, now)).count();
        assert_eq!([taken(1.0), taken(1.05), taken(2.0), taken(3_600.0)], [40, 0, 10, 40]);
    }

    #[test]
    fn actions_that_share_a_bucket_empty_it_together() {
        let ledger = Ledger::new(true);
        let throttled = |number: u32| {
            let action = if number.is_multiple_of(2) { LIST } else { LISTENERS };
            ledger.admit(&ask(action, &number.to_string())).throttled
        };
        assert!((36..=44).contains(&(0..60).filter(|number| !throttled(*number)).count()));
        let elsewhere = Ask { region: "us-east-1", ..ask(LIST, "") };
        assert!(!ledger.admit(&elsewhere).throttled);
        let counters = ledger.counters();
        assert_eq!(counters.calls, 61);
        assert!((16..=24).contains(&counters.throttled), "{}", counters.throttled);
    }

    #[test]
    fn what_was_answered_already_was_not_needed_again() {
        let ledger = Ledger::new(false);
        for _ in 0..3 {
            ledger.admit(&ask(LIST, "same"));
            ledger.answered(&ask(LIST, "same"), Duration::from_millis(50));
        }
        assert_eq!(ledger.admit(&ask(LIST, "same")).times, 4);
        let counters = ledger.counters();
        assert_eq!((counters.calls, counters.needed), (4, 1));
        assert!((counters.seconds - 0.05).abs() < 1e-9 && (counters.chain - 0.05).abs() < 1e-9);
        assert_eq!(counters.slowest, None);
    }

    #[test]
    fn the_slowest_bucket_and_the_longest_listing_are_found() {
        let ledger = Ledger::new(true);
        for number in 0..90_u32 {
            let action = if number < 80 { LIST } else { LISTENERS };
            let listing = (action == LIST).then(|| Digest::new().add("of"));
            let page = Ask { listing, ..ask(action, &number.to_string()) };
            ledger.answered(&page, Duration::ZERO);
        }
        let counters = ledger.counters();
        let slowest = counters.slowest.unwrap();
        assert_eq!((slowest.bucket.as_str(), slowest.needed), ("elasticloadbalancing:", 90));
        assert!((slowest.seconds - 5.0).abs() < 1e-9, "(90 - 40) / 10 is not {}", slowest.seconds);
        assert_eq!(counters.actions[LIST].pages, 81);
    }
}
