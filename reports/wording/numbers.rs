//! Numbers as people read them: durations, quantities and percents that never flatter.

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A time in the largest unit of which there are at least two, rounded down; the sign is not told.
fn parts(seconds: i64) -> (u64, &'static str) {
    match seconds.unsigned_abs() {
        s if s >= 2 * DAY => (s / DAY, "day"),
        s if s >= 2 * HOUR => (s / HOUR, "hour"),
        s if s >= 2 * MINUTE => (s / MINUTE, "minute"),
        s => (s, "second"),
    }
}

/// `3 days`, `5 hours`, `1 second`.
pub(crate) fn duration(seconds: i64) -> String {
    let (value, unit) = parts(seconds);
    count(usize::try_from(value).unwrap_or(usize::MAX), unit)
}

/// `3d`, `5h`, `40m`, `1s`.
pub(crate) fn short_duration(seconds: i64) -> String {
    let (value, unit) = parts(seconds);
    format!("{value}{}", unit.get(..1).unwrap_or_default())
}

/// `1 scope`, `2 scopes`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// A number without needless digits: `46`, `1.5`, `0.25`; rounded toward zero after two decimals.
pub(crate) fn number(value: f64) -> String {
    if !value.is_finite() {
        return "unknown".into();
    }
    if value != 0.0 && value.abs() < 0.01 {
        return if value < 0.0 { "-0.01" } else { "<0.01" }.into();
    }
    // Cut as text: 0.29 * 100 is 28.99.. in floating point.
    let text = format!("{value:.6}");
    let end = text.find('.').map_or(text.len(), |point| (point + 3).min(text.len()));
    let cut = text.get(..end).unwrap_or(&text);
    cut.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// How many percent of the limit are used, rounded down, and 100 only when the limit is reached.
pub(crate) fn percent(usage: f64, limit: f64) -> Option<u64> {
    let percent = (usage * 100.0 / limit).floor();
    let most = if usage < limit { 99.0 } else { f64::MAX };
    // A float becomes an integer by saturation; what is not finite or below zero is no percentage.
    (limit > 0.0 && percent.is_finite() && percent >= 0.0).then(|| percent.min(most) as u64)
}

/// A ratio of 0..1 in percent, rounded down.
pub(crate) fn ratio_percent(ratio: f64) -> u64 {
    percent(ratio, 1.0).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_round_down_and_never_say_one_day_for_two() {
        assert_eq!(duration(3 * 86_400 + 86_399), "3 days");
        assert_eq!(duration(-2 * 86_400), "2 days");
        assert_eq!(duration(2 * 86_400 - 1), "47 hours");
        assert_eq!(duration(7_199), "119 minutes");
        assert_eq!(duration(1), "1 second");
        assert_eq!(duration(0), "0 seconds");
        assert_eq!(short_duration(i64::MIN), "106751991167300d");
        assert_eq!(short_duration(36 * 3600), "36h");
    }

    #[test]
    fn numbers_have_no_needless_digits_and_never_reach_a_limit_that_they_are_below() {
        for (value, text) in [
            (46.0, "46"),
            (0.0, "0"),
            (0.29, "0.29"),
            (1.5, "1.5"),
            (49.999, "49.99"),
            (0.001, "<0.01"),
            (1000.0, "1000"),
            (f64::NAN, "unknown"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn percents_never_flatter() {
        assert_eq!(percent(46.0, 50.0), Some(92));
        assert_eq!(percent(79.99, 100.0), Some(79));
        assert_eq!(percent(29.0, 100.0), Some(29), "not 28 by floating point");
        assert_eq!(percent(4999.9999999, 5000.0), Some(99));
        assert_eq!(percent(5.0 - f64::EPSILON * 4.0, 5.0), Some(99));
        assert_eq!(percent(7.0, 5.0), Some(140));
        assert_eq!(percent(0.0, 5.0), Some(0));
        assert_eq!(percent(1.0, 0.0), None);
        assert_eq!(percent(f64::NAN, 1.0), None);
        assert_eq!(percent(-1.0, 1.0), None);
    }
}
