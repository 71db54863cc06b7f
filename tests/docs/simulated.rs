//! The demo's organisation in place of AWS, for the command lines of `deploy/`.

use std::process::{Command, Output};

use howler_simulator::{ACCESS_KEY_ID, Simulator};
use tokio::runtime::Runtime;

use crate::cases::now;
use crate::howler::{EXE, program};

/// Answers until it is dropped.
pub(crate) struct Simulated {
    simulator: Simulator,
    _runtime: Runtime,
}

impl Simulated {
    pub(crate) fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let inside = runtime.enter();
        let (organization, faults) = howler_simulator::demo(now());
        let simulator = Simulator::start(organization, faults, now()).unwrap();
        drop(inside);
        Self { simulator, _runtime: runtime }
    }

    /// A program that finds the organisation where it looks for AWS.
    pub(crate) fn program(&self, name: &str) -> Command {
        let mut command = program(name);
        command.envs([
            ("AWS_ENDPOINT_URL", self.simulator.endpoint()),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "simulated".to_owned()),
        ]);
        command
    }

    /// Runs the command.
    pub(crate) fn howler(&self, args: &[String]) -> Output {
        self.program(EXE).args(args).output().unwrap()
    }
}
