//! The running simulator: a listener on loopback that stops when it is dropped.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::task::{AbortHandle, JoinSet};

use crate::answer::World;
use crate::counters::{Counters, Floor, Machine};
use crate::fault::{Armed, Faults};
use crate::http;
use crate::ledger::Ledger;
use crate::log::{Log, Request};
use crate::organization::{Organization, Region};
use crate::simulation::Simulation;

/// Why a simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It was started outside a tokio runtime.
    #[error("the simulator needs a tokio runtime")]
    NoRuntime,
    /// No port of the loopback interface could be listened to.
    #[error("cannot listen on 127.0.0.1: {0}")]
    Listen(#[from] std::io::Error),
}

/// A local AWS organisation that answers over HTTP until it is dropped.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    world: Arc<World>,
    task: AbortHandle,
}

impl Simulator {
    /// Starts answering on a free port of 127.0.0.1, within the tokio runtime of the caller.
    /// The same organisation, faults and `now` give the same answers. [`Simulation`] has more to choose.
    ///
    /// # Errors
    /// [`Error::NoRuntime`] outside a runtime, [`Error::Listen`] without a port.
    pub fn start(organization: Organization, faults: Faults, now: DateTime<Utc>) -> Result<Self, Error> {
        Simulation::new(organization, now).faults(faults).start()
    }

    pub(crate) fn of(simulation: Simulation) -> Result<Self, Error> {
        let runtime = Handle::try_current().map_err(|_| Error::NoRuntime)?;
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let listener = TcpListener::from_std(listener)?;
        let world = Arc::new(World {
            organization: simulation.organization,
            rules: simulation.faults.into_iter().map(Armed::new).collect(),
            now: simulation.now,
            latency: simulation.latency,
            session_lifetime: simulation.session_lifetime,
            ledger: Ledger::new(simulation.limited),
            log: simulation.logged.then(Log::default),
            nowhere: Region::default(),
        });
        let task = runtime.spawn(accept(listener, Arc::clone(&world))).abort_handle();
        Ok(Self { address, world, task })
    }

    /// The URL to give as the endpoint of every service.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far, in the order in which they were answered; none of a simulation without a log.
    pub fn requests(&self) -> Vec<Request> {
        self.world.log.as_ref().map(Log::requests).unwrap_or_default()
    }

    /// What was asked so far, in numbers. `GET /_simulator/counters` answers the same as JSON.
    pub fn counters(&self) -> Counters {
        self.world.ledger.counters()
    }

    /// The least time in which so much can be asked on a machine with so many cores, so many requests under way
    /// at once and so much processor time for each.
    pub fn floor(&self, in_flight: u32, cores: u32, cpu_per_call: Duration) -> Floor {
        self.counters().floor(&Machine { in_flight, cores, cpu_per_call })
    }

    /// Every action so far, in the form of IAM.
    pub fn actions(&self) -> BTreeSet<String> {
        self.requests().into_iter().map(|request| request.action).collect()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Serves every connection; those that are open end with this task.
async fn accept(listener: TcpListener, world: Arc<World>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { continue };
                let world = Arc::clone(&world);
                // A broken connection is the caller's matter: it sees the end of it.
                connections.spawn(async move { http::serve(stream, |request| world.answer(request)).await });
            }
            Some(_ended) = connections.join_next() => {}
        }
    }
}
