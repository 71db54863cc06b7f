//! Rules as people write them, against findings as checks make them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod docs;
mod mistakes;
mod owners;
mod samples;
mod selectors;
mod severities;
mod suppressions;
mod thresholds;
mod wishes;
