//! The memory of earlier scans, as the command uses it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, unreachable_pub)]

mod chance;
mod changes;
mod killed;
mod old;
mod told;
mod world;
