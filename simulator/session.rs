//! Sessions of assumed roles. Nothing is remembered: the token carries the role, the session's name and its end.
//!
//! Their end follows the machine's clock and not the simulated now, because callers compare it with theirs.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// Stands between name and end; neither roles nor sessions may have it in their names.
const END: char = '~';

/// What a session token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Session<'a> {
    /// The role and the session, as the ARN of the caller has them: `howler/scan`.
    pub(crate) name: &'a str,
    /// When it ends, if it does.
    end: Option<DateTime<Utc>>,
}

impl<'a> Session<'a> {
    /// The session of a token.
    pub(crate) fn read(token: &'a str) -> Self {
        let whole = Self { name: token, end: None };
        let Some((name, end)) = token.rsplit_once(END) else { return whole };
        let end = end.parse().ok().and_then(DateTime::from_timestamp_millis);
        if end.is_some() { Self { name, end } } else { whole }
    }

    /// Whether it is over.
    pub(crate) fn has_ended(&self) -> bool {
        self.end.is_some_and(|end| end <= machine_time())
    }
}

/// The token of a session of a role.
pub(crate) fn token(role: &str, session: &str, end: Option<DateTime<Utc>>) -> String {
    let end = end.map(|end| format!("{END}{}", end.timestamp_millis()));
    format!("{role}/{session}{}", end.unwrap_or_default())
}

/// The end of a session that begins now.
pub(crate) fn end_after(lifetime: Duration) -> DateTime<Utc> {
    let lifetime = TimeDelta::from_std(lifetime).unwrap_or(TimeDelta::MAX);
    machine_time().checked_add_signed(lifetime).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[allow(clippy::disallowed_methods, reason = "callers compare the end of a session with their own clock")]
fn machine_time() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_token_carries_its_name_and_its_end() {
        assert_eq!(Session::read(&token("howler", "scan", None)), Session { name: "howler/scan", end: None });
        let end = DateTime::from_timestamp_millis(1_790_000_000_123).unwrap();
        let written = token("howler", "scan", Some(end));
        assert_eq!(Session::read(&written), Session { name: "howler/scan", end: Some(end) });
        assert_eq!(Session::read("a~b").name, "a~b");
    }

    #[test]
    fn a_session_ends_after_its_lifetime_and_one_without_never() {
        let ends_after = |lifetime| {
            let token = token("howler", "scan", Some(end_after(lifetime)));
            Session::read(&token).has_ended()
        };
        assert!(ends_after(Duration::ZERO));
        assert!(!ends_after(Duration::from_secs(60)));
        assert!(!ends_after(Duration::MAX));
        assert!(!Session::read("howler/scan").has_ended());
    }
}
