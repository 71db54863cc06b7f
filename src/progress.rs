//! The line on standard error that says how far a scan is, where somebody looks at it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use howler_reports::Tally;
use howler_sources::Session;
use indicatif::{ProgressBar, ProgressStyle};

/// How often the line is drawn anew.
const TICK: Duration = Duration::from_millis(200);

/// A progress line, or nothing: `42/380 accounts, 3 gaps, 12 findings, 812 calls, 5s so far, 40s to go`.
pub struct Progress {
    bar: ProgressBar,
    /// Whose calls are counted.
    session: Session,
    known: AtomicU64,
}

impl Progress {
    /// A line that is drawn only if `shown`.
    pub fn new(session: &Session, shown: bool) -> Self {
        let bar = if shown { ProgressBar::new(0) } else { ProgressBar::hidden() };
        let template = "{spinner} {pos}/{len} scanned{msg}, {elapsed} so far, {eta} to go";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        if shown {
            bar.enable_steady_tick(TICK);
        }
        Self { bar, session: session.clone(), known: AtomicU64::new(0) }
    }

    /// One more account, endpoint or path is to be scanned.
    pub fn found(&self) {
        self.bar.set_length(self.known.fetch_add(1, Ordering::Relaxed) + 1);
    }

    /// One of them is.
    pub fn done(&self, so_far: &Tally) {
        let (gaps, open, calls) = (so_far.gaps(), so_far.told(), self.session.calls().sent());
        self.bar.set_message(format!(", {gaps} gaps, {open} findings, {calls} calls"));
        self.bar.inc(1);
    }

    /// Takes the line away, so that the report stands alone.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
