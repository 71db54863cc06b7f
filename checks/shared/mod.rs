//! What several checks need; a check itself is a file beside `lib.rs`.

mod deployed;
#[cfg(test)]
pub(crate) mod examples;
mod kept;
mod names;
mod placed;
mod reach;
mod renewal;
mod same;
mod time;
mod uses;
mod worst;

pub(crate) use deployed::{Deployed, Match, deployed, sighting};
pub(crate) use kept::Kept;
pub(crate) use names::covers;
pub(crate) use placed::{Placed, placed};
pub(crate) use reach::Reach;
pub(crate) use renewal::{is_by_acm, measure as renewal_measure, obstacle};
pub(crate) use same::{end, same, start};
pub(crate) use time::until;
pub(crate) use worst::{by_address, worst_of_each};
