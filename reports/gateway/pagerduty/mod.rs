//! PagerDuty, Events API v2: one alert for each finding, opened and resolved through the same routing key.
//!
//! PagerDuty knows an alert by its `dedup_key`, which is the id of the finding: told twice, it is one alert.

mod event;
#[cfg(test)]
mod tests;

use std::time::Duration;

use super::http::{Http, Post, Repeat};
use super::spacing::Spacing;
use super::{Envelope, Gateway, Keeps, Notice, Opened, Opener, Pace, Secret, Sending, Settings};
use crate::{Error, Severity};
use event::Event;

/// The gateway, for the list.
pub(super) const OPENER: Opener = Opener {
    name: NAME,
    address: "ROUTING-KEY, or [ROUTING-KEY, https://events.eu.pagerduty.com]",
    is_secret: true,
    is_cluster: false,
    is_in_aws: false,
    at_least: AT_LEAST,
    open,
};

const NAME: &str = "pagerduty";
/// Somebody is woken up.
const AT_LEAST: Severity = Severity::Critical;
/// Where events go, but for accounts of the European service region.
const HOST: &str = "https://events.pagerduty.com";
/// The length of a routing key.
const KEY: usize = 32;
/// Notices at once; each is a request of its own, and what was accepted is noted after so many.
const MOST: usize = 20;
/// PagerDuty takes about 120 events of a key in any 60 seconds: these at once, then one after each pause, are no more.
const AT_ONCE: u32 = 20;
const EVERY: Duration = Duration::from_millis(600);
/// How much longer than at other gateways the pauses between attempts are: PagerDuty asks for half a minute and more.
const PATIENCE: u32 = 15;
/// What PagerDuty names where it refuses an event.
const WORDS: &[&str] =
    &["routing_key", "dedup_key", "event_action", "summary", "source", "severity", "timestamp"];

/// An integration of a PagerDuty service.
struct PagerDuty {
    http: Http,
    key: Secret,
    /// The host and a mark of the key: an alert can be resolved through the key alone that it was opened with.
    target: String,
    /// What is less severe is over, for whoever is woken up.
    at_least: Severity,
    spacing: Spacing,
}

/// Opens the integration of a routing key.
fn open(settings: &Settings) -> Opened {
    Ok(Box::new(integration(settings, Spacing::new(AT_ONCE, EVERY))?))
}

fn integration(settings: &Settings, spacing: Spacing) -> Result<PagerDuty, Error> {
    let wrong = |reason: &str| Error::Address { gateway: NAME, reason: reason.to_owned() };
    let (key, base) = match settings.addresses.as_slice() {
        [key] => (key, Secret::new(HOST)),
        [key, base] => (key, base.clone()),
        _ => return Err(wrong("a routing key is expected, and at most one address where events go")),
    };
    if key.expose().len() != KEY || !key.expose().bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(wrong("a routing key of 32 letters and digits is expected"));
    }
    let pace = Pace { pause: settings.pace.pause.saturating_mul(PATIENCE), ..settings.pace };
    let http = Http::open(NAME, &base, &Settings { pace, ..settings.clone() })?;
    if !http.is_private() {
        return Err(wrong("the routing key is sent over https alone"));
    }
    let host = http.target().split_once("://").map_or("", |(_, host)| host);
    let target = format!("{host}#{}", key.mark());
    let http = http.at("/v2/enqueue").confidential().telling(WORDS);
    let at_least = settings.at_least.unwrap_or(AT_LEAST);
    Ok(PagerDuty { http, key: key.clone(), target, at_least, spacing })
}

impl Gateway for PagerDuty {
    fn name(&self) -> &'static str {
        NAME
    }

    fn target(&self) -> &str {
        &self.target
    }

    fn keeps(&self) -> Keeps {
        Keeps::State
    }

    fn most(&self) -> usize {
        MOST
    }

    fn bodies(&self, notices: &[Notice], _: &Envelope<'_>) -> Vec<String> {
        let hidden = "*".repeat(KEY);
        notices.iter().map(|notice| Event::of(notice, self.at_least, &hidden).body()).collect()
    }

    fn send<'a>(&'a self, notices: &'a [Notice], _: &'a Envelope<'a>) -> Sending<'a> {
        let post = |(place, notice)| Post {
            body: Event::of(notice, self.at_least, self.key.expose()).body(),
            content_type: "application/json",
            headers: Vec::new(),
            notices: vec![place],
        };
        let posts: Vec<Post> = notices.iter().enumerate().map(post).collect();
        Box::pin(async move { self.spacing.send(&self.http, &posts, Repeat::Safe).await })
    }
}
