//! Findings and scopes in words, each with its place among others: what is kept, sorted, merged and told.

use std::io;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::document::{Finding, Measure, Place, Scope};
use crate::escape;

/// A finding or a scope in words, with the place that it takes among others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Record {
    /// Its byte order is the order of the document. No character is below a space or is 0x7f.
    pub key: Box<str>,
    /// As it stands in the document, on one line, with nothing in it that a terminal obeys.
    pub json: Box<str>,
}

impl Record {
    /// A finding: open before closed, severity, deadline, fullest quota, then place and check.
    #[must_use]
    pub fn of_finding(finding: &Finding) -> Self {
        let mut key = Key::default();
        key.digit(u8::from(!finding.is_open()));
        // The words of a document stand worst first.
        key.digit(finding.severity as u8);
        key.deadline(finding.deadline);
        key.number(-fullness(&finding.measure));
        key.place(&finding.scope);
        let resource = &finding.resource;
        for text in [&resource.kind, &resource.id, &resource.name, &finding.check, &finding.id] {
            key.text(text);
        }
        Self { key: key.0.into(), json: written(finding) }
    }

    /// A scope, by its place.
    #[must_use]
    pub fn of_scope(scope: &Scope) -> Self {
        let mut key = Key::default();
        key.place(&scope.place);
        Self { key: key.0.into(), json: written(scope) }
    }

    /// The finding, read back.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] if the record holds something else.
    pub fn finding(&self) -> io::Result<Finding> {
        self.read()
    }

    /// The scope, read back.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] if the record holds something else.
    pub fn scope(&self) -> io::Result<Scope> {
        self.read()
    }

    fn read<Part: DeserializeOwned>(&self) -> io::Result<Part> {
        serde_json::from_str(&self.json).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }
}

/// One line of JSON. Were there anything that JSON cannot say, its reader would meet the error instead.
fn written(part: &impl Serialize) -> Box<str> {
    let json = serde_json::to_string(part);
    escape::json(&json.unwrap_or_else(|error| Value::from(error.to_string()).to_string())).into()
}

/// How much of a quota is used, in millionths; 0 for all that is no quota.
fn fullness(measure: &Measure) -> i64 {
    match measure {
        Measure::Utilization { utilization_ratio: Some(ratio), .. } => (ratio * 1e6) as i64,
        _ => 0,
    }
}

/// Text whose byte order is the order of what was put into it, first things first.
#[derive(Default)]
struct Key(String);

impl Key {
    /// One of at most ten.
    fn digit(&mut self, digit: u8) {
        self.0.push(char::from(b'0' + digit));
    }

    fn number(&mut self, number: i64) {
        // With the sign bit turned around, negative numbers stand before the others.
        self.0.push_str(&format!("{:016x}", number.cast_unsigned() ^ (1 << 63)));
    }

    /// The soonest first, what has none last.
    fn deadline(&mut self, deadline: Option<DateTime<Utc>>) {
        self.digit(u8::from(deadline.is_none()));
        if let Some(at) = deadline {
            self.number(at.timestamp());
            self.number(at.timestamp_subsec_nanos().into());
        }
    }

    /// AWS before the rest.
    fn place(&mut self, place: &Place) {
        let Place { partition, account, region, service, target } = place;
        self.digit(u8::from(target.is_some()));
        self.digit(partition.map_or(0, |partition| partition as u8));
        for text in [account, region, target] {
            self.text(text.as_deref().unwrap_or_default());
        }
        self.text(service);
    }

    /// Two spaces end a text, so that it stands before all that begin with it. Each control character and space in it
    /// is a space and a greater character; 0x7f follows the tilde in the same way.
    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '\0'..=' ' => self.0.extend([' ', char::from(b'!' + c as u8)]),
                '~' => self.0.push_str("~!"),
                '\x7f' => self.0.push_str("~\""),
                _ => self.0.push(c),
            }
        }
        self.0.push_str("  ");
    }
}
