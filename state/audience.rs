//! Who is told what, and how long what was seen is kept.

use chrono::TimeDelta;
use howler_reports::Severity;
use howler_reports::gateway::Keeps;
use serde::{Deserialize, Serialize};

/// One gateway as it is configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audience {
    /// The same from scan to scan, and no other's. Holds no credential.
    pub key: String,
    /// The name of the gateway.
    pub gateway: String,
    /// Where it delivers, without credentials.
    pub target: String,
    /// What it makes of what it is told.
    #[serde(with = "KeepsWord")]
    pub keeps: Keeps,
    /// Less severe findings are not told.
    pub at_least: Severity,
    /// Whose findings are told.
    pub owners: Owners,
    /// How long a finding stays as it is until it is told again, to gateways that keep nothing; never if none.
    #[serde(with = "maybe_millis")]
    pub remind_after: Option<TimeDelta>,
}

/// Whose findings are meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Owners {
    /// Everybody's and nobody's.
    All,
    /// Those of one owner.
    Only(String),
    /// Those of everybody else, and nobody's.
    AllBut(Vec<String>),
}

impl Owners {
    fn include(&self, owner: Option<&str>) -> bool {
        match self {
            Self::All => true,
            Self::Only(name) => owner == Some(name),
            Self::AllBut(names) => owner.is_none_or(|owner| names.iter().all(|name| name != owner)),
        }
    }
}

impl Audience {
    /// Whether a finding of that severity and owner is for it.
    #[must_use]
    pub fn is_for(&self, severity: Severity, owner: Option<&str>) -> bool {
        // The words of a document stand worst first.
        severity <= self.at_least && self.owners.include(owner)
    }
}

/// How long what was seen is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keep {
    /// Documents, and the history of what is over.
    #[serde(with = "millis")]
    pub documents_for: TimeDelta,
    /// Open findings that no scan confirms.
    #[serde(with = "millis")]
    pub follow_for: TimeDelta,
    /// Notices that could not be delivered, and gateways that are not configured any more.
    #[serde(with = "millis")]
    pub spool_for: TimeDelta,
    /// Bytes that such notices may take.
    pub spool_bytes: u64,
}

impl Default for Keep {
    fn default() -> Self {
        Self {
            documents_for: TimeDelta::days(90),
            follow_for: TimeDelta::days(30),
            spool_for: TimeDelta::days(14),
            spool_bytes: 64 << 20,
        }
    }
}

/// [`Keeps`] in a word.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Keeps", rename_all = "kebab-case")]
enum KeepsWord {
    Leases,
    State,
    Nothing,
}

/// A span of time as milliseconds.
mod millis {
    use chrono::TimeDelta;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(span: &TimeDelta, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(span.num_milliseconds())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<TimeDelta, D::Error> {
        let millis = i64::deserialize(from)?;
        TimeDelta::try_milliseconds(millis).ok_or_else(|| D::Error::custom("a span of time is too long"))
    }
}

/// [`millis`] that may be missing.
mod maybe_millis {
    use chrono::TimeDelta;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(span: &Option<TimeDelta>, to: S) -> Result<S::Ok, S::Error> {
        span.map(|span| span.num_milliseconds()).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<TimeDelta>, D::Error> {
        let span = |millis| {
            TimeDelta::try_milliseconds(millis).ok_or_else(|| D::Error::custom("a span of time is too long"))
        };
        Option::<i64>::deserialize(from)?.map(span).transpose()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn audience(owners: Owners) -> Audience {
        Audience {
            key: "slack web".into(),
            gateway: "slack".into(),
            target: "hooks.slack.com".into(),
            keeps: Keeps::Nothing,
            at_least: Severity::High,
            owners,
            remind_after: Some(TimeDelta::days(7)),
        }
    }

    #[test]
    fn a_finding_is_for_whom_it_is_bad_enough_and_belongs_to() {
        let is_for = |owners, severity, owner| audience(owners).is_for(severity, owner);
        assert!(is_for(Owners::All, Severity::Critical, None) && is_for(Owners::All, Severity::High, None));
        assert!(!is_for(Owners::All, Severity::Medium, Some("web")));
        let web = || Owners::Only("web".into());
        assert!(is_for(web(), Severity::High, Some("web")));
        assert!(!is_for(web(), Severity::High, Some("db")) && !is_for(web(), Severity::High, None));
        let rest = || Owners::AllBut(vec!["web".into(), "db".into()]);
        assert!(is_for(rest(), Severity::High, None) && is_for(rest(), Severity::High, Some("ops")));
        assert!(!is_for(rest(), Severity::High, Some("db")));
    }

    #[test]
    fn an_audience_reads_back_as_it_was() {
        for audience in [audience(Owners::All), audience(Owners::AllBut(vec!["a".into()]))] {
            let json = serde_json::to_string(&audience).unwrap();
            assert_eq!(serde_json::from_str::<Audience>(&json).unwrap(), audience);
        }
        let keep = serde_json::to_string(&Keep::default()).unwrap();
        assert_eq!(serde_json::from_str::<Keep>(&keep).unwrap(), Keep::default());
    }
}
