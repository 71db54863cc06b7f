//! EC2: nearly every `Describe*` is one row of a table; regions and instance types are AWS's own.

mod compute;
mod filter;
mod gateways;
mod instance_types;
mod listings;
mod network;
mod storage;

pub use compute::*;
pub use gateways::*;
pub use network::*;
pub use storage::*;

use listings::{LISTINGS, Listing};

use crate::call::Call;
use crate::failure::Failure;
use crate::plain;
use crate::resource::Resource;
use crate::value::Value;

pub(crate) fn answer(call: &Call<'_>) -> Result<Value, Failure> {
    match call.action {
        "DescribeRegions" => describe_regions(call),
        "DescribeInstanceTypes" => instance_types::describe(call),
        action => match LISTINGS.iter().find(|listing| listing.action == action) {
            Some(listing) => describe(call, listing),
            None => plain::nothing(call),
        },
    }
}

fn describe(call: &Call<'_>, listing: &Listing) -> Result<Value, Failure> {
    let filters = filter::read(call, listing.filters)?;
    let ids = call.parameters.texts(listing.ids.0);
    check_owner(call)?;
    let place = call.place();
    let is_asked = |resource: &&Resource| {
        let value = &resource.value;
        (ids.is_empty() || value.texts(listing.ids.1, place).iter().any(|id| ids.contains(&id.as_ref())))
            && filters.iter().all(|filter| filter.has(value, place))
    };
    let asked = call.region.resources.all(listing.kind).iter().filter(is_asked);
    let Some(paging) = &listing.paging else {
        return Ok(Value::record().with(listing.set, Value::list(asked.map(wrapped(listing)))));
    };
    if call.action == "DescribeInstances" && !ids.is_empty() && call.parameters.text(paging.limit).is_some() {
        let message = "The parameter instancesSet cannot be used with the parameter maxResults";
        return Err(Failure::coded(400, "InvalidParameterCombination", message));
    }
    let page = paging.page(call, asked)?;
    let values = Value::list(page.items.into_iter().map(wrapped(listing)));
    Ok(Value::record().with(listing.set, values).with_some(paging.next, page.next))
}

/// Snapshots and images without an owner would be all public ones of AWS, which nobody can want here.
fn check_owner(call: &Call<'_>) -> Result<(), Failure> {
    let owner = match call.action {
        "DescribeSnapshots" => "Owner",
        "DescribeImages" => "Owner",
        _ => return Ok(()),
    };
    match call.parameters.texts(owner).as_slice() {
        ["self"] => Ok(()),
        [id] if *id == call.account.id => Ok(()),
        _ => Err(Failure::invalid("The simulator lists snapshots and images of the owner self only.")),
    }
}

/// Instances are answered in reservations, everything else as it is.
fn wrapped(listing: &Listing) -> impl Fn(&Resource) -> Value {
    let reserved = listing.action == "DescribeInstances";
    move |resource| {
        let value = resource.value.clone();
        match value.get("instanceId") {
            Some(Value::Text(id)) if reserved => reservation(&id.replace("i-", "r-"), value),
            _ => value,
        }
    }
}

fn reservation(id: &str, instance: Value) -> Value {
    Value::record()
        .with("reservationId", id)
        .with("ownerId", Value::Account)
        .with("groupSet", Value::List(Vec::new()))
        .with("instancesSet", Value::List(vec![instance]))
}

/// Regions that exist but have to be enabled first.
const OPT_IN: [&str; 8] = [
    "af-south-1",
    "ap-east-1",
    "ap-southeast-3",
    "ap-southeast-4",
    "eu-central-2",
    "eu-south-1",
    "il-central-1",
    "me-south-1",
];

fn describe_regions(call: &Call<'_>) -> Result<Value, Failure> {
    let filters = filter::read(call, &[("region-name", "regionName"), ("opt-in-status", "optInStatus")])?;
    let names = call.parameters.texts("RegionName");
    let enabled = call.account.regions.keys().map(|name| {
        region(name, if OPT_IN.contains(&name.as_str()) { "opted-in" } else { "opt-in-not-required" })
    });
    let all = call.parameters.flag("AllRegions");
    let disabled =
        call.account.disabled_regions.iter().filter(|_| all).map(|name| region(name, "not-opted-in"));
    let is_asked = |region: &Value| {
        (names.is_empty()
            || region.texts("regionName", call.place()).iter().any(|name| names.contains(&name.as_ref())))
            && filters.iter().all(|filter| filter.has(region, call.place()))
    };
    Ok(Value::record().with("regionInfo", Value::list(enabled.chain(disabled).filter(is_asked))))
}

fn region(name: &str, status: &str) -> Value {
    Value::record()
        .with("regionName", name)
        .with("regionEndpoint", format!("ec2.{name}.amazonaws.com"))
        .with("optInStatus", status)
}
