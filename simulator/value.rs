//! The tree that every answer is made of, whichever protocol writes it out.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};

/// A node of an answer, with the names that AWS uses on the wire.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text.
    Text(Cow<'static, str>),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Real(f64),
    /// True or false.
    Flag(bool),
    /// An instant, written as each protocol wants it.
    Time(DateTime<Utc>),
    /// The id of the account that is asked, so that many accounts can share one region's data.
    Account,
    /// An ARN in the account and region that are asked.
    Arn {
        /// The service as ARNs spell it; `cloudfront`, `iam` and `organizations` have no region.
        service: &'static str,
        /// What follows the account, such as `loadbalancer/app/shop/1`.
        resource: String,
    },
    /// Values in order.
    List(Vec<Value>),
    /// Named values in order.
    Record(Vec<(&'static str, Value)>),
    /// A value that several answers share.
    Shared(Arc<Value>),
}

/// Where an answer is given, which [`Value::Account`] and [`Value::Arn`] need.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The account's twelve digits.
    pub account: &'a str,
    /// The region's name.
    pub region: &'a str,
}

impl Value {
    /// A record without fields.
    pub fn record() -> Self {
        Self::Record(Vec::new())
    }

    /// A list of values.
    pub fn list<T: Into<Self>>(values: impl IntoIterator<Item = T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }

    /// An ARN in the account and region that are asked.
    pub fn arn(service: &'static str, resource: impl Into<String>) -> Self {
        Self::Arn { service, resource: resource.into() }
    }

    /// This record with one more field, in place of an earlier one of that name; other values stay as they are.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Self>) -> Self {
        if let Self::Record(fields) = &mut self {
            fields.retain(|(field, _)| *field != name);
            fields.push((name, value.into()));
        }
        self
    }

    /// This record with one more field if there is a value for it.
    #[must_use]
    pub fn with_some<T: Into<Self>>(self, name: &'static str, value: Option<T>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The field of that name, if this is a record that has it.
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Record(fields) => fields.iter().find(|(field, _)| *field == name).map(|(_, value)| value),
            Self::Shared(value) => value.get(name),
            _ => None,
        }
    }

    /// Every scalar at a dotted path; lists on the way are looked through.
    pub fn texts<'a>(&'a self, path: &str, place: Place<'_>) -> Vec<Cow<'a, str>> {
        let mut found = Vec::new();
        self.walk(path, place, &mut found);
        found
    }

    fn walk<'a>(&'a self, path: &str, place: Place<'_>, found: &mut Vec<Cow<'a, str>>) {
        match self {
            Self::Shared(value) => value.walk(path, place, found),
            Self::List(values) => values.iter().for_each(|value| value.walk(path, place, found)),
            Self::Record(_) => {
                let (name, rest) = path.split_once('.').unwrap_or((path, ""));
                if let Some(value) = self.get(name) {
                    value.walk(rest, place, found);
                }
            }
            _ if path.is_empty() => found.extend(self.text(place)),
            _ => {}
        }
    }

    /// A scalar as the query protocols write it; lists and records have no such text.
    pub fn text(&self, place: Place<'_>) -> Option<Cow<'_, str>> {
        Some(match self {
            Self::Text(text) => Cow::Borrowed(text.as_ref()),
            Self::Integer(number) => Cow::Owned(number.to_string()),
            Self::Real(number) => Cow::Owned(number.to_string()),
            Self::Flag(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
            Self::Time(time) => Cow::Owned(time.to_rfc3339_opts(SecondsFormat::Millis, true)),
            Self::Account => Cow::Owned(place.account.to_owned()),
            Self::Arn { service, resource } => Cow::Owned(arn(service, place, resource)),
            Self::Shared(value) => return value.text(place),
            Self::List(_) | Self::Record(_) => return None,
        })
    }
}

fn arn(service: &str, place: Place<'_>, resource: &str) -> String {
    let region =
        if matches!(service, "cloudfront" | "iam" | "organizations" | "sts") { "" } else { place.region };
    format!("arn:aws:{service}:{region}:{}:{resource}", place.account)
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Cow::Owned(text.to_owned()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Integer(number.into())
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<DateTime<Utc>> for Value {
    fn from(time: DateTime<Utc>) -> Self {
        Self::Time(time)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Self {
        Self::list(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place<'_> = Place { account: "111111111111", region: "eu-west-1" };

    #[test]
    fn a_path_looks_through_lists() {
        let group = |id: &str| Value::record().with("groupId", id);
        let value = Value::record().with("groupSet", vec![group("sg-1"), group("sg-2")]);
        assert_eq!(value.texts("groupSet.groupId", PLACE), ["sg-1", "sg-2"]);
        assert!(value.texts("groupSet", PLACE).is_empty());
    }

    #[test]
    fn an_arn_takes_its_account_and_region_from_the_place() {
        let text = |service| Value::arn(service, "x/1").text(PLACE).map(Cow::into_owned);
        assert_eq!(text("acm").as_deref(), Some("arn:aws:acm:eu-west-1:111111111111:x/1"));
        assert_eq!(text("iam").as_deref(), Some("arn:aws:iam::111111111111:x/1"));
    }

    #[test]
    fn a_field_given_twice_holds_the_later_value() {
        let value = Value::record().with("size", 1).with("size", 2);
        assert_eq!(value, Value::record().with("size", 2));
    }
}
