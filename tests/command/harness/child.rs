//! Servers that live as long as the test that started them.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a server may take to answer for the first time.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that is ended when this is dropped. Its standard input is open until then.
pub(crate) struct Child(pub(crate) process::Child);

impl Child {
    pub(crate) fn start(mut command: Command) -> Self {
        let program = command.get_program().to_owned();
        let started = command.stdin(Stdio::piped()).stderr(Stdio::null()).spawn();
        Self(started.unwrap_or_else(|error| panic!("{program:?}: {error}: run scripts/test")))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// A port of loopback that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// Asks again and again until there is an answer.
#[track_caller]
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(started.elapsed() < PATIENCE, "{what}: no answer within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A program that `scripts/test` brings: in the checkout, or on the path.
pub(crate) fn program(name: &str) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let brought = [root.join(".tools/bin").join(name), root.join(".venv/bin").join(name)];
    let found = brought.into_iter().find(|path| path.exists());
    Command::new(found.unwrap_or_else(|| PathBuf::from(name)))
}
