//! What changed since earlier scans, finding by finding.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Place, Severity};

/// What happened to a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Nobody knew of it.
    Opened,
    /// It was resolved, suppressed or no longer followed, and is back.
    Reopened,
    /// Its severity rose.
    Worse,
    /// Its severity fell.
    Better,
    /// It belongs to somebody else now.
    Moved,
    /// Somebody said that it need not be told.
    Suppressed,
    /// It is gone, and its scope was seen.
    Resolved,
    /// It was not confirmed for so long that nobody follows it any more. That does not mean that it is gone.
    Lapsed,
}

impl Change {
    /// All changes.
    pub const ALL: [Self; 8] = [
        Self::Opened,
        Self::Reopened,
        Self::Worse,
        Self::Better,
        Self::Moved,
        Self::Suppressed,
        Self::Resolved,
        Self::Lapsed,
    ];

    /// The word as it stands in the document.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Reopened => "reopened",
            Self::Worse => "worse",
            Self::Better => "better",
            Self::Moved => "moved",
            Self::Suppressed => "suppressed",
            Self::Resolved => "resolved",
            Self::Lapsed => "lapsed",
        }
    }

    /// The change of that word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.as_str() == word)
    }

    /// Whether nothing is left to be done about the finding.
    #[must_use]
    pub fn is_end(self) -> bool {
        matches!(self, Self::Suppressed | Self::Resolved | Self::Lapsed)
    }
}

/// What a scan changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Changes {
    /// The scan that was remembered before this one; null if there was none.
    pub since: Option<String>,
    /// Each finding that changed, in the order in which it was noticed; none for the first scan, where all are new.
    pub findings: Vec<Changed>,
    /// Findings that are still open though this scan, which was to see them, could not.
    pub unconfirmed: Vec<Unconfirmed>,
}

/// One finding that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Changed {
    /// The id of the finding.
    pub id: String,
    /// What happened to it.
    pub change: Change,
    /// When it was first seen.
    pub first_seen: DateTime<Utc>,
    /// The severity now, or the last one.
    pub severity: Severity,
    /// The severity before, if it was open before.
    pub before: Option<Severity>,
    /// The check.
    pub check: String,
    /// Where.
    pub scope: Place,
    /// The canonical name of the resource.
    pub resource: String,
    /// What people call it.
    pub name: String,
    /// Who should hear of it.
    pub owner: Option<String>,
}

/// One finding that is open and was not seen again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unconfirmed {
    /// The id of the finding.
    pub id: String,
    /// When it was last seen.
    pub confirmed_at: DateTime<Utc>,
    /// The last known severity.
    pub severity: Severity,
    /// The check.
    pub check: String,
    /// Where.
    pub scope: Place,
    /// The canonical name of the resource.
    pub resource: String,
    /// What people call it.
    pub name: String,
    /// Who should hear of it.
    pub owner: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_the_one_of_the_document() {
        for change in Change::ALL {
            assert_eq!(serde_json::to_value(change).unwrap(), change.as_str());
            assert_eq!(Change::named(change.as_str()), Some(change));
        }
        assert_eq!(Change::named("gone"), None);
    }
}
