//! What an error of AWS means for what was sent.

use std::error::Error as StdError;
use std::io;

use aws_sdk_sns::config::http::HttpResponse;
use aws_sdk_sns::error::{ProvideErrorMetadata, SdkError};

use crate::escape::terminal;
use crate::gateway::http::Repeat;

/// How much of the words of AWS is told.
const MOST_COLUMNS: usize = 200;
/// How codes begin by which AWS says that what it was sent is not as it should be.
const REFUSED: [&str; 7] = [
    "InvalidParameter",
    "InvalidInput",
    "InvalidArgument",
    "InvalidBatch",
    "Validation",
    "Malformed",
    "Serialization",
];
/// Parts of codes by which AWS asks to come again.
const AGAIN: [&str; 7] = [
    "Throttl",
    "TooManyRequests",
    "RequestLimitExceeded",
    "SlowDown",
    "Internal",
    "Unavailable",
    "RequestTimeout",
];
/// Parts of codes that are about credentials, with which AWS may repeat what it was sent.
const CREDENTIALS: [&str; 6] =
    ["Signature", "Token", "AccessKey", "UnrecognizedClient", "AuthFailure", "Expired"];

/// Why something was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::gateway) enum Failure {
    /// It is not as it should be; parts of it may be.
    Refused(String),
    /// Whoever sends it may not, or nobody is there to take it.
    Denied(String),
    /// It was not taken, and may be a little later.
    Again(String),
    /// Nobody knows whether it arrived, or there is no way to AWS.
    Lost(String),
}

/// What an error is that AWS says by a code, of a request or of one entry in it.
pub(in crate::gateway) fn by_code(code: &str, message: &str) -> Failure {
    let holds = |parts: &[&str]| parts.iter().any(|part| code.contains(part));
    let why = match message.is_empty() || holds(&CREDENTIALS) {
        true => code.to_owned(),
        false => format!("{code}: {message}"),
    };
    let why = terminal(&why, MOST_COLUMNS);
    match () {
        () if holds(&AGAIN) => Failure::Again(why),
        () if REFUSED.iter().any(|start| code.starts_with(start)) || holds(&["TooLong", "TooLarge"]) => {
            Failure::Refused(why)
        }
        () => Failure::Denied(why),
    }
}

/// What an error of the SDK is.
pub(in crate::gateway) fn failure<E>(error: &SdkError<E, HttpResponse>, repeat: Repeat) -> Failure
where
    E: StdError + ProvideErrorMetadata + 'static,
{
    let status = error.raw_response().map(|raw| raw.status().as_u16());
    let code = error.code().unwrap_or_default();
    match (error, status) {
        (SdkError::ServiceError(_), Some(status)) if code.is_empty() => by_status(status),
        (SdkError::ServiceError(_), Some(status)) => match by_code(code, error.message().unwrap_or_default())
        {
            Failure::Denied(why) if status == 429 || status >= 500 => Failure::Again(why),
            failure => failure,
        },
        (SdkError::ResponseError(_), Some(status)) if status >= 300 => by_status(status),
        _ => silence(error, repeat),
    }
}

/// An answer that says no more than its status.
fn by_status(status: u16) -> Failure {
    let why = format!("answered HTTP {status}");
    match status {
        413 => Failure::Refused(why),
        429 | 500.. => Failure::Again(why),
        _ => Failure::Denied(why),
    }
}

/// No answer, or none that can be read.
fn silence<E>(error: &SdkError<E, HttpResponse>, repeat: Repeat) -> Failure
where
    E: StdError + 'static,
{
    let why = terminal(&innermost(error), MOST_COLUMNS);
    let never_sent = match error {
        SdkError::ConstructionFailure(_) => return Failure::Lost(why),
        SdkError::DispatchFailure(failure) if failure.is_user() => return Failure::Lost(why),
        // No credentials: the SDK says what kind of error it is where something was sent.
        SdkError::DispatchFailure(failure) if failure.is_other() && failure.as_other().is_none() => {
            return Failure::Lost(why);
        }
        SdkError::DispatchFailure(_) => is_no_connection(error),
        _ => false,
    };
    match (never_sent, repeat) {
        (true, _) | (_, Repeat::Safe) => Failure::Again(why),
        (false, Repeat::Unsafe) => {
            Failure::Lost(format!("{why}; it may have arrived, so it is sent once more with the next scan"))
        }
    }
}

fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// The first line of what the innermost error says: the SDK tells each place where it looked for credentials.
fn innermost(error: &(dyn StdError + 'static)) -> String {
    let innermost = chain(error).last().map(ToString::to_string).unwrap_or_default();
    innermost.lines().next().unwrap_or_default().trim_end_matches('.').to_owned()
}

/// Whether nothing can have been sent.
fn is_no_connection(error: &(dyn StdError + 'static)) -> bool {
    use io::ErrorKind::{AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkUnreachable};
    let kinds = [AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkUnreachable];
    chain(error)
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .any(|error| kinds.contains(&error.kind()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_code_says_what_to_do() {
        for (code, message, meant) in [
            (
                "ThrottlingException",
                "Rate exceeded",
                Failure::Again("ThrottlingException: Rate exceeded".into()),
            ),
            ("InternalFailure", "", Failure::Again("InternalFailure".into())),
            ("InvalidParameterValue", "x", Failure::Refused("InvalidParameterValue: x".into())),
            ("BatchRequestTooLong", "x", Failure::Refused("BatchRequestTooLong: x".into())),
            ("MalformedDetail", "x", Failure::Refused("MalformedDetail: x".into())),
            (
                "InvalidAccessException",
                "not subscribed",
                Failure::Denied("InvalidAccessException: not subscribed".into()),
            ),
            ("AccessDeniedException", "x", Failure::Denied("AccessDeniedException: x".into())),
            ("NotFound", "Topic does not exist", Failure::Denied("NotFound: Topic does not exist".into())),
        ] {
            assert_eq!(by_code(code, message), meant);
        }
    }

    #[test]
    fn what_aws_repeats_of_credentials_is_not_told() {
        for code in ["IncompleteSignature", "InvalidClientTokenId", "SignatureDoesNotMatch", "ExpiredToken"] {
            assert_eq!(by_code(code, "Authorization=AKIAMARKER"), Failure::Denied(code.into()));
        }
    }

    #[test]
    fn words_of_aws_are_one_harmless_line() {
        let Failure::Denied(why) = by_code("A\u{1b}[2J", &"x\n".repeat(1_000)) else { panic!("denied") };
        assert!(!why.contains(['\u{1b}', '\n']) && why.len() < 1_700, "{why}");
    }

    #[test]
    fn a_status_alone_says_it_too() {
        assert!(matches!(by_status(503), Failure::Again(_)) && matches!(by_status(429), Failure::Again(_)));
        assert!(
            matches!(by_status(413), Failure::Refused(_)) && matches!(by_status(403), Failure::Denied(_))
        );
    }

    /// What a client makes of an address, with these credentials or none.
    async fn asked(url: &str, repeat: Repeat, with: bool) -> Failure {
        use aws_sdk_sns::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
        let config = aws_sdk_sns::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .retry_config(RetryConfig::disabled())
            .endpoint_url(url);
        let config = match with {
            true => config.credentials_provider(Credentials::new("key", "MARKER", None, None, "test")),
            false => config,
        };
        let client = aws_sdk_sns::Client::from_conf(config.build());
        failure(&client.list_topics().send().await.unwrap_err(), repeat)
    }

    /// A server that reads a request and answers so, or hangs up.
    fn answering(answer: &'static str) -> String {
        use std::io::{Read, Write};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _read = stream.read(&mut [0; 65_536]).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        });
        format!("http://{address}")
    }

    #[tokio::test]
    async fn what_was_never_sent_may_be_sent_again_and_what_may_have_arrived_may_not() {
        use Repeat::{Safe, Unsafe};
        assert!(matches!(asked("http://127.0.0.1:1", Unsafe, true).await, Failure::Again(_)));
        let Failure::Lost(why) = asked(&answering(""), Unsafe, true).await else { panic!("lost") };
        assert!(why.contains("it may have arrived"), "{why}");
        assert!(matches!(asked(&answering(""), Safe, true).await, Failure::Again(_)));
        for repeat in [Safe, Unsafe] {
            let Failure::Lost(why) = asked("http://127.0.0.1:1", repeat, false).await else { panic!("lost") };
            assert!(!why.contains("arrived") && !why.contains("refused"), "{why}");
        }
    }

    #[tokio::test]
    async fn answers_are_read_by_code_and_by_status() {
        let empty = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        assert_eq!(
            asked(&answering(empty), Repeat::Unsafe, true).await,
            Failure::Again("answered HTTP 503".into())
        );
        let denied = "HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n<ErrorResponse><Error><Type>Sender</Type>\
            <Code>AuthorizationError</Code><Message>not yours</Message></Error></ErrorResponse>";
        let answer = asked(&answering(denied), Repeat::Unsafe, true).await;
        assert_eq!(answer, Failure::Denied("AuthorizationError: not yours".into()));
    }
}
