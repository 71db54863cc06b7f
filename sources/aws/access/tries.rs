//! What to do after a call that failed: give up, ask for new credentials, or wait and try again.

use std::time::Duration;

use howler_model::Reason;
use tokio::time::Instant;

use super::call::{Failed, UNKNOWN_NAME};

/// How often a call is tried that fails in a way which may pass. With 3, every fortieth would be lost where
/// three in ten fail; with 8, one in 15,000.
pub(super) const ATTEMPTS: u32 = 8;
/// How often a call is tried that gets no answer at all: each costs its whole deadline.
const SILENT_ATTEMPTS: u32 = 6;
/// How often a call is tried whose server has a name that nobody knows: most likely there is none in this region.
const UNKNOWN_NAME_ATTEMPTS: u32 = 3;
/// How many times as long as answers take on average the first attempt may stay silent, within bounds and doubled
/// each time: a dead connection must not hold up for long, and whatever is only slow gets the whole deadline in the end.
const SLOWER: u32 = 10;
const LEAST_DEADLINE: Duration = Duration::from_millis(1_500);
const FIRST_DEADLINE: Duration = Duration::from_secs(5);
/// How many times as long as for a bucket that refuses everybody is waited for one that serves others.
const UNLUCKY: u32 = 10;
/// The first pause, doubled each time, up to the longest.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How long is waited, and for what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// The longest that one attempt may take.
    pub(super) attempt: Duration,
    /// How long a bucket may refuse everybody.
    pub(super) throttled: Duration,
    /// How often a call is tried where there is no connection.
    pub(super) unreachable: u32,
}

/// What to do after a call that failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    GiveUp,
    /// Ask for new credentials, then wait.
    Renew(Duration),
    Wait(Duration),
}

/// How often one call was tried, and how it failed.
#[derive(Debug, Default)]
pub(super) struct Tries {
    pub(super) made: u32,
    failed: u32,
    silent: u32,
    throttled: u32,
    throttled_since: Option<Instant>,
}

impl Tries {
    /// How long the next attempt may take, where answers took so long on average, if there was any.
    pub(super) fn deadline(&self, mean: Option<Duration>, patience: &Patience) -> Duration {
        let usual = mean.map_or(FIRST_DEADLINE, |mean| mean.saturating_mul(SLOWER));
        let first = usual.clamp(LEAST_DEADLINE, FIRST_DEADLINE);
        match self.silent + 1 < SILENT_ATTEMPTS {
            true => patience.attempt.min(first * 2_u32.pow(self.silent)),
            false => patience.attempt,
        }
    }

    /// Decides after one more failure; `refusing` is how long the bucket has refused everybody.
    pub(super) fn after(&mut self, failed: &Failed, refusing: Duration, patience: &Patience) -> Next {
        self.made += 1;
        let (count, most) = match failed.unseen.reason {
            Reason::Throttled if self.waited_enough(refusing, patience) => return Next::GiveUp,
            Reason::Throttled => (&mut self.throttled, u32::MAX),
            Reason::Timeout => (&mut self.silent, SILENT_ATTEMPTS),
            Reason::Network if failed.unseen.code.as_deref() == Some(UNKNOWN_NAME) => {
                (&mut self.failed, UNKNOWN_NAME_ATTEMPTS)
            }
            Reason::Network => (&mut self.failed, patience.unreachable),
            _ if failed.may_pass || failed.expired => (&mut self.failed, ATTEMPTS),
            _ => return Next::GiveUp,
        };
        *count += 1;
        match *count < most {
            true if failed.expired => Next::Renew(pause(*count)),
            true => Next::Wait(pause(*count)),
            false => Next::GiveUp,
        }
    }

    /// Throttled calls are not failed ones: they wait as long as anybody is served, within reason.
    fn waited_enough(&mut self, refusing: Duration, patience: &Patience) -> bool {
        let since = self.throttled_since.get_or_insert_with(Instant::now);
        refusing >= patience.throttled || since.elapsed() >= patience.throttled.saturating_mul(UNLUCKY)
    }
}

/// A pause at random up to a bound that doubles with each failure: what failed together must not come back together.
fn pause(failures: u32) -> Duration {
    let bound = PAUSE.saturating_mul(2_u32.saturating_pow(failures)).min(LONGEST_PAUSE);
    bound.mul_f64(fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use howler_model::Unseen;

    const PATIENCE: Patience = Patience {
        attempt: Duration::from_secs(30),
        throttled: Duration::from_secs(60),
        unreachable: ATTEMPTS,
    };

    fn failed(reason: Reason, may_pass: bool) -> Failed {
        Failed { unseen: Unseen::new(reason, "a:B", ""), may_pass, expired: reason == Reason::Credentials }
    }

    fn tries_of(failure: &Failed, patience: &Patience) -> u32 {
        let mut tries = Tries::default();
        while tries.after(failure, Duration::ZERO, patience) != Next::GiveUp && tries.made < 100 {}
        tries.made
    }

    #[test]
    fn a_denial_is_final_and_a_fault_is_not() {
        assert_eq!(tries_of(&failed(Reason::Denied, false), &PATIENCE), 1);
        assert_eq!(tries_of(&failed(Reason::Failed, false), &PATIENCE), 1);
        assert_eq!(tries_of(&failed(Reason::Failed, true), &PATIENCE), ATTEMPTS);
        assert_eq!(tries_of(&failed(Reason::Timeout, true), &PATIENCE), SILENT_ATTEMPTS);
    }

    #[test]
    fn where_nothing_is_connected_the_first_call_is_not_repeated_for_long() {
        let first = Patience { unreachable: 3, ..PATIENCE };
        assert_eq!(tries_of(&failed(Reason::Network, true), &first), 3);
        assert_eq!(tries_of(&failed(Reason::Failed, true), &first), ATTEMPTS, "AWS itself is there");
    }

    #[test]
    fn a_name_that_does_not_exist_is_looked_up_three_times() {
        let unseen = Unseen { code: Some(UNKNOWN_NAME.into()), ..Unseen::new(Reason::Network, "a:B", "") };
        let unknown = Failed { unseen, may_pass: true, expired: false };
        assert_eq!(tries_of(&unknown, &PATIENCE), UNKNOWN_NAME_ATTEMPTS);
    }

    #[test]
    fn expired_credentials_are_renewed_as_often_as_a_call_is_tried() {
        let expired = failed(Reason::Credentials, false);
        let mut tries = Tries::default();
        assert!(matches!(tries.after(&expired, Duration::ZERO, &PATIENCE), Next::Renew(_)));
        assert_eq!(tries_of(&expired, &PATIENCE), ATTEMPTS);
        let refused = Failed { expired: false, ..expired };
        assert_eq!(tries_of(&refused, &PATIENCE), 1, "never good, and never will be");
    }

    #[test]
    fn throttles_are_no_failures_until_nobody_is_served_for_long() {
        let throttled = failed(Reason::Throttled, true);
        assert_eq!(tries_of(&throttled, &PATIENCE), 100);
        let long = Duration::from_secs(60);
        assert_eq!(Tries::default().after(&throttled, long, &PATIENCE), Next::GiveUp);
    }

    #[test]
    fn silence_is_waited_for_longer_each_time() {
        let mean = Some(Duration::from_millis(400));
        let deadline = |silent| Tries { silent, ..Tries::default() }.deadline(mean, &PATIENCE).as_secs();
        assert_eq!([0, 1, 2, 3, 4, 5].map(deadline), [4, 8, 16, 30, 30, 30]);
        let short = Patience { attempt: Duration::from_secs(2), ..PATIENCE };
        assert_eq!(Tries::default().deadline(mean, &short).as_secs(), 2);
    }

    #[test]
    fn the_first_deadline_follows_what_answers_take_and_the_last_does_not() {
        let deadline = |silent, mean: Option<u64>| {
            let mean = mean.map(Duration::from_millis);
            Tries { silent, ..Tries::default() }.deadline(mean, &PATIENCE).as_millis()
        };
        let means = [None, Some(0), Some(50), Some(300), Some(20_000)];
        assert_eq!(means.map(|mean| deadline(0, mean)), [5_000, 1_500, 1_500, 3_000, 5_000]);
        assert_eq!(means.map(|mean| deadline(SILENT_ATTEMPTS - 1, mean)), [30_000; 5]);
    }

    #[test]
    fn pauses_are_bounded() {
        assert!((0..100).all(|failures| pause(failures) <= LONGEST_PAUSE));
    }
}
