//! An organisation on a moto server, made by the project's own script, and what is in it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Document, MotoServer};

/// The regions that the script fills.
pub(crate) const REGIONS: [&str; 8] =
    ["-r", "us-east-1", "-r", "eu-west-1", "-r", "ap-southeast-2", "-r", "sa-east-1"];

/// A certificate: its account, its region and its id.
pub(crate) type Place = [String; 3];

/// A server and the organisation in it, as the script says it made it.
pub(crate) struct MotoOrganization {
    pub(crate) made: Value,
    pub(crate) url: String,
    _server: MotoServer,
}

impl MotoOrganization {
    pub(crate) fn start() -> Self {
        let server = MotoServer::start();
        Self { made: server.fill("organization.py"), url: server.url.clone(), _server: server }
    }

    /// The end of each certificate that was made in some accounts.
    pub(crate) fn made(&self, within: impl Fn(&str) -> bool) -> BTreeMap<Place, String> {
        let made = self.made["certificates"].as_array().unwrap().iter();
        let made = made.filter(|it| within(it["account"].as_str().unwrap()));
        made.map(|it| (["account", "region", "id"].map(|name| text(&it[name])), text(&it["not_after"])))
            .collect()
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The end of each certificate that was found, each once.
#[track_caller]
pub(crate) fn found(document: &Document) -> BTreeMap<Place, String> {
    let findings: Vec<_> = document.of_check("certificate-expiry").collect();
    let at = |it: &Value| [&it["scope"]["account"], &it["scope"]["region"], &it["resource"]["id"]].map(text);
    let found: BTreeMap<_, _> =
        findings.iter().map(|it| (at(it), text(&it["measure"]["not_after"]))).collect();
    assert_eq!(found.len(), findings.len(), "a certificate was found twice");
    found
}
