//! Elastic Load Balancing v2: load balancers, listeners with their certificates, target groups, rules.

use crate::call::Call;
use crate::failure::Failure;
use crate::page::Paging;
use crate::resource::{Kind, Resource};
use crate::value::Value;

const PAGING: Paging =
    Paging { limit: "PageSize", token: "Marker", next: "NextMarker", default: 400, least: 1, most: 400 };

/// The ARN of a load balancer: its type is `application`, `network` or `gateway`.
pub fn load_balancer_arn(name: &str, kind: &str) -> Value {
    Value::arn("elasticloadbalancing", format!("loadbalancer/{}/{name}/50dc6c495c0c9188", short(kind)))
}

fn short(kind: &str) -> &'static str {
    match kind {
        "application" => "app",
        "network" => "net",
        _ => "gwy",
    }
}

/// An active load balancer facing the internet.
pub fn load_balancer(name: &str, kind: &str, vpc: &str, zones: &[&str]) -> Resource {
    let zone =
        |name: &&str| Value::record().with("ZoneName", *name).with("SubnetId", format!("subnet-{name}"));
    let value = Value::record()
        .with("LoadBalancerArn", load_balancer_arn(name, kind))
        .with("LoadBalancerName", name)
        .with("DNSName", format!("{name}-1234567890.elb.amazonaws.com"))
        .with("CanonicalHostedZoneId", "Z35SXDOTRQ7X7K")
        .with("Scheme", "internet-facing")
        .with("VpcId", vpc)
        .with("State", Value::record().with("Code", "active"))
        .with("Type", kind)
        .with("AvailabilityZones", Value::list(zones.iter().map(zone)))
        .with("IpAddressType", "ipv4");
    Resource::new(Kind::LoadBalancer, value)
}

/// The ARN of the listener of a load balancer on a port.
pub fn listener_arn(load_balancer: &str, kind: &str, port: u16) -> Value {
    let path = format!("listener/{}/{load_balancer}/50dc6c495c0c9188/{port:016x}", short(kind));
    Value::arn("elasticloadbalancing", path)
}

/// A listener with its default certificate and certificates for further names (SNI). `protocol` is `HTTPS`,
/// `TLS`, or one without certificates. As in AWS, `DescribeListeners` shows the default one only.
pub fn listener(
    load_balancer: &str,
    kind: &str,
    protocol: &str,
    port: u16,
    certificate: Option<Value>,
    further: &[Value],
) -> Vec<Resource> {
    let arn = listener_arn(load_balancer, kind, port);
    let balancer = load_balancer_arn(load_balancer, kind);
    let default = certificate.iter().map(|arn| Value::record().with("CertificateArn", arn.clone()));
    let value = Value::record()
        .with("ListenerArn", arn.clone())
        .with("LoadBalancerArn", balancer.clone())
        .with("Port", i64::from(port))
        .with("Protocol", protocol)
        .with("Certificates", Value::list(default))
        .with_some("SslPolicy", certificate.as_ref().map(|_| "ELBSecurityPolicy-TLS13-1-2-2021-06"))
        .with("DefaultActions", vec![forward()]);
    let served = |(certificate, is_default): (&Value, bool)| {
        let value = Value::record().with("CertificateArn", certificate.clone()).with("IsDefault", is_default);
        Resource::of(arn.clone(), Kind::ListenerCertificate, value)
    };
    let certificates =
        certificate.iter().map(|arn| (arn, true)).chain(further.iter().map(|arn| (arn, false)));
    let listener = Resource::of(balancer, Kind::Listener, value);
    std::iter::once(listener).chain(certificates.map(served)).collect()
}

fn forward() -> Value {
    let target = Value::arn("elasticloadbalancing", "targetgroup/default/943f017f100becff");
    Value::record().with("Type", "forward").with("TargetGroupArn", target)
}

/// The rules of a listener: its default rule and that many others.
pub fn rules(load_balancer: &str, kind: &str, port: u16, count: u16) -> Vec<Resource> {
    let listener = listener_arn(load_balancer, kind, port);
    let path = format!("listener-rule/{}/{load_balancer}/50dc6c495c0c9188/{port:016x}", short(kind));
    let rule = |number: u16| {
        let value = Value::record()
            .with("RuleArn", Value::arn("elasticloadbalancing", format!("{path}/{number:016x}")))
            .with("Priority", if number == 0 { "default".to_owned() } else { number.to_string() })
            .with("Conditions", Value::List(Vec::new()))
            .with("Actions", vec![forward()])
            .with("IsDefault", number == 0);
        Resource::of(listener.clone(), Kind::Rule, value)
    };
    (0..=count).map(rule).collect()
}

/// A target group of the load balancers of those ARNs, with that many healthy instances registered.
pub fn target_group(name: &str, vpc: &str, load_balancers: &[Value], targets: u16) -> Vec<Resource> {
    let arn = Value::arn("elasticloadbalancing", format!("targetgroup/{name}/6d0ecf831eec9f09"));
    let value = Value::record()
        .with("TargetGroupArn", arn.clone())
        .with("TargetGroupName", name)
        .with("Protocol", "HTTP")
        .with("Port", 8080)
        .with("VpcId", vpc)
        .with("TargetType", "instance")
        .with("LoadBalancerArns", Value::List(load_balancers.to_vec()));
    let registered = (0..targets).map(|number| {
        let target = Value::record().with("Id", format!("i-{number:017x}")).with("Port", 8080);
        let health = Value::record().with("State", "healthy");
        let value = Value::record()
            .with("Target", target)
            .with("HealthCheckPort", "8080")
            .with("TargetHealth", health);
        Resource::of(arn.clone(), Kind::TargetHealth, value)
    });
    std::iter::once(Resource::new(Kind::TargetGroup, value)).chain(registered).collect()
}

/// A trust store for mutual TLS with that many certificates of authorities.
pub fn trust_store(name: &str, certificates: i64) -> Resource {
    let value = Value::record()
        .with("Name", name)
        .with(
            "TrustStoreArn",
            Value::arn("elasticloadbalancing", format!("truststore/{name}/73e2d6bc24d8a063")),
        )
        .with("Status", "ACTIVE")
        .with("NumberOfCaCertificates", certificates)
        .with("TotalRevokedEntries", 0);
    Resource::new(Kind::TrustStore, value)
}

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
        other => return Err(Failure::unknown_action(other)),
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
