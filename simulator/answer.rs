//! From an HTTP request to its answer: authorisation, routing, faults, and the writing of each protocol.

use std::time::Duration;

use crate::asked::Asked;
use crate::call::Call;
use crate::credentials::{self, Scope};
use crate::digest::Digest;
use crate::document::{Content, Document};
use crate::failure::Failure;
use crate::fault::{self, Armed, Fault, Paging, Stroke, Target};
use crate::http::{Delivery, Reply, Request};
use crate::latency::Latency;
use crate::ledger::{Ask, Ledger};
use crate::log::{Log, Outcome};
use crate::names;
use crate::objects;
use crate::organization::{Account, Organization, Region};
use crate::plain;

/// Where the counters are asked; no AWS service has such a path.
const COUNTERS: &str = "/_simulator/counters";
/// Where objects of S3 are handed out to whoever has their URL.
const OBJECTS: &str = "/_simulator/objects/";

/// Everything that answers need; nothing in it changes but counters and the log.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) organization: Organization,
    pub(crate) rules: Vec<Armed>,
    pub(crate) now: chrono::DateTime<chrono::Utc>,
    pub(crate) latency: Option<Latency>,
    /// How long the sessions of assumed roles live, if they end.
    pub(crate) session_lifetime: Option<Duration>,
    pub(crate) ledger: Ledger,
    pub(crate) log: Option<Log>,
    /// The resources of services without regions: none.
    pub(crate) nowhere: Region,
}

impl World {
    /// The answer to a request, which is also counted and logged.
    pub(crate) fn answer(&self, request: &Request<'_>) -> Reply {
        if request.path == COUNTERS {
            return self.counters();
        }
        if let Some(object) = request.path.strip_prefix(OBJECTS) {
            return objects::answer(&self.organization, object, request);
        }
        let scope = request.header("authorization").and_then(Scope::read);
        let nobody = Scope { key: "", region: "", signing: "" };
        let asked = Asked::read(&self.organization, request, scope.unwrap_or(nobody));
        let ask = asked.ask();
        let admission = self.ledger.admit(&ask);
        let digest = asked.digest.add(admission.times.to_le_bytes());
        let stroke = self.stroke(&asked, &ask, digest);
        let result = match admission.throttled {
            true => Err(Failure::throttled()),
            false => self.result(&asked, request, scope.is_some(), stroke.fault),
        };
        let is_final = is_final(&result, stroke.fault);
        let (mut reply, outcome) = reply(&asked, result, &stroke);
        reply.delay += self.latency.map_or(Duration::ZERO, |latency| latency.draw(digest));
        if is_final {
            self.ledger.answered(&ask, reply.delay);
        }
        if let Some(log) = &self.log {
            let (account, region) = (asked.account_id(), asked.scope.region);
            let names = [account, region, asked.prefix(), &asked.action, &asked.operation];
            log.add(names, asked.attempt, outcome);
        }
        reply
    }

    fn counters(&self) -> Reply {
        let (status, body) = match serde_json::to_vec(&self.ledger.counters()) {
            Ok(json) => (200, json),
            Err(error) => (500, error.to_string().into_bytes()),
        };
        let headers = "content-type: application/json\r\n".to_owned();
        Reply { status, headers, body, delivery: Delivery::Whole, delay: Duration::ZERO }
    }

    fn stroke(&self, asked: &Asked<'_>, ask: &Ask<'_>, digest: Digest) -> Stroke {
        let target = Target {
            account: asked.account_id(),
            region: asked.scope.region,
            action: ask.action,
            operation: &asked.operation,
            digest,
            further_page: ask.listing.is_some(),
            session: asked.session.is_some(),
        };
        fault::stroke(&self.rules, &target)
    }

    fn result(
        &self,
        asked: &Asked<'_>,
        request: &Request<'_>,
        signed: bool,
        fault: Option<Fault>,
    ) -> Result<Content, Failure> {
        if !signed {
            return Err(Failure::no_credentials());
        }
        let account = asked.account.ok_or_else(Failure::not_opted_in)?;
        if asked.session.is_some_and(|session| session.has_ended()) {
            return Err(Failure::expired());
        }
        let caller = credentials::caller(account, asked.session);
        if let Some(failure) = fault.and_then(|fault| refusal(fault, &caller, &asked.action)) {
            return Err(failure);
        }
        let region = self.region(account, asked)?;
        if !asked.service.shared.contains(&asked.name.as_str()) {
            let answers = account.answers.iter().chain(&region.answers);
            if let Some(plain) = plain::find(answers, &asked.operation, request) {
                return plain.tell(asked.place(), request);
            }
        }
        let parameters = asked.parameters.as_ref().map_err(Clone::clone)?;
        let answer = (asked.service.answer)(&Call {
            organization: &self.organization,
            account,
            region_name: asked.scope.region,
            region,
            caller,
            action: &asked.name,
            parameters,
            now: self.now,
            session_lifetime: self.session_lifetime,
            paging_fault: paging_fault(fault),
        });
        answer.map(Content::Tree)
    }

    fn region<'a>(&'a self, account: &'a Account, asked: &Asked<'_>) -> Result<&'a Region, Failure> {
        match account.regions.get(asked.scope.region) {
            Some(region) => Ok(region),
            None if asked.service.regional => Err(Failure::not_opted_in()),
            None => Ok(&self.nowhere),
        }
    }
}

/// Whether asking once more would be of no use: what passes, or what a fault spoiled, may go well the next time.
fn is_final(result: &Result<Content, Failure>, fault: Option<Fault>) -> bool {
    let stays = result.as_ref().err().is_none_or(|failure| !failure.passes());
    stays && matches!(fault, None | Some(Fault::Deny { .. } | Fault::NotOptedIn))
}

/// The error that a fault answers with, if that is what it does.
fn refusal(fault: Fault, caller: &str, action: &str) -> Option<Failure> {
    match fault {
        Fault::Deny { by_scp } => Some(Failure::denied(caller, action, by_scp)),
        Fault::Throttle => Some(Failure::throttled()),
        Fault::Fail(status) => Some(Failure::internal(status)),
        Fault::NotOptedIn => Some(Failure::not_opted_in()),
        Fault::ExpiredToken => Some(Failure::expired()),
        _ => None,
    }
}

fn paging_fault(fault: Option<Fault>) -> Option<Paging> {
    match fault? {
        Fault::RepeatToken => Some(Paging::Repeat),
        Fault::LoopTokens => Some(Paging::Loop),
        _ => None,
    }
}

/// The answer as bytes, and how it ended.
fn reply(asked: &Asked<'_>, result: Result<Content, Failure>, stroke: &Stroke) -> (Reply, Outcome) {
    let id = names::uuid_of(asked.digest);
    let (service, protocol, action) = (asked.service, asked.protocol, asked.name.as_str());
    let document = Document { service, protocol, action, place: asked.place(), id: &id };
    let (mut reply, mut outcome) = match result {
        Ok(content) => (document.success(content), Outcome::Answered),
        Err(failure) => {
            let spelled = failure.spell(service);
            (document.refusal(&spelled), Outcome::Refused(spelled.code))
        }
    };
    reply.delay = stroke.delay;
    match stroke.fault {
        Some(Fault::Hang) => (reply.delivery, outcome) = (Delivery::Never, Outcome::Hung),
        Some(Fault::Reset) => (reply.delivery, outcome) = (Delivery::Reset, Outcome::Broken),
        Some(Fault::TruncatedBody) => (reply.delivery, outcome) = (Delivery::Half, Outcome::Broken),
        Some(Fault::Garbage) => {
            (reply.body, outcome) = (b"<html>{not what was asked".to_vec(), Outcome::Broken)
        }
        _ => {}
    }
    (reply, outcome)
}
