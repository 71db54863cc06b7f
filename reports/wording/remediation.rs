//! What to do about a finding: words for people, and a command where there is one to run.

use howler_model::{Finding, Measure, Origin, Place, Reason, Region, Resource, Service};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::number;
use crate::escape::shell;

/// What to do about a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Remediation {
    /// In words.
    pub text: String,
    /// A shell command, quoted and safe to paste; null where there is none.
    pub command: Option<String>,
}

impl Remediation {
    /// What to do about this finding.
    #[must_use]
    pub fn of(finding: &Finding) -> Self {
        Self { text: text(finding).to_owned(), command: command(finding) }
    }
}

fn text(finding: &Finding) -> &'static str {
    match &finding.verdict.measure {
        Measure::Expiry { certificate, .. } => renewal(certificate.origin),
        Measure::NotIssued => {
            "Finish the validation that ACM waits for, or delete the request: nothing can use it as it is."
        }
        Measure::Utilization { .. } => {
            "Ask for a higher quota in time, as an increase may take days; or delete what is not used any more."
        }
        Measure::Gap(unseen) | Measure::UtilizationUnknown { unseen, .. } => of_reason(unseen.reason),
        _ => finding.fix,
    }
}

/// Who renews a certificate, and how the new one comes to where the old one is.
fn renewal(origin: Origin) -> &'static str {
    match origin {
        Origin::AcmIssued => {
            "ACM renews this certificate by itself while it is in use and its domains validate: \
             see why it does not, and restore the DNS records that ACM asks for."
        }
        Origin::AcmPrivate => {
            "ACM renews this certificate by itself while its private CA permits it: \
             see why it does not, and restore ACM's permission on the CA."
        }
        Origin::AcmAcme => {
            "Run the ACME client that got this certificate, and see why it did not renew it in time."
        }
        Origin::AcmImported => {
            "Renew the certificate where it was issued and import it again under the same ARN: \
             whatever uses it takes the new one at once."
        }
        Origin::Iam => {
            "Renew the certificate, upload it under a new name and point its users to it; \
             better, import it into ACM and leave IAM."
        }
        Origin::File => {
            "Renew the certificate where it was issued, replace the file and reload what reads it."
        }
        Origin::Served => {
            "Renew the certificate where it was issued, install it with its chain on the server and reload it."
        }
    }
}

/// What to do about something that could not be seen.
pub(crate) fn of_reason(reason: Reason) -> &'static str {
    match reason {
        Reason::Denied => {
            "Permit the named action to the role that scans; `howler policy iam` prints the whole policy."
        }
        Reason::DeniedByScp => {
            "A service control policy forbids the named action: exempt the role that scans, \
             or leave the region out of the scan. Permissions in the account do not help."
        }
        Reason::Disabled => "Enable the region or the service in the account, or leave it out of the scan.",
        Reason::Throttled => {
            "Scan again at a quieter time: others use up the request rate of this account and region."
        }
        Reason::Timeout | Reason::Network => {
            "See that the address is right and can be reached from where howler runs, then scan again."
        }
        Reason::Credentials => "Renew the credentials and see that the role may be assumed, then scan again.",
        Reason::Malformed | Reason::PagingLoop | Reason::Failed => {
            "Scan again; if it stays, show the request id to the operator of the service."
        }
        Reason::NoData => "Look the value up in the console: the service publishes none for this account.",
        Reason::Skipped => "Let the scan run to its end, without leaving this out.",
    }
}

fn command(finding: &Finding) -> Option<String> {
    let resource = &finding.verdict.resource;
    match &finding.verdict.measure {
        Measure::Expiry { certificate, .. } => renew(certificate.origin, resource),
        Measure::Utilization { usage, limit, .. } => raise(resource, *usage, *limit),
        Measure::Name { .. } | Measure::Chain { .. } => look(resource),
        Measure::NotIssued => acm("describe-certificate", resource),
        _ => None,
    }
}

fn renew(origin: Origin, resource: &Resource) -> Option<String> {
    match origin {
        Origin::AcmImported => {
            let import = acm("import-certificate", resource)?;
            Some(format!(
                "{import} --certificate fileb://certificate.pem --private-key fileb://key.pem \
                 --certificate-chain fileb://chain.pem"
            ))
        }
        Origin::AcmIssued | Origin::AcmPrivate | Origin::AcmAcme => acm("describe-certificate", resource),
        Origin::Iam => Some(format!(
            "aws iam upload-server-certificate --server-certificate-name {} --certificate-body file://certificate.pem \
             --private-key file://key.pem --certificate-chain file://chain.pem",
            shell(&format!("{}-renewed", resource.name))?
        )),
        Origin::File => None,
        Origin::Served => look(resource),
    }
}

fn acm(operation: &str, resource: &Resource) -> Option<String> {
    let region = shell(&region(resource)?)?;
    Some(format!("aws acm {operation} --region {region} --certificate-arn {}", shell(&resource.id)?))
}

/// Asks for room: a limit of which the present usage is 60 %.
fn raise(resource: &Resource, usage: f64, limit: f64) -> Option<String> {
    let mut id = resource.id.split('/');
    let (service, code) = (id.next()?, id.next().filter(|code| code.starts_with("L-"))?);
    let wanted = (usage / 0.6).max(limit + 1.0).ceil();
    Some(format!(
        "aws service-quotas request-service-quota-increase --region {} --service-code {} --quota-code {} \
         --desired-value {}",
        shell(&region(resource)?)?,
        shell(service)?,
        shell(code)?,
        number(wanted),
    ))
}

/// Asks an endpoint again.
fn look(resource: &Resource) -> Option<String> {
    match &resource.scope.place {
        Place::Outside(endpoint) if resource.scope.service == Service::TLS => {
            Some(format!("howler scan --endpoint {}", shell(endpoint)?))
        }
        _ => None,
    }
}

/// The region to call: global services answer in the home region of their partition.
fn region(resource: &Resource) -> Option<String> {
    let region = resource.scope.region()?;
    match *region == Region::GLOBAL {
        true => Some(resource.scope.partition()?.home_region().to_string()),
        false => Some(region.to_string()),
    }
}
