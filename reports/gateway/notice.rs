//! What a gateway is told: one notice for one finding.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::document::{Change, Coverage, Finding, Run, Severity, Summary};

/// Why somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum News {
    /// It is as it was told before: for gateways that forget.
    Standing,
    /// It has been like this for days: for people.
    Reminder,
    /// It changed.
    #[serde(untagged)]
    Change(Change),
}

impl News {
    /// In a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Change(change) => change.as_str(),
            Self::Standing => "standing",
            Self::Reminder => "reminder",
        }
    }

    /// Whether nothing is left to be done about the finding.
    #[must_use]
    pub fn is_end(self) -> bool {
        matches!(self, Self::Change(change) if change.is_end())
    }
}

/// What a gateway was told of a finding the last time: what it knows it by may depend on these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// The severity.
    pub severity: Severity,
    /// The owner.
    pub owner: Option<String>,
}

impl Told {
    /// What is told of a finding as it is now.
    #[must_use]
    pub fn of(finding: &Finding) -> Self {
        Self { severity: finding.severity, owner: finding.owner.clone() }
    }
}

/// One thing to tell of one finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// The same however often it is sent, and no other's: whoever has seen it need not look at it again.
    pub key: String,
    /// Why it is told.
    pub news: News,
    /// Since when the finding has been open.
    pub since: DateTime<Utc>,
    /// The time that the news is of.
    pub at: DateTime<Utc>,
    /// When the finding was last seen: before `at` if the last scans were blind there.
    pub confirmed_at: DateTime<Utc>,
    /// What the gateway was told before; none if nothing, or if it does not matter to it.
    pub before: Option<Told>,
    /// The finding as it was last seen.
    pub finding: Finding,
}

impl Notice {
    /// The key of news about a finding: from the finding, the news, and the time that the news is of.
    #[must_use]
    pub fn key(finding: &str, news: News, at: DateTime<Utc>) -> String {
        let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
        let digest = Sha256::digest(format!("{finding} {} {at}", news.as_str()));
        let mut key = HEXLOWER.encode(&digest);
        key.truncate(32);
        key
    }

    /// How bad it is; of what is over, how bad it was: now it may have passed, and that is worth nothing.
    #[must_use]
    pub fn severity(&self) -> Severity {
        let before = self.before.as_ref().filter(|_| self.news.is_end());
        before.map_or(self.finding.severity, |told| told.severity)
    }
}

/// The scan that notices come from.
#[derive(Debug, Clone)]
pub struct Envelope<'a> {
    /// When and how it ran.
    pub run: &'a Run,
    /// The version of howler.
    pub version: &'a str,
    /// Whether everything that should have been seen was seen.
    pub complete: bool,
    /// How many scopes came out how.
    pub coverage: Coverage,
    /// How many findings there are.
    pub summary: Summary,
    /// When it begins to be told, as far as anybody says so: the end of the scan otherwise.
    pub sent_at: DateTime<Utc>,
    /// The clock that runs meanwhile; none if time stands still.
    pub clock: Option<fn() -> DateTime<Utc>>,
    /// How long what is told lives without being told again ([`Keeps::Leases`](super::Keeps::Leases)).
    pub lease: TimeDelta,
}

/// How long what is told outlives the two scans that should have told it again.
const SLACK: TimeDelta = TimeDelta::hours(2);
/// The longest time between scans that is believed.
const LONGEST_INTERVAL: TimeDelta = TimeDelta::days(366);

/// The lease where scans come at an interval: one of them may be missed.
#[must_use]
pub fn lease(interval: TimeDelta) -> TimeDelta {
    interval.clamp(TimeDelta::zero(), LONGEST_INTERVAL) * 2 + SLACK
}

impl<'a> Envelope<'a> {
    /// The envelope of a scan.
    #[must_use]
    pub fn of(scan: &'a crate::Scan, lease: TimeDelta) -> Self {
        Self {
            run: &scan.run,
            version: &scan.version,
            complete: scan.is_complete(),
            coverage: scan.tally.coverage(),
            summary: scan.tally.summary(),
            sent_at: scan.run.finished_at,
            clock: None,
            lease,
        }
    }

    /// The time of what is sent now.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.map_or(self.sent_at, |clock| clock())
    }
}
