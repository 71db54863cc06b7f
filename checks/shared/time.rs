//! Time between two instants, as certificates count it: in whole seconds.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

/// From `now` to `then`, both cut to the second; negative once `then` is over.
///
/// Certificates name whole seconds and are valid in all of the last one (RFC 5280 section 4.1.2.5).
pub(crate) fn until(then: DateTime<Utc>, now: DateTime<Utc>) -> TimeDelta {
    then.trunc_subsecs(0) - now.trunc_subsecs(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::examples::now;

    #[test]
    fn fractions_of_a_second_do_not_count() {
        let almost = now() + TimeDelta::milliseconds(999);
        assert_eq!(until(now(), almost), TimeDelta::zero());
        assert_eq!(until(almost, now()), TimeDelta::zero());
        assert_eq!(until(now(), now() + TimeDelta::seconds(1)), TimeDelta::seconds(-1));
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        let span = until(DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC);
        assert!(span > TimeDelta::days(365 * 500_000));
        assert_eq!(until(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC), -span);
    }
}
