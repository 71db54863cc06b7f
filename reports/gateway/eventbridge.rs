//! Amazon EventBridge: one event for each notice (`PutEvents`), and one for each scan, so that silence is not success.

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::operation::put_events::PutEventsOutput;
use aws_sdk_eventbridge::primitives::DateTime as Instant;
use aws_sdk_eventbridge::types::{PutEventsRequestEntry, PutEventsResultEntry};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;

use super::aws::{Answer, Denial, Entry, Failure, Reach, address, by_code, failure, fill, named, send_all};
use super::http::Repeat;
use super::{Envelope, Gateway, Keeps, Notice, Opened, Opener, Sending, Sent, Settings, event};
use crate::{Error, Severity, escape};

const NAME: &str = "eventbridge";
/// The most events of one request.
const MOST: usize = 10;
/// The most bytes of one request.
const MOST_BYTES: usize = 256 * 1024;
/// The most bytes of one finding: ten of them fit into one request, whatever else is in it.
const EVENT: usize = 24 * 1024;
/// The most bytes of an ARN.
const ARN: usize = 1024;
/// What the time of an event counts for, in bytes.
const TIME: usize = 14;
const SOURCE: &str = "howler";
const FINDING: &str = "Howler Finding";
const SCAN: &str = "Howler Scan";

pub(super) const OPENER: Opener = Opener {
    name: NAME,
    address: "BUS, or arn:aws:events:REGION:ACCOUNT:event-bus/BUS",
    is_secret: false,
    is_cluster: false,
    is_in_aws: true,
    at_least: Severity::Low,
    open,
};

/// One event bus.
struct EventBridge {
    reach: Reach,
    /// Its name or ARN.
    bus: String,
    /// The one in its ARN, or none: where the caller's calls go.
    region: Option<String>,
    heartbeat: bool,
}

/// One event, as it goes over the wire.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Put {
    #[serde(with = "chrono::serde::ts_seconds")]
    time: DateTime<Utc>,
    source: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<String>,
    detail_type: &'static str,
    detail: String,
    event_bus_name: String,
}

fn open(settings: &Settings) -> Opened {
    let bus = address(NAME, settings)?;
    let wrong = || Error::Address { gateway: NAME, reason: format!("{} is expected", OPENER.address) };
    let region = match named(bus, "events") {
        Some((region, name)) => {
            Some(region.to_owned()).filter(|_| name.strip_prefix("event-bus/").is_some_and(is_name))
        }
        None => None,
    };
    if region.is_none() && !is_name(bus) {
        return Err(wrong());
    }
    let (reach, bus) = (Reach::new(settings), bus.to_owned());
    Ok(Box::new(EventBridge { reach, bus, region, heartbeat: settings.heartbeat != Some(false) }))
}

/// Whether that can be the name of a bus.
fn is_name(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
    (1..=256).contains(&text.len()) && text.bytes().all(letter)
}

impl Gateway for EventBridge {
    fn name(&self) -> &'static str {
        NAME
    }

    fn target(&self) -> &str {
        &self.bus
    }

    fn keeps(&self) -> Keeps {
        Keeps::Nothing
    }

    fn most(&self) -> usize {
        MOST
    }

    fn bodies(&self, notices: &[Notice], envelope: &Envelope<'_>) -> Vec<String> {
        let puts = self.puts(notices, envelope);
        batches(&puts).iter().map(|places| body(&puts, places)).collect()
    }

    fn send<'a>(&'a self, notices: &'a [Notice], envelope: &'a Envelope<'a>) -> Sending<'a> {
        Box::pin(async move { self.put(self.puts(notices, envelope)).await })
    }

    fn heartbeat<'a>(&'a self, envelope: &'a Envelope<'a>) -> Option<Sending<'a>> {
        let scan = || Put {
            time: envelope.run.finished_at,
            resources: Vec::new(),
            detail_type: SCAN,
            ..self.event(&event::of_scan(envelope))
        };
        self.heartbeat.then(|| -> Sending<'a> { Box::pin(async move { self.put(vec![scan()]).await }) })
    }
}

impl EventBridge {
    fn puts(&self, notices: &[Notice], envelope: &Envelope<'_>) -> Vec<Put> {
        let put = |notice: &Notice| {
            let id = &notice.finding.resource.id;
            let arn = id.starts_with("arn:") && id.len() <= ARN && !id.contains(escape::is_hidden);
            Put {
                time: notice.at,
                resources: arn.then(|| id.clone()).into_iter().collect(),
                ..self.event(&event::of_notice(notice, envelope, EVENT))
            }
        };
        notices.iter().map(put).collect()
    }

    fn event(&self, detail: &serde_json::Value) -> Put {
        Put {
            time: DateTime::UNIX_EPOCH,
            source: SOURCE,
            resources: Vec::new(),
            detail_type: FINDING,
            detail: event::text(detail),
            event_bus_name: self.bus.clone(),
        }
    }

    async fn put(&self, puts: Vec<Put>) -> Sent {
        let config = match self.reach.config(None, self.region.as_deref()).await {
            Ok(config) => config,
            Err(barred) => return Sent { lost: Some((barred.why, Vec::new())), ..Sent::default() },
        };
        let client = Client::new(&config);
        let (client, puts) = (&client, &puts);
        send_all(batches(puts), &self.reach.pace, Denial::Whole, |places| ask(client, puts, places)).await
    }
}

async fn ask(client: &Client, puts: &[Put], places: Vec<usize>) -> Answer {
    let entries = places.iter().filter_map(|place| puts.get(*place)).map(Put::to_sdk).collect();
    match client.put_events().set_entries(Some(entries)).send().await {
        Ok(answer) => Answer::Each(each(&answer, places.len())),
        // Nothing in it tells EventBridge that it has seen an event.
        Err(error) => Answer::All(failure(&error, Repeat::Unsafe)),
    }
}

/// What became of each event; of none, if the answer does not name them all.
fn each(answer: &PutEventsOutput, sent: usize) -> Vec<Entry> {
    match answer.entries() {
        entries if entries.len() == sent => entries.iter().map(entry).collect(),
        _ => Vec::new(),
    }
}

fn entry(result: &PutEventsResultEntry) -> Entry {
    match (result.error_code(), result.event_id()) {
        (Some(code), _) => Err(by_code(code, result.error_message().unwrap_or_default())),
        (None, Some(_)) => Ok(()),
        (None, None) => Err(Failure::Lost("AWS does not say what became of it".to_owned())),
    }
}

fn batches(puts: &[Put]) -> Vec<Vec<usize>> {
    let sizes: Vec<usize> = puts.iter().map(Put::size).collect();
    fill(&sizes, MOST, MOST_BYTES)
}

fn body(puts: &[Put], places: &[usize]) -> String {
    let entries: Vec<&Put> = places.iter().filter_map(|place| puts.get(*place)).collect();
    json!({ "Entries": entries }).to_string()
}

impl Put {
    /// What it counts for in a request, in bytes.
    fn size(&self) -> usize {
        let resources: usize = self.resources.iter().map(String::len).sum();
        TIME + self.source.len() + self.detail_type.len() + self.detail.len() + resources
    }

    fn to_sdk(&self) -> PutEventsRequestEntry {
        PutEventsRequestEntry::builder()
            .time(Instant::from_secs(self.time.timestamp()))
            .source(self.source)
            .set_resources(Some(self.resources.clone()).filter(|resources| !resources.is_empty()))
            .detail_type(self.detail_type)
            .detail(&self.detail)
            .event_bus_name(&self.event_bus_name)
            .build()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::TimeDelta;
    use serde_json::Value;

    use super::*;
    use crate::gateway::Secret;
    use crate::gateway::event::tests::notices;
    use crate::samples::{self, Sample};

    fn opened(address: &str) -> Opened {
        open(&Settings { addresses: vec![Secret::new(address)], ..Settings::default() })
    }

    /// The requests, each with its entries.
    fn requests(sample: &Sample, change: impl Fn(&mut Notice)) -> Vec<Vec<Value>> {
        let mut notices = notices(sample);
        notices.iter_mut().for_each(change);
        let scan = sample.scan();
        let envelope = Envelope::of(&scan, TimeDelta::hours(24));
        let gateway = opened("alerts").ok().unwrap();
        let bodies = notices.chunks(MOST).flat_map(|part| gateway.bodies(part, &envelope));
        let read = |body: String| {
            serde_json::from_str::<Value>(&body).unwrap()["Entries"].as_array().unwrap().clone()
        };
        bodies.map(read).collect()
    }

    #[test]
    fn a_bus_is_a_name_or_an_arn() {
        for good in ["default", "alerts.prod-1", "arn:aws:events:eu-west-1:123456789012:event-bus/alerts"] {
            assert_eq!(opened(good).ok().unwrap().target(), good);
        }
        for bad in [
            "",
            "a b",
            "arn:aws:events:eu-west-1:123456789012:rule/x",
            "arn:aws:sns:eu-west-1:123456789012:x",
        ] {
            assert!(opened(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_event_can_be_matched_by_what_a_rule_reads() {
        let sample = samples::scan();
        let entries = requests(&sample, |_| {}).concat();
        assert_eq!(entries.len(), notices(&sample).len());
        for (entry, notice) in entries.iter().zip(notices(&sample)) {
            assert_eq!(
                (&entry["Source"], &entry["DetailType"]),
                (&json!("howler"), &json!("Howler Finding"))
            );
            assert_eq!(entry["Time"], notice.at.timestamp());
            assert_eq!(entry["EventBusName"], "alerts");
            let detail: Value = serde_json::from_str(entry["Detail"].as_str().unwrap()).unwrap();
            assert_eq!(detail["finding"], serde_json::to_value(&notice.finding).unwrap());
            let arn = notice.finding.resource.id.starts_with("arn:");
            assert_eq!(entry.get("Resources").is_some(), arn, "{entry:#}");
        }
    }

    #[test]
    fn the_largest_request_that_there_can_be_fits() {
        let large = |notice: &mut Notice| {
            notice.finding.affects = vec!["\u{1b}".repeat(1_000); 50];
            notice.finding.resource.id = format!("arn:{}", "x".repeat(ARN - 4));
        };
        for sample in [samples::scan(), samples::hostile()] {
            for request in requests(&sample, large) {
                let text = |value: &Value| value.as_str().unwrap().len();
                let size = |entry: &Value| {
                    let fixed = 14 + text(&entry["Source"]) + text(&entry["DetailType"]);
                    fixed
                        + text(&entry["Detail"])
                        + entry["Resources"].as_array().map_or(0, |it| it.iter().map(text).sum())
                };
                assert!(request.iter().map(size).sum::<usize>() <= 256 * 1024);
            }
        }
    }

    #[test]
    fn an_answer_is_read_entry_by_entry() {
        let good = PutEventsResultEntry::builder().event_id("1").build();
        let bad = PutEventsResultEntry::builder().error_code("MalformedDetail").build();
        let busy = PutEventsResultEntry::builder().error_code("ThrottlingException").build();
        let unsaid = PutEventsResultEntry::builder().build();
        let all = vec![good, bad, busy, unsaid];
        let answer = PutEventsOutput::builder().failed_entry_count(2).set_entries(Some(all)).build();
        let entries = each(&answer, 4);
        assert_eq!(entries[0], Ok(()));
        assert!(
            matches!(entries[1], Err(Failure::Refused(_))) && matches!(entries[2], Err(Failure::Again(_)))
        );
        assert!(matches!(entries[3], Err(Failure::Lost(_))));
        assert!(each(&answer, 5).is_empty());
    }
}
