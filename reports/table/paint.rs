//! Colours, where the style wants them; colour is never the only sign.

use anstyle::{AnsiColor, Style as Ink};

use crate::Style;
use crate::document::Severity;

/// A severity, or a text that stands for it.
pub(super) fn severity(severity: Severity, text: &str, style: &Style) -> String {
    let ink = match severity {
        Severity::Critical => AnsiColor::Red.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low => AnsiColor::Cyan.on_default(),
        Severity::Info => Ink::new().dimmed(),
    };
    paint(ink, text, style)
}

/// The title of a section or a column.
pub(super) fn title(text: &str, style: &Style) -> String {
    paint(Ink::new().bold(), text, style)
}

/// What must not be overlooked.
pub(super) fn alarm(text: &str, style: &Style) -> String {
    paint(AnsiColor::Yellow.on_default().bold(), text, style)
}

fn paint(ink: Ink, text: &str, style: &Style) -> String {
    match style.colour {
        true => format!("{ink}{text}{ink:#}"),
        false => text.to_owned(),
    }
}
