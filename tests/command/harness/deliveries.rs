//! Topics and event buses of moto, with queues behind them that keep what they passed on.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;

use super::{Child, program};

pub(crate) struct Deliveries {
    url: String,
    /// What was made: `topic`, `fifo`, `bus`, `scans`, and the queues.
    made: Value,
    _server: Child,
}

impl Deliveries {
    pub(crate) fn start() -> Self {
        let mut server = program("python");
        server.arg(path("serve.py")).env("PYTHONDONTWRITEBYTECODE", "1").stdout(Stdio::piped());
        let mut server = Child::start(server);
        let mut url = String::new();
        BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let url = url.trim().to_owned();
        Self { made: run(&[&url, "make"]), url, _server: server }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The ARN of what was made.
    #[track_caller]
    pub(crate) fn arn(&self, name: &str) -> &str {
        self.made[name].as_str().unwrap()
    }

    /// Everything that came into a queue since it was read last.
    pub(crate) fn read(&self, queue: &str) -> Vec<Value> {
        let queue = self.made["queues"][queue].as_str().unwrap();
        run(&[&self.url, "read", queue]).as_array().unwrap().clone()
    }
}

fn path(name: &str) -> String {
    format!("{}/tests/moto/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn run(args: &[&str]) -> Value {
    let mut python = program("python");
    python.arg(path("deliveries.py")).args(args).env("PYTHONDONTWRITEBYTECODE", "1");
    let output = python.output().expect("run scripts/test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
