//! What several checks need; a check itself is a file beside `lib.rs`.

#[cfg(test)]
pub(crate) mod examples;
mod placed;
mod time;
mod uses;
mod worst;

pub(crate) use placed::{Placed, placed};
pub(crate) use time::until;
pub(crate) use worst::{by_address, worst_of_each};
