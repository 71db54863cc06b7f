//! One message of SNS: a subject and a text for people, the event for machines, attributes to filter by.

use std::collections::BTreeMap;

use aws_sdk_sns::error::BuildError;
use aws_sdk_sns::types::{MessageAttributeValue, PublishBatchRequestEntry};
use serde_json::{Value, json};

use crate::document::Finding;
use crate::escape::{cut_bytes, visible};
use crate::gateway::{Envelope, News, Notice, event};

/// The most characters of a subject: "less than 100".
const SUBJECT: usize = 99;
/// The most bytes of one line for people, and of an attribute.
const LINE: usize = 1024;
const ATTRIBUTE: usize = 256;
/// The most bytes of an event: five copies of it, each with its quotes escaped, go into one message of 256 KiB.
pub(super) const EVENT: usize = 20 * 1024;
/// Subscribers that are programs; all others get the text.
const PROGRAMS: [&str; 5] = ["sqs", "lambda", "http", "https", "firehose"];

/// A message before it has its place in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    subject: String,
    /// The texts by protocol, as one JSON object.
    message: String,
    attributes: BTreeMap<&'static str, String>,
    /// What keeps its order among others, and what it goes by: for topics that want to know.
    fifo: Option<(String, String)>,
}

impl Message {
    pub(super) fn of_notice(notice: &Notice, envelope: &Envelope<'_>, is_fifo: bool) -> Self {
        let Notice { finding, news, .. } = notice;
        let attributes = [
            ("severity", Some(notice.severity().as_str())),
            ("change", Some(news.as_str())),
            ("check", Some(finding.check.as_str())),
            ("owner", finding.owner.as_deref()),
            ("account", finding.scope.account.as_deref()),
            ("region", finding.scope.region.as_deref()),
            ("service", Some(finding.scope.service.as_str())),
        ];
        let kept = attributes.into_iter().filter_map(|(name, value)| Some((name, attribute(value?)?)));
        Self {
            subject: subject(&format!("{}: {} {}", told(notice), finding.check, finding.resource.name)),
            message: message(&words(notice), &event::of_notice(notice, envelope, EVENT)),
            attributes: kept.collect(),
            fifo: is_fifo.then(|| (finding.id.clone(), notice.key.clone())),
        }
    }

    pub(super) fn of_scan(envelope: &Envelope<'_>, is_fifo: bool) -> Self {
        let state = if envelope.complete { "complete" } else { "incomplete" };
        let coverage = &envelope.coverage;
        let seen = format!("{} of {} scopes were seen in full", coverage.ok, coverage.requested);
        let words = format!("The scan is over and {state}: {seen}.\nScan: {}\n", envelope.run.id);
        Self {
            subject: subject(&format!("howler: the scan is over and {state}")),
            message: message(&words, &event::of_scan(envelope)),
            attributes: [("change", "scan".to_owned())].into(),
            fifo: is_fifo.then(|| ("howler-scan".to_owned(), envelope.run.id.clone())),
        }
    }

    /// What it counts for in a request, in bytes.
    pub(super) fn size(&self) -> usize {
        let attributes =
            self.attributes.iter().map(|(name, value)| name.len() + "String".len() + value.len());
        self.subject.len() + self.message.len() + attributes.sum::<usize>()
    }

    /// As an entry of the request.
    pub(super) fn entry(&self, place: usize) -> Value {
        let attribute = |value: &String| json!({ "DataType": "String", "StringValue": value });
        let attributes: BTreeMap<_, _> =
            self.attributes.iter().map(|(name, it)| (name, attribute(it))).collect();
        let mut entry = json!({
            "Id": place.to_string(),
            "Subject": self.subject,
            "Message": self.message,
            "MessageStructure": "json",
            "MessageAttributes": attributes,
        });
        if let Some((group, key)) = &self.fifo {
            entry["MessageGroupId"] = json!(group);
            entry["MessageDeduplicationId"] = json!(key);
        }
        entry
    }

    /// The same for the SDK.
    pub(super) fn to_sdk(&self, place: usize) -> Result<PublishBatchRequestEntry, BuildError> {
        let (group, key) = self.fifo.clone().unzip();
        let mut entry = PublishBatchRequestEntry::builder()
            .id(place.to_string())
            .subject(&self.subject)
            .message(&self.message)
            .message_structure("json")
            .set_message_group_id(group)
            .set_message_deduplication_id(key);
        for (name, value) in &self.attributes {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value).build()?;
            entry = entry.message_attributes(*name, value);
        }
        entry.build()
    }
}

/// The texts by protocol.
fn message(words: &str, event: &Value) -> String {
    let event = event::text(event);
    let texts = PROGRAMS.map(|protocol| (protocol, event.as_str()));
    json!(texts.into_iter().chain([("default", words)]).collect::<BTreeMap<_, _>>()).to_string()
}

/// One line of printable ASCII that begins with a letter.
fn subject(text: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_graphic() || letter == ' ' { letter } else { '?' };
    visible(text).chars().map(plain).take(SUBJECT).collect::<String>().trim_end().to_owned()
}

/// The value of an attribute, which may not be empty.
fn attribute(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| cut_bytes(visible(text), ATTRIBUTE))
}

/// What happened, and how bad it is: `high, opened`.
fn told(notice: &Notice) -> String {
    format!("{}, {}", notice.severity().as_str(), notice.news.as_str())
}

/// A notice for people, a line for each thing.
fn words(notice: &Notice) -> String {
    let Notice { finding, news, .. } = notice;
    let deadline = finding.deadline.filter(|_| !news.is_end()).map(|deadline| deadline.to_rfc3339());
    let blind = notice.confirmed_at < notice.at && !news.is_end();
    let confirmed = (blind || *news == News::Reminder).then(|| notice.confirmed_at.to_rfc3339());
    let fix = finding.remediation.as_ref().filter(|_| !news.is_end());
    let lines = [
        (told(notice), Some(finding.summary.clone())),
        ("Resource".to_owned(), Some(resource(finding))),
        ("Where".to_owned(), Some(finding.scope.to_string())),
        ("Owner".to_owned(), finding.owner.clone()),
        ("Open since".to_owned(), Some(notice.since.to_rfc3339())),
        ("Last seen".to_owned(), confirmed),
        ("Deadline".to_owned(), deadline),
        ("What to do".to_owned(), fix.map(|fix| fix.text.clone())),
        ("Command".to_owned(), fix.and_then(|fix| fix.command.clone())),
        ("Finding".to_owned(), Some(finding.id.clone())),
    ];
    let lines = lines.into_iter().filter_map(|(name, text)| Some((name, text?)));
    lines.map(|(name, text)| format!("{name}: {}\n", cut_bytes(visible(&text), LINE))).collect()
}

fn resource(finding: &Finding) -> String {
    let resource = &finding.resource;
    match resource.name == resource.id {
        true => resource.id.clone(),
        false => format!("{} ({})", resource.name, resource.id),
    }
}
