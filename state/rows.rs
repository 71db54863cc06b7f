//! How instants and words stand in columns.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use serde::de::DeserializeOwned;
use serde::de::value::{Error, StrDeserializer};

/// An instant in milliseconds: what keys of notices are made of.
pub(crate) fn whole(at: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.timestamp_millis()).unwrap_or(at)
}

/// A day as a number.
pub(crate) fn day(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(86_400)
}

/// The day of a number.
pub(crate) fn date(day: i64) -> NaiveDate {
    let days = TimeDelta::try_days(day).unwrap_or_default();
    DateTime::UNIX_EPOCH.checked_add_signed(days).unwrap_or_default().date_naive()
}

/// An instant that stands in a column.
pub(crate) struct At(pub(crate) DateTime<Utc>);

impl FromSql for At {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let millis = value.as_i64()?;
        DateTime::from_timestamp_millis(millis).map(Self).ok_or(FromSqlError::OutOfRange(millis))
    }
}

/// A word of documents that stands in a column.
pub(crate) struct Word<W>(pub(crate) W);

impl<W: DeserializeOwned> FromSql for Word<W> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let word = StrDeserializer::<Error>::new(value.as_str()?);
        W::deserialize(word).map(Self).map_err(|error| FromSqlError::Other(Box::new(error)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_one_of_utc() {
        for (at, text) in [("2026-11-23T23:59:59.9Z", "2026-11-23"), ("1969-12-31T23:59:59Z", "1969-12-31")] {
            assert_eq!(date(day(at.parse().unwrap())).to_string(), text);
        }
        assert_eq!(whole("2026-11-23T00:00:00.1239Z".parse().unwrap()).timestamp_subsec_millis(), 123);
    }
}
