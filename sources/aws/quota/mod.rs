//! How a quota fact comes about: the limit from Service Quotas or the service itself, the usage by counting, from the
//! service itself, or from a usage metric.

mod gather;
#[cfg(test)]
mod laws;
mod limits;
mod metrics;
mod row;

pub(crate) use gather::{actions, gather};
pub use row::Row;
pub(crate) use row::{Counted, each, row, seen, tally, whole};
