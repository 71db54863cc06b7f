//! A simulation before it starts: what it answers, and how much like AWS it behaves.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::fault::Faults;
use crate::latency::Latency;
use crate::organization::Organization;
use crate::simulator::{Error, Simulator};

/// A simulation before it starts. By itself it answers at once, everything, and remembers every request.
#[derive(Clone, Debug)]
pub struct Simulation {
    pub(crate) organization: Organization,
    pub(crate) now: DateTime<Utc>,
    pub(crate) faults: Faults,
    pub(crate) latency: Option<Latency>,
    pub(crate) limited: bool,
    pub(crate) logged: bool,
    pub(crate) session_lifetime: Option<Duration>,
}

impl Simulation {
    /// A simulation of an organisation in which all dates are relative to `now`.
    pub fn new(organization: Organization, now: DateTime<Utc>) -> Self {
        Self {
            organization,
            now,
            faults: Faults::new(),
            latency: None,
            limited: false,
            logged: true,
            session_lifetime: None,
        }
    }

    /// With these faults.
    #[must_use]
    pub fn faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }

    /// With answers that take time.
    #[must_use]
    pub fn latency(mut self, latency: Latency) -> Self {
        self.latency = Some(latency);
        self
    }

    /// With AWS's token buckets: who asks faster than AWS publishes is told to slow down, as each service does.
    #[must_use]
    pub fn limited(mut self) -> Self {
        self.limited = true;
        self
    }

    /// Without the request log, for millions of requests; counters are always kept.
    #[must_use]
    pub fn unlogged(mut self) -> Self {
        self.logged = false;
        self
    }

    /// With sessions of assumed roles that end so long after they were given, by the machine's clock and whatever
    /// duration was asked for. Who signs with one that is over is told so, as each service does.
    #[must_use]
    pub fn session_lifetime(mut self, lifetime: Duration) -> Self {
        self.session_lifetime = Some(lifetime);
        self
    }

    /// Starts answering on a free port of 127.0.0.1, within the tokio runtime of the caller.
    ///
    /// # Errors
    /// [`Error::NoRuntime`] outside a runtime, [`Error::Listen`] without a port.
    pub fn start(self) -> Result<Simulator, Error> {
        Simulator::of(self)
    }
}
