//! Builders of load balancers and what hangs on them.

use crate::resource::{Kind, Resource};
use crate::value::Value;

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
