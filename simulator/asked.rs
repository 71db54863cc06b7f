//! What a request turns out to ask, as far as that can be told before it is answered.

use crate::call::Call;
use crate::credentials::{self, Scope};
use crate::digest::Digest;
use crate::failure::Failure;
use crate::http::Request;
use crate::ledger::Ask;
use crate::organization::{Account, Organization};
use crate::parameters::Parameters;
use crate::rest;
use crate::service::{self, Protocol, Service};
use crate::session::Session;
use crate::value::Place;

/// What a request asks.
pub(crate) struct Asked<'a> {
    pub(crate) service: &'static Service,
    pub(crate) protocol: Protocol,
    pub(crate) scope: Scope<'a>,
    pub(crate) account: Option<&'a Account>,
    pub(crate) session: Option<Session<'a>>,
    pub(crate) parameters: Result<Parameters<'a>, Failure>,
    /// The name that the service has for it: `DescribeVpcs`.
    pub(crate) name: String,
    /// The same with the service: `ec2:DescribeVpcs`.
    pub(crate) operation: String,
    /// The action of IAM that permits it: the operation as a rule, `apigateway:GET` for others.
    pub(crate) action: String,
    pub(crate) attempt: u32,
    pub(crate) digest: Digest,
    /// The path without its query, where that says what is asked.
    path: &'a str,
}

/// Services that nobody knows answer in JSON.
static UNKNOWN: Service =
    Service::json("unknown", |call: &Call<'_>| Err(Failure::unknown_action(call.action)));

impl<'a> Asked<'a> {
    /// What a request asks that is signed for a scope.
    pub(crate) fn read(organization: &'a Organization, request: &'a Request<'a>, scope: Scope<'a>) -> Self {
        let service = service::signed_for(scope.signing, request).unwrap_or(&UNKNOWN);
        let protocol = protocol(service, request);
        let is_rest = matches!(protocol, Protocol::RestJson | Protocol::RestXml);
        let parameters = parameters(request, protocol);
        let name = name(request, service, protocol, parameters.as_ref().ok());
        let prefix = prefix(service, scope);
        let attempt = attempt(request);
        let account = credentials::account(organization, scope.key);
        let caller = account.map_or(scope.key, |account| &account.id);
        let mut digest = Digest::new().add(caller).add(scope.region).add(&name).add(request.body);
        if is_rest {
            digest = digest.add(request.path);
        }
        Self {
            service,
            protocol,
            scope,
            account,
            session: credentials::session(scope.key, request.header("x-amz-security-token")),
            parameters,
            operation: format!("{prefix}:{name}"),
            action: rest::permission(prefix, request.method, &name),
            name,
            attempt,
            digest: digest.add(attempt.to_le_bytes()),
            path: if is_rest { request.path.split('?').next().unwrap_or_default() } else { "" },
        }
    }

    /// The request as it is counted.
    pub(crate) fn ask(&self) -> Ask<'_> {
        let region = if self.service.regional { self.scope.region } else { "" };
        let listing = self.parameters.as_ref().ok().and_then(Parameters::listing).map(|listing| {
            let listing = listing.add(self.account_id()).add(self.scope.region);
            listing.add(&self.operation).add(self.path)
        });
        Ask { account: self.account_id(), region, action: &self.action, digest: self.digest, listing }
    }

    pub(crate) fn account_id(&self) -> &str {
        self.account.map(|account| account.id.as_str()).unwrap_or_default()
    }

    /// The service as IAM spells it, or as the caller did if nobody knows it.
    pub(crate) fn prefix(&self) -> &str {
        prefix(self.service, self.scope)
    }

    pub(crate) fn place(&self) -> Place<'_> {
        Place { account: self.account_id(), region: self.scope.region }
    }
}

fn prefix<'a>(service: &'static Service, scope: Scope<'a>) -> &'a str {
    if std::ptr::eq(service, &raw const UNKNOWN) { scope.signing } else { service.prefix }
}

/// The protocol of a request: CloudWatch also speaks JSON, to SDKs that prefer it.
fn protocol(service: &Service, request: &Request<'_>) -> Protocol {
    match service.protocol {
        Protocol::Cbor if request.header("x-amz-target").is_some() => Protocol::Json,
        protocol => protocol,
    }
}

/// The parameters of a request; of REST those of the query, unless JSON is sent.
fn parameters<'a>(request: &Request<'a>, protocol: Protocol) -> Result<Parameters<'a>, Failure> {
    let query = request.path.split_once('?').map_or("", |(_, query)| query);
    match protocol {
        Protocol::Query | Protocol::Ec2 => Ok(Parameters::form(request.body)),
        Protocol::Json => Parameters::json(request.body),
        Protocol::Cbor => Parameters::cbor(request.body),
        Protocol::RestJson if !request.body.is_empty() => Parameters::json(request.body),
        Protocol::RestJson | Protocol::RestXml => Ok(Parameters::form(query.as_bytes())),
    }
}

/// The name of the operation; of REST the method and the path where nobody knows it.
fn name(
    request: &Request<'_>,
    service: &Service,
    protocol: Protocol,
    parameters: Option<&Parameters<'_>>,
) -> String {
    let named = match protocol {
        Protocol::Query | Protocol::Ec2 => parameters.and_then(|parameters| parameters.text("Action")),
        Protocol::Json => request.header("x-amz-target").and_then(|target| target.rsplit('.').next()),
        Protocol::Cbor => request.path.rsplit('/').next(),
        Protocol::RestJson | Protocol::RestXml => {
            let known = rest::operation(service.prefix, request.method, request.path);
            return known.map_or_else(|| format!("{} {}", request.method, request.path), str::to_owned);
        }
    };
    named.unwrap_or_default().to_owned()
}

/// The number of the attempt in `amz-sdk-request: attempt=1; max=3`.
fn attempt(request: &Request<'_>) -> u32 {
    let header = request.header("amz-sdk-request").unwrap_or_default();
    let named = header.split(';').find_map(|part| part.trim().strip_prefix("attempt="));
    named.and_then(|number| number.parse().ok()).unwrap_or_default()
}
