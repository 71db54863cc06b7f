//! Posts over HTTP, for every gateway that is reached that way: one client, one rule of what is tried again, and no
//! credential in any word that is told.

mod answer;
mod client;
mod halves;
mod progress;
#[cfg(test)]
pub(super) mod server;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::header::{AUTHORIZATION, CONNECTION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, RequestBuilder, Url};

use super::{Pace, Secret, Settings};
use crate::Error;
pub(super) use answer::Answer;
use answer::Attempt;
pub(super) use progress::Progress;

/// A server of one gateway. It has no `Debug`: the address may be a secret.
pub(super) struct Http {
    client: Client,
    /// Where posts go, credentials included: never told.
    url: Url,
    /// What is told of it.
    target: String,
    /// The value of the header `Authorization`, where it is not made from the address.
    bearer: Option<HeaderValue>,
    /// Whether the address or the body is a credential as a whole.
    is_confidential: bool,
    /// Words of the server that are told even if it was sent a credential.
    words: &'static [&'static str],
    pace: Pace,
    /// Whether it ever took anything: then what it refuses is wrong, and not the address or the key.
    has_taken: AtomicBool,
}

/// One request.
pub(super) struct Post {
    /// What is sent.
    pub(super) body: String,
    /// What that is.
    pub(super) content_type: &'static str,
    /// Headers beside the usual ones; their values are never told.
    pub(super) headers: Vec<(&'static str, Secret)>,
    /// The places of the notices in it, among those that the gateway was given.
    pub(super) notices: Vec<usize>,
}

/// Whether the same post may arrive twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// The second one changes nothing.
    Safe,
    /// Somebody is told twice. A post whose answer was lost is left to the next run: one repeat, not three.
    Unsafe,
}

impl Http {
    /// A server at a base address such as `https://user:password@alerts.example.com/prefix`, without connecting.
    ///
    /// # Errors
    /// [`Error::Address`] for what is no such address, for two credentials, and for a bearer or trusted certificates
    /// that are none; [`Error::Client`] if this machine has no certificates to trust. None holds the address.
    pub(super) fn open(gateway: &'static str, address: &Secret, settings: &Settings) -> Result<Self, Error> {
        let server = Self::new(gateway, address, settings)?;
        match server.url.query() {
            Some(_) => Err(Error::Address { gateway, reason: "an address without '?' is expected".into() }),
            None => Ok(server),
        }
    }

    /// A server at an address that is asked as it stands, and may be a password as a whole: see
    /// [`Http::confidential`].
    ///
    /// # Errors
    /// As [`Http::open`].
    pub(super) fn exactly(
        gateway: &'static str,
        address: &Secret,
        settings: &Settings,
    ) -> Result<Self, Error> {
        Ok(Self::new(gateway, address, settings)?.confidential())
    }

    fn new(gateway: &'static str, address: &Secret, settings: &Settings) -> Result<Self, Error> {
        let wrong = |reason: String| Error::Address { gateway, reason };
        let url = url(address).map_err(wrong)?;
        let bearer = settings.bearer.as_ref().map(bearer).transpose().map_err(wrong)?;
        if bearer.is_some() && has_credentials(&url) {
            return Err(wrong("user and password in the address, and a bearer too: one is expected".into()));
        }
        let builder = client::builder(&settings.pace, &settings.trust).map_err(wrong)?;
        let client =
            builder.build().map_err(|source| Error::Client { gateway, source: source.without_url() })?;
        let target = without_credentials(&url);
        let (pace, has_taken) = (settings.pace, AtomicBool::new(false));
        Ok(Self { client, url, target, bearer, is_confidential: false, words: &[], pace, has_taken })
    }

    /// The same server, with a path behind that of its address.
    pub(super) fn at(mut self, path: &str) -> Self {
        let path = format!("{}{path}", self.url.path().trim_end_matches('/'));
        self.url.set_path(&path);
        self
    }

    /// The same server, whose address or whose posts are a credential as a whole: only its host is told, and a few
    /// digits by which two addresses can be told apart.
    pub(super) fn confidential(mut self) -> Self {
        let mark = Secret::new(self.target).mark();
        self.target = format!("{}#{mark}", self.url.host_str().unwrap_or_default());
        self.is_confidential = true;
        self
    }

    /// The same server, of which these words are told where they occur in an answer, credentials or not: those that its
    /// protocol lists.
    pub(super) fn telling(mut self, words: &'static [&'static str]) -> Self {
        self.words = words;
        self
    }

    /// Whether nobody else can read what is sent there: it is encrypted, or stays on this machine.
    pub(super) fn is_private(&self) -> bool {
        let host = self.url.host_str().unwrap_or_default();
        self.url.scheme() == "https" || matches!(host, "localhost" | "127.0.0.1" | "[::1]")
    }

    /// Where it is, without credentials.
    pub(super) fn target(&self) -> &str {
        &self.target
    }

    /// Sends posts one after the other until one is lost.
    pub(super) async fn send_all(&self, posts: &[Post], repeat: Repeat) -> super::Sent {
        let mut progress = self.progress();
        for post in posts {
            if progress.note(&post.notices, self.send_after(&progress, post, repeat).await).is_break() {
                break;
            }
        }
        progress.sent()
    }

    /// Nothing was sent yet.
    pub(super) fn progress(&self) -> Progress {
        Progress::new(self.has_taken.load(Ordering::Relaxed))
    }

    /// Sends a post until it is taken, refused or given up; once only if the server broke by those before.
    pub(super) async fn send_after(&self, so_far: &Progress, post: &Post, repeat: Repeat) -> Answer {
        let attempts = if so_far.is_broken() { 1 } else { self.pace.attempts };
        let answer = self.send(attempts, post, repeat).await;
        self.has_taken.fetch_or(answer == Answer::Taken, Ordering::Relaxed);
        answer
    }

    async fn send(&self, attempts: u32, post: &Post, repeat: Repeat) -> Answer {
        let mut attempt = 1;
        loop {
            match self.attempt(post, repeat).await {
                Attempt::Over(answer) => return answer,
                Attempt::Again(answer, why, _) if attempt >= attempts => {
                    return answer(format!("{why} ({attempt} attempts)"));
                }
                Attempt::Again(_, _, asked) => {
                    tokio::time::sleep(self.pace.after(attempt, asked, &post.body)).await;
                    attempt += 1;
                }
            }
        }
    }

    async fn attempt(&self, post: &Post, repeat: Repeat) -> Attempt {
        match self.request(post, repeat).send().await {
            Ok(response) => answer::read(response, repeat, self.hearing(post)).await,
            Err(error) => answer::missing(error, repeat, &self.pace),
        }
    }

    fn request(&self, post: &Post, repeat: Repeat) -> RequestBuilder {
        let request = self.client.post(self.url.clone()).header(CONTENT_TYPE, post.content_type);
        // A connection that is used again may be one that the server is leaving: then nobody knows what it read.
        let request = match repeat {
            Repeat::Safe => request,
            Repeat::Unsafe => request.header(CONNECTION, "close"),
        };
        let request =
            self.bearer.iter().fold(request, |request, bearer| request.header(AUTHORIZATION, bearer));
        let request =
            post.headers.iter().fold(request, |request, (name, value)| request.header(*name, value.expose()));
        request.body(post.body.clone())
    }

    /// What of the server's words is told: it may repeat a credential that it was sent, in any writing of it.
    fn hearing(&self, post: &Post) -> answer::Hearing {
        let is_known = has_credentials(&self.url) || self.bearer.is_some() || !post.headers.is_empty();
        match is_known || self.is_confidential {
            true => answer::Hearing::Only(self.words),
            false => answer::Hearing::All,
        }
    }
}

fn url(address: &Secret) -> Result<Url, String> {
    const EXPECTED: &str = "something like https://HOST is expected";
    let url = Url::parse(address.expose()).map_err(|error| format!("{error}; {EXPECTED}"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(EXPECTED.to_owned());
    }
    match url.fragment() {
        Some(_) => Err("an address without '#' is expected".to_owned()),
        None => Ok(url),
    }
}

fn bearer(secret: &Secret) -> Result<HeaderValue, String> {
    let value = HeaderValue::try_from(format!("Bearer {}", secret.expose()));
    let mut value = value.map_err(|_| "the bearer holds what no header can".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

fn without_credentials(url: &Url) -> String {
    let mut bare = url.clone();
    // Both fail only for addresses that can hold no credentials.
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    bare.as_str().trim_end_matches('/').to_owned()
}
