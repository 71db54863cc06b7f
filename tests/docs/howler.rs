//! Runs the built command, the same on every machine.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use howler_reports::Document;
use serde_json::Value;

/// The time of every run that is shown.
pub(crate) const NOW: &str = "2026-11-23T09:30:00Z";
/// The built command.
pub(crate) const EXE: &str = env!("CARGO_BIN_EXE_howler");

/// A file of the repository.
pub(crate) fn at(path: impl AsRef<Path>) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A program with nothing of this machine in its environment but where programs are.
pub(crate) fn program(name: &str) -> Command {
    let mut command = Command::new(name);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.envs([("COLUMNS", "100"), ("NO_COLOR", "1"), ("AWS_EC2_METADATA_DISABLED", "true")]);
    command.stdin(Stdio::null());
    command
}

/// What the command writes on standard output.
pub(crate) fn said(args: &[&str], code: i32) -> String {
    stdout(program(EXE).args(args).output().unwrap(), args, code)
}

/// What the command writes on a terminal of 80 columns.
pub(crate) fn on_terminal(args: &str, code: i32) -> String {
    let mut script = program("script");
    script.env("COLUMNS", "80").env("HOWLER", EXE);
    script.args(["--quiet", "--return", "--command", &format!("\"$HOWLER\" {args}"), "/dev/null"]);
    let output = script.output().expect("script of util-linux gives the command a terminal");
    stdout(output, &[args], code).replace('\r', "")
}

fn stdout(output: Output, args: &[&str], code: i32) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "howler {}: {errors}", args.join(" "));
    String::from_utf8(output.stdout).unwrap()
}

/// A run of the demo: its report, and the alerts that it posted.
pub(crate) struct Demo {
    /// The document of `--format json`.
    pub(crate) report: Document,
    /// The body of the request to Alertmanager.
    pub(crate) alerts: Value,
}

/// The demo, run once.
pub(crate) fn demo() -> &'static Demo {
    static DEMO: OnceLock<Demo> = OnceLock::new();
    DEMO.get_or_init(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = format!("alertmanager=http://{}", listener.local_addr().unwrap());
        let receiver = std::thread::spawn(move || receive(listener.accept().unwrap().0));
        let report = said(&["demo", "--now", NOW, "--format", "json", "--notify", &target], 3);
        let report = Document::parse(report.as_bytes()).unwrap();
        Demo { report, alerts: receiver.join().unwrap() }
    })
}

/// Takes one request and returns its body.
fn receive(stream: TcpStream) -> Value {
    let mut reader = BufReader::new(&stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (&stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
    serde_json::from_slice(&body).unwrap()
}
