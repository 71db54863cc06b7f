//! Alertmanager, API v2: `POST /api/v2/alerts`.
//!
//! An alert is its label set: posted again it is the same alert, extended. One bad alert makes Alertmanager answer
//! 400 though it keeps the good ones, so a refused batch is halved until the bad one is found and named. The members of
//! a cluster do not pass alerts on, so each is told everything.

mod alert;
mod cluster;
#[cfg(test)]
mod tests;

use super::http::{Http, Post, Repeat};
use super::{Envelope, Gateway, Keeps, Notice, Opened, Opener, Sending, Sent, Settings};
use crate::{Error, Severity};
use alert::Alert;
use cluster::{Last, Member};

const NAME: &str = "alertmanager";
/// Notices in one request; proxies have limits where Alertmanager has none.
const MOST: usize = 500;

pub(super) const OPENER: Opener = Opener {
    name: NAME,
    address: "http://HOST:9093",
    is_secret: false,
    is_cluster: true,
    is_in_aws: false,
    at_least: Severity::Low,
    open,
};

/// One Alertmanager, in one member or several.
struct Alertmanager {
    members: Vec<Member>,
    target: String,
    has_heartbeat: bool,
}

/// Opens the members at base addresses such as `https://user:password@alerts.example.com/prefix`.
fn open(settings: &Settings) -> Opened {
    let one = |address| Http::open(NAME, address, settings);
    let servers = settings.addresses.iter().map(one).collect::<Result<Vec<_>, _>>()?;
    if servers.is_empty() {
        return Err(Error::Address { gateway: NAME, reason: "there is none".to_owned() });
    }
    let target = servers.iter().map(Http::target).collect::<Vec<_>>().join(", ");
    let members = servers
        .into_iter()
        .map(|server| Member { server: server.at("/api/v2/alerts"), last: Last::default() })
        .collect();
    Ok(Box::new(Alertmanager { members, target, has_heartbeat: settings.heartbeat == Some(true) }))
}

impl Gateway for Alertmanager {
    fn name(&self) -> &'static str {
        NAME
    }

    fn target(&self) -> &str {
        &self.target
    }

    fn keeps(&self) -> Keeps {
        Keeps::Leases
    }

    fn most(&self) -> usize {
        MOST
    }

    fn bodies(&self, notices: &[Notice], envelope: &Envelope<'_>) -> Vec<String> {
        vec![body(&alerts(notices.iter(), envelope))]
    }

    fn send<'a>(&'a self, notices: &'a [Notice], envelope: &'a Envelope<'a>) -> Sending<'a> {
        Box::pin(self.tell_all(notices, envelope))
    }

    /// Where no heartbeat is wanted and nothing was told, an empty batch shows that somebody is there, before that is
    /// needed.
    fn heartbeat<'a>(&'a self, envelope: &'a Envelope<'a>) -> Option<Sending<'a>> {
        let is_there = self.members.iter().all(|member| member.last.is_of(&envelope.run.id));
        let beat = self.has_heartbeat.then(|| alert::heartbeat(envelope));
        let post = move || post(beat.as_slice());
        let is_due = self.has_heartbeat || !is_there;
        is_due.then(|| Box::pin(self.each(1, envelope, move |_| post())) as Sending<'a>)
    }
}

impl Alertmanager {
    async fn tell_all(&self, notices: &[Notice], envelope: &Envelope<'_>) -> Sent {
        let part = |places: &[usize]| {
            let part = places.iter().filter_map(|place| notices.get(*place));
            post(&alerts(part, envelope))
        };
        let sent = self.each(notices.len(), envelope, part).await;
        Sent { refused: sent.refused.into_iter().map(|refused| named(refused, notices)).collect(), ..sent }
    }

    /// Sends so many notices to each member that was not lost before in this run.
    async fn each(&self, notices: usize, envelope: &Envelope<'_>, post: impl Fn(&[usize]) -> Post) -> Sent {
        let mut sent = Vec::new();
        for Member { server, last } in &self.members {
            let one = match last.lost_in(&envelope.run.id) {
                Some(why) => Sent { lost: Some((why, Vec::new())), ..Sent::default() },
                None => server.send_in_halves(notices, &post, Repeat::Safe).await,
            };
            last.note(&envelope.run.id, &one);
            sent.push((server.target(), one));
        }
        cluster::together(notices, &sent)
    }
}

/// Who is refused, for people.
fn named((place, why): (usize, String), notices: &[Notice]) -> (usize, String) {
    let id = notices.get(place).map_or("", |notice| notice.finding.id.as_str());
    (place, format!("alert {id} refused, {why}"))
}

fn alerts<'a>(notices: impl Iterator<Item = &'a Notice>, envelope: &Envelope<'_>) -> Vec<Alert> {
    notices.flat_map(|notice| alert::of(notice, envelope)).collect()
}

fn post(alerts: &[Alert]) -> Post {
    let headers = Vec::new();
    Post { body: body(alerts), content_type: "application/json", headers, notices: Vec::new() }
}

fn body(alerts: &[Alert]) -> String {
    // Maps of text to text always are JSON.
    serde_json::to_string(alerts).unwrap_or_default()
}
