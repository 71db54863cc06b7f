//! What scans write down while they run: records in bounded memory, sorted runs on disk, and parts that can be merged.
//!
//! Each unit of a scan is put into words where it was scanned. From there on records are only sorted, merged and
//! copied, so that memory grows with what is under way and not with the estate.

mod file;
mod merge;
mod runs;
mod spool;
mod told;

pub use file::{Part, PartHead, Planned};
pub use spool::{Spool, Spooled};
pub use told::Told;
