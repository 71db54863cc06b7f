//! Slack, by an incoming webhook: one message for each owner, which says what changed and no more.
//!
//! Slack cannot take a message back or change it, so what may have arrived is not sent again in the same run.

mod digest;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;
use std::time::Duration;

use super::http::{Http, Post, Repeat};
use super::spacing::Spacing;
use super::{Envelope, Gateway, Keeps, Notice, Opened, Opener, Sending, Settings};
use crate::{Error, Severity};
use digest::Digest;

/// The gateway, for the list.
pub(super) const OPENER: Opener = Opener {
    name: NAME,
    address: "https://hooks.slack.com/services/...",
    is_secret: true,
    is_cluster: false,
    is_in_aws: false,
    at_least: Severity::Low,
    open,
};

const NAME: &str = "slack";
/// Notices at once. An owner gets one message for all of these.
const MOST: usize = 5000;
/// Slack takes about one message a second.
const EVERY: Duration = Duration::from_secs(1);
/// What Slack says where it refuses a message.
const WORDS: &[&str] = &[
    "action_prohibited",
    "channel_is_archived",
    "channel_not_found",
    "invalid_blocks",
    "invalid_payload",
    "invalid_token",
    "msg_blocks_too_long",
    "no_active_hooks",
    "no_service",
    "no_team",
    "no_text",
    "posting_to_general_channel_denied",
    "user_not_found",
];

/// An incoming webhook.
struct Slack {
    http: Http,
    has_heartbeat: bool,
    spacing: Spacing,
}

/// Opens the webhook at an address.
fn open(settings: &Settings) -> Opened {
    Ok(Box::new(webhook(settings, Spacing::new(1, EVERY))?))
}

fn webhook(settings: &Settings, spacing: Spacing) -> Result<Slack, Error> {
    let wrong = |reason: &str| Error::Address { gateway: NAME, reason: reason.to_owned() };
    let [address] = settings.addresses.as_slice() else {
        return Err(wrong("one address of an incoming webhook is expected"));
    };
    let http = Http::open(NAME, address, settings)?;
    if !http.is_private() {
        return Err(wrong("the address of a webhook is a secret, and https alone keeps it"));
    }
    let http = http.confidential().telling(WORDS);
    Ok(Slack { http, has_heartbeat: settings.heartbeat == Some(true), spacing })
}

impl Gateway for Slack {
    fn name(&self) -> &'static str {
        NAME
    }

    fn target(&self) -> &str {
        self.http.target()
    }

    fn keeps(&self) -> Keeps {
        Keeps::Nothing
    }

    fn most(&self) -> usize {
        MOST
    }

    fn bodies(&self, notices: &[Notice], envelope: &Envelope<'_>) -> Vec<String> {
        posts(notices, envelope).into_iter().map(|post| post.body).collect()
    }

    fn send<'a>(&'a self, notices: &'a [Notice], envelope: &'a Envelope<'a>) -> Sending<'a> {
        Box::pin(
            async move { self.spacing.send(&self.http, &posts(notices, envelope), Repeat::Unsafe).await },
        )
    }

    fn heartbeat<'a>(&'a self, envelope: &'a Envelope<'a>) -> Option<Sending<'a>> {
        self.has_heartbeat.then(|| -> Sending<'a> {
            Box::pin(async move {
                let beat = post(digest::heartbeat(envelope), vec![0]);
                self.spacing.send(&self.http, &[beat], Repeat::Unsafe).await
            })
        })
    }
}

/// One message for each owner.
fn posts(notices: &[Notice], envelope: &Envelope<'_>) -> Vec<Post> {
    let mut of_owner: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (place, notice) in notices.iter().enumerate() {
        of_owner.entry(notice.finding.owner.as_deref()).or_default().push(place);
    }
    let posts = of_owner.into_iter().map(|(owner, places)| {
        let told = places.iter().filter_map(|place| notices.get(*place)).collect();
        post(Digest::of(owner, told).body(envelope), places)
    });
    posts.collect()
}

fn post(body: String, notices: Vec<usize>) -> Post {
    Post { body, content_type: "application/json", headers: Vec::new(), notices }
}
