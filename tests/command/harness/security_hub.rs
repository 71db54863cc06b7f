//! Security Hub, as far as its documentation says what it takes: who may import where, what a finding must hold, how
//! long its texts may be, how many fit, and how often.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use chrono::DateTime;
use howler_simulator::ACCESS_KEY_ID;
use serde_json::{Value, json};

use super::limits::{Answer, Rate, length, serve};
use super::receiver::Post;

/// Findings of a request, bytes of a request and of a finding, requests of a second.
const FINDINGS: usize = 100;
const REQUEST: usize = 6_000_000;
const FINDING: usize = 240_000;
const BURST: usize = 30;
/// What every finding has to hold.
const REQUIRED: [&str; 12] = [
    "AwsAccountId",
    "CreatedAt",
    "Description",
    "GeneratorId",
    "Id",
    "ProductArn",
    "Resources",
    "SchemaVersion",
    "Severity",
    "Title",
    "Types",
    "UpdatedAt",
];
/// What belongs to the customer.
const THEIRS: [&str; 4] = ["Note", "UserDefinedFields", "VerificationState", "Workflow"];

/// An account and a region.
pub(crate) type Desk = (String, String);

#[derive(Default)]
struct State {
    /// Whoever the management account is.
    management: String,
    /// The findings by account, region and id.
    imported: BTreeMap<(String, String, String), Value>,
    requests: usize,
    refused: Vec<String>,
    unsubscribed: BTreeSet<String>,
    failing: usize,
    rates: BTreeMap<Desk, Rate>,
}

pub(crate) struct SecurityHub {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl SecurityHub {
    pub(crate) fn start(management: &str) -> Self {
        let state = Arc::new(Mutex::new(State { management: management.to_owned(), ..State::default() }));
        let shared = Arc::clone(&state);
        let address = serve(move |post| shared.lock().unwrap().answer(post));
        Self { address, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All findings by account, region and id.
    pub(crate) fn imported(&self) -> BTreeMap<(String, String, String), Value> {
        self.state().imported.clone()
    }

    /// Why it refused what it refused.
    pub(crate) fn refused(&self) -> Vec<String> {
        self.state().refused.clone()
    }

    pub(crate) fn requests(&self) -> usize {
        self.state().requests
    }

    /// An account where it is not switched on.
    pub(crate) fn unsubscribe(&self, account: &str) {
        self.state().unsubscribed.insert(account.to_owned());
    }

    /// It is switched on again everywhere.
    pub(crate) fn subscribe_all(&self) {
        self.state().unsubscribed.clear();
    }

    /// The next requests fail.
    pub(crate) fn fail(&self, times: usize) {
        self.state().failing = times;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl State {
    fn answer(&mut self, post: &Post) -> Answer {
        self.requests += 1;
        if self.failing > 0 {
            self.failing -= 1;
            return error(500, "InternalException", "try again");
        }
        if !post.line.starts_with("POST /findings/import ") {
            return error(404, "ResourceNotFoundException", "no such operation");
        }
        let Some(desk) = self.caller(post) else { return error(403, "AccessDeniedException", "who is it?") };
        if self.unsubscribed.contains(&desk.0) {
            return error(
                401,
                "InvalidAccessException",
                &format!("Account {} is not subscribed to AWS Security Hub", desk.0),
            );
        }
        let rate = || Rate { most: BURST, within: Duration::from_secs(3), taken: Vec::new() };
        if self.rates.entry(desk.clone()).or_insert_with(rate).is_exceeded() {
            return error(429, "TooManyRequestsException", "Rate exceeded");
        }
        let body: Value = serde_json::from_str(&post.body).unwrap();
        let findings = body["Findings"].as_array().cloned().unwrap_or_default();
        if !(1..=FINDINGS).contains(&findings.len()) || post.body.len() > REQUEST {
            self.refused.push(format!("{} findings, {} bytes", findings.len(), post.body.len()));
            return error(400, "InvalidInputException", "too many or too few findings");
        }
        self.import(&desk, findings)
    }

    /// The account that the access key belongs to, and the region of the signature.
    fn caller(&self, post: &Post) -> Option<Desk> {
        let (_, credential) = post.headers.get("authorization")?.split_once("Credential=")?;
        let parts: Vec<&str> = credential.split(',').next()?.split('/').collect();
        let [key, _, region, "securityhub", "aws4_request"] = parts[..] else { return None };
        let account = if key == ACCESS_KEY_ID { self.management.clone() } else { key.get(4..16)?.to_owned() };
        Some((account, region.to_owned()))
    }

    fn import(&mut self, desk: &Desk, findings: Vec<Value>) -> Answer {
        let mut failed = Vec::new();
        let count = findings.len();
        for finding in findings {
            match check(&finding, desk) {
                Err(why) => {
                    failed.push(
                        json!({ "Id": finding["Id"], "ErrorCode": "InvalidInput", "ErrorMessage": why }),
                    );
                    self.refused.push(why);
                }
                Ok(()) => {
                    let key = (desk.0.clone(), desk.1.clone(), finding["Id"].as_str().unwrap().to_owned());
                    let newer = |known: &Value| known["UpdatedAt"].as_str() < finding["UpdatedAt"].as_str();
                    if self.imported.get(&key).is_none_or(newer) {
                        self.imported.insert(key, finding);
                    }
                }
            }
        }
        let answer = json!({
            "FailedCount": failed.len(), "SuccessCount": count - failed.len(), "FailedFindings": failed
        });
        (200, "", answer.to_string())
    }
}

fn error(status: u16, code: &str, message: &str) -> Answer {
    (status, "", json!({ "__type": code, "Message": message }).to_string())
}

/// What is wrong with a finding that this account imports in this region.
fn check(finding: &Value, (account, region): &Desk) -> Result<(), String> {
    let must = |is_so: bool, why: &str| is_so.then_some(()).ok_or_else(|| format!("{why}: {finding:.400}"));
    let text = |value: &Value, most: usize| (1..=most).contains(&length(value));
    let one_of = |value: &Value, words: &[&str]| value.as_str().is_some_and(|word| words.contains(&word));
    must(finding.to_string().len() <= FINDING, "it is larger than 240 KB")?;
    for name in REQUIRED {
        must(!finding[name].is_null(), name)?;
    }
    must(THEIRS.iter().all(|name| finding.get(*name).is_none()), "it has what belongs to the customer")?;
    must(finding["AwsAccountId"] == json!(account), "it is of another account")?;
    let product = format!("arn:aws:securityhub:{region}:{account}:product/{account}/default");
    must(finding["ProductArn"] == json!(product), "ProductArn")?;
    must(finding["SchemaVersion"] == "2018-10-08", "SchemaVersion")?;
    must(text(&finding["Id"], 512) && text(&finding["GeneratorId"], 512), "Id, GeneratorId")?;
    must(text(&finding["Title"], 256) && text(&finding["Description"], 1024), "Title, Description")?;
    let labels = ["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"];
    for severity in [&finding["Severity"], &finding["FindingProviderFields"]["Severity"]] {
        must(one_of(&severity["Label"], &labels), "Severity")?;
    }
    let types = finding["Types"].as_array().ok_or("Types")?;
    must(types.len() <= 50 && types.iter().all(is_type), "Types")?;
    let resources = finding["Resources"].as_array().ok_or("Resources")?;
    must((1..=32).contains(&resources.len()), "Resources")?;
    for resource in resources {
        must(text(&resource["Id"], 512) && text(&resource["Type"], 256), "Resources.Id")?;
        let partition = &resource["Partition"];
        must(
            partition.is_null() || one_of(partition, &["aws", "aws-cn", "aws-us-gov"]),
            "Resources.Partition",
        )?;
    }
    let statuses = ["PASSED", "WARNING", "FAILED", "NOT_AVAILABLE"];
    must(one_of(&finding["Compliance"]["Status"], &statuses), "Compliance.Status")?;
    must(one_of(&finding["RecordState"], &["ACTIVE", "ARCHIVED"]), "RecordState")?;
    let advice = &finding["Remediation"]["Recommendation"]["Text"];
    must(advice.is_null() || text(advice, 512), "Remediation.Recommendation.Text")?;
    let fields = finding["ProductFields"].as_object().cloned().unwrap_or_default();
    must(fields.len() <= 50, "ProductFields")?;
    must(fields.iter().all(|(name, it)| name.len() <= 128 && length(it) <= 2048), "ProductFields")?;
    for name in ["CreatedAt", "UpdatedAt", "FirstObservedAt", "LastObservedAt"] {
        let at = finding[name].as_str().unwrap_or_default();
        must(DateTime::parse_from_rfc3339(at).is_ok(), name)?;
    }
    Ok(())
}

/// A namespace that Security Hub knows, and what is in it.
fn is_type(value: &Value) -> bool {
    let known = [
        "Software and Configuration Checks",
        "TTPs",
        "Effects",
        "Unusual Behaviors",
        "Sensitive Data Identifications",
    ];
    let parts: Vec<&str> = value.as_str().unwrap_or_default().split('/').collect();
    parts.len() <= 3 && parts.first().is_some_and(|first| known.contains(first))
}
