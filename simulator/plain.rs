//! Plain answers: what services say that the simulator does not model, word for word as AWS writes it.

use crate::call::Call;
use crate::document::Content;
use crate::failure::Failure;
use crate::http::Request;
use crate::value::{Place, Value};

/// How operations that only read are named.
const READS: [&str; 6] = ["Get", "List", "Describe", "Search", "BatchGet", "Export"];

/// The answer to an operation, as a document or as a refusal.
///
/// It is found in [`crate::Region::answers`] or [`crate::Account::answers`]. Of all answers to an operation the one
/// with the longest [`Plain::about`] that occurs in the request is given, of equals the one that was added last; for
/// services that the simulator models, too, in place of what the model would say. Reads that nobody answers get an
/// empty document.
///
/// The classic load balancers have `DescribeLoadBalancers` and `DescribeAccountLimits` in common with the newer ones:
/// plain answers to these are theirs alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Plain {
    operation: String,
    about: String,
    said: Said,
}

#[derive(Clone, Debug, PartialEq)]
enum Said {
    Body(Vec<u8>),
    Refusal { status: u16, code: &'static str, message: String },
}

impl Plain {
    /// The answer to an operation (`rds:DescribeDBInstances`: the service as IAM spells it, the operation as its API
    /// does) with that body: JSON, XML or an object of S3, in which `{account}`, `{region}` and `{endpoint}` (the URL
    /// of the simulator) stand for those that are asked.
    pub fn new(operation: impl Into<String>, body: impl Into<Vec<u8>>) -> Self {
        Self { operation: operation.into(), about: String::new(), said: Said::Body(body.into()) }
    }

    /// The refusal of an operation, with the HTTP status, the code and the words of the service.
    pub fn refused(
        operation: impl Into<String>,
        status: u16,
        code: &'static str,
        message: impl Into<String>,
    ) -> Self {
        let said = Said::Refusal { status, code, message: message.into() };
        Self { operation: operation.into(), about: String::new(), said }
    }

    /// Only for requests in whose path, query or body this text occurs, percent-encoded or not.
    #[must_use]
    pub fn about(mut self, text: impl Into<String>) -> Self {
        self.about = text.into();
        self
    }

    /// Whether it is the object of that name.
    pub(crate) fn is_object(&self, name: &str) -> bool {
        self.operation == "s3:GetObject" && self.about == name
    }

    /// What is said at a place to whoever sent the request.
    pub(crate) fn tell(&self, place: Place<'_>, request: &Request<'_>) -> Result<Content, Failure> {
        match &self.said {
            Said::Body(body) => Ok(Content::Written(filled(body, place, request))),
            Said::Refusal { status, code, message } => Err(Failure::coded(*status, code, message.as_str())),
        }
    }
}

/// The answer to an operation that a request is about, if there is one.
pub(crate) fn find<'a>(
    answers: impl Iterator<Item = &'a Plain>,
    operation: &str,
    request: &Request<'_>,
) -> Option<&'a Plain> {
    let mut answers = answers.filter(|answer| answer.operation == operation).peekable();
    answers.peek()?;
    let asked = wording(request);
    answers.filter(|answer| asked.contains(&answer.about)).max_by_key(|answer| answer.about.len())
}

/// What a service says for which nothing is modelled: nothing to those who read.
pub(crate) fn nothing(call: &Call<'_>) -> Result<Value, Failure> {
    let reads = READS.iter().any(|verb| call.action.starts_with(verb));
    if reads { Ok(Value::record()) } else { Err(Failure::unknown_action(call.action)) }
}

/// What S3 says of an object that nobody put there.
pub(crate) fn no_object(call: &Call<'_>) -> Result<Value, Failure> {
    match call.action {
        "GetObject" => Err(Failure::coded(404, "NoSuchKey", "The specified key does not exist.")),
        _ => nothing(call),
    }
}

/// All that a request says, percent-encoded and not.
fn wording(request: &Request<'_>) -> String {
    let body = String::from_utf8_lossy(request.body);
    let decoded = [request.path.as_bytes(), request.body].map(decoded);
    [request.path, &body, &decoded.concat()].join("\n")
}

fn decoded(text: &[u8]) -> String {
    let pairs = form_urlencoded::parse(text);
    let pairs =
        pairs.map(|(name, value)| if value.is_empty() { name.into() } else { format!("{name}={value}") });
    pairs.collect::<Vec<String>>().join("&")
}

/// A body with its placeholders filled in; what is no text has none.
fn filled(body: &[u8], place: Place<'_>, request: &Request<'_>) -> Vec<u8> {
    let Ok(text) = std::str::from_utf8(body) else { return body.to_vec() };
    let endpoint = format!("http://{}", request.header("host").unwrap_or_default());
    let text = text.replace("{account}", place.account).replace("{region}", place.region);
    text.replace("{endpoint}", &endpoint).into_bytes()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// What is answered to a form, by the first byte of the body.
    fn found(answers: &[Plain], path: &str, body: &str) -> Option<char> {
        let request = Request::of(path, body.as_bytes());
        let answer = find(answers.iter(), "rds:DescribeDBInstances", &request)?;
        let place = Place { account: "1", region: "r" };
        let Ok(Content::Written(body)) = answer.tell(place, &request) else { return None };
        body.first().map(|byte| char::from(*byte))
    }

    #[test]
    fn the_answer_that_is_most_about_the_request_is_given() {
        let plain = |body: &str, about: &str| Plain::new("rds:DescribeDBInstances", body).about(about);
        let other = Plain::new("rds:DescribeCertificates", "X");
        let answers = [
            plain("first", ""),
            plain("one", "db-1"),
            plain("both", "arn:aws:rds/db-1"),
            plain("later", ""),
            other,
        ];
        assert_eq!(found(&answers, "/", "Action=A"), Some('l'));
        assert_eq!(found(&answers, "/", "Action=A&Name=db-1"), Some('o'));
        assert_eq!(found(&answers, "/x/arn%3Aaws%3Ards%2Fdb-1/y?z", ""), Some('b'));
        assert_eq!(found(&answers, "/", "Name=arn%3Aaws%3Ards%2Fdb-1"), Some('b'));
        assert_eq!(found(&answers, "/", r#"{"Name":"arn:aws:rds/db-1"}"#), Some('b'));
        assert_eq!(found(&answers[1..2], "/", "Action=A"), None);
        assert_eq!(found(&answers[4..], "/", ""), None);
    }

    #[test]
    fn placeholders_are_filled_in_text_and_nothing_else() {
        let request = Request::of("/", b"");
        let place = Place { account: "111111111111", region: "eu-west-1" };
        let told = |body: &[u8]| match Plain::new("a:B", body).tell(place, &request).unwrap() {
            Content::Written(body) => body,
            Content::Tree(_) => Vec::new(),
        };
        assert_eq!(told(b"{\"a\":\"{account}/{region}\"}"), b"{\"a\":\"111111111111/eu-west-1\"}");
        assert_eq!(told(b"\xff{account}"), b"\xff{account}");
    }
}
