//! Service Quotas: applied values over defaults, each page as AWS has it.

use crate::call::Call;
use crate::failure::Failure;
use crate::organization::Region;
use crate::page::Paging;
use crate::quota_rows::{ROWS, Row};
use crate::value::Value;

const PAGING: Paging =
    Paging { limit: "MaxResults", token: "NextToken", next: "NextToken", default: 100, least: 1, most: 100 };

/// Where quotas of services without regions are listed.
const HOME: &str = "us-east-1";

pub(crate) fn answer(call: &Call<'_>) -> Result<Value, Failure> {
    match call.action {
        "ListServiceQuotas" => list(call, |row| row.listed, true),
        "ListAWSDefaultServiceQuotas" => list(call, |_| true, false),
        "GetServiceQuota" => get(call, |row| row.listed, true),
        "GetAWSDefaultServiceQuota" => get(call, |_| true, false),
        "ListServices" => list_services(call),
        other => Err(Failure::unknown_action(other)),
    }
}

/// The value that applies in a region: its own, or the default of AWS.
pub(crate) fn applied(region: &Region, service: &str, code: &str) -> Option<f64> {
    let own = region.quotas.get(&(service.to_owned(), code.to_owned())).copied();
    let default =
        || ROWS.iter().find(|row| row.service == service && row.code == code).map(|row| row.default);
    own.or_else(default)
}

/// The rows of a service in a region; quotas of services without regions are in their home region only.
fn rows<'a>(service: &'a str, region: &'a str) -> impl Iterator<Item = &'static Row> + use<'a> {
    ROWS.iter().filter(move |row| row.service == service && (!row.global || region == HOME))
}

fn list(call: &Call<'_>, shows: fn(&Row) -> bool, own: bool) -> Result<Value, Failure> {
    let service = service(call)?;
    let quota = call.parameters.text("QuotaCode");
    let asked =
        rows(service, call.region_name).filter(|row| shows(row) && quota.is_none_or(|code| code == row.code));
    let page = PAGING.page(call, asked)?;
    let quotas = page.items.iter().map(|row| record(call, row, own));
    Ok(Value::record().with("Quotas", Value::list(quotas)).with_some("NextToken", page.next))
}

fn get(call: &Call<'_>, shows: fn(&Row) -> bool, own: bool) -> Result<Value, Failure> {
    let (service, code) = (service(call)?, call.parameters.required("QuotaCode")?);
    let found = rows(service, call.region_name).find(|row| row.code == code && shows(row));
    let row = found.ok_or_else(|| no_such(format!("The quota {code} does not exist for {service}.")))?;
    Ok(Value::record().with("Quota", record(call, row, own)))
}

/// The service that is asked, which has to exist.
fn service<'a>(call: &'a Call<'_>) -> Result<&'a str, Failure> {
    let service = call.parameters.required("ServiceCode")?;
    let exists = ROWS.iter().any(|row| row.service == service);
    exists.then_some(service).ok_or_else(|| no_such(format!("The service {service} does not exist.")))
}

fn no_such(message: String) -> Failure {
    Failure::coded(400, "NoSuchResourceException", message)
}

fn record(call: &Call<'_>, row: &Row, own: bool) -> Value {
    let value =
        if own { applied(call.region, row.service, row.code).unwrap_or(row.default) } else { row.default };
    Value::record()
        .with("ServiceCode", row.service)
        .with("ServiceName", service_name(row.service))
        .with("QuotaArn", Value::arn("servicequotas", format!("{}/{}", row.service, row.code)))
        .with("QuotaCode", row.code)
        .with("QuotaName", row.name)
        .with("Value", value)
        .with("Unit", "None")
        .with("Adjustable", true)
        .with("GlobalQuota", row.global)
        .with("QuotaAppliedAtLevel", "ACCOUNT")
        .with_some("UsageMetric", row.metric.map(usage_metric))
}

/// The metric that counts a resource of a service, of a class such as `Standard/OnDemand`.
fn usage_metric([service, resource, class]: [&'static str; 3]) -> Value {
    let dimensions = Value::record()
        .with("Class", class)
        .with("Resource", resource)
        .with("Service", service)
        .with("Type", "Resource");
    Value::record()
        .with("MetricNamespace", "AWS/Usage")
        .with("MetricName", "ResourceCount")
        .with("MetricDimensions", dimensions)
        .with("MetricStatisticRecommendation", "Maximum")
}

fn service_name(code: &str) -> &str {
    match code {
        "acm" => "AWS Certificate Manager (ACM)",
        "autoscaling" => "Amazon EC2 Auto Scaling",
        "ebs" => "Amazon Elastic Block Store (Amazon EBS)",
        "ec2" => "Amazon Elastic Compute Cloud (Amazon EC2)",
        "elasticloadbalancing" => "Elastic Load Balancing (ELB)",
        "iam" => "AWS Identity and Access Management (IAM)",
        "vpc" => "Amazon Virtual Private Cloud (Amazon VPC)",
        other => other,
    }
}

fn list_services(call: &Call<'_>) -> Result<Value, Failure> {
    let mut codes: Vec<&str> = ROWS.iter().map(|row| row.service).collect();
    codes.sort_unstable();
    codes.dedup();
    let services = codes
        .into_iter()
        .map(|code| Value::record().with("ServiceCode", code).with("ServiceName", service_name(code)));
    Ok(PAGING.page(call, services)?.into_record("Services", &PAGING))
}
