//! The class of a call that failed, from all that the SDK and the service said.

use std::error::Error as StdError;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use howler_model::{Reason, Unseen};

/// Codes by which services say "not permitted".
const DENIED: [&str; 8] = [
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "UnauthorizedException",
    "NotAuthorized",
    "AuthorizationError",
    "AuthorizationErrorException",
    "OperationNotPermitted",
];

/// Codes by which services say "slow down".
const THROTTLED: [&str; 12] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "TransactionInProgressException",
    "PriorRequestNotComplete",
    "BandwidthLimitExceeded",
    "SlowDown",
    "EC2ThrottledException",
];

/// Codes by which services refuse the credentials themselves.
const CREDENTIALS: [&str; 11] = [
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "AuthFailure",
    "InvalidAccessKeyId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "MissingAuthenticationToken",
    "IncompleteSignature",
];

/// Codes by which services say that they failed, and not the caller.
const FAULTS: [&str; 9] = [
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServiceError",
    "InternalServiceException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "Unavailable",
    "RequestTimeout",
];

/// Codes by which services say that credentials were good once.
const EXPIRED: [&str; 3] = ["ExpiredToken", "ExpiredTokenException", "RequestExpired"];

/// The code of a call whose server has a name that nobody knows.
pub(super) const UNKNOWN_NAME: &str = "name-unknown";

/// How resolvers (glibc, musl, macOS) say that a name does not exist, which is more than that nobody could tell.
const NO_SUCH_NAME: [&str; 4] = [
    "Name or service not known",
    "No address associated with hostname",
    "Name does not resolve",
    "nodename nor servname provided",
];

/// A call that failed.
pub(super) struct Failed {
    pub(super) unseen: Unseen,
    /// Whether the same call may succeed a little later.
    pub(super) may_pass: bool,
    /// Whether the credentials were good once.
    pub(super) expired: bool,
}

impl Failed {
    /// No answer came in time.
    pub(super) fn silent(action: &'static str, deadline: Duration) -> Self {
        let message = format!("no answer within {deadline:?}");
        Self { unseen: Unseen::new(Reason::Timeout, action, message), may_pass: true, expired: false }
    }
}

/// Classifies a failure by its kind and code, under the name of the action that the call needed.
pub(super) fn classify<E>(action: &'static str, error: &SdkError<E, HttpResponse>) -> Failed
where
    E: StdError + ProvideErrorMetadata + 'static,
{
    let unseen = unseen(action, error);
    let code = unseen.code.as_deref().unwrap_or_default();
    let status = error.raw_response().map(|raw| raw.status().as_u16());
    let fault = FAULTS.contains(&code) || status.is_some_and(|status| status >= 500);
    let lost = matches!(unseen.reason, Reason::Network | Reason::Malformed);
    Failed { may_pass: fault || lost, expired: EXPIRED.contains(&code), unseen }
}

/// The class of a failure; text decides only where AWS has no code for it.
fn unseen<E>(action: &'static str, error: &SdkError<E, HttpResponse>) -> Unseen
where
    E: StdError + ProvideErrorMetadata + 'static,
{
    let status = error.raw_response().map(|raw| raw.status().as_u16());
    match error {
        SdkError::ServiceError(service) if service.err().code().is_some() => said(action, service.err()),
        SdkError::ServiceError(_) | SdkError::ResponseError(_) => unreadable(action, status, error),
        SdkError::TimeoutError(_) => Unseen::new(Reason::Timeout, action, "no answer within the deadline"),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            Unseen::new(Reason::Timeout, action, causes(error))
        }
        _ if credentials_failed(error) => Unseen::new(Reason::Credentials, action, causes(error)),
        SdkError::DispatchFailure(_) => not_connected(action, causes(error)),
        _ => Unseen::new(Reason::Failed, action, causes(error)),
    }
}

/// The service answered with an error of its own.
fn said(action: &'static str, error: &impl ProvideErrorMetadata) -> Unseen {
    let meta = error.meta();
    let (code, message) = (meta.code().unwrap_or_default(), meta.message().unwrap_or_default());
    Unseen {
        reason: reason(code, message),
        action: action.to_owned(),
        code: Some(code.to_owned()),
        message: message.to_owned(),
        request_id: meta.extra("aws_request_id").map(str::to_owned),
        attempts: 1,
    }
}

/// The class that a service's code and message stand for.
fn reason(code: &str, message: &str) -> Reason {
    // Route 53, ELB and others answer "Rate exceeded" under the code of a quota error.
    if THROTTLED.contains(&code) || message.starts_with("Rate exceeded") {
        Reason::Throttled
    } else if DENIED.contains(&code) {
        match message.contains("service control policy") {
            true => Reason::DeniedByScp,
            false => Reason::Denied,
        }
    } else if CREDENTIALS.contains(&code) {
        Reason::Credentials
    } else if ["OptInRequired", "SubscriptionRequiredException", "UnknownOperationException"].contains(&code)
    {
        Reason::Disabled
    } else {
        Reason::Failed
    }
}

/// No connection; whether the name of the service exists at all is told apart.
fn not_connected(action: &'static str, words: String) -> Unseen {
    let code = NO_SUCH_NAME.iter().any(|said| words.contains(said)).then(|| UNKNOWN_NAME.to_owned());
    Unseen { code, ..Unseen::new(Reason::Network, action, words) }
}

/// An answer that is no answer of the service: a proxy's page, half a body.
fn unreadable(action: &'static str, status: Option<u16>, error: &dyn StdError) -> Unseen {
    let reason = match status {
        Some(429 | 503) => Reason::Throttled,
        Some(500..) => Reason::Failed,
        _ => Reason::Malformed,
    };
    let code = status.map(|status| format!("HTTP {status}"));
    Unseen { code, ..Unseen::new(reason, action, causes(error)) }
}

/// Whether no request was made because there is nobody to make it as.
fn credentials_failed(error: &(dyn StdError + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<CredentialsError>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// An error and all that caused it in one line; the SDK's outermost words say little.
fn causes(error: &dyn StdError) -> String {
    let in_line = |error: &dyn StdError| error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    let mut words = vec![in_line(error)];
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = in_line(error);
        if !words.contains(&said) {
            words.push(said);
        }
        cause = error.source();
    }
    words.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_decide_and_a_policy_of_the_organisation_is_told_apart() {
        assert_eq!(reason("AccessDeniedException", "no identity-based policy allows"), Reason::Denied);
        let scp = "with an explicit deny in a service control policy";
        assert_eq!(reason("UnauthorizedOperation", scp), Reason::DeniedByScp);
        assert_eq!(reason("RequestLimitExceeded", ""), Reason::Throttled);
        assert_eq!(reason("LimitExceededException", "Rate exceeded"), Reason::Throttled);
        assert_eq!(reason("LimitExceededException", "too many certificates"), Reason::Failed);
        assert_eq!(reason("ExpiredToken", ""), Reason::Credentials);
        assert_eq!(reason("OptInRequired", ""), Reason::Disabled);
    }

    #[test]
    fn a_name_that_does_not_exist_is_told_from_one_that_could_not_be_looked_up() {
        let code = |words: &str| not_connected("a:B", words.to_owned()).code;
        let lookup = "dispatch failure: dns error: failed to lookup address information: ";
        assert_eq!(code(&format!("{lookup}Name or service not known")).as_deref(), Some(UNKNOWN_NAME));
        assert_eq!(code(&format!("{lookup}Temporary failure in name resolution")), None);
        assert_eq!(code("connection refused"), None);
    }
}
