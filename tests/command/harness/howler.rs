//! The built command, with nothing of this machine's environment but what a test gives it.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tempfile::TempDir;

use super::Document;

/// The time at which most tests judge.
pub(crate) const NOW: &str = "2026-11-23T09:30:00Z";

pub(crate) fn now() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

/// The command with its arguments, not run yet.
pub(crate) fn howler(args: &[&str]) -> Howler {
    let home = TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_howler"));
    command.env_clear().args(args).current_dir(home.path());
    command.env("HOME", home.path()).env("NO_COLOR", "1").env("AWS_EC2_METADATA_DISABLED", "true");
    Howler { command, home }
}

pub(crate) struct Howler {
    command: Command,
    home: TempDir,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
    /// The folder that it ran in, with all that it left there.
    pub(crate) home: TempDir,
}

impl Howler {
    pub(crate) fn args(mut self, args: &[&str]) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Puts a file into the folder that the command runs in, which is the home of its user too.
    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// Sends every call to a server that stands in for AWS.
    pub(crate) fn aws(self, url: &str, access_key: &str) -> Self {
        self.env("AWS_ENDPOINT_URL", url)
            .env("AWS_ACCESS_KEY_ID", access_key)
            .env("AWS_SECRET_ACCESS_KEY", "simulated")
    }

    pub(crate) fn run(self) -> Ran {
        self.run_and(|_| {})
    }

    /// Runs it, and kills it when the time is up. Whether it had ended by itself before.
    pub(crate) fn killed_after(mut self, time: Duration) -> bool {
        let quiet = self.command.stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
        let mut process = quiet.spawn().unwrap();
        std::thread::sleep(time);
        let ended = process.try_wait().unwrap().is_some();
        let _gone = process.kill();
        process.wait().unwrap();
        ended
    }

    /// Runs it, and does something to its process meanwhile.
    pub(crate) fn run_and(mut self, act: impl FnOnce(&str)) -> Ran {
        let started = Instant::now();
        let process = self.command.stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null()).spawn();
        let process = process.unwrap();
        act(&process.id().to_string());
        let output = process.wait_with_output().unwrap();
        let took = started.elapsed();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let home = self.home;
        let code = output.status.code().expect("the command was ended by a signal");
        Ran { code, stdout: text(output.stdout), stderr: text(output.stderr), took, home }
    }
}

impl Ran {
    /// Asserts the exit code, and shows everything where it is another one.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        let Self { stdout, stderr, .. } = &self;
        assert_eq!(self.code, code, "stderr:\n{stderr}\nstdout:\n{stdout:.3000}");
        self
    }

    /// The JSON document on standard output.
    #[track_caller]
    pub(crate) fn document(&self) -> Document {
        Document::parse(&self.stdout)
    }
}
