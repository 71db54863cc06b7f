//! The verbs of the command line, one file each.

pub mod checks;
pub mod demo;
pub mod explain;
pub mod policy;
pub mod scan;
pub mod schema;
