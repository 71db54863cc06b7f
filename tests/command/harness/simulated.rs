//! A simulated organisation, answering as long as the test that started it.

use howler_simulator::{ACCESS_KEY_ID, Faults, Organization, Simulation, Simulator};
use tokio::runtime::Runtime;

use super::{Howler, NOW, howler, now};

pub(crate) struct Simulated {
    pub(crate) simulator: Simulator,
    _runtime: Runtime,
}

impl Simulated {
    pub(crate) fn start(organization: Organization, faults: Faults) -> Self {
        Self::of(Simulation::new(organization, now()).faults(faults))
    }

    pub(crate) fn of(simulation: Simulation) -> Self {
        let runtime = Runtime::new().unwrap();
        let inside = runtime.enter();
        let simulator = simulation.start().unwrap();
        drop(inside);
        Self { simulator, _runtime: runtime }
    }

    /// The organisation of the demo, with other faults than there.
    pub(crate) fn demo(faults: Faults) -> Self {
        let (organization, _) = howler_simulator::demo(now());
        Self::start(organization, faults)
    }

    /// `howler`, with this in place of AWS.
    pub(crate) fn howler(&self, args: &[&str]) -> Howler {
        howler(args).aws(&self.simulator.endpoint(), ACCESS_KEY_ID)
    }

    /// `howler scan` of it, judged at the time of the tests.
    pub(crate) fn scan(&self, args: &[&str]) -> Howler {
        self.howler(&["scan", "--now", NOW]).args(args)
    }
}
