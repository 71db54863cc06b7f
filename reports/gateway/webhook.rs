//! A webhook of your own: batches of CloudEvents 1.0, signed if a secret is shared.

mod cloud_event;
mod signature;
#[cfg(test)]
mod tests;

use serde_json::Value;

use super::http::{Http, Post, Repeat};
use super::{Envelope, Gateway, Keeps, Notice, Opened, Opener, Sending, Sent, Settings, event};
use crate::{Error, Severity};
use signature::Signature;

const NAME: &str = "webhook";
/// Events in one request.
const MOST: usize = 50;
const CONTENT_TYPE: &str = "application/cloudevents-batch+json";

pub(super) const OPENER: Opener = Opener {
    name: NAME,
    address: "https://HOST/PATH",
    is_secret: false,
    is_cluster: false,
    is_in_aws: false,
    at_least: Severity::Low,
    open,
};

/// One webhook.
struct Webhook {
    server: Http,
    signature: Option<Signature>,
    has_heartbeat: bool,
}

/// Opens the webhook at an address, which may have a password, a path and a query.
fn open(settings: &Settings) -> Opened {
    let wrong = |reason: &str| Error::Address { gateway: NAME, reason: reason.to_owned() };
    let [address] = &settings.addresses[..] else {
        return Err(wrong("one is expected: each webhook is one of its own"));
    };
    let signature = settings.signing.as_ref().map(Signature::new).transpose().map_err(wrong)?;
    let server = Http::exactly(NAME, address, settings)?;
    Ok(Box::new(Webhook { server, signature, has_heartbeat: settings.heartbeat != Some(false) }))
}

impl Gateway for Webhook {
    fn name(&self) -> &'static str {
        NAME
    }

    fn target(&self) -> &str {
        self.server.target()
    }

    fn keeps(&self) -> Keeps {
        Keeps::Nothing
    }

    fn most(&self) -> usize {
        MOST
    }

    fn bodies(&self, notices: &[Notice], envelope: &Envelope<'_>) -> Vec<String> {
        vec![batch(notices.iter().map(|notice| cloud_event::of_notice(notice, envelope)))]
    }

    fn send<'a>(&'a self, notices: &'a [Notice], envelope: &'a Envelope<'a>) -> Sending<'a> {
        Box::pin(self.tell_all(notices, envelope))
    }

    fn heartbeat<'a>(&'a self, envelope: &'a Envelope<'a>) -> Option<Sending<'a>> {
        let beat = async move {
            let post = self.post(batch([cloud_event::of_scan(envelope)]), envelope);
            self.server.send_all(&[post], Repeat::Unsafe).await
        };
        self.has_heartbeat.then(|| Box::pin(beat) as Sending<'a>)
    }
}

impl Webhook {
    async fn tell_all(&self, notices: &[Notice], envelope: &Envelope<'_>) -> Sent {
        let part = |places: &[usize]| {
            let part = places.iter().filter_map(|place| notices.get(*place));
            self.post(batch(part.map(|notice| cloud_event::of_notice(notice, envelope))), envelope)
        };
        let sent = self.server.send_in_halves(notices.len(), part, Repeat::Unsafe).await;
        let named = |(place, why): (usize, String)| {
            let key = notices.get(place).map_or("", |notice| notice.key.as_str());
            (place, format!("event {key} refused, {why}"))
        };
        Sent { refused: sent.refused.into_iter().map(named).collect(), ..sent }
    }

    fn post(&self, body: String, envelope: &Envelope<'_>) -> Post {
        let signed = self.signature.as_ref().map(|signature| signature.header(&body, envelope.now()));
        let headers = signed.into_iter().collect();
        Post { body, content_type: CONTENT_TYPE, headers, notices: vec![0] }
    }
}

fn batch(events: impl IntoIterator<Item = Value>) -> String {
    let events: Vec<String> = events.into_iter().map(|event| event::text(&event)).collect();
    format!("[{}]", events.join(","))
}
