//! The engine within one process.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, sleep_until};

use super::{Engine, Lease, Outcome};
use crate::scanner::Seen;
use crate::unit::{Lane, Unit};

/// How long a lease lasts without a beat.
pub const LEASE: Duration = Duration::from_secs(60);
/// How often a unit is leased before it counts as lost.
const MOST_LEASES: u32 = 3;
/// Results that wait to be read; a worker with one more waits.
const RESULTS: usize = 16;

/// Units and results in memory.
pub struct Channels {
    endpoints: Arc<Shared>,
    rest: Arc<Shared>,
    results: tokio::sync::Mutex<mpsc::Receiver<Outcome>>,
}

/// What the workers of a lane share.
struct Shared {
    queue: Mutex<Queue>,
    /// Wakes a worker when there is a unit for it.
    more: Notify,
    results: mpsc::Sender<Outcome>,
}

#[derive(Default)]
struct Queue {
    /// How long a lease lasts without a beat.
    lease: Duration,
    waiting: BinaryHeap<Waiting>,
    /// By the number of the unit.
    leased: HashMap<u64, Leased>,
    published: u64,
}

/// The heaviest first, then the first to come.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Waiting {
    weight: u64,
    number: Reverse<u64>,
    unit: UnitOnly,
}

/// Takes no part in the order of the queue.
struct UnitOnly(Arc<Unit>);

struct Leased {
    unit: Arc<Unit>,
    leases: u32,
    until: Instant,
}

/// What there is for a worker.
enum Found {
    Lease {
        number: u64,
        leases: u32,
        unit: Arc<Unit>,
    },
    Lost(Arc<Unit>),
    /// Nothing, unless a lease ends by then.
    Nothing(Option<Instant>),
}

impl Default for Channels {
    fn default() -> Self {
        Self::leasing(LEASE)
    }
}

impl Channels {
    fn leasing(lease: Duration) -> Self {
        let (sender, results) = mpsc::channel(RESULTS);
        let shared = || {
            let queue = Mutex::new(Queue { lease, ..Queue::default() });
            Arc::new(Shared { queue, more: Notify::new(), results: sender.clone() })
        };
        Self { endpoints: shared(), rest: shared(), results: tokio::sync::Mutex::new(results) }
    }

    fn lane(&self, lane: Lane) -> &Arc<Shared> {
        match lane {
            Lane::Endpoints => &self.endpoints,
            Lane::Rest => &self.rest,
        }
    }
}

impl Engine for Channels {
    type Lease = Held;

    fn publish(&self, unit: Unit, weight: u64) {
        let lane = self.lane(unit.lane());
        let mut queue = lane.queue();
        queue.published += 1;
        let number = Reverse(queue.published);
        queue.waiting.push(Waiting { weight, number, unit: UnitOnly(Arc::new(unit)) });
        drop(queue);
        lane.more.notify_one();
    }

    async fn next(&self, lane: Lane) -> Held {
        let lane = self.lane(lane);
        loop {
            let mut more = pin!(lane.more.notified());
            // Listens from here on: what is published after the look below must wake somebody.
            more.as_mut().enable();
            let found = lane.queue().find(Instant::now());
            match found {
                Found::Lease { number, leases, unit } => {
                    return Held { shared: Arc::clone(lane), number, leases, unit };
                }
                Found::Lost(unit) => lane.hand_in(Outcome { unit, seen: None }).await,
                Found::Nothing(None) => more.await,
                Found::Nothing(Some(until)) => tokio::select! {
                    () = more => {}
                    () = sleep_until(until) => {}
                },
            }
        }
    }

    async fn result(&self) -> Outcome {
        match self.results.lock().await.recv().await {
            Some(outcome) => outcome,
            // A sender lives as long as this does.
            None => std::future::pending().await,
        }
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nobody who reads results any more wants this one either.
    async fn hand_in(&self, outcome: Outcome) {
        drop(self.results.send(outcome).await);
    }
}

impl Queue {
    /// A lease that ended, else the heaviest unit that waits.
    fn find(&mut self, now: Instant) -> Found {
        let ended = self.leased.iter().find(|(_, leased)| leased.until <= now).map(|(number, _)| *number);
        if let Some((number, leased)) = ended.and_then(|number| self.leased.remove_entry(&number)) {
            return match leased.leases {
                MOST_LEASES.. => Found::Lost(leased.unit),
                leases => self.lease(number, leases + 1, leased.unit, now),
            };
        }
        match self.waiting.pop() {
            Some(Waiting { number: Reverse(number), unit: UnitOnly(unit), .. }) => {
                self.lease(number, 1, unit, now)
            }
            None => Found::Nothing(self.leased.values().map(|leased| leased.until).min()),
        }
    }

    fn lease(&mut self, number: u64, leases: u32, unit: Arc<Unit>, now: Instant) -> Found {
        self.leased.insert(number, Leased { unit: Arc::clone(&unit), leases, until: now + self.lease });
        Found::Lease { number, leases, unit }
    }

    /// The lease of a unit, if it is still the same one.
    fn held(&mut self, held: &Held) -> Option<&mut Leased> {
        self.leased.get_mut(&held.number).filter(|leased| leased.leases == held.leases)
    }
}

/// A unit that a worker of this process has.
pub struct Held {
    shared: Arc<Shared>,
    number: u64,
    leases: u32,
    unit: Arc<Unit>,
}

impl Lease for Held {
    fn unit(&self) -> &Unit {
        &self.unit
    }

    fn beat(&self) {
        let mut queue = self.shared.queue();
        let until = Instant::now() + queue.lease;
        if let Some(leased) = queue.held(self) {
            leased.until = until;
        }
    }

    async fn commit(self, seen: Seen) {
        // Whoever was thought lost and is not may be the first all the same.
        let first = self.shared.queue().leased.remove(&self.number).is_some();
        if first {
            let unit = Arc::clone(&self.unit);
            self.shared.hand_in(Outcome { unit, seen: Some(seen) }).await;
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(leased) = self.shared.queue().held(self) {
            leased.until = Instant::now();
            self.shared.more.notify_one();
        }
    }
}

impl PartialEq for UnitOnly {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for UnitOnly {}

impl PartialOrd for UnitOnly {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for UnitOnly {
    fn cmp(&self, _: &Self) -> std::cmp::Ordering {
        std::cmp::Ordering::Equal
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use tokio::time::timeout;

    use super::*;

    /// A lease that a test can wait for.
    const SHORT: Duration = Duration::from_millis(300);

    fn unit(name: &str) -> Unit {
        Unit::Path(name.into())
    }

    fn name(unit: &Unit) -> String {
        match unit {
            Unit::Path(path) => path.display().to_string(),
            _ => String::new(),
        }
    }

    #[tokio::test]
    async fn the_heaviest_comes_first_and_equals_in_their_order() {
        let engine = Channels::default();
        for (path, weight) in [("a", 0), ("b", 7), ("c", 9), ("d", 0)] {
            engine.publish(unit(path), weight);
        }
        let mut order = String::new();
        for _ in 0..4 {
            let lease = engine.next(Lane::Rest).await;
            order += &name(lease.unit());
            lease.commit(Seen::default()).await;
        }
        assert_eq!(order, "cbad");
    }

    #[tokio::test]
    async fn a_unit_of_a_lost_worker_is_leased_again_and_in_the_end_told_as_lost() {
        let engine = Channels::default();
        engine.publish(unit("poison"), 0);
        for _ in 0..MOST_LEASES {
            drop(engine.next(Lane::Rest).await);
        }
        assert!(timeout(SHORT, engine.next(Lane::Rest)).await.is_err(), "nobody gets it any more");
        let outcome = engine.result().await;
        assert!(outcome.seen.is_none() && name(&outcome.unit) == "poison");
    }

    #[tokio::test]
    async fn a_beat_keeps_a_lease_and_the_first_commit_counts() {
        let engine = Channels::leasing(SHORT);
        engine.publish(unit("slow"), 0);
        let slow = engine.next(Lane::Rest).await;
        let others = async {
            assert!(
                timeout(SHORT * 4, engine.next(Lane::Rest)).await.is_err(),
                "it beats: nobody else gets it"
            );
        };
        let beats = async {
            for _ in 0..12 {
                tokio::time::sleep(SHORT / 3).await;
                slow.beat();
            }
        };
        futures::join!(others, beats);
        // From here on it is silent: somebody else gets it, and commits first.
        let other = engine.next(Lane::Rest).await;
        slow.beat();
        other.commit(Seen::default()).await;
        slow.commit(Seen::default()).await;
        assert!(engine.result().await.seen.is_some());
        assert!(timeout(SHORT, engine.result()).await.is_err(), "one result for one unit");
    }

    #[tokio::test]
    async fn no_lane_waits_for_another() {
        let engine = Channels::default();
        engine.publish(unit("a"), 9);
        engine.publish(Unit::Endpoint("a.example:443".parse().unwrap()), 0);
        let endpoint = engine.next(Lane::Endpoints).await;
        assert_eq!(endpoint.unit().lane(), Lane::Endpoints);
        assert!(timeout(SHORT, engine.next(Lane::Endpoints)).await.is_err(), "the other one is not for them");
        let rest = engine.next(Lane::Rest).await;
        endpoint.commit(Seen::default()).await;
        rest.commit(Seen::default()).await;
        for lane in Lane::ALL {
            assert_eq!(engine.result().await.unit.lane(), lane, "results come together");
        }
    }

    #[tokio::test]
    async fn chaos_loses_nothing_and_doubles_nothing() {
        let engine = Arc::new(Channels::default());
        for number in 0..200 {
            engine.publish(Unit::Path(PathBuf::from(number.to_string())), number % 5);
        }
        let work = |worker: u64| {
            let engine = Arc::clone(&engine);
            async move {
                for turn in 0_u64.. {
                    let lease = engine.next(Lane::Rest).await;
                    // One in seven workers is lost with its first lease of a unit.
                    match (turn + worker).is_multiple_of(7) && lease.leases == 1 {
                        true => drop(lease),
                        false => lease.commit(Seen::default()).await,
                    }
                }
            }
        };
        let workers: Vec<_> = (0..8).map(|worker| tokio::spawn(work(worker))).collect();
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let outcome = engine.result().await;
            assert!(outcome.seen.is_some() && seen.insert(name(&outcome.unit)));
        }
        workers.iter().for_each(tokio::task::JoinHandle::abort);
    }
}
