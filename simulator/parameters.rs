//! What a caller asks, read alike from forms and from JSON.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::digest::Digest;
use crate::failure::Failure;

/// How services name the token of a further page.
const TOKENS: [&str; 9] = [
    "NextToken",
    "Marker",
    "PageToken",
    "PaginationToken",
    "nextToken",
    "marker",
    "pageToken",
    "position",
    "continuation-token",
];

/// The parameters of a call.
#[derive(Debug)]
pub(crate) enum Parameters<'a> {
    /// A form of a query protocol; lists are `Name.1` or `Name.member.1`.
    Form(Vec<(Cow<'a, str>, Cow<'a, str>)>),
    /// A document of a JSON or CBOR service.
    Document(Json),
}

impl<'a> Parameters<'a> {
    pub(crate) fn form(body: &'a [u8]) -> Self {
        Self::Form(form_urlencoded::parse(body).collect())
    }

    /// A JSON document; an empty body is an empty document.
    pub(crate) fn json(body: &[u8]) -> Result<Self, Failure> {
        if body.is_empty() {
            return Ok(Self::Document(Json::Null));
        }
        let document = serde_json::from_slice(body);
        document
            .map(Self::Document)
            .map_err(|_| Failure::coded(400, "SerializationException", "The request is no JSON."))
    }

    pub(crate) fn cbor(body: &[u8]) -> Result<Self, Failure> {
        let document = crate::cbor::read(body);
        document
            .map(Self::Document)
            .map_err(|_| Failure::coded(400, "SerializationException", "The request is no CBOR."))
    }

    /// The parameter of that name; of JSON, only if it is text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self {
            Self::Form(pairs) => pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_ref()),
            Self::Document(document) => document.get(name).and_then(Json::as_str),
        }
    }

    /// The text of a parameter without which the call makes no sense.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Failure> {
        self.text(name).ok_or_else(|| Failure::invalid(format!("The parameter {name} is required.")))
    }

    /// The whole number of that name.
    pub(crate) fn number(&self, name: &str) -> Result<Option<i64>, Failure> {
        let unreadable = || Failure::invalid(format!("The parameter {name} is no whole number."));
        match self {
            Self::Form(_) => self.text(name).map(|text| text.parse().map_err(|_| unreadable())).transpose(),
            Self::Document(document) => match document.get(name) {
                None | Some(Json::Null) => Ok(None),
                Some(number) => number.as_i64().map(Some).ok_or_else(unreadable),
            },
        }
    }

    /// Whether the parameter of that name is true.
    pub(crate) fn flag(&self, name: &str) -> bool {
        match self {
            Self::Form(_) => self.text(name) == Some("true"),
            Self::Document(document) => document.get(name).and_then(Json::as_bool) == Some(true),
        }
    }

    /// The texts of a list, in order; empty if there is no such list.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        match self {
            Self::Form(pairs) => {
                let items = pairs.iter().filter(|(key, _)| is_item(key, name));
                items.map(|(_, value)| value.as_ref()).collect()
            }
            Self::Document(document) => match document.get(name).and_then(Json::as_array) {
                Some(items) => items.iter().filter_map(Json::as_str).collect(),
                None => Vec::new(),
            },
        }
    }

    /// The JSON of that name.
    pub(crate) fn document(&self, name: &str) -> Option<&Json> {
        match self {
            Self::Form(_) => None,
            Self::Document(document) => document.get(name),
        }
    }

    /// What the pages of one listing have in common, if a further page of one is asked.
    pub(crate) fn listing(&self) -> Option<Digest> {
        let is_token = |name: &str| TOKENS.contains(&name);
        let any = TOKENS.iter().any(|token| self.text(token).is_some());
        let others = |digest: Digest, name: &str, value: &str| match is_token(name) {
            true => digest,
            false => digest.add(name).add(value),
        };
        any.then(|| match self {
            Self::Form(pairs) => {
                pairs.iter().fold(Digest::new(), |digest, (name, value)| others(digest, name, value))
            }
            Self::Document(document) => {
                let fields = document.as_object().into_iter().flatten();
                fields.fold(Digest::new(), |digest, (name, value)| others(digest, name, &value.to_string()))
            }
        })
    }

    /// The filters of a query protocol: `Filter.1.Name`, `Filter.1.Value.1` and so on.
    pub(crate) fn filters(&self) -> Vec<(&str, Vec<&str>)> {
        let numbers = (1..).map(|number| (number, self.text(&format!("Filter.{number}.Name"))));
        let named = numbers.map_while(|(number, name)| Some((number, name?)));
        named.map(|(number, name)| (name, self.texts(&format!("Filter.{number}.Value")))).collect()
    }
}

/// Whether a form key is an item of the list: `Name.7` or `Name.member.7`.
fn is_item(key: &str, list: &str) -> bool {
    let Some(rest) = key.strip_prefix(list).and_then(|rest| rest.strip_prefix('.')) else { return false };
    let number = rest.strip_prefix("member.").unwrap_or(rest);
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn forms_have_lists_and_filters() {
        let body = b"Names.member.1=a&Names.member.2=b%20c&Filter.1.Name=state&Filter.1.Value.1=x&Filter.1.Value.2=y&N=5";
        let form = Parameters::form(body);
        assert_eq!(form.texts("Names"), ["a", "b c"]);
        assert_eq!(form.filters(), [("state", vec!["x", "y"])]);
        assert_eq!(form.number("N").unwrap(), Some(5));
        assert!(form.number("Names.member.1").is_err());
    }

    #[test]
    fn pages_of_one_listing_are_told_from_others() {
        let listing = |body: &[u8]| Parameters::form(body).listing().map(Digest::finish);
        assert_eq!(listing(b"Action=DescribeVpcs"), None);
        assert_eq!(listing(b"A=1&NextToken=x"), listing(b"A=1&NextToken=y"));
        assert_ne!(listing(b"A=1&NextToken=x"), listing(b"A=2&NextToken=x"));
        let listing = |body: &[u8]| Parameters::json(body).unwrap().listing().map(Digest::finish);
        assert_eq!(listing(br#"{"A":1}"#), None);
        assert_eq!(listing(br#"{"A":1,"NextToken":"x"}"#), listing(br#"{"A":1,"NextToken":"y"}"#));
        assert_ne!(listing(br#"{"A":1,"NextToken":"x"}"#), listing(br#"{"A":2,"NextToken":"x"}"#));
    }

    #[test]
    fn documents_have_lists_and_numbers() {
        let json = Parameters::json(br#"{"N":5,"L":["a"],"B":true}"#).unwrap();
        assert_eq!((json.number("N").unwrap(), json.texts("L"), json.flag("B")), (Some(5), vec!["a"], true));
        assert!(Parameters::json(b"{").is_err());
    }
}
