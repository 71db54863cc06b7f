//! Endpoints that the sources of an account found are asked what they serve: each once, at a pace that nobody notices,
//! and at private addresses only where that is allowed.

mod names;
mod pace;
mod places;
mod targets;
mod validations;

use std::collections::BTreeMap;
use std::pin::pin;

use chrono::{DateTime, Utc};
use futures::StreamExt;
use futures::stream;
use howler_model::{Facts, NameMatch, Reason, Unseen};

use crate::Source;
use crate::dns::Resolver;
use crate::endpoints::Prober;
use crate::source::Gathered;
use crate::tls::{NOBODY, Network, Private, REFUSED, probe};
use pace::Pace;
use places::Finders;
use targets::{Target, targets};

/// Endpoints of one account that are under way at once: several wait for their names or their turn.
const AT_ONCE: usize = 64;

/// How endpoints that were found are asked, over all accounts of a scan.
#[derive(Debug)]
pub struct Probing {
    prober: Prober,
    pace: Pace,
    finders: Finders,
    resolver: Resolver,
}

impl Probing {
    /// Connections at once to endpoints that were found, over all accounts.
    pub const CONNECTIONS: usize = 256;

    /// As endpoints are asked that somebody named, but those that `sources` find, at private addresses only in the
    /// networks that are `allowed`, and so many `per_second`.
    #[must_use]
    pub fn new(prober: &Prober, sources: &[&'static Source], allowed: Vec<Network>, per_second: u32) -> Self {
        let prober = prober.within(allowed);
        Self {
            prober,
            pace: Pace::new(per_second),
            finders: Finders::of(sources),
            resolver: Resolver::system(),
        }
    }

    /// What the endpoints of an account serve, in scopes of that account; an endpoint that could not be seen is a gap
    /// in one of these. What is not over when `stopped` says so is a gap for that reason.
    pub async fn served(
        &self,
        facts: &Facts,
        now: DateTime<Utc>,
        stopped: impl Future<Output = Unseen>,
    ) -> Facts {
        let targets = targets(facts);
        let mut open: BTreeMap<usize, Target> = targets.asked.iter().cloned().enumerate().collect();
        let asked = stream::iter(targets.asked).enumerate();
        let mut asked = asked.map(|(n, target)| self.ask(n, target, now)).buffer_unordered(AT_ONCE);
        let mut stopped = pin!(stopped);
        let mut answers = BTreeMap::new();
        loop {
            tokio::select! {
                biased;
                unseen = &mut stopped => {
                    let missed = open.into_iter().map(|(n, target)| (n, target.missed(unseen.clone())));
                    answers.extend(missed);
                    break;
                }
                answer = asked.next() => match answer {
                    Some((n, facts)) => {
                        open.remove(&n);
                        answers.insert(n, facts);
                    }
                    None => break,
                },
            }
        }
        let mut served = Facts::default();
        let places = self.finders.scopes(facts).into_iter();
        places.chain(answers.into_values()).chain(targets.left_out).for_each(|part| served.extend(part));
        served
    }

    /// Writes down whether the records are published by which ACM sees that domains are ours, as far as that matters
    /// now and can be found out before `stopped`.
    pub async fn look_for_records(
        &self,
        facts: &mut Facts,
        now: DateTime<Utc>,
        stopped: impl Future<Output = Unseen>,
    ) {
        let known = tokio::select! {
            biased;
            _ = stopped => return,
            known = validations::look_up(facts, &self.resolver, now) => known,
        };
        validations::write_down(facts, &known);
    }

    async fn ask(&self, n: usize, target: Target, now: DateTime<Utc>) -> (usize, Facts) {
        if target.private && self.prober.private == Private::default() {
            let words = "it is private, and no network is allowed";
            let unseen = Unseen { code: Some(REFUSED.to_owned()), ..left_out(words) };
            return (n, target.missed(unseen));
        }
        self.pace.turn().await;
        let gathered = probe(&target.endpoint, &target.scope, &self.prober, now).await;
        (n, told(target, gathered))
    }
}

/// What an endpoint came to, as a part of its scope.
fn told(target: Target, mut gathered: Gathered) -> Facts {
    if !target.named {
        gathered.facts.served.iter_mut().for_each(|served| served.name = NameMatch::Unasked);
    }
    for (item, unseen) in &mut gathered.gaps {
        // Nobody said that there is a server at all: its host may say that there is none, or nothing says anything.
        match unseen.code.as_deref() {
            Some(NOBODY) if !target.bound => unseen.reason = Reason::Disabled,
            Some("connect-timeout" | "name-not-resolved") if !target.bound => unseen.reason = Reason::LeftOut,
            _ => {}
        }
        if let Some(address) = item.replace(target.endpoint.to_string()) {
            unseen.message = format!("{address}: {}", unseen.message);
        }
    }
    gathered.into_facts(target.scope)
}

fn left_out(words: &str) -> Unseen {
    Unseen::new(Reason::LeftOut, "tls:handshake", words)
}

#[cfg(test)]
mod tests;
