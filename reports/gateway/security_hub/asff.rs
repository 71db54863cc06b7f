//! A finding in the AWS Security Finding Format (2018-10-08), as it goes over the wire.
//!
//! Notes and the workflow belong to the customer and are never in it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use howler_model as model;
use serde::Serialize;

use crate::document::{Change, Finding, Partition, Place, Severity, Status};
use crate::escape::visible;
use crate::gateway::aws::Caller;
use crate::gateway::{Envelope, News, Notice};

/// The longest texts, in characters.
const TITLE: usize = 256;
const DESCRIPTION: usize = 1024;
const RECOMMENDATION: usize = 512;
const ID: usize = 512;
const FIELD: usize = 2048;
const VERSION: &str = "2018-10-08";
const TYPE: &str = "Software and Configuration Checks/AWS Security Best Practices";

/// Where a finding is imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Desk {
    pub(super) partition: Partition,
    pub(super) account: String,
    pub(super) region: String,
}

/// A finding of Security Hub. The fields are those of the format.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Asff {
    pub(super) schema_version: &'static str,
    pub(super) id: String,
    pub(super) product_arn: String,
    pub(super) product_name: &'static str,
    pub(super) generator_id: String,
    pub(super) aws_account_id: String,
    pub(super) types: [&'static str; 1],
    pub(super) first_observed_at: String,
    pub(super) last_observed_at: String,
    pub(super) created_at: String,
    pub(super) updated_at: String,
    pub(super) severity: Label,
    pub(super) title: String,
    pub(super) description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) remediation: Option<Remediation>,
    pub(super) product_fields: BTreeMap<&'static str, String>,
    pub(super) resources: [Resource; 1],
    pub(super) compliance: Compliance,
    pub(super) record_state: &'static str,
    pub(super) finding_provider_fields: Provided,
}

/// How bad it is, in the words of Security Hub and in ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Label {
    pub(super) label: &'static str,
    pub(super) original: &'static str,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Remediation {
    pub(super) recommendation: Recommendation,
}

/// What to do, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Recommendation {
    pub(super) text: String,
}

/// What it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Resource {
    pub(super) r#type: &'static str,
    pub(super) id: String,
    /// None where Security Hub does not know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) partition: Option<&'static str>,
    pub(super) region: String,
}

/// The result of the comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Compliance {
    pub(super) status: &'static str,
}

/// What the finding's author says of it, and nobody else changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Provided {
    pub(super) severity: Label,
    pub(super) types: [&'static str; 1],
}

impl Caller {
    /// Stands for a caller that nobody asked for.
    pub(super) fn unasked() -> Self {
        Self { account: "CALLER".to_owned(), partition: Partition::Aws, region: "REGION".to_owned() }
    }
}

impl Desk {
    /// Where a finding of a place is imported: in its account, and in the region of all findings, or in its own.
    /// Global resources are in the home region of their partition, and what is outside AWS is where the caller is.
    pub(super) fn of(place: &Place, region: Option<&str>, caller: &Caller) -> Self {
        let home = |partition: Partition| model::Partition::from(partition).home_region().to_string();
        let partition = place.partition.unwrap_or(caller.partition);
        let own = match place.region.as_deref() {
            None => caller.region.clone(),
            Some("global") => home(partition),
            Some(region) => region.to_owned(),
        };
        Self {
            partition,
            account: place.account.clone().unwrap_or_else(|| caller.account.clone()),
            region: region.map_or(own, str::to_owned),
        }
    }
}

impl Asff {
    /// A notice, as it is imported there.
    pub(super) fn new(notice: &Notice, envelope: &Envelope<'_>, desk: &Desk) -> Self {
        let Notice { finding, news, since, .. } = notice;
        let Desk { partition, account, region } = desk;
        let severity = label(notice.severity());
        Self {
            schema_version: VERSION,
            id: finding.id.clone(),
            product_arn: format!(
                "arn:{}:securityhub:{region}:{account}:product/{account}/default",
                partition.as_str()
            ),
            product_name: "howler",
            generator_id: format!("howler/{}", finding.check),
            aws_account_id: account.clone(),
            types: [TYPE],
            first_observed_at: instant(*since),
            last_observed_at: instant(notice.confirmed_at.max(*since)),
            created_at: instant(*since),
            updated_at: instant(envelope.run.now.max(notice.at).max(*since)),
            severity: severity.clone(),
            title: cut(&format!("{}: {}", finding.title, finding.resource.name), TITLE),
            description: cut(&finding.summary, DESCRIPTION),
            remediation: remediation(finding),
            product_fields: fields(notice),
            resources: [resource(finding, desk)],
            compliance: Compliance { status: status(notice, envelope) },
            record_state: if news.is_end() { "ARCHIVED" } else { "ACTIVE" },
            finding_provider_fields: Provided { severity, types: [TYPE] },
        }
    }

    /// The bytes that it takes in a request.
    pub(super) fn size(&self) -> usize {
        // Structs with text keys always are JSON. The comma goes with it.
        serde_json::to_vec(self).map_or(usize::MAX, |json| json.len() + 1)
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// One line of at most so many characters, and of one at least.
fn cut(text: &str, most: usize) -> String {
    let text = visible(text);
    match text.chars().nth(most) {
        _ if text.is_empty() => "-".to_owned(),
        None => text,
        Some(_) => text.chars().take(most - 1).chain(['…']).collect(),
    }
}

fn label(severity: Severity) -> Label {
    let label = match severity {
        Severity::Critical => "CRITICAL",
        Severity::High => "HIGH",
        Severity::Medium => "MEDIUM",
        Severity::Low => "LOW",
        Severity::Info => "INFORMATIONAL",
    };
    Label { label, original: severity.as_str() }
}

/// What is not followed any more is neither good nor bad. What was seen open in this very scan ended for this gateway
/// alone: it belongs to somebody else, or is not severe enough any more.
fn status(notice: &Notice, envelope: &Envelope<'_>) -> &'static str {
    let Notice { finding, news, .. } = notice;
    let is_gone = notice.confirmed_at < envelope.run.now;
    match (*news, finding.status) {
        (News::Change(Change::Resolved), _) if is_gone => "PASSED",
        (_, Status::Pass) => "PASSED",
        (News::Change(Change::Lapsed), _) | (_, Status::Unknown) => "NOT_AVAILABLE",
        (_, Status::Warn) => "WARNING",
        (_, Status::Fail) => "FAILED",
        (_, Status::Suppressed) => match finding.suppression.as_ref().map(|it| it.status) {
            Some(Status::Fail) => "FAILED",
            Some(Status::Warn) => "WARNING",
            _ => "NOT_AVAILABLE",
        },
    }
}

fn remediation(finding: &Finding) -> Option<Remediation> {
    let text = cut(&finding.remediation.as_ref()?.text, RECOMMENDATION);
    Some(Remediation { recommendation: Recommendation { text } })
}

/// What Security Hub has no field for.
fn fields(notice: &Notice) -> BTreeMap<&'static str, String> {
    let Notice { finding, news, .. } = notice;
    let affects = (!finding.affects.is_empty()).then(|| finding.affects.join(", "));
    let command = finding.remediation.as_ref().and_then(|fix| fix.command.clone());
    let fields = [
        ("howler/check", Some(finding.check.clone())),
        ("howler/change", Some(news.as_str().to_owned())),
        ("howler/owner", finding.owner.clone()),
        ("howler/service", Some(finding.scope.service.clone())),
        ("howler/deadline", finding.deadline.map(instant)),
        ("howler/affects", affects),
        ("howler/command", command),
    ];
    fields.into_iter().filter_map(|(name, text)| Some((name, cut(&text?, FIELD)))).collect()
}

/// Resources that Security Hub has a type for have its name, all others are `Other`.
fn resource(finding: &Finding, desk: &Desk) -> Resource {
    let kind = match finding.resource.kind.as_str() {
        "acm-certificate" => "AwsCertificateManagerCertificate",
        _ => "Other",
    };
    let id = &finding.resource.id;
    let id = if id.starts_with("arn:") { id.clone() } else { format!("{} {id}", finding.scope) };
    let partition = match desk.partition {
        Partition::AwsEusc => None,
        known => Some(known.as_str()),
    };
    let region = finding.scope.region.clone().filter(|region| region != "global");
    Resource {
        r#type: kind,
        id: cut(&id, ID),
        partition,
        region: region.unwrap_or_else(|| desk.region.clone()),
    }
}
