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

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;

    use chrono::TimeDelta;
    use howler_model as model;

    use super::*;
    use crate::samples;

    /// The order of findings, as the nouns of the model are ordered.
    fn rank(finding: &model::Finding) -> impl Ord + use<'_> {
        let verdict = &finding.verdict;
        let fullness = verdict.measure.utilization().map_or(0, |ratio| (ratio * 1e6) as i64);
        (
            !matches!(verdict.status, model::Status::Warn | model::Status::Fail | model::Status::Unknown),
            Reverse(verdict.severity),
            verdict.deadline.is_none(),
            verdict.deadline,
            -fullness,
            &verdict.resource,
            (finding.check, finding.id.as_str()),
        )
    }

    /// Texts of which one begins as another does, or holds what a key cannot.
    const TEXTS: [&str; 15] = [
        "",
        " ",
        "  ",
        "a",
        "a ",
        "a  b",
        "a b",
        "a!",
        "a\t",
        "a\0",
        "a~",
        "a\u{7f}",
        "a~\"",
        "aé",
        "aé\u{85}b",
    ];

    /// The next of a row of numbers that look like chance and are the same each time.
    fn next(state: &mut u64, below: usize) -> usize {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*state >> 33) as usize % below
    }

    fn any_scope(state: &mut u64) -> model::Scope {
        let text = TEXTS[next(state, TEXTS.len())];
        let service = model::Service::from(TEXTS[next(state, 5)].to_owned());
        let partition = [model::Partition::Aws, model::Partition::AwsCn, model::Partition::AwsEusc];
        let region = ["eu-west-1", "eu-west-10", "eu-west-2"][next(state, 3)].parse().unwrap();
        let account = ["111111111111", "111111111112"][next(state, 2)].parse().unwrap();
        match next(state, 3) {
            0 => model::Scope::outside(text, service),
            _ => model::Scope::aws(partition[next(state, 3)], account, region, service),
        }
    }

    fn any_measure(state: &mut u64) -> model::Measure {
        let usage = [0.0, 0.5, 46.0, 50.0, 400.0][next(state, 5)];
        match next(state, 3) {
            0 => model::Measure::NoExpiry,
            _ => samples::utilization(usage, 50.0, "count"),
        }
    }

    /// Findings that often differ in one thing alone.
    fn any_finding(state: &mut u64) -> model::Finding {
        let resource = model::Resource {
            scope: any_scope(state),
            kind: ["quota", "quota-x"][next(state, 2)],
            id: TEXTS[next(state, TEXTS.len())].into(),
            name: TEXTS[next(state, TEXTS.len())].into(),
        };
        let status = model::Status::ALL[next(state, 5)];
        let severity = model::Severity::ALL[next(state, 5)];
        let check = ["certificate-expiry", "quota-utilization"][next(state, 2)];
        let mut finding = samples::finding(check, resource, status, severity, any_measure(state));
        let left =
            [i64::from(i32::MIN) * 4000, -4_000_000_000_000, -1, 0, 1, 999, 86_400_000][next(state, 7)];
        finding.verdict.deadline =
            (next(state, 2) > 0).then(|| samples::now() + TimeDelta::milliseconds(left));
        finding
    }

    fn assert_ordered(findings: &[model::Finding]) {
        let keys: Vec<_> = findings.iter().map(|it| Record::of_finding(&it.into()).key).collect();
        for (one, key) in findings.iter().zip(&keys) {
            for (other, other_key) in findings.iter().zip(&keys) {
                assert_eq!(rank(one).cmp(&rank(other)), key.cmp(other_key), "{key}\n{other_key}");
            }
        }
    }

    #[test]
    fn the_order_of_keys_is_the_order_of_findings() {
        let mut state = 7;
        let any: Vec<_> = (0..600).map(|_| any_finding(&mut state)).collect();
        assert_ordered(&any);
        // All else being equal, each thing alone decides.
        for (number, text) in TEXTS.into_iter().enumerate() {
            let like = |other: &str| {
                let mut finding = any[number].clone();
                finding.verdict.resource.id = other.into();
                finding
            };
            assert_ordered(&TEXTS.map(like));
            let mut names = TEXTS.map(like);
            names.iter_mut().for_each(|finding| finding.verdict.resource.name = text.into());
            assert_ordered(&names);
        }
    }

    #[test]
    fn the_order_of_keys_is_the_order_of_scopes() {
        let mut state = 3;
        let scopes: Vec<_> = (0..300).map(|_| any_scope(&mut state)).collect();
        let key = |scope: &model::Scope| {
            let mut key = Key::default();
            key.place(&scope.into());
            key.0
        };
        let keyed: Vec<_> = scopes.iter().map(|scope| (scope, key(scope))).collect();
        for ((scope, key), (other, other_key)) in
            keyed.iter().flat_map(|one| keyed.iter().map(move |it| (one, it)))
        {
            assert_eq!(scope.cmp(other), key.cmp(other_key), "{scope:?} {other:?}");
        }
    }

    #[test]
    fn a_deadline_of_long_ago_comes_before_a_later_one() {
        let key = |at: Option<&str>| {
            let mut key = Key::default();
            key.deadline(at.map(|at| at.parse().unwrap()));
            key.0
        };
        let times = [
            "0001-01-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "1969-12-31T23:59:59.5Z",
            "2026-01-01T00:00:00Z",
        ];
        let keys: Vec<_> = times.into_iter().map(Some).chain([None]).map(key).collect();
        assert!(keys.is_sorted() && keys[1] != keys[2], "{keys:?}");
    }

    #[test]
    fn a_record_reads_back_as_it_was_and_stands_in_one_harmless_line() {
        for sample in [samples::scan(), samples::hostile(), samples::healthy()] {
            for finding in &sample.findings {
                let record = Record::of_finding(finding);
                assert_harmless(&record);
                assert_eq!(record.finding().unwrap(), *finding);
                assert_eq!(record.scope().unwrap_err().kind(), io::ErrorKind::InvalidData);
            }
            for scope in &sample.scopes {
                let record = Record::of_scope(scope);
                assert_harmless(&record);
                assert_eq!(record.scope().unwrap(), *scope);
            }
        }
    }

    fn assert_harmless(record: &Record) {
        assert!(!record.json.chars().any(escape::is_hidden), "{}", record.json);
        assert!(!record.key.chars().any(|c| c < ' ' || c == '\u{7f}'), "{:?}", record.key);
    }

    #[test]
    fn what_json_cannot_say_is_an_error_for_its_reader() {
        let unsayable = std::collections::BTreeMap::from([(vec![1], 1)]);
        let record = Record { key: "".into(), json: written(&unsayable) };
        assert!(record.finding().is_err() && record.json.contains("key must be a string"), "{record:?}");
    }
}
