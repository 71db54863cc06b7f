//! Dates as the SDK gives them.

use aws_smithy_types::DateTime as SdkTime;
use chrono::{DateTime, Utc};
use howler_model::Validity;

/// A time to the second, if it is one that calendars have.
pub(crate) fn time(time: &SdkTime) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(time.secs(), 0)
}

/// The time between two dates; where the API gives no end, unknown with these words.
pub(crate) fn validity(start: Option<&SdkTime>, end: Option<&SdkTime>, missing: &str) -> Validity {
    let Some(end) = end else { return Validity::Unknown(missing.to_owned()) };
    match time(end) {
        Some(not_after) => Validity::between(start.and_then(time), not_after),
        None => Validity::Unknown(format!("its end is out of range: {} s after 1970", end.secs())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_that_is_missing_or_no_date_is_unknown() {
        let (start, end) = (SdkTime::from_secs(1), SdkTime::from_secs(9));
        let until = |not_before, not_after| Validity::Until { not_before, not_after };
        assert_eq!(validity(Some(&start), Some(&end), "?"), until(time(&start), time(&end).unwrap()));
        assert_eq!(validity(None, Some(&end), "?"), until(None, time(&end).unwrap()));
        assert_eq!(validity(Some(&start), None, "no end"), Validity::Unknown("no end".to_owned()));
        let beyond = SdkTime::from_secs(i64::MAX);
        assert!(matches!(validity(None, Some(&beyond), "?"), Validity::Unknown(words) if words != "?"));
        assert_eq!(
            validity(None, Some(&SdkTime::from_secs(253_402_300_799)), "?"),
            Validity::NoExpiry,
            "the last second that certificates know"
        );
    }
}
