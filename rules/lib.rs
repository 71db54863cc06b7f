//! What people say about findings: who owns them, how bad they are here, what need not be told, and when the end of a
//! certificate is near.
//!
//! [`Rules::read`] takes the texts of `owners.toml`, `suppressions.toml`, `severities.toml` and `thresholds.toml`;
//! [`Rules::apply`] goes over each finding with the first three, and checks judge by the last. Pure: no files, no AWS, no
//! clock.

mod error;
mod owners;
mod reader;
mod selector;
mod severities;
mod subject;
mod suppressions;
mod thresholds;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use data_encoding::HEXLOWER;
use howler_model::{
    AccountId, CheckId, Exception, Finding, Region, Scope, Status, Suppression, Tags, Unsure,
};
use sha2::{Digest, Sha256};

pub use error::{Error, Mistake};
pub use owners::Claim;

use owners::Owners;
use reader::{Block, Reader};
use selector::Selector;
use severities::Severities;
use subject::Subject;
use suppressions::Suppressions;

/// A file of rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The name of the file, for people: `owners.toml`.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// The files of rules that there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files<'a> {
    /// Who owns what.
    pub owners: Option<Text>,
    /// What need not be told, until when.
    pub suppressions: Option<Text>,
    /// What is worse or better here than its check says.
    pub severities: Option<Text>,
    /// Which certificates have limits of their own.
    pub thresholds: Option<Text>,
    /// The ids of all checks, so that a misspelt one is an error.
    pub checks: &'a [CheckId],
    /// The present day (UTC): nothing is suppressed for much more than a year from it.
    pub today: NaiveDate,
}

/// What people say about findings. The default says nothing.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    owners: Option<Owners>,
    suppressions: Option<Suppressions>,
    severities: Option<Severities>,
    exceptions: Vec<Exception>,
    digest: String,
}

/// What is known around a finding, for rules that ask for it.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// The tags of resources by ARN.
    pub tags: &'a Tags,
    /// The tags of the finding's account.
    pub account_tags: &'a [(String, String)],
    /// The accounts under each organisational unit that [`Rules::units`] names.
    pub units: &'a BTreeMap<String, BTreeSet<AccountId>>,
    /// Where tags could not be read.
    pub blind: &'a Blind,
}

/// Where tags could not be read, so that a rule or a tag may say something of which nobody knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blind {
    /// Regions in which those of resources could not.
    pub regions: BTreeSet<Region>,
    /// Whether those of the account could not.
    pub account: bool,
}

impl Blind {
    fn is_at(&self, scope: &Scope) -> bool {
        self.account || scope.region().is_some_and(|region| self.regions.contains(region))
    }
}

/// What came of a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// The suppressions that match it, whether they count or not: what [`Rules::unmatched`] asks for.
    pub suppressions: Vec<usize>,
}

impl Rules {
    /// Reads the files that there are.
    ///
    /// # Errors
    /// Every mistake in them, each with its file and line.
    pub fn read(files: &Files<'_>) -> Result<Self, Error> {
        let mut wrong = Vec::new();
        let owners = read(&files.owners, files, &mut wrong, |root, file, reader| {
            Owners::read(root, &file.name, reader)
        });
        let suppressions = read(&files.suppressions, files, &mut wrong, |root, file, reader| {
            Some(Suppressions::read(root, &file.name, files.today, reader))
        });
        let severities = read(&files.severities, files, &mut wrong, |root, _, reader| {
            Some(Severities::read(root, reader))
        });
        let exceptions = read(&files.thresholds, files, &mut wrong, |root, _, reader| {
            Some(thresholds::read(root, reader))
        });
        let exceptions = exceptions.unwrap_or_default();
        match wrong.is_empty() {
            true => Ok(Self { owners, suppressions, severities, exceptions, digest: digest(files) }),
            false => Err(Error::Mistakes(wrong)),
        }
    }

    /// Gives a finding its owner, then its severity, then hides it if somebody said so. Its id stays.
    pub fn apply(&self, finding: &mut Finding, around: &Around<'_>, now: DateTime<Utc>) -> Applied {
        let subject = Subject { finding, around };
        let owner = owners::first(self.claims_of(subject));
        let is_open = matches!(finding.verdict.status, Status::Warn | Status::Fail | Status::Unknown);
        let rescored = self.severities.as_ref().filter(|_| is_open).and_then(|rules| rules.of(subject, now));
        let matching = self.suppressions.as_ref().map(|rules| rules.matching(subject)).unwrap_or_default();
        let unsure = if is_open { self.unsure(subject, now) } else { Unsure::default() };
        finding.owner = owner;
        finding.unsure = unsure;
        if let Some((severity, rescored)) = rescored {
            finding.verdict.severity = severity;
            finding.rescored = Some(rescored);
        }
        if is_open {
            self.hide(finding, &matching, now.date_naive());
        }
        Applied { suppressions: matching }
    }

    fn unsure(&self, subject: Subject<'_>, now: DateTime<Utc>) -> Unsure {
        let today = now.date_naive();
        Unsure {
            severity: self.severities.as_ref().is_some_and(|rules| rules.is_unsure(subject, now)),
            suppression: self.suppressions.as_ref().is_some_and(|rules| rules.might_hide(subject, today)),
        }
    }

    fn hide(&self, finding: &mut Finding, entries: &[usize], today: NaiveDate) {
        let holding = |rules: &Suppressions| rules.holding(entries, finding.verdict.status, today);
        if let Some(suppressed) = self.suppressions.as_ref().and_then(holding) {
            finding.verdict.status = Status::Suppressed;
            finding.unsure.suppression = false;
            finding.suppressed = Some(suppressed);
        }
    }

    /// All that says who owns a finding, the strongest first: the first that names somebody holds.
    #[must_use]
    pub fn claims(&self, finding: &Finding, around: &Around<'_>) -> Vec<Claim> {
        self.claims_of(Subject { finding, around }).collect()
    }

    fn claims_of<'a>(&'a self, subject: Subject<'a>) -> impl Iterator<Item = Claim> + use<'a> {
        let owners = self.owners.iter().flat_map(move |owners| owners.claims(subject));
        owners::of_suppression(subject).into_iter().chain(owners)
    }

    /// Whether a rule asks for the tags of resources.
    #[must_use]
    pub fn needs_tags(&self) -> bool {
        let of_certificates = self.exceptions.iter().any(|exception| !exception.tags.is_empty());
        self.owners.as_ref().is_some_and(Owners::asks_tags) || self.ask("tag") || of_certificates
    }

    /// Certificates that have limits of their own, as [`howler_model::Thresholds`] take them.
    #[must_use]
    pub fn exceptions(&self) -> &[Exception] {
        &self.exceptions
    }

    /// Whether a rule asks for the tags of accounts.
    #[must_use]
    pub fn needs_account_tags(&self) -> bool {
        self.owners.as_ref().is_some_and(Owners::asks_tags) || self.ask("account_tag")
    }

    /// The organisational units that rules name, by id.
    #[must_use]
    pub fn units(&self) -> Vec<String> {
        let units: BTreeSet<&String> = self.selectors().flat_map(Selector::units).collect();
        units.into_iter().cloned().collect()
    }

    fn ask(&self, key: &str) -> bool {
        self.selectors().any(|selector| selector.asks(key))
    }

    fn selectors(&self) -> impl Iterator<Item = &Selector> {
        let owners = self.owners.iter().flat_map(Owners::selectors);
        let suppressions = self.suppressions.iter().flat_map(Suppressions::selectors);
        owners.chain(suppressions).chain(self.severities.iter().flat_map(Severities::selectors))
    }

    /// The suppressions as facts, in the order of their numbers in [`Applied`], for the check of those that end.
    #[must_use]
    pub fn suppressions(&self) -> Vec<Suppression> {
        self.suppressions.as_ref().map(Suppressions::facts).unwrap_or_default()
    }

    /// The file that suppressions stand in, as it was named; also where none do.
    #[must_use]
    pub fn suppressions_file(&self) -> Option<&str> {
        self.suppressions.as_ref().map(Suppressions::file)
    }

    /// A line for each suppression that matched nothing.
    #[must_use]
    pub fn unmatched(&self, matched: &BTreeSet<usize>) -> Vec<String> {
        self.suppressions.as_ref().map(|rules| rules.unmatched(matched)).unwrap_or_default()
    }

    /// What the rules are, in a few characters: two scans by other rules are two plans. Empty without rules.
    #[must_use]
    pub fn digest(&self) -> String {
        self.digest.clone()
    }
}

/// Reads one file, if it is there.
fn read<'a, T>(
    file: &'a Option<Text>,
    files: &Files<'a>,
    wrong: &mut Vec<Mistake>,
    rules: impl FnOnce(Block<'a>, &'a Text, &mut Reader<'a>) -> Option<T>,
) -> Option<T> {
    let file = file.as_ref()?;
    let mut reader = Reader::new(file, files.checks);
    let rules = reader.root().and_then(|root| rules(root, file, &mut reader));
    wrong.extend(reader.wrong());
    rules
}

fn digest(files: &Files<'_>) -> String {
    let files = [&files.owners, &files.suppressions, &files.severities, &files.thresholds];
    if files.iter().all(|file| file.is_none()) {
        return String::new();
    }
    let mut hash = Sha256::new();
    for file in files {
        // Each text with its length, so that no two files run together; no file is not an empty one.
        let text = file.as_ref().map(|file| file.text.as_str());
        hash.update(text.map_or(u64::MAX, |text| text.len() as u64).to_be_bytes());
        hash.update(text.unwrap_or_default());
    }
    let mut text = HEXLOWER.encode(&hash.finalize());
    text.truncate(16);
    text
}
