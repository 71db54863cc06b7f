//! Elastic Load Balancing v2: load balancers, listeners with their certificates, target groups, rules.

mod builders;

pub use builders::*;

use crate::call::Call;
use crate::failure::Failure;
use crate::page::Paging;
use crate::plain;
use crate::resource::{Kind, Resource};
use crate::value::Value;

const PAGING: Paging =
    Paging { limit: "PageSize", token: "Marker", next: "NextMarker", default: 400, least: 1, most: 400 };

/// A listing: its kind, the list in the answer, the parameter that lists ARNs, the field of the ARN, the parent's parameter.
struct Listing {
    kind: Kind,
    set: &'static str,
    arns: (&'static str, &'static str),
    parent: Option<(&'static str, Absent)>,
    paged: bool,
}

/// The error for a parent that is not there.
#[derive(Clone, Copy)]
struct Absent {
    kind: Kind,
    arn: &'static str,
    code: &'static str,
}

const NO_BALANCER: Absent =
    Absent { kind: Kind::LoadBalancer, arn: "LoadBalancerArn", code: "LoadBalancerNotFound" };
const NO_LISTENER: Absent = Absent { kind: Kind::Listener, arn: "ListenerArn", code: "ListenerNotFound" };
const NO_GROUP: Absent =
    Absent { kind: Kind::TargetGroup, arn: "TargetGroupArn", code: "TargetGroupNotFound" };

impl Listing {
    const fn new(kind: Kind, set: &'static str, arns: (&'static str, &'static str)) -> Self {
        Self { kind, set, arns, parent: None, paged: true }
    }

    const fn under(self, parameter: &'static str, absent: Absent) -> Self {
        Self { parent: Some((parameter, absent)), ..self }
    }
}

pub(crate) fn answer(call: &Call<'_>) -> Result<Value, Failure> {
    let listing = match call.action {
        "DescribeLoadBalancers" => {
            Listing::new(Kind::LoadBalancer, "LoadBalancers", ("LoadBalancerArns", "LoadBalancerArn"))
        }
        "DescribeListeners" => Listing::new(Kind::Listener, "Listeners", ("ListenerArns", "ListenerArn"))
            .under("LoadBalancerArn", NO_BALANCER),
        "DescribeListenerCertificates" => Listing::new(Kind::ListenerCertificate, "Certificates", ("", ""))
            .under("ListenerArn", NO_LISTENER),
        "DescribeRules" => {
            Listing::new(Kind::Rule, "Rules", ("RuleArns", "RuleArn")).under("ListenerArn", NO_LISTENER)
        }
        "DescribeTargetGroups" => {
            return target_groups(call);
        }
        "DescribeTargetHealth" => {
            let listing = Listing::new(Kind::TargetHealth, "TargetHealthDescriptions", ("", ""));
            Listing { paged: false, ..listing.under("TargetGroupArn", NO_GROUP) }
        }
        "DescribeTrustStores" => {
            Listing::new(Kind::TrustStore, "TrustStores", ("TrustStoreArns", "TrustStoreArn"))
        }
        "DescribeAccountLimits" => return account_limits(call),
        _ => return plain::nothing(call),
    };
    describe(call, &listing)
}

fn describe(call: &Call<'_>, listing: &Listing) -> Result<Value, Failure> {
    let (place, resources) = (call.place(), &call.region.resources);
    let arns = call.parameters.texts(listing.arns.0);
    let parent = match listing.parent {
        Some((parameter, absent)) if arns.is_empty() => {
            let arn = call.parameters.required(parameter)?;
            let mut parents = resources.all(absent.kind).iter();
            let exists =
                parents.any(|parent| parent.value.texts(absent.arn, place).iter().any(|known| known == arn));
            exists.then_some(arn).ok_or_else(|| not_found(absent, arn)).map(Some)?
        }
        _ => None,
    };
    let is_asked = |resource: &&Resource| {
        (arns.is_empty()
            || resource.value.texts(listing.arns.1, place).iter().any(|arn| arns.contains(&arn.as_ref())))
            && parent.is_none_or(|arn| {
                resource
                    .parent
                    .as_ref()
                    .and_then(|parent| parent.text(place))
                    .is_some_and(|parent| parent == arn)
            })
    };
    let asked = resources.all(listing.kind).iter().filter(is_asked).map(|resource| resource.value.clone());
    if listing.paged {
        return Ok(PAGING.page(call, asked)?.into_record(listing.set, &PAGING));
    }
    Ok(Value::record().with(listing.set, Value::list(asked)))
}

fn not_found(absent: Absent, arn: &str) -> Failure {
    Failure::coded(400, absent.code, format!("'{arn}' was not found"))
}

fn target_groups(call: &Call<'_>) -> Result<Value, Failure> {
    let (place, arns) = (call.place(), call.parameters.texts("TargetGroupArns"));
    let balancer = call.parameters.text("LoadBalancerArn");
    let has = |value: &Value, field: &str, wanted: &dyn Fn(&str) -> bool| {
        value.texts(field, place).iter().any(|text| wanted(text))
    };
    let values = call.region.resources.all(Kind::TargetGroup).iter().map(|resource| &resource.value);
    let asked = values.filter(|value| {
        (arns.is_empty() || has(value, "TargetGroupArn", &|arn| arns.contains(&arn)))
            && balancer.is_none_or(|balancer| has(value, "LoadBalancerArns", &|arn| arn == balancer))
    });
    Ok(PAGING.page(call, asked.cloned())?.into_record("TargetGroups", &PAGING))
}

/// The limits of load balancing with the quotas that they show.
const LIMITS: [(&str, &str); 10] = [
    ("application-load-balancers", "L-53DA6B97"),
    ("network-load-balancers", "L-69A177A2"),
    ("target-groups", "L-B22855CB"),
    ("listeners-per-application-load-balancer", "L-B6DF7632"),
    ("listeners-per-network-load-balancer", "L-57A373D6"),
    ("rules-per-application-load-balancer", "L-7EED9B64"),
    ("targets-per-application-load-balancer", "L-7E6692B2"),
    ("targets-per-network-load-balancer", "L-EEF1AD04"),
    ("certificates-per-application-load-balancer", "L-9365A611"),
    ("certificates-per-network-load-balancer", "L-52964454"),
];

fn account_limits(call: &Call<'_>) -> Result<Value, Failure> {
    let limits = LIMITS.iter().filter_map(|(name, code)| {
        let value = crate::servicequotas::applied(call.region, "elasticloadbalancing", code)?;
        Some(Value::record().with("Name", *name).with("Max", value.to_string()))
    });
    Ok(PAGING.page(call, limits)?.into_record("Limits", &PAGING))
}
