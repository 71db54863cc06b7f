//! What earlier scans saw: documents that are kept, and an index of them.
//!
//! The documents are the truth, the database is an index that can be made anew from them. A scan is indexed in one
//! transaction, after its document lies in the folder: whatever ends the process, the next one catches up.

mod apply;
mod audience;
mod covered;
mod error;
mod folder;
mod history;
mod judge;
mod ledger;
mod live;
mod measures;
mod memory;
mod missed;
mod note;
mod notices;
mod outbox;
mod owners;
mod prune;
mod rebuild;
mod rows;
mod schema;
mod seen;
mod told;

pub use audience::{Audience, Keep, Owners};
pub use error::Error;
pub use history::{Event, Of, Span, Story};
pub use judge::State;
pub use ledger::Ledger;
pub use memory::{Memory, Waiting};

/// How the functions of this crate end.
type Result<T, E = Error> = std::result::Result<T, E>;
