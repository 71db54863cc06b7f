//! How a quota fact comes about: the limit from Service Quotas or the service itself, the usage by counting, from the
//! service itself, or from a usage metric.

mod gather;
#[cfg(test)]
mod laws;
mod limits;
mod metrics;
mod row;

pub(crate) use gather::{actions, gather};
pub(crate) use row::{Counted, Row, each, row, seen, tally, whole};
