//! A finding of the document, with its words, and whether somebody should hear of it.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use howler_model as model;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Measure, Partition, Severity, Status};
use crate::wording::{self, Remediation};

/// Where something is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// The partition; null outside AWS.
    pub partition: Option<Partition>,
    /// The 12 digits of the account; null outside AWS.
    pub account: Option<String>,
    /// The region, or `global`; null outside AWS.
    pub region: Option<String>,
    /// The service: its code in Service Quotas and ARNs, or `tls`, `file`.
    pub service: String,
    /// The endpoint or path outside AWS; null in AWS.
    pub target: Option<String>,
}

impl From<&model::Scope> for Place {
    fn from(scope: &model::Scope) -> Self {
        let target = match &scope.place {
            model::Place::Outside(what) => Some(what.clone()),
            model::Place::Aws { .. } => None,
        };
        Self {
            partition: scope.partition().map(Partition::from),
            account: scope.account().map(ToString::to_string),
            region: scope.region().map(ToString::to_string),
            service: scope.service.to_string(),
            target,
        }
    }
}

impl fmt::Display for Place {
    /// `123456789012/eu-west-1/acm`, or `tls api.example.com:443`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.account, &self.region, &self.target) {
            (Some(account), Some(region), _) => write!(out, "{account}/{region}/{}", self.service),
            (_, _, Some(target)) => write!(out, "{} {target}", self.service),
            _ => out.write_str(&self.service),
        }
    }
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Resource {
    /// What it is: `acm-certificate`, `tls-endpoint`, `quota`.
    pub kind: String,
    /// Its canonical name, the same from scan to scan: an ARN, `host:port#sni`, a path, `service/code`.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// Why a finding need not be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Suppression {
    /// Why.
    pub reason: String,
    /// Who says so.
    pub owner: String,
    /// The last day of it (UTC).
    pub until: NaiveDate,
    /// What it would be otherwise.
    pub status: Status,
}

/// That a rule gave a finding another severity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rescored {
    /// The severity that the check gave.
    pub from: Severity,
    /// The rule.
    pub via: String,
}

/// One thing to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The same from scan to scan for the same check and resource.
    pub id: String,
    /// The check that found it.
    pub check: String,
    /// What the check looks for.
    pub title: String,
    /// The result of the comparison.
    pub status: Status,
    /// How bad it is.
    pub severity: Severity,
    /// What it says, in one sentence.
    pub summary: String,
    /// Where the resource is.
    pub scope: Place,
    /// What it is about.
    pub resource: Resource,
    /// The numbers and names behind it.
    pub measure: Measure,
    /// When it becomes an outage; null if that is not known.
    pub deadline: Option<DateTime<Utc>>,
    /// Who should hear of it; null if nobody is known.
    pub owner: Option<String>,
    /// How the owner was found: a line of owners.toml, a tag, the default; null if nobody is known.
    #[serde(default)]
    pub owner_via: Option<String>,
    /// Whether somebody else might own it, were all tags known: then the owner of earlier scans is told.
    #[serde(default)]
    pub owner_unsure: bool,
    /// Whether a rule might give it another severity, were all tags known: then that of earlier scans is told.
    #[serde(default)]
    pub severity_unsure: bool,
    /// Whether somebody might have said that it need not be told, were all tags known: then it holds if it held before.
    #[serde(default)]
    pub suppression_unsure: bool,
    /// Why it need not be told; null unless its status is `suppressed`.
    #[serde(default)]
    pub suppression: Option<Suppression>,
    /// The severity that the check gave, where a rule says another; null if none does.
    #[serde(default)]
    pub rescored: Option<Rescored>,
    /// What would be hit: ARNs and endpoints.
    pub affects: Vec<String>,
    /// What to do about it; null if it passed.
    pub remediation: Option<Remediation>,
}

impl Finding {
    /// Whether somebody should act on it or look into it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.status.is_open()
    }

    /// Whether somebody should hear of it: open, of some weight, and not said by another finding already.
    #[must_use]
    pub fn is_worth_telling(&self) -> bool {
        self.is_open() && self.severity != Severity::Info && !self.is_echo()
    }

    /// A number of a quota is missing because of a gap, which is a finding of its own; or because AWS has none, which
    /// nobody can mend: a metric without points, which is quiet and not wrong, or a limit that is listed nowhere.
    /// Such findings are counted and in the document, unknown and never passed. A number that the check itself
    /// refused is told nowhere else.
    fn is_echo(&self) -> bool {
        match &self.measure {
            Measure::UtilizationUnknown { unseen, .. } => unseen.action != self.check,
            _ => false,
        }
    }
}

impl From<&model::Finding> for Finding {
    /// The facts first, then the sentences that are made of them.
    fn from(finding: &model::Finding) -> Self {
        let mut told = unsaid(finding);
        told.summary = wording::summary(&told);
        told.remediation = (told.status != Status::Pass).then(|| Remediation::of(&told, finding.fix));
        told
    }
}

/// A finding without its sentences.
fn unsaid(finding: &model::Finding) -> Finding {
    let verdict = &finding.verdict;
    let resource = &verdict.resource;
    Finding {
        id: finding.id.to_string(),
        check: finding.check.to_owned(),
        title: finding.title.to_owned(),
        status: verdict.status.into(),
        severity: verdict.severity.into(),
        summary: String::new(),
        scope: Place::from(&resource.scope),
        resource: Resource {
            kind: resource.kind.to_owned(),
            id: resource.id.clone(),
            name: resource.name.clone(),
        },
        measure: Measure::from(&verdict.measure),
        deadline: verdict.deadline,
        owner: finding.owner.as_ref().map(|owner| owner.name.clone()),
        owner_via: finding.owner.as_ref().map(|owner| owner.via.clone()),
        owner_unsure: finding.owner.as_ref().is_some_and(|owner| owner.unsure),
        severity_unsure: finding.unsure.severity,
        suppression_unsure: finding.unsure.suppression,
        suppression: finding.suppressed.as_ref().map(|suppressed| Suppression {
            reason: suppressed.reason.clone(),
            owner: suppressed.owner.clone(),
            until: suppressed.until,
            status: suppressed.status.into(),
        }),
        rescored: finding
            .rescored
            .as_ref()
            .map(|rescored| Rescored { from: rescored.from.into(), via: rescored.via.clone() }),
        affects: verdict.affects.clone(),
        remediation: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Reason, Unseen};
    use crate::samples;

    fn unknown(usage: Option<f64>, limit: Option<f64>, reason: Reason, action: &str) -> Finding {
        let quota = samples::scan().findings.into_iter().find(|it| it.resource.kind == "quota").unwrap();
        let unseen = Unseen {
            reason,
            action: action.into(),
            code: None,
            message: String::new(),
            request_id: None,
            attempts: 1,
        };
        let measure = Measure::UtilizationUnknown { usage, limit, unit: "count".into(), unseen };
        Finding { status: Status::Unknown, severity: Severity::Medium, measure, ..quota }
    }

    #[test]
    fn a_quota_of_which_a_number_is_missing_is_open_and_told_only_if_nothing_else_tells_it() {
        for (finding, told) in [
            (unknown(None, Some(5.0), Reason::NoData, "a:B"), false),
            (unknown(Some(3.0), None, Reason::NoData, "a:B"), false),
            (unknown(Some(3.0), None, Reason::Denied, "a:B"), false),
            (unknown(Some(3.0), None, Reason::Malformed, "a:B"), false),
            (unknown(None, Some(5.0), Reason::Malformed, "quota-utilization"), true),
        ] {
            assert!(finding.is_open(), "counted as unknown: {finding:?}");
            assert_eq!(finding.is_worth_telling(), told, "{finding:?}");
        }
    }

    #[test]
    fn what_passed_is_not_open_and_what_is_info_is_not_told() {
        let failed = samples::scan().findings.into_iter().find(|it| it.status == Status::Fail).unwrap();
        assert!(failed.is_worth_telling());
        assert!(!Finding { severity: Severity::Info, ..failed.clone() }.is_worth_telling());
        for status in [Status::Pass, Status::Suppressed] {
            assert!(!Finding { status, ..failed.clone() }.is_open());
        }
    }

    #[test]
    fn a_place_reads_as_in_the_model() {
        let scopes = [
            samples::aws("111111111111", "eu-west-1", "acm"),
            model::Scope::outside("x:443", model::Service::TLS),
        ];
        for scope in scopes {
            assert_eq!(Place::from(&scope).to_string(), scope.to_string());
        }
    }
}
