//! The JSON document, as a program that knows nothing of howler reads it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use super::{howler, program};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Document(pub(crate) Value);

impl Document {
    #[track_caller]
    pub(crate) fn parse(text: &str) -> Self {
        Self(serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in:\n{text:.500}")))
    }

    /// The document, if it is one and whole.
    pub(crate) fn read(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text).map(Self)
    }

    pub(crate) fn findings(&self) -> &[Value] {
        self.0["findings"].as_array().unwrap()
    }

    pub(crate) fn of_check<'a>(&'a self, check: &'a str) -> impl Iterator<Item = &'a Value> {
        self.findings().iter().filter(move |finding| finding["check"] == check)
    }

    /// The one finding of a check about something whose id ends so.
    #[track_caller]
    pub(crate) fn one(&self, check: &str, id: &str) -> &Value {
        let ends = |finding: &&Value| finding["resource"]["id"].as_str().unwrap().ends_with(id);
        let found: Vec<_> = self.findings().iter().filter(|it| it["check"] == check).filter(ends).collect();
        let [one] = found[..] else { panic!("{} findings of {check} about {id}: {:#}", found.len(), self.0) };
        one
    }

    pub(crate) fn scopes(&self) -> &[Value] {
        self.0["scopes"].as_array().unwrap()
    }

    /// The one scope in a region, or outside AWS (with `null`), of a service.
    #[track_caller]
    pub(crate) fn scope(&self, region: Option<&str>, service: &str) -> &Value {
        let is = |scope: &&Value| scope["region"].as_str() == region && scope["service"] == service;
        let found: Vec<_> = self.scopes().iter().filter(is).collect();
        let [one] = found[..] else { panic!("{} scopes {region:?} {service}", found.len()) };
        one
    }

    /// The end of each certificate by region and id.
    pub(crate) fn ends(&self) -> BTreeMap<(String, String), String> {
        let end = |finding: &Value| {
            let end = finding["measure"]["not_after"].as_str().unwrap_or("none").to_owned();
            (place_and_id(finding), end)
        };
        self.of_check("certificate-expiry").map(end).collect()
    }

    /// The usage of each quota by region and id; null where it is unknown.
    pub(crate) fn usages(&self) -> BTreeMap<(String, String), Value> {
        let usage = |finding: &Value| (place_and_id(finding), finding["measure"]["usage"].clone());
        self.of_check("quota-utilization").map(usage).collect()
    }
}

/// The bytes of a report without those that differ between any two scans: the `run` of a document, or the first line
/// of a table.
#[track_caller]
pub(crate) fn without_run(report: &str) -> String {
    if !report.starts_with('{') {
        return report.split_once('\n').expect("more than one line").1.to_owned();
    }
    let (before, run) = report.split_once("\n  \"run\": {").expect("a run");
    let (_, after) = run.split_once("\n  }").expect("the end of the run");
    format!("{before}{after}")
}

/// The coverage counts every scope of the document once.
#[track_caller]
pub(crate) fn assert_sums(document: &Document) {
    let count = |name: &str| document.0["coverage"][name].as_u64().unwrap();
    let parts = ["ok", "partial", "denied", "disabled", "throttled", "error", "skipped"];
    assert_eq!(count("requested"), parts.map(count).iter().sum::<u64>());
    assert_eq!(count("requested"), document.scopes().len() as u64);
    let place = |scope: &Value| {
        ["partition", "account", "region", "service", "target"].map(|field| scope[field].to_string())
    };
    let places: BTreeSet<_> = document.scopes().iter().map(place).collect();
    assert_eq!(places.len(), document.scopes().len(), "a scope is there twice: {:#?}", document.scopes());
}

fn place_and_id(finding: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&finding["scope"]["region"]), text(&finding["resource"]["id"]))
}

/// What a validator that is not ours says about the document: nothing if it keeps to `howler schema`.
pub(crate) fn validate(document: &Value) -> String {
    let schema: Value = serde_json::from_str(&howler(&["schema"]).run().exits(0).stdout).unwrap();
    let mut python = program("python");
    python.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/validate.py"));
    let mut child = python.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("run scripts/test");
    let both = json!({ "schema": schema, "document": document }).to_string();
    child.stdin.take().unwrap().write_all(both.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the validator failed: run scripts/test");
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
pub(crate) fn assert_valid(document: &Document) {
    assert_eq!(validate(&document.0), "");
}
