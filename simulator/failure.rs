//! Errors as AWS answers them: every service spells them in its own way.

use crate::service::{Protocol, Service};

/// An error answer before it is spelled.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    kind: Kind,
    message: String,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Denied,
    Throttled,
    Internal(u16),
    NotOptedIn,
    Expired,
    NoCredentials,
    UnknownAction,
    Invalid,
    BadToken,
    Coded(u16, &'static str),
}

/// An error answer as one service spells it.
#[derive(Clone, Debug)]
pub(crate) struct Spelled {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Failure {
    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    pub(crate) fn denied(caller: &str, action: &str, by_scp: bool) -> Self {
        let reason = if by_scp {
            "with an explicit deny in a service control policy".to_owned()
        } else {
            format!("because no identity-based policy allows the {action} action")
        };
        Self::new(Kind::Denied, format!("User: {caller} is not authorized to perform: {action} {reason}"))
    }

    pub(crate) fn throttled() -> Self {
        Self::new(Kind::Throttled, "Rate exceeded")
    }

    pub(crate) fn internal(status: u16) -> Self {
        Self::new(Kind::Internal(status), "An internal error has occurred")
    }

    pub(crate) fn not_opted_in() -> Self {
        Self::new(Kind::NotOptedIn, "The security token included in the request is invalid.")
    }

    pub(crate) fn expired() -> Self {
        Self::new(Kind::Expired, "The security token included in the request is expired")
    }

    pub(crate) fn no_credentials() -> Self {
        Self::new(Kind::NoCredentials, "Request is missing Authentication Token")
    }

    pub(crate) fn unknown_action(action: &str) -> Self {
        Self::new(Kind::UnknownAction, format!("The action {action} is not valid for this endpoint."))
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, message)
    }

    pub(crate) fn bad_token() -> Self {
        Self::new(Kind::BadToken, "The pagination token is invalid.")
    }

    /// An error that one service alone knows.
    pub(crate) fn coded(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Kind::Coded(status, code), message)
    }

    /// Whether the same request may go well the next time.
    pub(crate) fn passes(&self) -> bool {
        matches!(self.kind, Kind::Throttled | Kind::Internal(_) | Kind::Expired)
    }

    /// The error with the status and the code of a service.
    pub(crate) fn spell(self, service: &Service) -> Spelled {
        let (status, code) = match service.protocol {
            _ if let Kind::Coded(status, code) = self.kind => (status, code),
            Protocol::Ec2 => ec2(self.kind),
            Protocol::Query => query(self.kind),
            Protocol::Cbor => cbor(self.kind),
            Protocol::Json => json(self.kind, service.prefix),
            Protocol::RestJson => rest_json(self.kind, service.prefix),
            Protocol::RestXml if service.prefix == "s3" => s3(self.kind),
            Protocol::RestXml => query(self.kind),
        };
        Spelled { status, code, message: self.message }
    }
}

fn ec2(kind: Kind) -> (u16, &'static str) {
    match kind {
        Kind::Denied => (403, "UnauthorizedOperation"),
        Kind::Throttled => (503, "RequestLimitExceeded"),
        Kind::Internal(status) => (status, "InternalError"),
        Kind::NotOptedIn => (401, "AuthFailure"),
        Kind::Expired => (400, "RequestExpired"),
        Kind::NoCredentials => (400, "MissingAuthenticationToken"),
        Kind::UnknownAction => (400, "InvalidAction"),
        Kind::BadToken => (400, "InvalidNextToken"),
        Kind::Invalid => (400, "InvalidParameterValue"),
        Kind::Coded(status, code) => (status, code),
    }
}

fn query(kind: Kind) -> (u16, &'static str) {
    match kind {
        Kind::Denied => (403, "AccessDenied"),
        Kind::Throttled => (400, "Throttling"),
        Kind::Internal(status) => (status, "InternalFailure"),
        Kind::NotOptedIn => (403, "InvalidClientTokenId"),
        Kind::Expired => (403, "ExpiredToken"),
        Kind::NoCredentials => (403, "MissingAuthenticationToken"),
        Kind::UnknownAction => (400, "InvalidAction"),
        Kind::BadToken => (400, "InvalidNextToken"),
        Kind::Invalid => (400, "ValidationError"),
        Kind::Coded(status, code) => (status, code),
    }
}

fn cbor(kind: Kind) -> (u16, &'static str) {
    match kind {
        Kind::Invalid => (400, "InvalidParameterValue"),
        Kind::UnknownAction => (404, "UnknownOperationException"),
        other => query(other),
    }
}

fn json(kind: Kind, prefix: &str) -> (u16, &'static str) {
    match (kind, prefix) {
        (Kind::Denied, _) => (400, "AccessDeniedException"),
        (Kind::Throttled, "organizations" | "servicequotas" | "tag") => (400, "TooManyRequestsException"),
        (Kind::Throttled, _) => (400, "ThrottlingException"),
        (Kind::Internal(status), "acm") => (status, "InternalFailure"),
        (Kind::Internal(status), _) => (status, "ServiceException"),
        (Kind::NotOptedIn, _) => (400, "UnrecognizedClientException"),
        (Kind::Expired, _) => (400, "ExpiredTokenException"),
        (Kind::NoCredentials, _) => (400, "MissingAuthenticationTokenException"),
        (Kind::UnknownAction, _) => (400, "UnknownOperationException"),
        (Kind::BadToken, "servicequotas") => (400, "InvalidPaginationTokenException"),
        (Kind::Invalid, "servicequotas") => (400, "IllegalArgumentException"),
        (Kind::BadToken | Kind::Invalid, "organizations") => (400, "InvalidInputException"),
        (Kind::BadToken | Kind::Invalid, _) => (400, "ValidationException"),
        (Kind::Coded(status, code), _) => (status, code),
    }
}

fn rest_json(kind: Kind, prefix: &str) -> (u16, &'static str) {
    match (kind, prefix) {
        (Kind::Denied, _) => (403, "AccessDeniedException"),
        (Kind::Throttled, "apigateway" | "eks" | "kafka" | "ses") => (429, "TooManyRequestsException"),
        (Kind::Throttled, _) => (429, "ThrottlingException"),
        (Kind::Internal(status), _) => (status, "InternalServerException"),
        (Kind::NotOptedIn, _) => (403, "UnrecognizedClientException"),
        (Kind::Expired, _) => (403, "ExpiredTokenException"),
        (Kind::NoCredentials, _) => (403, "MissingAuthenticationTokenException"),
        (Kind::UnknownAction, _) => (404, "UnknownOperationException"),
        (Kind::BadToken | Kind::Invalid, "apigateway") => (400, "BadRequestException"),
        (Kind::BadToken | Kind::Invalid, _) => (400, "ValidationException"),
        (Kind::Coded(status, code), _) => (status, code),
    }
}

fn s3(kind: Kind) -> (u16, &'static str) {
    match kind {
        Kind::Throttled => (503, "SlowDown"),
        Kind::Internal(status) => (status, "InternalError"),
        Kind::NotOptedIn => (403, "InvalidAccessKeyId"),
        Kind::Expired => (400, "ExpiredToken"),
        Kind::NoCredentials => (403, "AccessDenied"),
        Kind::UnknownAction => (405, "MethodNotAllowed"),
        Kind::BadToken | Kind::Invalid => (400, "InvalidArgument"),
        other => query(other),
    }
}
