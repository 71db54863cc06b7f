//! How many places are under way at once: memory grows with them, so that there are no more than keep the machine busy.
//!
//! In a storm of faults nearly all calls wait for something, and so do the places that made them. Then further places
//! open, up to a bound, and close again when they are left and the machine is busy or nobody waits for one. Whoever
//! waits looks after that, one for all, so that nothing runs beside the scan.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

/// How many times as many places as at first there may be.
const MOST: usize = 4;
/// How many places open or close at once.
const STEP: usize = 32;
/// How often somebody looks.
const LOOK: Duration = Duration::from_millis(100);
/// Below this share of their time the workers of the runtime count as idle.
const IDLE: f64 = 0.6;
/// Above this share of their time they count as busy.
const BUSY: f64 = 0.9;
/// Below this share of all calls that may be under way, those that are count as few.
const FEW: f64 = 0.5;
/// How much one look counts beside all before it: what starts together is busy together, and then waits together.
const WEIGHT: f64 = 0.2;

/// All places that may be under way at once.
#[derive(Debug)]
pub(super) struct Places {
    permits: Arc<Semaphore>,
    /// How many there are at least.
    least: usize,
    size: Mutex<Size>,
    /// The permits for calls, and how many of them there are in all.
    calls: (Arc<Semaphore>, usize),
    /// Held by the one who looks for all that wait.
    last: tokio::sync::Mutex<Look>,
}

/// How many places there are, taken or not, and how many there are to be as soon as some are left.
#[derive(Debug)]
struct Size {
    open: usize,
    wanted: usize,
}

impl Places {
    /// So many places at first, whose calls need these permits, of which there are so many in all.
    pub(super) fn new(least: usize, permits: &Arc<Semaphore>, calls: usize) -> Arc<Self> {
        Arc::new(Self {
            permits: Arc::new(Semaphore::new(least)),
            least,
            size: Mutex::new(Size { open: least, wanted: least }),
            calls: (Arc::clone(permits), calls),
            last: tokio::sync::Mutex::new(Look::now()),
        })
    }

    /// Waits for a place, in the order of those who came.
    pub(super) async fn enter(self: &Arc<Self>) -> Place {
        let permit = tokio::select! {
            biased;
            permit = Arc::clone(&self.permits).acquire_owned() => permit,
            never = self.look_after() => match never {},
        };
        // The permits are never taken away; without one the place would only be one too many.
        Place { permit: permit.ok(), places: Arc::clone(self) }
    }

    /// Looks for all that wait how busy the machine is, until there is a place for the one who looks.
    async fn look_after(&self) -> Infallible {
        let mut last = self.last.lock().await;
        if last.at.elapsed() > 2 * LOOK {
            // Nobody has waited for long; what the machine did meanwhile tells nothing of now.
            *last = Look::now();
        }
        loop {
            sleep_until(last.at + LOOK).await;
            let mut now = Look::now();
            now.load = last.load * (1.0 - WEIGHT) + now.busy_since(&last) * WEIGHT;
            self.resize(&Load { busy: now.load, calls: self.calls_under_way() });
            *last = now;
        }
    }

    fn resize(&self, load: &Load) {
        let mut size = self.size();
        size.wanted = load.wanted(size.open).clamp(self.least, self.least * MOST);
        if size.wanted > size.open {
            self.permits.add_permits(size.wanted - size.open);
            size.open = size.wanted;
        }
    }

    /// Whether a place that is left is to close; those that nobody waits for close before.
    fn closes(&self) -> bool {
        let mut size = self.size();
        let unwanted = self.permits.forget_permits(size.open - self.least);
        size.open -= unwanted;
        let closes = size.open > size.wanted || (unwanted > 0 && size.open > self.least);
        size.open -= usize::from(closes);
        closes
    }

    /// The share of all calls that may be under way.
    #[allow(clippy::cast_precision_loss)] // counts of calls fit
    fn calls_under_way(&self) -> f64 {
        let (permits, all) = &self.calls;
        1.0 - permits.available_permits() as f64 / *all as f64
    }

    fn size(&self) -> MutexGuard<'_, Size> {
        self.size.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One of the places, for as long as it is kept.
#[derive(Debug)]
pub(super) struct Place {
    permit: Option<OwnedSemaphorePermit>,
    places: Arc<Places>,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take()
            && self.places.closes()
        {
            permit.forget();
        }
    }
}

/// How long all workers of the runtime together had been busy at a time.
#[derive(Debug)]
struct Look {
    at: Instant,
    busy: Duration,
    /// The share of their time that they were busy lately; all of it as long as nobody knows.
    load: f64,
}

impl Look {
    fn now() -> Self {
        let metrics = Handle::current().metrics();
        let busy = (0..metrics.num_workers()).map(|worker| metrics.worker_total_busy_duration(worker)).sum();
        Self { at: Instant::now(), busy, load: 1.0 }
    }

    /// The share of their time that the workers were busy since an earlier look.
    #[allow(clippy::cast_precision_loss)] // counts of workers fit
    fn busy_since(&self, earlier: &Self) -> f64 {
        let workers = Handle::current().metrics().num_workers() as f64;
        self.busy.saturating_sub(earlier.busy).as_secs_f64()
            / ((self.at - earlier.at).as_secs_f64() * workers)
    }
}

/// How much goes on while somebody waits for a place, as shares of what could.
struct Load {
    /// Of the time of the workers.
    busy: f64,
    /// Of the calls that may be under way.
    calls: f64,
}

impl Load {
    /// How many places there are to be where so many are open.
    fn wanted(&self, open: usize) -> usize {
        match self {
            Self { busy, calls } if *busy < IDLE && *calls < FEW => open + STEP,
            Self { busy, .. } if *busy > BUSY => open.saturating_sub(STEP),
            _ => open,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use tokio::task::{JoinHandle, yield_now};
    use tokio::time::{sleep, timeout};

    use super::*;

    const LONG: Duration = Duration::from_secs(10);

    fn places(least: usize) -> Arc<Places> {
        Places::new(least, &Arc::new(Semaphore::new(100)), 100)
    }

    /// So many tasks that keep their place for long.
    fn staying(places: &Arc<Places>, tasks: usize) -> Vec<JoinHandle<()>> {
        let stay = |places: Arc<Places>| async move {
            let _place = places.enter().await;
            sleep(6 * LONG).await;
        };
        (0..tasks).map(|_| tokio::spawn(stay(Arc::clone(places)))).collect()
    }

    async fn until(reached: impl Fn() -> bool) {
        timeout(LONG, async {
            while !reached() {
                sleep(LOOK / 10).await;
            }
        })
        .await
        .unwrap();
    }

    #[test]
    fn more_open_only_where_workers_are_idle_and_calls_are_few() {
        let wanted = |busy, calls| Load { busy, calls }.wanted(200);
        assert_eq!(wanted(0.1, 0.1), 200 + STEP);
        assert_eq!(wanted(0.1, 0.5), 200, "calls wait for AWS, and more of them would only queue");
        assert_eq!(wanted(0.8, 0.1), 200);
        assert_eq!(wanted(0.95, 0.1), 200 - STEP);
        assert_eq!(Load { busy: 1.0, calls: 1.0 }.wanted(1), 0);
    }

    #[tokio::test]
    async fn they_stay_between_their_bounds() {
        let places = places(40);
        let open = |busy| {
            places.resize(&Load { busy, calls: 0.0 });
            let size = places.size();
            (size.open, size.wanted, places.permits.available_permits())
        };
        assert_eq!([0.0; 6].map(open), [72, 104, 136, 160, 160, 160].map(|open| (open, open, open)));
        assert_eq!(open(1.0), (160, 128, 160), "as soon as some are left");
        let mut taken = Vec::new();
        for _ in 0..160 {
            taken.push(places.enter().await);
        }
        taken.truncate(128);
        assert_eq!((places.size().open, places.permits.available_permits()), (128, 0));
        taken.clear();
        assert_eq!((places.size().open, places.permits.available_permits()), (40, 40), "nobody waits");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn an_idle_machine_opens_more_and_they_close_when_nobody_waits() {
        let places = places(8);
        let tasks = staying(&places, 50);
        until(|| places.size().open == 32).await;
        sleep(3 * LOOK).await;
        assert_eq!((places.size().open, places.permits.available_permits()), (32, 0));
        tasks.iter().for_each(JoinHandle::abort);
        until(|| Arc::strong_count(&places) == 1).await;
        drop(places.enter().await);
        assert_eq!((places.size().open, places.permits.available_permits()), (8, 8));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn a_busy_machine_opens_none() {
        let places = places(8);
        let tasks = staying(&places, 50);
        let busy = tokio::spawn(async {
            let began = Instant::now();
            while began.elapsed() < 10 * LOOK {
                std::thread::sleep(LOOK / 500);
                yield_now().await;
            }
        });
        busy.await.unwrap();
        assert_eq!(places.size().open, 8);
        tasks.iter().for_each(JoinHandle::abort);
    }

    #[tokio::test]
    async fn where_calls_are_many_none_opens() {
        let places = places(8);
        let _calls = Arc::clone(&places.calls.0).acquire_many_owned(60).await.unwrap();
        let tasks = staying(&places, 50);
        sleep(10 * LOOK).await;
        assert_eq!(places.size().open, 8);
        tasks.iter().for_each(JoinHandle::abort);
    }
}
