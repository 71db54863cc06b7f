//! Alertmanager, API v2: `POST /api/v2/alerts`.
//!
//! An alert is its label set: posted again it is the same alert, extended. One bad alert makes Alertmanager answer
//! 400 though it keeps the good ones, so a refused batch is halved until the bad one is found and named.

mod alert;
mod post;
#[cfg(test)]
mod tests;

use reqwest::redirect::Policy;
use reqwest::{Client, Url};

use howler_model::Delivery;

use super::{Batch, Delivering, Gateway, Opened, Pace};
use crate::Error;
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
        let alerts = alert::of(batch);
        let mut tally = Tally::default();
        // An empty batch is posted too: a gateway that is down is told before it is needed.
        let mut parts: Vec<&[Alert]> =
            if alerts.is_empty() { vec![&[]] } else { alerts.rchunks(BATCH).collect() };
        while let Some(part) = parts.pop() {
            match self.post(part, &batch.scan.run.id).await {
                Answer::Taken => tally.accepted += part.len(),
                Answer::Refused(_) if part.len() > 1 && tally.culprits < MOST_CULPRITS => {
                    let (first, second) = part.split_at(part.len() / 2);
                    parts.extend([second, first]);
                }
                Answer::Refused(why) => tally.refuse(part, &why),
                Answer::Lost(why) => {
                    tally.errors.push(why);
                    tally.rejected += part.len() + parts.drain(..).map(<[Alert]>::len).sum::<usize>();
                }
            }
        }
        tally.delivery(&self.target)
    }
}

/// What became of the alerts.
#[derive(Default)]
struct Tally {
    accepted: usize,
    rejected: usize,
    culprits: usize,
    errors: Vec<String>,
}

impl Tally {
    fn refuse(&mut self, part: &[Alert], why: &str) {
        self.culprits += 1;
        self.rejected += part.len();
        let error = match part {
            [] => why.to_owned(),
            [alert] => format!("alert {} refused, {why}", alert.id()),
            [first, rest @ ..] => format!("alert {} and {} more refused, {why}", first.id(), rest.len()),
        };
        self.errors.push(error);
    }

    fn delivery(self, target: &str) -> Delivery {
        let told = self.errors.iter().take(MOST_ERRORS).cloned().collect::<Vec<_>>().join("; ");
        let more = self.errors.len().saturating_sub(MOST_ERRORS);
        let told = if more > 0 { format!("{told}; and {more} more errors") } else { told };
        Delivery {
            gateway: NAME.to_owned(),
            target: target.to_owned(),
            accepted: self.accepted,
            rejected: self.rejected,
            error: (!told.is_empty()).then_some(told),
        }
    }
}
