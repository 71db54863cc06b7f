//! What a server says in plain text.

#[path = "../sources/tls/failure.rs"]
mod failure;
#[path = "../sources/tls/network.rs"]
mod network;
#[path = "../sources/tls/plain.rs"]
mod plain;
#[path = "../sources/tls/policy.rs"]
mod policy;
#[path = "../sources/tls/wire.rs"]
mod wire;

use std::time::Duration;

/// As much of the real ones as a connection asks for.
struct Limits {
    connect: Duration,
    bytes: u64,
}

/// The first answers of a server, which say the same however they are cut.
pub fn server(bytes: &[u8]) {
    let of = |size: usize| {
        let mut plain = plain::Plain::default();
        let said = bytes.chunks(size).map(|chunk| plain.take(chunk));
        let first = said.filter_map(Result::transpose).next()?;
        Some(first.map(|shown| (shown.version, shown.suite, shown.chain)))
    };
    assert_eq!(of(1), of(bytes.len().max(1)));
}
