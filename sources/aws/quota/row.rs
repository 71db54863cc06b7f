//! One row of a quota table: the quota, and how its usage is counted from listings.

use std::collections::BTreeMap;

use futures::future::BoxFuture;
use howler_model::Unseen;

use crate::aws::AccountRegion;

/// A quota that howler counts.
pub struct Row {
    /// Its code in Service Quotas, or a word of our own for the few quotas that have none there.
    pub code: &'static str,
    /// Its name in Service Quotas when the row was written.
    pub name: &'static str,
    /// The unit of limit and usage, in the singular.
    pub unit: &'static str,
    /// The IAM actions that counting needs.
    pub actions: &'static [&'static str],
    /// Counts; fails as the first listing that failed.
    pub(crate) count: for<'a> fn(&'a AccountRegion) -> BoxFuture<'a, Result<Counted, Unseen>>,
}

/// What was counted for a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Counted {
    /// One number for the whole scope.
    Whole(f64),
    /// One number for each resource, by its id or ARN, or why this one could not be counted.
    Each(BTreeMap<String, Result<f64, Unseen>>),
    /// The service gave both numbers.
    WithLimit {
        /// In the row's unit.
        usage: f64,
        /// In the row's unit.
        limit: f64,
    },
}

impl From<Counted> for Result<Counted, Unseen> {
    /// Lets a row say `Counted` where its count cannot fail.
    fn from(counted: Counted) -> Self {
        Ok(counted)
    }
}

/// A count of the whole scope.
pub(crate) fn whole(count: usize) -> Counted {
    Counted::Whole(count as f64)
}

/// A count for each resource.
pub(crate) fn each(counts: impl IntoIterator<Item = (String, usize)>) -> Counted {
    seen(counts.into_iter().map(|(resource, count)| (resource, Ok(count))))
}

/// A count for each resource that could be seen.
pub(crate) fn seen(counts: impl IntoIterator<Item = (String, Result<usize, Unseen>)>) -> Counted {
    let number = |count: Result<usize, Unseen>| count.map(|count| count as f64);
    Counted::Each(counts.into_iter().map(|(resource, count)| (resource, number(count))).collect())
}

/// How often each resource is named: a count for each that is named at all.
pub(crate) fn tally<'a>(resources: impl IntoIterator<Item = &'a str>) -> Counted {
    let mut counts = BTreeMap::new();
    for resource in resources {
        *counts.entry(resource.to_owned()).or_default() += 1;
    }
    each(counts)
}

/// Writes a row: code, name, unit, the listings that it reads and a pure function of them, which gives
/// [`Counted`] or, where an answer may lack what is counted, a result of it. A name before the function is that of
/// the [`AccountRegion`], for what depends on whose resources they are, where, or when. A listing behind a semicolon
/// is read as a result: only some of what is counted may depend on it.
macro_rules! row {
    ($code:literal, $name:literal, $unit:literal, [$($listing:ty),+ $(,)?], |$($read:tt),+| $count:expr) => {
        $crate::aws::quota::row!($code, $name, $unit, [$($listing),+], at, |$($read),+| $count)
    };
    (
        $code:literal, $name:literal, $unit:literal, [$($listing:ty),+; $perhaps:ty],
        |$($read:tt),+; $result:ident| $count:expr
    ) => {
        $crate::aws::quota::row!($code, $name, $unit, [$($listing),+; $perhaps], at, |$($read),+; $result| $count)
    };
    (
        $code:literal, $name:literal, $unit:literal, [$($listing:ty),+ $(; $perhaps:ty)? $(,)?],
        $at:ident, |$($read:tt),+ $(; $result:ident)?| $count:expr
    ) => {
        $crate::aws::quota::Row {
            code: $code,
            name: $name,
            unit: $unit,
            actions: &[
                $(<$listing as $crate::aws::access::Listing>::ACTION,)+
                $(<$perhaps as $crate::aws::access::Listing>::ACTION)?
            ],
            count: |$at| Box::pin(async move {
                let ($($read,)+) = ($($at.list::<$listing>().await?,)+);
                $(let $result = $at.list::<$perhaps>().await;)?
                Result::from($count)
            }),
        }
    };
}
pub(crate) use row;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_counts_each_name() {
        let counts = [("vpc-1".to_owned(), 2), ("vpc-2".to_owned(), 1)];
        assert_eq!(tally(["vpc-1", "vpc-2", "vpc-1"]), each(counts));
        assert_eq!(tally([]), each([]));
    }
}
