//! What is read of a finding to remember it: little, of very many, without copies.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;

use howler_reports::document::{Partition, Reason};
use howler_reports::{CoverageStatus, Severity, Status};
use serde::Deserialize;

use crate::judge::{Now, Standing, State};
use crate::owners::OwnerNames;

/// An id as a number, within one process. A hundred and twenty-eight bits run together by chance nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Id(u128);

impl Id {
    pub(crate) fn of(id: &str) -> Self {
        let half = |seed: u8| {
            let mut hasher = DefaultHasher::new();
            (seed, id).hash(&mut hasher);
            u128::from(hasher.finish())
        };
        Self(half(0) << 64 | half(1))
    }
}

/// Text that is borrowed unless something in it is escaped.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Text<'_> {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where something is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
pub(crate) struct Spot<'a> {
    pub(crate) partition: Option<Partition>,
    #[serde(borrow)]
    pub(crate) account: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) region: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) service: Text<'a>,
    #[serde(borrow)]
    pub(crate) target: Option<Text<'a>>,
}

/// A finding.
#[derive(Debug, Deserialize)]
pub(crate) struct Seen<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    #[serde(borrow)]
    pub(crate) check: Text<'a>,
    status: Status,
    severity: Severity,
    #[serde(borrow)]
    pub(crate) scope: Spot<'a>,
    #[serde(borrow)]
    pub(crate) resource: Thing<'a>,
    #[serde(borrow)]
    measure: Numbers<'a>,
    #[serde(borrow, default)]
    pub(crate) owner: Option<Text<'a>>,
    #[serde(default)]
    owner_unsure: bool,
    #[serde(default)]
    severity_unsure: bool,
    #[serde(default)]
    suppression_unsure: bool,
    #[serde(default)]
    suppression: Option<Instead>,
}

/// What it is about.
#[derive(Debug, Deserialize)]
pub(crate) struct Thing<'a> {
    #[serde(borrow)]
    pub(crate) kind: Text<'a>,
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
    #[serde(borrow)]
    pub(crate) name: Text<'a>,
}

#[derive(Debug, Deserialize)]
struct Numbers<'a> {
    #[serde(borrow)]
    kind: Text<'a>,
    #[serde(default)]
    usage: Option<f64>,
    #[serde(default)]
    limit: Option<f64>,
    #[serde(borrow, default)]
    unseen: Option<Asked<'a>>,
}

#[derive(Debug, Deserialize)]
struct Asked<'a> {
    #[serde(borrow)]
    action: Text<'a>,
}

#[derive(Debug, Deserialize)]
struct Instead {
    status: Status,
}

/// The id of a finding, and nothing else of it.
#[derive(Debug, Deserialize)]
pub(crate) struct Named<'a> {
    #[serde(borrow)]
    pub(crate) id: Text<'a>,
}

/// How much was seen of a scope, whose place is a [`Spot`] of the same record.
#[derive(Debug, Deserialize)]
pub(crate) struct Extent<'a> {
    pub(crate) status: CoverageStatus,
    pub(crate) answered: usize,
    #[serde(borrow, default)]
    pub(crate) gaps: Vec<Missing<'a>>,
}

/// What of a scope is missing: one item, or none for a whole listing.
#[derive(Debug, Deserialize)]
pub(crate) struct Missing<'a> {
    #[serde(borrow, default)]
    pub(crate) item: Option<Text<'a>>,
    pub(crate) reason: Reason,
}

/// Reads a part of a record.
pub(crate) fn read<'a, Part: Deserialize<'a>>(json: &'a str) -> io::Result<Part> {
    serde_json::from_str(json).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

impl Seen<'_> {
    /// The usage and the limit of a quota that was measured.
    pub(crate) fn measured(&self) -> Option<(f64, f64)> {
        if self.measure.kind.as_str() != "utilization" {
            return None;
        }
        self.measure.usage.zip(self.measure.limit)
    }

    /// What it says of the finding. Where rules ask for what this scan could not see, that of earlier scans holds.
    pub(crate) fn now(&self, was: Option<Standing>, owners: &mut OwnerNames) -> Now {
        let kept = |unsure: bool| was.filter(|_| unsure);
        let severity = kept(self.severity_unsure).map_or(self.severity, |was| was.severity);
        let suppressed = (self.status == Status::Suppressed).then_some(self.suppression.as_ref()).flatten();
        let status = suppressed.map_or(self.status, |instead| instead.status);
        let judged = status != Status::Unknown;
        let faint = severity == Severity::Info || self.is_echo();
        let was_hidden = kept(self.suppression_unsure).is_some_and(|was| was.state == State::Suppressed);
        let hidden = self.status == Status::Suppressed || was_hidden;
        let state = if hidden { State::Suppressed } else { State::Open };
        let said = owners.number(self.owner.as_ref().map(Text::as_str));
        let owner = kept(self.owner_unsure).map_or(said, |was| was.owner);
        let standing = Standing { state, severity, owner, judged };
        match (status.is_open(), faint, state) {
            (true, false, _) => Now::Seen(standing),
            (true, true, _) if judged => Now::Over,
            (true, true, State::Suppressed) => Now::Hushed(standing),
            (true, true, _) => Now::Blind,
            // A suppressed finding that does not say what it would be is not over.
            (false, _, State::Suppressed) if status == Status::Suppressed => Now::Hushed(standing),
            (false, ..) => Now::Over,
        }
    }

    /// As the document has it: a number is missing because of what is told elsewhere.
    fn is_echo(&self) -> bool {
        let elsewhere = |asked: &Asked<'_>| asked.action != self.check;
        self.measure.kind.as_str() == "utilization-unknown"
            && self.measure.unseen.as_ref().is_some_and(elsewhere)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use howler_reports::Record;
    use howler_reports::document::{Finding, Suppression};

    use super::*;

    const JSON: &str = r#"{"id":"hw1-a","check":"quota-utilization","title":"t","status":"warn","severity":"medium",
        "summary":"s","scope":{"partition":"aws","account":"111111111111","region":"eu-west-1","service":"vpc",
        "target":null},"resource":{"kind":"quota","id":"vpc/L-1","name":"a \"b\""},"measure":MEASURE,
        "deadline":null,"owner":"web","affects":[],"remediation":null}"#;
    const UTILIZATION: &str = r#"{"kind":"utilization","usage":8,"limit":10,"utilization_ratio":0.8,"unit":"count",
        "limit_by":"applied","usage_by":"counted","observed_at":"2026-11-23T09:30:00Z"}"#;

    fn unknown(action: &str) -> String {
        let unseen = format!(
            r#"{{"reason":"no-data","action":"{action}","code":null,"message":"","request_id":null,"attempts":1}}"#
        );
        format!(r#"{{"kind":"utilization-unknown","usage":8,"limit":null,"unit":"count","unseen":{unseen}}}"#)
    }

    fn finding(measure: &str) -> Finding {
        serde_json::from_str(&JSON.replace("MEASURE", measure)).unwrap()
    }

    #[test]
    fn what_is_worth_telling_is_what_the_document_says_is() {
        let measures =
            [UTILIZATION.to_owned(), unknown("cloudwatch:GetMetricData"), unknown("quota-utilization")];
        for measure in measures.iter().chain([&r#"{"kind":"no-expiry"}"#.to_owned()]) {
            for status in words::<Status>(&["pass", "warn", "fail", "unknown"]) {
                for severity in words::<Severity>(&["critical", "high", "medium", "low", "info"]) {
                    let open = Finding { status, severity, ..finding(measure) };
                    assert_eq!(
                        matches!(now(&open), Now::Seen(standing) if standing.state == State::Open),
                        open.is_worth_telling(),
                        "{open:?}"
                    );
                    let suppressed = Finding {
                        status: Status::Suppressed,
                        suppression: Some(suppression(status)),
                        ..open.clone()
                    };
                    assert_eq!(
                        matches!(now(&suppressed), Now::Seen(standing) if standing.state == State::Suppressed),
                        open.is_worth_telling(),
                        "{suppressed:?}"
                    );
                }
            }
        }
    }

    fn words<W: serde::de::DeserializeOwned>(words: &[&str]) -> Vec<W> {
        words.iter().map(|word| serde_json::from_value((*word).into()).unwrap()).collect()
    }

    fn suppression(status: Status) -> Suppression {
        let until = "2027-01-01".parse().unwrap();
        Suppression { reason: "r".into(), owner: "o".into(), until, status }
    }

    fn now(finding: &Finding) -> Now {
        let record = Record::of_finding(finding);
        read::<Seen<'_>>(&record.json).unwrap().now(None, &mut OwnerNames::default())
    }

    #[test]
    fn what_cannot_be_judged_is_blind_and_what_passes_is_over() {
        let with = |status, severity, measure: &str| now(&Finding { status, severity, ..finding(measure) });
        let echo = unknown("cloudwatch:GetMetricData");
        assert_eq!(with(Status::Unknown, Severity::Medium, &echo), Now::Blind);
        assert_eq!(with(Status::Unknown, Severity::Info, UTILIZATION), Now::Blind);
        assert_eq!(with(Status::Pass, Severity::Info, UTILIZATION), Now::Over);
        assert_eq!(with(Status::Warn, Severity::Info, UTILIZATION), Now::Over);
        let hushed = Finding {
            status: Status::Suppressed,
            suppression: Some(suppression(Status::Unknown)),
            ..finding(&echo)
        };
        assert!(matches!(now(&hushed), Now::Hushed(_)));
    }

    #[test]
    fn what_is_needed_is_read_and_little_is_copied() {
        let record = Record::of_finding(&finding(UTILIZATION));
        let seen: Seen<'_> = read(&record.json).unwrap();
        assert_eq!(seen.measured(), Some((8.0, 10.0)));
        assert!(matches!(seen.scope.account, Some(Text(Cow::Borrowed("111111111111")))));
        assert!(matches!(seen.id, Text(Cow::Borrowed("hw1-a"))));
        assert_eq!(seen.resource.name.as_str(), "a \"b\"");
        assert_eq!(read::<Named<'_>>(&record.json).unwrap().id.as_str(), "hw1-a");
        assert!(read::<Seen<'_>>("{}").is_err());
        let unmeasured = Record::of_finding(&finding(&unknown("a:B")));
        assert_eq!(read::<Seen<'_>>(&unmeasured.json).unwrap().measured(), None);
    }
}
