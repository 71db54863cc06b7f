//! The seam between a scan and whoever carries its units to workers: five verbs.
//!
//! Publish a unit, lease the next one, keep the lease by beating, commit what it came to, read the results. Here they
//! are channels within one process; a queue between machines is the same five. What a worker cannot see is a gap in
//! its result and no reason to lease the unit again; only a worker that is lost is.

mod channels;

use std::sync::Arc;

use crate::scanner::Seen;
use crate::unit::{Lane, Unit};

pub use channels::{Channels, LEASE};

/// Carries units to workers and results back. Every unit comes back exactly once, whatever becomes of workers.
pub trait Engine: Send + Sync + 'static {
    type Lease: Lease;

    /// Puts up a unit; of those of its lane that wait, the one of most weight is leased first.
    fn publish(&self, unit: Unit, weight: u64);

    /// Waits for a unit of a lane to work on.
    fn next(&self, lane: Lane) -> impl Future<Output = Self::Lease> + Send;

    /// Waits for the next result.
    fn result(&self) -> impl Future<Output = Outcome> + Send;
}

/// A unit that one worker works on. Dropped without a commit, it is leased again.
pub trait Lease: Send {
    fn unit(&self) -> &Unit;

    /// Says that the worker is alive, three times as often as leases end.
    fn beat(&self);

    /// Hands in what the unit came to. The first to commit it counts.
    fn commit(self, seen: Seen) -> impl Future<Output = ()> + Send;
}

/// What became of a unit.
pub struct Outcome {
    pub unit: Arc<Unit>,
    /// None if every worker that had it was lost.
    pub seen: Option<Seen>,
}
