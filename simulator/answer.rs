//! From an HTTP request to its answer: authorisation, routing, faults, and the writing of each protocol.

use std::time::Duration;

use crate::call::Call;
use crate::credentials::{self, Scope};
use crate::digest::Digest;
use crate::document::Document;
use crate::failure::Failure;
use crate::fault::{self, Armed, Fault, Paging, Stroke, Target};
use crate::http::{Delivery, Reply, Request};
use crate::latency::Latency;
use crate::ledger::{Ask, Ledger};
use crate::log::{Log, Outcome};
use crate::names;
use crate::organization::{Account, Organization, Region};
use crate::parameters::Parameters;
use crate::service::{self, Protocol, Service};
use crate::session::Session;
use crate::value::{Place, Value};

/// Where the counters are asked; no AWS service has such a path.
const COUNTERS: &str = "/_simulator/counters";

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

/// What a request turned out to ask, as far as it can be told before it is answered.
struct Asked<'a> {
    service: &'static Service,
    protocol: Protocol,
    scope: Scope<'a>,
    account: Option<&'a Account>,
    session: Option<Session<'a>>,
    parameters: Result<Parameters<'a>, Failure>,
    action: String,
    attempt: u32,
    digest: Digest,
}

/// Services that nobody knows answer in JSON.
static UNKNOWN: Service = Service {
    signing: "unknown",
    prefix: "unknown",
    protocol: Protocol::Json,
    regional: false,
    namespace: "",
    answer: |call| Err(Failure::unknown_action(call.action)),
};

impl World {
    /// The answer to a request, which is also counted and logged.
    pub(crate) fn answer(&self, request: &Request<'_>) -> Reply {
        if request.path == COUNTERS {
            return self.counters();
        }
        let scope = request.header("authorization").and_then(Scope::read);
        let asked = self.read(request, scope.unwrap_or(Scope { key: "", region: "", signing: "" }));
        let full_action = format!("{}:{}", asked.prefix(), asked.action);
        let ask = asked.ask(&full_action);
        let admission = self.ledger.admit(&ask);
        let digest = asked.digest.add(admission.times.to_le_bytes());
        let stroke = self.stroke(&asked, &ask, digest);
        let result = match admission.throttled {
            true => Err(Failure::throttled()),
            false => self.result(&asked, &full_action, scope.is_some(), stroke.fault),
        };
        let is_final = is_final(&result, stroke.fault);
        let (mut reply, outcome) = reply(&asked, result, &stroke);
        reply.delay += self.latency.map_or(Duration::ZERO, |latency| latency.draw(digest));
        if is_final {
            self.ledger.answered(&ask, reply.delay);
        }
        if let Some(log) = &self.log {
            let names = [asked.account_id(), asked.scope.region, asked.prefix(), &full_action];
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

    fn read<'a>(&'a self, request: &'a Request<'a>, scope: Scope<'a>) -> Asked<'a> {
        let service = service::signed_for(scope.signing).unwrap_or(&UNKNOWN);
        let protocol = protocol(service, request);
        let parameters = match protocol {
            Protocol::Query | Protocol::Ec2 => Ok(Parameters::form(request.body)),
            Protocol::Json => Parameters::json(request.body),
            Protocol::Cbor => Parameters::cbor(request.body),
        };
        let action = action(request, protocol, parameters.as_ref().ok()).to_owned();
        let attempt = attempt(request);
        let account = credentials::account(&self.organization, scope.key);
        let caller = account.map_or(scope.key, |account| &account.id);
        let digest = Digest::new().add(caller).add(scope.region).add(&action).add(request.body);
        Asked {
            service,
            protocol,
            scope,
            account,
            session: credentials::session(scope.key, request.header("x-amz-security-token")),
            parameters,
            action,
            attempt,
            digest: digest.add(attempt.to_le_bytes()),
        }
    }

    fn stroke(&self, asked: &Asked<'_>, ask: &Ask<'_>, digest: Digest) -> Stroke {
        let target = Target {
            account: asked.account_id(),
            region: asked.scope.region,
            action: ask.action,
            digest,
            further_page: ask.listing.is_some(),
            session: asked.session.is_some(),
        };
        fault::stroke(&self.rules, &target)
    }

    fn result(
        &self,
        asked: &Asked<'_>,
        full_action: &str,
        signed: bool,
        fault: Option<Fault>,
    ) -> Result<Value, Failure> {
        if !signed {
            return Err(Failure::no_credentials());
        }
        let account = asked.account.ok_or_else(Failure::not_opted_in)?;
        if asked.session.is_some_and(|session| session.has_ended()) {
            return Err(Failure::expired());
        }
        let caller = credentials::caller(account, asked.session);
        if let Some(failure) = fault.and_then(|fault| refusal(fault, &caller, full_action)) {
            return Err(failure);
        }
        let region = self.region(account, asked)?;
        let parameters = asked.parameters.as_ref().map_err(Clone::clone)?;
        (asked.service.answer)(&Call {
            organization: &self.organization,
            account,
            region_name: asked.scope.region,
            region,
            caller,
            action: &asked.action,
            parameters,
            now: self.now,
            session_lifetime: self.session_lifetime,
            paging_fault: paging_fault(fault),
        })
    }

    fn region<'a>(&'a self, account: &'a Account, asked: &Asked<'_>) -> Result<&'a Region, Failure> {
        match account.regions.get(asked.scope.region) {
            Some(region) => Ok(region),
            None if asked.service.regional => Err(Failure::not_opted_in()),
            None => Ok(&self.nowhere),
        }
    }
}

impl Asked<'_> {
    /// The request as it is counted.
    fn ask<'b>(&'b self, action: &'b str) -> Ask<'b> {
        let region = if self.service.regional { self.scope.region } else { "" };
        let listing = self.parameters.as_ref().ok().and_then(Parameters::listing);
        let listing =
            listing.map(|listing| listing.add(self.account_id()).add(self.scope.region).add(action));
        Ask { account: self.account_id(), region, action, digest: self.digest, listing }
    }

    fn account_id(&self) -> &str {
        self.account.map(|account| account.id.as_str()).unwrap_or_default()
    }

    /// The service as IAM spells it, or as the caller did if nobody knows it.
    fn prefix(&self) -> &str {
        if std::ptr::eq(self.service, &raw const UNKNOWN) { self.scope.signing } else { self.service.prefix }
    }

    fn place(&self) -> Place<'_> {
        Place { account: self.account_id(), region: self.scope.region }
    }
}

/// The protocol of a request: CloudWatch also speaks JSON, to SDKs that prefer it.
fn protocol(service: &Service, request: &Request<'_>) -> Protocol {
    match service.protocol {
        Protocol::Cbor if request.header("x-amz-target").is_some() => Protocol::Json,
        protocol => protocol,
    }
}

/// The action that a request names.
fn action<'a>(request: &Request<'a>, protocol: Protocol, parameters: Option<&'a Parameters<'_>>) -> &'a str {
    let named = match protocol {
        Protocol::Query | Protocol::Ec2 => parameters.and_then(|parameters| parameters.text("Action")),
        Protocol::Json => request.header("x-amz-target").and_then(|target| target.rsplit('.').next()),
        Protocol::Cbor => request.path.rsplit('/').next(),
    };
    named.unwrap_or_default()
}

/// The number of the attempt in `amz-sdk-request: attempt=1; max=3`.
fn attempt(request: &Request<'_>) -> u32 {
    let header = request.header("amz-sdk-request").unwrap_or_default();
    let named = header.split(';').find_map(|part| part.trim().strip_prefix("attempt="));
    named.and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// Whether asking once more would be of no use: what passes, or what a fault spoiled, may go well the next time.
fn is_final(result: &Result<Value, Failure>, fault: Option<Fault>) -> bool {
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
fn reply(asked: &Asked<'_>, result: Result<Value, Failure>, stroke: &Stroke) -> (Reply, Outcome) {
    let id = names::uuid_of(asked.digest);
    let (service, protocol, action) = (asked.service, asked.protocol, asked.action.as_str());
    let document = Document { service, protocol, action, place: asked.place(), id: &id };
    let (mut reply, mut outcome) = match result {
        Ok(value) => (document.success(&value), Outcome::Answered),
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
