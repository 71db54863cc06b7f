//! One moto server for all tests, filled by the project's own script, and one scan of it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;

use super::{Document, MotoServer, Ran, howler};

/// What the script made.
#[derive(Deserialize)]
pub(crate) struct Manifest {
    certificates: Vec<Certificate>,
    usage: Vec<Usage>,
    /// How many resources there are at least.
    pub(crate) made: usize,
}

#[derive(Deserialize)]
struct Certificate {
    region: String,
    id: String,
    not_after: String,
    /// None of what is no certificate itself.
    sha256: Option<String>,
    key: Option<String>,
    owner: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    region: String,
    quota: String,
    usage: Value,
}

pub(crate) struct Moto {
    pub(crate) manifest: Manifest,
    /// A scan of both regions.
    pub(crate) ran: Ran,
    /// Ends with this process: its standard input ends then.
    _server: MotoServer,
}

/// The server, started once.
pub(crate) fn moto() -> &'static Moto {
    static MOTO: OnceLock<Moto> = OnceLock::new();
    MOTO.get_or_init(start)
}

fn start() -> Moto {
    let server = MotoServer::start();
    let manifest = server.fill("seed.py");
    let regions = ["scan", "-r", "us-east-1", "-r", "eu-west-1", "--format", "json"];
    // Whoever no tag names is owned by nobody in particular.
    let ran = howler(&regions).aws(&server.url, "moto").file("owners.toml", "default = \"nobody\"\n").run();
    Moto { manifest, ran, _server: server }
}

impl Moto {
    pub(crate) fn document(&self) -> Document {
        self.ran.document()
    }
}

impl Manifest {
    /// The end of each certificate by region and id.
    pub(crate) fn ends(&self) -> BTreeMap<(String, String), String> {
        let end = |it: &Certificate| ((it.region.clone(), it.id.clone()), it.not_after.clone());
        self.certificates.iter().map(end).collect()
    }

    /// The fingerprint of each certificate of IAM, whose body howler reads.
    pub(crate) fn fingerprints(&self) -> BTreeMap<(String, String), String> {
        let global = self.certificates.iter().filter(|it| it.region == "global");
        global.filter_map(|it| Some(((it.region.clone(), it.id.clone()), it.sha256.clone()?))).collect()
    }

    /// The key type of each certificate of ACM.
    pub(crate) fn keys(&self) -> BTreeMap<(String, String), String> {
        let key = |it: &Certificate| Some(((it.region.clone(), it.id.clone()), it.key.clone()?));
        self.certificates.iter().filter_map(key).collect()
    }

    /// The team that each certificate's tag names, or whoever owns the rest.
    pub(crate) fn owners(&self) -> BTreeMap<(String, String), String> {
        let owner = |it: &Certificate| it.owner.clone().unwrap_or_else(|| "nobody".to_owned());
        self.certificates.iter().map(|it| ((it.region.clone(), it.id.clone()), owner(it))).collect()
    }

    /// The usage of each quota by region and id.
    pub(crate) fn usages(&self) -> BTreeMap<(String, String), Value> {
        let usage = |it: &Usage| ((it.region.clone(), it.quota.clone()), it.usage.clone());
        self.usage.iter().map(usage).collect()
    }
}
