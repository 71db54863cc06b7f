//! The exit code, from the scan alone.

use std::fmt;

use howler_model::Severity;
use howler_reports::Scan;

use crate::signals::Signal;

/// What a run came to; the higher beats the lower.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Complete, nothing at or above `--fail-on`.
    Fine,
    /// Findings at or above `--fail-on`.
    Findings,
    /// Usage or configuration error; nothing was scanned.
    Usage,
    /// Something could not be seen.
    Incomplete,
    /// A report could not be written, or a gateway not reached.
    Undelivered,
    /// A fault of howler.
    Internal,
    /// Ended by a signal.
    Signal(u8),
}

impl Exit {
    /// The code for the shell.
    pub fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
            Self::Undelivered => 4,
            Self::Internal => 5,
            Self::Signal(code) => code,
        }
    }

    /// What a scan comes to.
    pub fn of(scan: &Scan, fail_on: Severity, allow_gaps: bool, signal: Option<Signal>) -> Self {
        let findings = scan.tally.worst().is_some_and(|worst| worst >= fail_on);
        let undelivered = scan.deliveries.iter().any(|delivery| delivery.error.is_some());
        let codes = [
            findings.then_some(Self::Findings),
            (!allow_gaps && !scan.is_complete()).then_some(Self::Incomplete),
            undelivered.then_some(Self::Undelivered),
            signal.map(|signal| Self::Signal(signal.exit_code())),
        ];
        codes.into_iter().flatten().max().unwrap_or(Self::Fine)
    }
}

/// Why a run ended without a result, with the exit code that this has.
#[derive(Debug)]
pub struct Failure {
    pub exit: Exit,
    pub error: anyhow::Error,
}

impl Failure {
    /// What was asked for makes no sense.
    pub fn usage(error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::Usage, error: error.into() }
    }

    /// What was found could not be written.
    pub fn undelivered(error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::Undelivered, error: error.into() }
    }

    /// Something that should not happen.
    pub fn internal(error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::Internal, error: error.into() }
    }
}

impl fmt::Display for Failure {
    /// The error with its causes, in one line.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:#}", self.error)
    }
}
