//! What the book, the README and `deploy/` say is what the built command does.
//!
//! Whatever can be generated is, in memory, and compared with the file on disk:
//! `scripts/docs` writes what is stale.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)]

mod alertmanager;
mod blocks;
mod cases;
mod checks;
mod command;
mod deploy;
mod fields;
mod howler;
mod iam;
mod links;
mod pages;
mod shards;
mod shell;
mod simulated;
mod sources;
mod tools;
