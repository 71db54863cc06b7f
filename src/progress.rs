//! The line on standard error that says how far a scan is, where somebody looks at it.

use howler_model::Coverage;
use indicatif::{ProgressBar, ProgressStyle};

use crate::scan::Outcome;

/// A progress line, or nothing.
pub struct Progress(ProgressBar);

impl Progress {
    /// A line for so many units, drawn only if `shown`.
    pub fn new(units: usize, shown: bool) -> Self {
        if !shown {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(units as u64);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos}/{len} scanned{msg} [{elapsed}]") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        Self(bar)
    }

    /// One more unit is done.
    pub fn unit_done(&self, so_far: &Outcome) {
        let open = so_far.findings.iter().filter(|finding| finding.is_worth_telling()).count();
        let gaps = Coverage::of(&so_far.scopes).gaps();
        self.0.set_message(format!(", {gaps} gaps, {open} findings"));
        self.0.inc(1);
    }

    /// Takes the line away, so that the report stands alone.
    pub fn clear(&self) {
        self.0.finish_and_clear();
    }
}
