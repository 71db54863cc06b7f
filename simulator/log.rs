//! The request log: what was asked, and how it ended. Small enough for millions of requests.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::interned::Names;

/// How the simulator ended a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Answered with status 200.
    Answered,
    /// Answered with an error of this code.
    Refused(&'static str),
    /// Never answered.
    Hung,
    /// Answered in part, with what is no document, or with the end of the connection.
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
    /// The action as IAM spells it, such as `ec2:DescribeInstances` or `apigateway:GET`.
    pub action: String,
    /// The operation, such as `ec2:DescribeInstances` or `apigateway:GetStages`.
    pub operation: String,
    /// The number of this attempt, from 1, as the caller gave it; 0 if it gave none.
    pub attempt: u32,
    /// How it ended.
    pub outcome: Outcome,
}

/// Requests in several shards, so that connections do not wait for one another.
#[derive(Debug, Default)]
pub(crate) struct Log {
    next: AtomicU64,
    shards: [Mutex<Shard>; 8],
}

/// Some of the requests, each name kept once.
#[derive(Debug, Default)]
struct Shard {
    entries: Vec<Entry>,
    names: Names,
}

#[derive(Debug)]
struct Entry {
    sequence: u64,
    /// Numbers of the names of account, region, service, action and operation.
    names: [u32; 5],
    attempt: u32,
    outcome: Outcome,
}

impl Log {
    /// Adds a request of an account, a region, a service, an action and an operation.
    pub(crate) fn add(&self, names: [&str; 5], attempt: u32, outcome: Outcome) {
        let sequence = self.next.fetch_add(1, Ordering::Relaxed);
        let shard = usize::try_from(sequence % 8).unwrap_or_default();
        if let Some(shard) = self.shards.get(shard) {
            let mut shard = lock(shard);
            let names = names.map(|name| shard.names.number(name));
            shard.entries.push(Entry { sequence, names, attempt, outcome });
        }
    }

    /// Every request so far, in the order in which they ended.
    pub(crate) fn requests(&self) -> Vec<Request> {
        let mut all = Vec::new();
        for shard in &self.shards {
            let shard = lock(shard);
            all.extend(shard.entries.iter().map(|entry| (entry.sequence, shard.request(entry))));
        }
        all.sort_unstable_by_key(|(sequence, _)| *sequence);
        all.into_iter().map(|(_, request)| request).collect()
    }
}

impl Shard {
    fn request(&self, entry: &Entry) -> Request {
        let names = entry.names.map(|number| self.names.name(number).to_owned());
        let [account, region, service, action, operation] = names;
        let (attempt, outcome) = (entry.attempt, entry.outcome);
        Request { account, region, service, action, operation, attempt, outcome }
    }
}

/// A writer that panicked leaves whole entries behind, so its shard is still good.
pub(crate) fn lock<T>(shard: &Mutex<T>) -> MutexGuard<'_, T> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}
