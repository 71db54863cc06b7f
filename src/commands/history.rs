//! `howler history`: what earlier scans saw of a finding, a resource or an account.

use std::fmt::Write;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use howler_reports::visible;
use howler_state::{Error, Event, Memory, Of, Span, State, Story, Waiting};

use crate::args::{History, HistoryCommand, ListFormat};
use crate::config::{self, delivered};
use crate::exit::{Exit, Failure};
use crate::memory::Place;
use crate::write::{answer, counted, say};

/// How long somebody else may be at work in the folder.
const PATIENCE: Duration = Duration::from_secs(120);
/// Days of a quota that are told, the last ones.
const MOST_SPANS: usize = 20;

/// Runs the command.
pub fn run(args: &History) -> Result<Exit, Failure> {
    let said = delivered(&[], args.state.as_deref());
    let (config, _) = config::load(&args.file, said).map_err(Failure::usage)?;
    let place = Place::named(&config).map_err(Failure::usage)?;
    match args.command {
        Some(HistoryCommand::Rebuild) => rebuild(&place),
        None => show(&place, args),
    }
}

fn rebuild(place: &Place) -> Result<Exit, Failure> {
    // A folder that is misspelt is not made.
    if !place.folder.is_dir() {
        return Err(Failure::usage(Error::Absent(place.folder.clone())));
    }
    let mut quiet = |_, _| {};
    let done = Memory::rebuild(&place.folder, "howler history rebuild", PATIENCE, &mut quiet);
    let done = done.map_err(Failure::undelivered)?;
    let scans = counted(usize::try_from(done).unwrap_or(usize::MAX), "scan");
    say(&format!("{}: the index is made anew from {scans}", place.folder.display()));
    Ok(Exit::Fine)
}

fn show(place: &Place, args: &History) -> Result<Exit, Failure> {
    let memory = Memory::read(&place.folder).map_err(Failure::usage)?;
    let stories = memory.history(&asked(args)).map_err(Failure::usage)?;
    let waiting = memory.waiting().map_err(Failure::usage)?;
    waiting.iter().for_each(|waiting| say(&told(waiting)));
    match args.format {
        ListFormat::Json => {
            let json = serde_json::to_string_pretty(&stories).map_err(Failure::internal)?;
            answer(&format!("{json}\n"))
        }
        ListFormat::Table if stories.is_empty() => answer("Nothing is remembered of that.\n"),
        ListFormat::Table => answer(&stories.iter().map(text).collect::<Vec<_>>().join("\n")),
    }
}

fn asked(args: &History) -> Of<'_> {
    match (&args.finding, &args.resource, &args.account) {
        (Some(id), ..) => Of::Finding(id),
        (_, Some(text), _) => Of::Resource(text),
        (.., Some(account)) => Of::Account(account),
        _ => Of::Open,
    }
}

/// What a gateway could not take yet.
fn told(waiting: &Waiting) -> String {
    let waits = match waiting.notices {
        1 => "1 notice waits".to_owned(),
        more => format!("{more} notices wait"),
    };
    let Waiting { gateway, target, oldest, lost, .. } = waiting;
    let since = oldest.map(|at| format!(", the oldest of {}", time(at))).unwrap_or_default();
    let lost = if *lost > 0 { format!("; {lost} waited for too long and are lost") } else { String::new() };
    format!("{gateway} at {}: {waits}{since}{lost}", visible(target))
}

/// A story in a few lines.
fn text(story: &Story) -> String {
    let owner = story.owner.as_deref().map(|owner| format!(", owner {}", visible(owner))).unwrap_or_default();
    let opened = if story.state == State::Open { "open since" } else { "last opened" };
    let mut text = format!(
        "{} {} {} {}\n  {} in {}{owner}\n  first seen {}, {opened} {}, last seen {}\n",
        story.id,
        visible(&story.check),
        story.state.as_str(),
        story.severity.as_str(),
        visible(&story.resource.name),
        visible(&story.scope.to_string()),
        time(story.first_seen),
        time(story.since),
        time(story.confirmed_at),
    );
    text.extend(story.events.iter().map(event));
    let left_out = story.measures.len().saturating_sub(MOST_SPANS);
    text.extend(story.measures.iter().skip(left_out).map(measure));
    text
}

fn event(event: &Event) -> String {
    let before = event.before.filter(|before| *before != event.severity);
    let before = before.map(|before| format!("{} -> ", before.as_str())).unwrap_or_default();
    let mut line =
        format!("    {}  {:<10}  {before}{}", time(event.at), event.change.as_str(), event.severity.as_str());
    if let Some(owner) = &event.owner {
        // Writing into text does not fail.
        let _ = write!(line, "  {}", visible(owner));
    }
    line + "\n"
}

fn measure(span: &Span) -> String {
    let days = if span.from == span.until {
        span.from.to_string()
    } else {
        format!("{} to {}", span.from, span.until)
    };
    format!("    {days}: {} of {}\n", span.usage, span.limit)
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use howler_reports::Severity;
    use howler_reports::document::Change;

    use super::*;

    #[test]
    fn a_severity_that_stayed_is_said_once() {
        let told = |before| {
            let (at, run, owner) = (DateTime::UNIX_EPOCH, String::new(), None);
            event(&Event { at, run, change: Change::Suppressed, severity: Severity::High, before, owner })
        };
        let line = |severity: &str| format!("    1970-01-01T00:00:00Z  suppressed  {severity}\n");
        assert_eq!(told(Some(Severity::High)), line("high"));
        assert_eq!(told(None), line("high"));
        assert_eq!(told(Some(Severity::Low)), line("low -> high"));
    }
}
