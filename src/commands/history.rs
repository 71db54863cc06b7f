//! `howler history`: what earlier scans saw of a finding, a resource or an account.

use crate::args::History;
use crate::exit::{Exit, Failure};

/// Runs the command.
pub fn run(_: &History) -> Result<Exit, Failure> {
    Ok(Exit::Fine)
}
