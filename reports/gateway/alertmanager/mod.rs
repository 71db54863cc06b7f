//! Alertmanager, API v2: `POST /api/v2/alerts`.
//!
//! An alert is its label set: posted again it is the same alert, extended. One bad alert makes Alertmanager answer
//! 400 though it keeps the good ones, so a refused batch is halved until the bad one is found and named.

mod alert;
mod post;
#[cfg(test)]
mod tests;

use std::io;

use reqwest::redirect::Policy;
use reqwest::{Client, Url};

use super::{Batch, Delivering, Gateway, Opened, Pace};
use crate::{Delivery, Error};
use alert::Alert;
use post::Answer;

const NAME: &str = "alertmanager";
/// Alerts in one request; proxies have limits where Alertmanager has none.
const BATCH: usize = 500;
/// After so many refused alerts the rest of a refused batch is not searched any more.
const MOST_CULPRITS: usize = 20;
/// How many errors are told.
const MOST_ERRORS: usize = 3;

/// One Alertmanager.
struct Alertmanager {
    client: Client,
    /// Where alerts are posted, credentials included: never printed.
    url: Url,
    /// What is printed.
    target: String,
    pace: Pace,
}

/// Opens the Alertmanager at a base address such as `https://user:password@alerts.example.com/prefix`.
pub(super) fn open(address: &str, pace: Pace) -> Opened {
    let wrong = |reason: &str| Error::Address { gateway: NAME, reason: reason.to_owned() };
    let mut url = Url::parse(address)
        .map_err(|error| wrong(&format!("{error}; something like http://HOST:9093 is expected")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("something like http://HOST:9093 is expected"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("a base address without '?' and '#' is expected"));
    }
    let target = without_credentials(&url);
    let path = format!("{}/api/v2/alerts", url.path().trim_end_matches('/'));
    url.set_path(&path);
    // A redirected POST turns into a GET, whose 200 would pass for a delivery; and proxies are set by the environment,
    // which this room does not read.
    let client = Client::builder().timeout(pace.timeout).redirect(Policy::none()).no_proxy();
    let client =
        client.build().map_err(|source| Error::Client { gateway: NAME, source: source.without_url() })?;
    Ok(Box::new(Alertmanager { client, url, target, pace }))
}

fn without_credentials(url: &Url) -> String {
    let mut bare = url.clone();
    // Both fail only for addresses that can hold no credentials.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    bare.as_str().trim_end_matches('/').to_owned()
}

impl Gateway for Alertmanager {
    fn name(&self) -> &'static str {
        NAME
    }

    fn target(&self) -> &str {
        &self.target
    }

    fn deliver<'a>(&'a self, batch: &'a Batch<'a>) -> Delivering<'a> {
        Box::pin(self.post_all(batch))
    }
}

impl Alertmanager {
    async fn post_all(&self, batch: &Batch<'_>) -> Delivery {
        let mut taken = Taken::default();
        if let Err(why) = self.post_open(batch, &mut taken).await {
            taken.errors.push(why);
        }
        taken.delivery(&self.target, batch.scan.tally.worth_telling())
    }

    /// Posts alerts while they are read, or says why it gave up.
    async fn post_open(&self, batch: &Batch<'_>, taken: &mut Taken) -> Result<(), String> {
        let unread = |error: io::Error| format!("findings could not be read: {error}");
        let mut alerts = alert::of(batch).map_err(unread)?.peekable();
        // An empty batch is posted too: a gateway that is down is told before it is needed.
        loop {
            let part: Vec<Alert> = alerts.by_ref().take(BATCH).collect::<io::Result<_>>().map_err(unread)?;
            self.post_part(&part, &batch.scan.run.id, taken).await?;
            if alerts.peek().is_none() {
                return Ok(());
            }
        }
    }

    async fn post_part(&self, alerts: &[Alert], run: &str, taken: &mut Taken) -> Result<(), String> {
        let mut parts = vec![alerts];
        while let Some(part) = parts.pop() {
            match self.post(part, run).await {
                Answer::Taken => taken.accepted += part.len(),
                Answer::Refused(_) if part.len() > 1 && taken.culprits < MOST_CULPRITS => {
                    let (first, second) = part.split_at(part.len() / 2);
                    parts.extend([second, first]);
                }
                Answer::Refused(why) => taken.refuse(part, &why),
                Answer::Lost(why) => return Err(why),
            }
        }
        Ok(())
    }
}

/// What became of the alerts.
#[derive(Default)]
struct Taken {
    accepted: usize,
    culprits: usize,
    errors: Vec<String>,
}

impl Taken {
    fn refuse(&mut self, part: &[Alert], why: &str) {
        self.culprits += 1;
        let error = match part {
            [] => why.to_owned(),
            [alert] => format!("alert {} refused, {why}", alert.id()),
            [first, rest @ ..] => format!("alert {} and {} more refused, {why}", first.id(), rest.len()),
        };
        self.errors.push(error);
    }

    /// What there was and was not accepted was rejected, sent or not.
    fn delivery(self, target: &str, all: usize) -> Delivery {
        let told = self.errors.iter().take(MOST_ERRORS).cloned().collect::<Vec<_>>().join("; ");
        let more = self.errors.len().saturating_sub(MOST_ERRORS);
        let told = if more > 0 { format!("{told}; and {more} more errors") } else { told };
        Delivery {
            gateway: NAME.to_owned(),
            target: target.to_owned(),
            accepted: self.accepted,
            rejected: all.saturating_sub(self.accepted),
            error: (!told.is_empty()).then_some(told),
        }
    }
}
