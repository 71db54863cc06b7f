//! A moto server, and the project's own scripts that fill it.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde::de::DeserializeOwned;

use super::{Child, program};

/// A server that ends with this.
pub(crate) struct MotoServer {
    pub(crate) url: String,
    _server: Child,
}

impl MotoServer {
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// One whose load balancers lead to an address.
    pub(crate) fn leading_to(address: &str) -> Self {
        Self::with(&[address])
    }

    fn with(args: &[&str]) -> Self {
        let mut server = Child::start(script("serve.py", args));
        let mut url = String::new();
        BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut url).unwrap();
        assert!(url.starts_with("http://"), "moto did not start: run scripts/test");
        Self { url: url.trim().to_owned(), _server: server }
    }

    /// Fills it by a script of `tests/moto`, which prints what it made.
    pub(crate) fn fill<T: DeserializeOwned>(&self, name: &str) -> T {
        serde_json::from_str(&self.tell(name, &[])).unwrap()
    }

    /// What a script of `tests/moto` says that is told more than where the server is.
    pub(crate) fn tell(&self, name: &str, args: &[&str]) -> String {
        let args = [&[self.url.as_str()], args].concat();
        let output = script(name, &args).output().expect("run scripts/test");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}

/// A script of `tests/moto`, with standard output to read from.
fn script(name: &str, args: &[&str]) -> Command {
    let mut python = program("python");
    python.arg(format!("{}/tests/moto/{name}", env!("CARGO_MANIFEST_DIR"))).args(args);
    python.env("PYTHONDONTWRITEBYTECODE", "1").stdout(Stdio::piped());
    python
}
