//! Amazon SNS: one message for each notice (`PublishBatch`), in words for people and as JSON for machines, with
//! attributes to filter by.

mod message;

use aws_sdk_sns::Client;
use aws_sdk_sns::operation::publish_batch::PublishBatchOutput;

use self::message::Message;
use super::aws::{Answer, Denial, Entry, Failure, Reach, address, by_code, failure, fill, named, send_all};
use super::http::Repeat;
use super::{Envelope, Gateway, Keeps, Notice, Opened, Opener, Sending, Sent, Settings};
use crate::{Error, Severity, escape};

const NAME: &str = "sns";
/// The most messages of one request.
const MOST: usize = 10;
/// The most bytes of one request, attributes included.
const MOST_BYTES: usize = 256 * 1024;

pub(super) const OPENER: Opener = Opener {
    name: NAME,
    address: "arn:aws:sns:REGION:ACCOUNT:TOPIC",
    is_secret: false,
    is_cluster: false,
    is_in_aws: true,
    at_least: Severity::Low,
    open,
};

/// One topic.
struct Sns {
    reach: Reach,
    arn: String,
    region: String,
    /// Whether it keeps messages of a group in order, and drops those that it has seen.
    is_fifo: bool,
    heartbeat: bool,
}

fn open(settings: &Settings) -> Opened {
    let arn = address(NAME, settings)?;
    let wrong = || Error::Address { gateway: NAME, reason: format!("{} is expected", OPENER.address) };
    let (region, topic) = named(arn, "sns").filter(|(_, topic)| !topic.contains(':')).ok_or_else(wrong)?;
    Ok(Box::new(Sns {
        reach: Reach::new(settings),
        arn: arn.to_owned(),
        region: region.to_owned(),
        is_fifo: topic.ends_with(".fifo"),
        // People read what a topic sends: they need not hear every night that a night went by.
        heartbeat: settings.heartbeat == Some(true),
    }))
}

impl Gateway for Sns {
    fn name(&self) -> &'static str {
        NAME
    }

    fn target(&self) -> &str {
        &self.arn
    }

    fn keeps(&self) -> Keeps {
        Keeps::Nothing
    }

    fn most(&self) -> usize {
        MOST
    }

    fn bodies(&self, notices: &[Notice], envelope: &Envelope<'_>) -> Vec<String> {
        let messages = self.messages(notices, envelope);
        let batches = batches(&messages).into_iter();
        batches.map(|places| escape::json(&self.request(&messages, &places).to_string())).collect()
    }

    fn send<'a>(&'a self, notices: &'a [Notice], envelope: &'a Envelope<'a>) -> Sending<'a> {
        Box::pin(async move { self.publish(self.messages(notices, envelope)).await })
    }

    fn heartbeat<'a>(&'a self, envelope: &'a Envelope<'a>) -> Option<Sending<'a>> {
        let message = || Message::of_scan(envelope, self.is_fifo);
        self.heartbeat
            .then(|| -> Sending<'a> { Box::pin(async move { self.publish(vec![message()]).await }) })
    }
}

impl Sns {
    fn messages(&self, notices: &[Notice], envelope: &Envelope<'_>) -> Vec<Message> {
        notices.iter().map(|notice| Message::of_notice(notice, envelope, self.is_fifo)).collect()
    }

    /// A request as `aws sns publish-batch --cli-input-json` takes it.
    fn request(&self, messages: &[Message], places: &[usize]) -> serde_json::Value {
        let entries =
            places.iter().filter_map(|place| messages.get(*place).map(|message| message.entry(*place)));
        serde_json::json!({ "TopicArn": self.arn, "PublishBatchRequestEntries": entries.collect::<Vec<_>>() })
    }

    async fn publish(&self, messages: Vec<Message>) -> Sent {
        let config = match self.reach.config(None, Some(&self.region)).await {
            Ok(config) => config,
            Err(barred) => return Sent { lost: Some((barred.why, Vec::new())), ..Sent::default() },
        };
        let client = Client::new(&config);
        let (client, messages) = (&client, &messages);
        send_all(batches(messages), &self.reach.pace, Denial::Whole, |places| {
            self.ask(client, messages, places)
        })
        .await
    }

    async fn ask(&self, client: &Client, messages: &[Message], places: Vec<usize>) -> Answer {
        let mut request = client.publish_batch().topic_arn(&self.arn);
        for place in &places {
            let message = messages.get(*place).map(|message| message.to_sdk(*place)).transpose();
            match message {
                Ok(message) => {
                    request = message.into_iter().fold(request, |to, it| to.publish_batch_request_entries(it))
                }
                Err(error) => return Answer::All(Failure::Refused(error.to_string())),
            }
        }
        // A topic that drops what it has seen may be asked twice.
        let repeat = if self.is_fifo { Repeat::Safe } else { Repeat::Unsafe };
        match request.send().await {
            Ok(answer) => Answer::Each(places.iter().map(|place| entry(&answer, *place)).collect()),
            Err(error) => Answer::All(of_topic(failure(&error, repeat))),
        }
    }
}

fn batches(messages: &[Message]) -> Vec<Vec<usize>> {
    let sizes: Vec<usize> = messages.iter().map(Message::size).collect();
    fill(&sizes, MOST, MOST_BYTES)
}

/// What became of one message.
fn entry(answer: &PublishBatchOutput, place: usize) -> Entry {
    let id = place.to_string();
    if let Some(failed) = answer.failed().iter().find(|it| it.id() == id) {
        let failure = by_code(failed.code(), failed.message().unwrap_or_default());
        return Err(match failure {
            Failure::Refused(why) | Failure::Denied(why) if !failed.sender_fault() => Failure::Again(why),
            failure => failure,
        });
    }
    let is_taken = answer.successful().iter().any(|it| it.id() == Some(id.as_str()));
    is_taken.then_some(()).ok_or_else(|| Failure::Lost("AWS does not say what became of it".to_owned()))
}

/// A topic that is not there is refused like a message that is wrong, and is none.
fn of_topic(failure: Failure) -> Failure {
    match failure {
        Failure::Refused(why) if why.contains("TopicArn") => Failure::Denied(why),
        failure => failure,
    }
}

#[cfg(test)]
mod tests;
