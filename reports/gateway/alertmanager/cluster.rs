//! The members of a cluster: what became of notices that each of them was told.

use std::sync::{Mutex, PoisonError};

use crate::gateway::Sent;
use crate::gateway::http::Http;

/// One member.
pub(super) struct Member {
    pub(super) server: Http,
    pub(super) last: Last,
}

/// The last run in which a member was told something, and why it could not be: it is not waited for with each batch.
#[derive(Default)]
pub(super) struct Last(Mutex<Option<Asked>>);

#[derive(Clone)]
struct Asked {
    run: String,
    lost: Option<String>,
}

impl Last {
    /// Whether the member was told something in this run, or could not be.
    pub(super) fn is_of(&self, run: &str) -> bool {
        self.of(run).is_some()
    }

    /// Why the member was lost in this run, if it was.
    pub(super) fn lost_in(&self, run: &str) -> Option<String> {
        self.of(run)?.lost
    }

    fn of(&self, run: &str) -> Option<Asked> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().filter(|asked| asked.run == run).cloned()
    }

    /// Takes note of what became of a batch.
    pub(super) fn note(&self, run: &str, sent: &Sent) {
        let lost = sent.lost.as_ref().map(|(why, _)| why.clone());
        let asked = Asked { run: run.to_owned(), lost };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(asked);
    }
}

/// What became of so many notices, each of which was sent to all members: one that took it is enough.
pub(super) fn together(notices: usize, sent: &[(&str, Sent)]) -> Sent {
    let (mut refused, mut arrived, mut later, mut nowhere) = (Vec::new(), Vec::new(), Vec::new(), false);
    for place in 0..notices {
        match sent.iter().map(|(_, sent)| fate(place, sent)).max() {
            Some(Fate::Taken) => arrived.push(place),
            Some(Fate::Refused) => refused.extend(reason(place, sent).map(|why| (place, why.to_owned()))),
            Some(Fate::Left) => later.push(place),
            Some(Fate::Lost) | None => nowhere = true,
        }
    }
    let why = sent.iter().flat_map(|(_, sent)| &sent.left).map(|(_, why)| why.clone()).next();
    let left = why.filter(|_| !later.is_empty()).map(|why| (later, why)).into_iter().collect();
    let troubles = troubles(sent, &arrived);
    match nowhere {
        true => Sent { refused, left, lost: Some((troubles, arrived)), ..Sent::default() },
        false => {
            Sent { refused, left, warning: (!troubles.is_empty()).then_some(troubles), ..Sent::default() }
        }
    }
}

/// What became of one notice at one member, the best last.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Lost,
    Left,
    Refused,
    Taken,
}

fn fate(place: usize, sent: &Sent) -> Fate {
    if sent.refused.iter().any(|(refused, _)| *refused == place) {
        return Fate::Refused;
    }
    if sent.left.iter().any(|(places, _)| places.contains(&place)) {
        return Fate::Left;
    }
    match sent.lost.as_ref().is_none_or(|(_, arrived)| arrived.contains(&place)) {
        true => Fate::Taken,
        false => Fate::Lost,
    }
}

fn reason<'a>(place: usize, sent: &'a [(&str, Sent)]) -> Option<&'a str> {
    let refused = sent.iter().flat_map(|(_, sent)| &sent.refused);
    refused.filter(|(refused, _)| *refused == place).map(|(_, why)| why.as_str()).next()
}

/// Why members could not be told what others were; a single one needs no name.
fn troubles(sent: &[(&str, Sent)], arrived: &[usize]) -> String {
    let why = |sent: &Sent| match &sent.lost {
        Some((why, _)) => Some(why.clone()),
        None => {
            let refused = sent.refused.iter().find(|(place, _)| arrived.contains(place)).map(|(_, why)| why);
            let left =
                sent.left.iter().find(|(places, _)| places.iter().any(|place| arrived.contains(place)));
            refused.or(left.map(|(_, why)| why)).cloned()
        }
    };
    let told = sent.iter().filter_map(|(name, one)| match sent.len() {
        1 => why(one),
        _ => Some(format!("{name}: {}", why(one)?)),
    });
    told.collect::<Vec<_>>().join("; ")
}
