//! How long answers take: most about as long as the median, a few much longer.

use std::time::Duration;

use crate::digest::Digest;

/// The value that one standard normal number in a hundred exceeds.
const P99: f64 = 2.326;
/// Nothing lies further out than this many standard deviations: one in 700.
const OUTERMOST: f64 = 3.0;

/// A lognormal distribution of the time to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// Half of all answers take longer.
    pub median: Duration,
    /// One answer in a hundred takes longer.
    pub p99: Duration,
}

impl Latency {
    /// The same time for every answer.
    pub fn constant(time: Duration) -> Self {
        Self { median: time, p99: time }
    }

    /// The time that follows from a digest.
    pub(crate) fn draw(&self, digest: Digest) -> Duration {
        if self.p99 <= self.median {
            return self.median;
        }
        let spread = (self.p99.as_secs_f64() / self.median.as_secs_f64().max(1e-6)).ln() / P99;
        self.median.mul_f64((spread * normal(digest).clamp(-OUTERMOST, OUTERMOST)).exp())
    }
}

/// A standard normal number (Box and Muller) that follows from a digest.
fn normal(digest: Digest) -> f64 {
    let radius = (-2.0 * (1.0 - digest.add("radius").fraction()).ln()).sqrt();
    radius * (std::f64::consts::TAU * digest.add("angle").fraction()).cos()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_lie_above_the_median_and_one_in_a_hundred_above_the_99th() {
        let latency = Latency { median: Duration::from_millis(50), p99: Duration::from_millis(200) };
        let draw = |number: u32| latency.draw(Digest::new().add(number.to_le_bytes()));
        let above = |bound| (0..20_000).filter(|number| draw(*number) > bound).count();
        assert!((9_500..10_500).contains(&above(latency.median)), "{}", above(latency.median));
        assert!((120..280).contains(&above(latency.p99)), "{}", above(latency.p99));
        assert_eq!(draw(7), draw(7));
        assert_eq!(Latency::constant(latency.median).draw(Digest::new()), latency.median);
    }
}
