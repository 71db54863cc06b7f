//! The verbs of the command line, one file each.

pub mod checks;
pub mod config_show;
pub mod demo;
pub mod doctor;
pub mod explain;
pub mod history;
pub mod init;
pub mod merge;
pub mod notify;
pub mod owners;
pub mod places;
pub mod plan;
pub mod policy;
pub mod scan;
pub mod schema;
pub mod suppress;
