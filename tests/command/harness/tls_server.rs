//! `openssl s_server`, which is nobody's idea of TLS but its own.

use std::net::TcpStream;
use std::process::Stdio;

use super::{Child, Leaf, free_port, program, until};

pub(crate) struct TlsServer {
    port: u16,
    _server: Child,
}

impl TlsServer {
    pub(crate) fn start(leaf: &Leaf, options: &[&str]) -> Self {
        Self::on(free_port(), leaf, options)
    }

    /// On a port that somebody else knows already.
    pub(crate) fn on(port: u16, leaf: &Leaf, options: &[&str]) -> Self {
        let mut command = program("openssl");
        command.args(["s_server", "-quiet", "-accept", &format!("127.0.0.1:{port}")]);
        command.arg("-cert").arg(&leaf.certificate).arg("-key").arg(&leaf.key).args(options);
        command.stdout(Stdio::null());
        let server = Child::start(command);
        until("openssl s_server", || TcpStream::connect(("127.0.0.1", port)).ok());
        Self { port, _server: server }
    }

    /// The endpoint, asked for by a name.
    pub(crate) fn endpoint(&self, name: &str) -> String {
        format!("127.0.0.1:{}#{name}", self.port)
    }
}
