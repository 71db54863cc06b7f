//! A scan that is split into shards and merged: the same as the unsharded one, and honest about a part that is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use howler_simulator::{Fault, Organization, Rule, estate};
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{
    Authority, Document, Howler, Ran, Simulated, TlsServer, assert_sums, howler, now, without_run,
};

const OF: usize = 16;
const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];
/// Its role is missing.
const SHUT: &str = "100000000013";
/// ACM is denied there.
const DENIED: &str = "100000000027";
/// It is not active.
const SUSPENDED: &str = "100000000031";

/// An organisation, endpoints and files, scanned in shards.
struct Split {
    simulated: Simulated,
    authority: Authority,
    servers: [TlsServer; 2],
    parts: TempDir,
}

fn organization() -> Organization {
    let mut organization = estate::organization(40, &REGIONS, estate::few_region(now()));
    organization.accounts.get_mut(SHUT).unwrap().roles.clear();
    organization.accounts.get_mut(SUSPENDED).unwrap().suspended = true;
    organization
}

impl Split {
    fn start() -> Self {
        let denied = Rule::new(Fault::Deny { by_scp: true }).account(DENIED).region("us-east-1");
        let simulated = Simulated::start(organization(), vec![denied.action("acm:*")]);
        let authority = Authority::new();
        let servers = [5, 80].map(|days| {
            let leaf = authority.sign(&format!("in-{days}-days.example"), days);
            TlsServer::start(&leaf, &[])
        });
        Self { simulated, authority, servers, parts: TempDir::new().unwrap() }
    }

    /// A scan of everything there is.
    fn scan(&self) -> Howler {
        let file = |name: &str| self.authority.folder().join(name).display().to_string();
        let [authority, leaf] = ["ca.pem", "in-5-days.example.pem"].map(file);
        let scan = self.simulated.scan(&["--quiet", "--org", "-r", REGIONS[0], "-r", REGIONS[1]]);
        let checks = ["certificate-expiry", "certificate-untrusted", "scan-coverage"];
        let scan = checks.into_iter().fold(scan, |scan, check| scan.args(&["--check", check]));
        let [first, second] = [0, 1].map(|number: usize| self.servers[number].endpoint("some.example"));
        let files = ["--file", &leaf, "--file", &authority, "--trust", &authority];
        scan.args(&["--endpoint", &first, "--endpoint", &second]).args(&files)
    }

    fn part(&self, index: usize) -> PathBuf {
        self.parts.path().join(format!("part-{index}"))
    }

    /// Scans all shards, two at a time; each exit code.
    fn scan_shards(&self) -> Vec<i32> {
        let scan = |index: usize| {
            let shard = format!("{index}/{OF}");
            let ran = self.scan().args(&["--shard", &shard, "-o", self.part(index).to_str().unwrap()]).run();
            assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""), "shard {shard}");
            ran.code
        };
        let pair = |first: usize| {
            std::thread::scope(|threads| {
                let second = threads.spawn(move || scan(first + 1));
                [scan(first), second.join().unwrap()]
            })
        };
        (0..OF).step_by(2).flat_map(pair).collect()
    }

    /// The parts of these shards, merged.
    fn merge(&self, shards: impl IntoIterator<Item = usize>, format: &str) -> Ran {
        let parts: Vec<_> = shards.into_iter().map(|index| self.part(index).display().to_string()).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        howler(&["merge", "--format", format]).args(&parts).run()
    }
}

/// What is scanned as a whole: an account, an endpoint or a file.
fn unit(scope: &Value) -> String {
    let account_or_target = scope["account"].as_str().or(scope["target"].as_str());
    account_or_target.unwrap_or_else(|| panic!("{scope:#}")).to_owned()
}

fn is_missing(scope: &Value) -> bool {
    scope["status"] == "skipped"
}

/// The units of which something was tried. What Organizations says is known to every shard.
fn tried(document: &Document) -> BTreeSet<String> {
    let scopes = document.scopes().iter().filter(|scope| scope["service"] != "organizations");
    scopes.filter(|scope| !is_missing(scope)).map(unit).collect()
}

/// Findings and scopes of some units, in their order.
fn about(document: &Document, is: impl Fn(&str) -> bool) -> Vec<&Value> {
    let findings = document.findings().iter().filter(|it| is(&unit(&it["scope"])));
    findings.chain(document.scopes().iter().filter(|scope| is(&unit(scope)))).collect()
}

#[test]
fn sixteen_shards_merged_are_the_unsharded_scan_and_a_missing_one_is_a_gap() {
    let split = Split::start();
    let whole = split.scan().args(&["--format", "json"]).run().exits(3);
    let codes = split.scan_shards();
    assert!(codes.iter().all(|code| [0, 3].contains(code)) && codes.contains(&0), "{codes:?}");

    let merged = split.merge(0..OF, "json").exits(3);
    assert_eq!(merged.stderr, "");
    let document = whole.document();
    assert!(document.findings().len() > 80 && tried(&document).len() == 43, "{:?}", tried(&document));
    assert!(without_run(&whole.stdout) == without_run(&merged.stdout), "{}", merged.stdout);
    let backwards = split.merge((0..OF).rev(), "json").exits(3);
    assert!(merged.stdout == backwards.stdout, "the order of parts must not matter");
    let table = split.scan().run().exits(3).stdout;
    assert_eq!(without_run(&table), without_run(&split.merge(0..OF, "table").exits(3).stdout));

    let shares = shares(&split, &document);
    let with_endpoint = shares.values().filter(|units| units.iter().any(|unit| unit.contains("127.0.0.1")));
    assert!(shares.len() > 12 && with_endpoint.count() > 0, "{shares:#?}");
    for (index, units) in &shares {
        missing(&split, &document, *index, units);
    }
}

/// The units of each shard that has some: what is not missing when its part is merged alone. Each unit is in one.
fn shares(split: &Split, whole: &Document) -> BTreeMap<usize, BTreeSet<String>> {
    let alone = |index| tried(&split.merge([index], "json").exits(3).document());
    let shares: BTreeMap<usize, BTreeSet<String>> = (0..OF).map(|index| (index, alone(index))).collect();
    let all: Vec<&String> = shares.values().flatten().collect();
    assert_eq!(all.iter().copied().cloned().collect::<BTreeSet<_>>(), tried(whole));
    assert_eq!(all.len(), tried(whole).len(), "a unit is in two shards");
    shares.into_iter().filter(|(_, units)| !units.is_empty()).collect()
}

/// Without one part, its units are gaps that name the shard, and all else is as it was.
fn missing(split: &Split, whole: &Document, index: usize, units: &BTreeSet<String>) {
    let ran = split.merge((0..OF).filter(|it| *it != index), "json").exits(3);
    let shard = format!("shard {index}/{OF}");
    assert!(ran.stderr.contains(&shard) && ran.stderr.lines().count() == 1, "{}", ran.stderr);
    let document = ran.document();
    let gaps: Vec<&Value> = document.scopes().iter().filter(|scope| is_missing(scope)).collect();
    assert_eq!(gaps.iter().map(|scope| unit(scope)).collect::<BTreeSet<_>>(), *units);
    for gap in gaps.iter().map(|scope| &scope["gaps"][0]) {
        assert!(gap["reason"] == "skipped" && gap["message"].as_str().unwrap().contains(&shard), "{gap:#}");
    }
    let other = |unit: &str| !units.contains(unit);
    assert_eq!(about(&document, other), about(whole, other), "{shard}");
    assert_sums(&document);
}
