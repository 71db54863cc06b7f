//! What was asked of a simulation, in numbers, and the least time in which that can be asked.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The list of accounts, whose pages come one after another.
const LIST: &str = "organizations:ListAccounts";

/// What was asked of a simulation so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counters {
    /// Requests of every kind.
    pub calls: u64,
    /// Requests that were refused because their bucket was empty.
    pub throttled: u64,
    /// Requests that differ in account, region, action or parameters, each answered at least once: the requests
    /// that would have been enough.
    pub needed: u64,
    /// Seconds that the answers to the needed requests took together.
    pub seconds: f64,
    /// Seconds that the longest chain of needed requests takes at least of which each waits for the one before, each
    /// answered as fast as its action ever was.
    pub chain: f64,
    /// The bucket from which the needed requests take longest; none if calls are not limited.
    pub slowest: Option<Slowest>,
    /// The same by action, as IAM spells it.
    pub actions: BTreeMap<String, Tally>,
}

/// What was asked of one action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    /// Requests of every kind.
    pub calls: u64,
    /// Requests that were refused because their bucket was empty.
    pub throttled: u64,
    /// Requests that would have been enough.
    pub needed: u64,
    /// Pages of the longest needed listing.
    pub pages: u64,
    /// Seconds that the answers to the needed requests took together.
    pub seconds: f64,
    /// Seconds that the fastest of these answers took.
    pub fastest: f64,
}

impl Tally {
    /// Counts the time of an answer to a needed request.
    pub(crate) fn took(&mut self, time: Duration) {
        let time = time.as_secs_f64();
        self.fastest = if self.needed <= 1 { time } else { self.fastest.min(time) };
        self.seconds += time;
    }

    /// Adds what others asked of the same action.
    pub(crate) fn add(&mut self, other: &Self) {
        self.fastest = match (self.needed, other.needed) {
            (0, _) => other.fastest,
            (_, 0) => self.fastest,
            _ => self.fastest.min(other.fastest),
        };
        self.calls += other.calls;
        self.throttled += other.throttled;
        self.needed += other.needed;
        self.pages = self.pages.max(other.pages);
        self.seconds += other.seconds;
    }
}

/// The token bucket that holds a scan up longest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Slowest {
    /// The account.
    pub account: String,
    /// The region; empty for services without regions.
    pub region: String,
    /// The action, or the prefix of those that share the bucket.
    pub bucket: String,
    /// Needed requests.
    pub needed: u64,
    /// Seconds until their last token is there.
    pub seconds: f64,
}

/// What a scan is made on.
#[derive(Clone, Copy, Debug)]
pub struct Machine {
    /// Requests that may be under way at once.
    pub in_flight: u32,
    /// Processor cores.
    pub cores: u32,
    /// Processor time that a request costs.
    pub cpu_per_call: Duration,
}

/// Below which time no scan that asks the same can stay, by what holds it up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Floor {
    /// Names and times: `list`, `chain`, `tokens`, `latency`, `cpu`.
    pub bounds: [(&'static str, Duration); 5],
}

impl Counters {
    /// The least time for the needed requests.
    #[allow(clippy::cast_precision_loss)] // counts of requests fit
    pub fn floor(&self, machine: &Machine) -> Floor {
        let tokens = self.slowest.as_ref().map_or(0.0, |bucket| bucket.seconds);
        let cpu = self.needed as f64 * machine.cpu_per_call.as_secs_f64() / f64::from(machine.cores.max(1));
        let bounds = [
            ("list", self.actions.get(LIST).map_or(0.0, |pages| pages.seconds)),
            ("chain", self.chain),
            ("tokens", tokens),
            ("latency", self.seconds / f64::from(machine.in_flight.max(1))),
            ("cpu", cpu),
        ];
        Floor { bounds: bounds.map(|(name, seconds)| (name, Duration::from_secs_f64(seconds.max(0.0)))) }
    }

    /// Requests made for each that was needed; 1 is best.
    #[allow(clippy::cast_precision_loss)] // counts of requests fit
    pub fn made_per_needed(&self) -> f64 {
        self.calls as f64 / (self.needed as f64).max(1.0)
    }
}

impl Floor {
    /// The bound that holds a scan up longest.
    pub fn highest(&self) -> (&'static str, Duration) {
        self.bounds.into_iter().max_by_key(|(_, time)| *time).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MACHINE: Machine = Machine { in_flight: 100, cores: 2, cpu_per_call: Duration::from_micros(900) };

    #[test]
    fn each_bound_can_be_the_highest() {
        let counters = Counters { needed: 1_000, seconds: 50.0, chain: 0.3, ..Counters::default() };
        assert_eq!(counters.floor(&MACHINE).highest(), ("latency", Duration::from_millis(500)));
        let one_core = Machine { cores: 1, ..MACHINE };
        assert_eq!(counters.floor(&one_core).highest(), ("cpu", Duration::from_millis(900)));
        let chained = Counters { chain: 1.5, ..counters.clone() };
        assert_eq!(chained.floor(&one_core).highest(), ("chain", Duration::from_millis(1_500)));
        let list = BTreeMap::from([(LIST.to_owned(), Tally { seconds: 2.5, ..Tally::default() })]);
        let listed = Counters { actions: list, ..chained.clone() };
        assert_eq!(listed.floor(&one_core).highest(), ("list", Duration::from_millis(2_500)));
        let slowest = Some(Slowest { seconds: 9.5, ..Slowest::default() });
        let limited = Counters { slowest, ..listed };
        assert_eq!(limited.floor(&one_core).highest(), ("tokens", Duration::from_millis(9_500)));
    }

    #[test]
    fn sums_keep_the_fastest_answer_of_those_that_were_needed() {
        let mut tally = Tally { needed: 1, ..Tally::default() };
        tally.took(Duration::from_millis(50));
        tally.needed = 2;
        tally.took(Duration::from_millis(30));
        assert!((tally.fastest - 0.03).abs() < 1e-9 && (tally.seconds - 0.08).abs() < 1e-9, "{tally:?}");
        let mut sum = Tally::default();
        [Tally::default(), tally, Tally { calls: 1, ..Tally::default() }].iter().for_each(|it| sum.add(it));
        assert_eq!((sum.fastest, sum.seconds, sum.needed, sum.calls), (tally.fastest, tally.seconds, 2, 1));
    }

    #[test]
    fn they_survive_the_wire() {
        let tally = Tally { calls: 3, throttled: 1, needed: 2, pages: 1, seconds: 0.1, fastest: 0.04 };
        let actions = BTreeMap::from([("acm:ListCertificates".to_owned(), tally)]);
        let counters = Counters { calls: 3, needed: 2, actions, ..Counters::default() };
        let json = serde_json::to_string(&counters).unwrap();
        assert_eq!(serde_json::from_str::<Counters>(&json).unwrap(), counters);
        assert!((counters.made_per_needed() - 1.5).abs() < 1e-9);
    }
}
