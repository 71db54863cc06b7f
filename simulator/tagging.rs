//! Resource Groups Tagging: the resources that have tags, 100 a page at most.

use crate::call::Call;
use crate::failure::Failure;
use crate::organization::Tagged;
use crate::page::Paging;
use crate::value::Value;

const PAGING: Paging = Paging {
    limit: "ResourcesPerPage",
    token: "PaginationToken",
    next: "PaginationToken",
    default: 50,
    least: 1,
    most: 100,
};

/// The most resource types that one call names.
const MOST_TYPES: usize = 100;
/// Where resources without a region are listed.
const HOME: &str = "us-east-1";

pub(crate) fn answer(call: &Call<'_>) -> Result<Value, Failure> {
    match call.action {
        "GetResources" => get_resources(call),
        other => Err(Failure::unknown_action(other)),
    }
}

fn get_resources(call: &Call<'_>) -> Result<Value, Failure> {
    let types = call.parameters.texts("ResourceTypeFilters");
    if types.len() > MOST_TYPES {
        let message = format!("{} resource types, and {MOST_TYPES} at most.", types.len());
        return Err(Failure::coded(400, "InvalidParameterException", message));
    }
    let filters = tag_filters(call);
    let resources = tagged(call).filter(|(arn, tags)| {
        (types.is_empty() || types.iter().any(|named| is_of_type(arn, named)))
            && filters.iter().all(|(key, values)| has(tags, key, values))
    });
    let page = PAGING.page(call, resources)?;
    let list = page.items.iter().map(|(arn, tags)| mapping(arn, tags));
    // The last page has a token too, with nothing in it.
    Ok(Value::record()
        .with("ResourceTagMappingList", Value::list(list))
        .with("PaginationToken", page.next.unwrap_or_default()))
}

/// Everything here that has tags, with its ARN.
fn tagged<'c>(call: &'c Call<'_>) -> impl Iterator<Item = (String, &'c [(String, String)])> {
    let certificates =
        call.region.certificates.iter().map(|certificate| (certificate.arn(), &certificate.tags[..]));
    let own = call.region.tagged.iter();
    let global = call.account.iam.tagged.iter().filter(|_| call.region_name == HOME);
    let others = own.chain(global).map(|Tagged { arn, tags }| (arn.clone(), &tags[..]));
    let place = call.place();
    let all = certificates.chain(others).filter(|(_, tags)| !tags.is_empty());
    all.filter_map(move |(arn, tags)| Some((arn.text(place)?.into_owned(), tags)))
}

/// Whether an ARN is of a `service` or of a `service:type`.
fn is_of_type(arn: &str, named: &str) -> bool {
    let mut parts = arn.splitn(6, ':');
    let (service, resource) = (parts.nth(2).unwrap_or_default(), parts.nth(2).unwrap_or_default());
    let (wanted, kind) = named.split_once(':').unwrap_or((named, ""));
    let is_kind = || resource.strip_prefix(kind).is_some_and(|rest| rest.starts_with(['/', ':']));
    service == wanted && (kind.is_empty() || is_kind())
}

/// Keys, each with the values of which one has to be there; none for any.
fn tag_filters<'c>(call: &'c Call<'_>) -> Vec<(&'c str, Vec<&'c str>)> {
    let filters = call.parameters.document("TagFilters").and_then(|filters| filters.as_array());
    let one = |filter: &'c serde_json::Value| {
        let values = filter.get("Values").and_then(|values| values.as_array()).into_iter().flatten();
        Some((filter.get("Key")?.as_str()?, values.filter_map(|value| value.as_str()).collect()))
    };
    filters.into_iter().flatten().filter_map(one).collect()
}

fn has(tags: &[(String, String)], key: &str, values: &[&str]) -> bool {
    tags.iter().any(|(name, value)| name == key && (values.is_empty() || values.contains(&value.as_str())))
}

fn mapping(arn: &str, tags: &[(String, String)]) -> Value {
    let tag = |(key, value): &(String, String)| {
        Value::record().with("Key", key.as_str()).with("Value", value.as_str())
    };
    Value::record().with("ResourceARN", arn).with("Tags", Value::list(tags.iter().map(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_a_service_and_how_its_arns_begin() {
        let balancer = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/web/1";
        let topic = "arn:aws:sns:eu-west-1:111111111111:alerts";
        for (arn, named, is) in [
            (balancer, "elasticloadbalancing", true),
            (balancer, "elasticloadbalancing:loadbalancer", true),
            (balancer, "elasticloadbalancing:load", false),
            (balancer, "elasticloadbalancing:listener", false),
            (balancer, "acm", false),
            (topic, "sns", true),
            (topic, "sns:alerts", false),
            ("no arn", "sns", false),
        ] {
            assert_eq!(is_of_type(arn, named), is, "{arn} {named}");
        }
    }
}
