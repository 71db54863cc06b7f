//! What was asked of a simulation, in numbers, and the least time in which that can be asked.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

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
    /// Needed pages of the list of accounts, which come one after another.
    pub account_pages: u64,
    /// Needed requests that can only be made one after another, in the longest chain.
    pub chain: u64,
    /// The bucket from which the needed requests take longest; none if calls are not limited.
    pub slowest: Option<Slowest>,
    /// The same by action, as IAM spells it.
    pub actions: BTreeMap<String, Tally>,
}

/// What was asked of one action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Requests of every kind.
    pub calls: u64,
    /// Requests that were refused because their bucket was empty.
    pub throttled: u64,
    /// Requests that would have been enough.
    pub needed: u64,
    /// Pages of the longest needed listing.
    pub pages: u64,
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
        let needed = self.needed as f64;
        let latency = if self.needed == 0 { 0.0 } else { self.seconds / needed };
        let tokens = self.slowest.as_ref().map_or(0.0, |bucket| bucket.seconds);
        let cpu = needed * machine.cpu_per_call.as_secs_f64() / f64::from(machine.cores.max(1));
        let bounds = [
            ("list", self.account_pages as f64 * latency),
            ("chain", self.chain as f64 * latency),
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
        let counters = Counters { needed: 1_000, seconds: 50.0, chain: 6, ..Counters::default() };
        assert_eq!(counters.floor(&MACHINE).highest(), ("latency", Duration::from_millis(500)));
        let one_core = Machine { cores: 1, ..MACHINE };
        assert_eq!(counters.floor(&one_core).highest(), ("cpu", Duration::from_millis(900)));
        let chained = Counters { chain: 30, ..counters.clone() };
        assert_eq!(chained.floor(&one_core).highest(), ("chain", Duration::from_millis(1_500)));
        let listed = Counters { account_pages: 50, ..chained.clone() };
        assert_eq!(listed.floor(&one_core).highest(), ("list", Duration::from_millis(2_500)));
        let slowest = Some(Slowest { seconds: 9.5, ..Slowest::default() });
        let limited = Counters { slowest, ..listed };
        assert_eq!(limited.floor(&one_core).highest(), ("tokens", Duration::from_millis(9_500)));
    }

    #[test]
    fn they_survive_the_wire() {
        let tally = Tally { calls: 3, throttled: 1, needed: 2, pages: 1 };
        let actions = BTreeMap::from([("acm:ListCertificates".to_owned(), tally)]);
        let counters = Counters { calls: 3, needed: 2, actions, ..Counters::default() };
        let json = serde_json::to_string(&counters).unwrap();
        assert_eq!(serde_json::from_str::<Counters>(&json).unwrap(), counters);
        assert!((counters.made_per_needed() - 1.5).abs() < 1e-9);
    }
}
