//! What a scan cost, for people, at its end: calls, retries and throttles by service, and its time beside the least
//! that was possible.

use std::time::Duration;

use howler_reports::visible;
use howler_sources::Traffic;

use crate::environment;
use crate::floor::{Floor, Work};

/// How a scan went.
pub struct Cost {
    pub traffic: Traffic,
    pub took: Duration,
    /// Processor time that it used.
    pub processor: Duration,
    /// Calls that could be under way at once.
    pub in_flight: usize,
}

/// From this share of all processors on, answers wait for somebody to look at them.
const BUSY: f64 = 0.7;

impl Cost {
    /// A few lines without an end of line; none about AWS if it was not asked.
    pub fn lines(&self) -> Vec<String> {
        let took = format!("finished in {:.1} s", self.took.as_secs_f64());
        if self.traffic.services.is_empty() {
            return vec![took];
        }
        let floor = Floor::of(&self.work());
        let slowest = self.traffic.slowest.as_ref().filter(|bucket| bucket.seconds > 0.0).map(|bucket| {
            let place = visible(&format!("{} {}", bucket.account, bucket.region));
            let (name, calls, seconds) = (&bucket.bucket, bucket.calls, bucket.seconds);
            format!("slowest rate of AWS: {name} of {place}, {calls} calls take {seconds:.1} s at least")
        });
        let mut lines = vec![self.calls()];
        lines.extend(slowest);
        lines.push(format!("{took}, floor {floor}"));
        lines
    }

    /// `812 calls: ec2 600 (2 retried, 1 throttled), acm 100, ...`
    fn calls(&self) -> String {
        let mut services: Vec<_> = self.traffic.services.iter().collect();
        services.sort_by_key(|(name, service)| (std::cmp::Reverse(service.calls), *name));
        let told = services.iter().map(|(name, service)| {
            let extra = match (service.retries, service.throttled) {
                (0, 0) => String::new(),
                (retried, throttled) => format!(" ({retried} retried, {throttled} throttled)"),
            };
            format!("{name} {}{extra}", service.calls)
        });
        let sum: u64 = self.traffic.services.values().map(|service| service.calls).sum();
        format!("{sum} calls: {}", told.collect::<Vec<_>>().join(", "))
    }

    fn work(&self) -> Work {
        let of = |name: &str| self.traffic.services.get(name).map_or(0, |service| service.calls);
        let sum: u64 = self.traffic.services.values().map(|service| service.calls).sum();
        let answers = u32::try_from(self.traffic.answers).unwrap_or(u32::MAX).max(1);
        let calls = u32::try_from(sum).unwrap_or(u32::MAX).max(1);
        let cores = environment::cores();
        let busy = self.processor.as_secs_f64() / (self.took.as_secs_f64() * f64::from(cores)).max(0.001);
        // A process that is busy sees its answers late: the quickest one tells more of AWS.
        let latency = if busy < BUSY { self.traffic.waited / answers } else { self.traffic.quickest };
        Work {
            calls: self.traffic.answers,
            pages: of("organizations"),
            // Who we are is one call; every further one takes a role, or says whose it is.
            roles: of("sts") > 1,
            quickest: self.traffic.quickest,
            latency,
            tokens: Duration::from_secs_f64(self.traffic.slowest.as_ref().map_or(0.0, |it| it.seconds)),
            cpu: self.processor / calls,
            in_flight: u32::try_from(self.in_flight).unwrap_or(u32::MAX),
            cores,
        }
    }
}
