//! The request log: what was asked, and how it ended.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How the simulator ended a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Answered with status 200.
    Answered,
    /// Answered with an error of this code.
    Refused(&'static str),
    /// Never answered.
    Hung,
    /// Answered in part, or with what is no document.
    Broken,
}

/// One request that the simulator saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The account that was asked; empty if the credentials named none.
    pub account: String,
    /// The region that the request was signed for.
    pub region: String,
    /// The service as IAM spells it, such as `elasticloadbalancing`.
    pub service: String,
    /// The action as IAM spells it, such as `ec2:DescribeInstances`.
    pub action: String,
    /// The number of this attempt, from 1, as the caller gave it; 0 if it gave none.
    pub attempt: u32,
    /// How it ended.
    pub outcome: Outcome,
}

/// Requests in several shards, so that connections do not wait for one another.
#[derive(Debug, Default)]
pub(crate) struct Log {
    next: AtomicU64,
    shards: [Mutex<Vec<(u64, Request)>>; 8],
}

impl Log {
    pub(crate) fn add(&self, request: Request) {
        let sequence = self.next.fetch_add(1, Ordering::Relaxed);
        let shard = usize::try_from(sequence % 8).unwrap_or_default();
        if let Some(shard) = self.shards.get(shard) {
            lock(shard).push((sequence, request));
        }
    }

    /// Every request so far, in the order in which they ended.
    pub(crate) fn requests(&self) -> Vec<Request> {
        let mut all: Vec<(u64, Request)> = self.shards.iter().flat_map(|shard| lock(shard).clone()).collect();
        all.sort_unstable_by_key(|(sequence, _)| *sequence);
        all.into_iter().map(|(_, request)| request).collect()
    }
}

/// A writer that panicked leaves whole entries behind, so its shard is still good.
fn lock<T>(shard: &Mutex<T>) -> MutexGuard<'_, T> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}
