//! The simulator as its callers see it: over a socket, byte by byte.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod certificates;
mod client;
mod faults;
mod paging;
mod plain;
mod protocols;
mod scale;
mod services;
mod sessions;
mod tagging;
