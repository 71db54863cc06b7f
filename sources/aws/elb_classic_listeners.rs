//! Which listeners of classic load balancers use which certificates.

use aws_sdk_elasticloadbalancing::types::{Listener, ListenerDescription, LoadBalancerDescription};
use howler_model::{Binding, Endpoint, FactKind, Reason, Resource, Service, Unseen};

use super::AccountRegion;
use super::access::Listing;
use super::listings::elb_classic::DescribeClassicLoadBalancers;
use super::listings::security_policies::oldest_of;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("elasticloadbalancing");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "elb-classic-listeners",
    title: "Certificates that listeners of classic load balancers use, deleted ones among them",
    service: SERVICE,
    kinds: &[FactKind::Binding],
    actions: || vec![DescribeClassicLoadBalancers::ACTION],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let balancers = gathered.note(None, at.list::<DescribeClassicLoadBalancers>().await);
    for balancer in balancers.iter().flat_map(|balancers| balancers.iter()) {
        for described in balancer.listener_descriptions() {
            let Some(listener) = described.listener().filter(|listener| speaks_tls(listener)) else {
                continue;
            };
            let user = user(at, balancer, listener);
            match binding(&user, balancer, described, listener) {
                Ok(binding) => gathered.facts.bindings.push(binding),
                Err(unseen) => gathered.miss(Some(&user.id), unseen),
            }
        }
    }
    gathered
}

fn speaks_tls(listener: &Listener) -> bool {
    ["HTTPS", "SSL"].iter().any(|protocol| protocol.eq_ignore_ascii_case(listener.protocol()))
}

/// A listener has no ARN of its own; its port tells it from the others of its load balancer.
fn user(at: &AccountRegion, balancer: &LoadBalancerDescription, listener: &Listener) -> Resource {
    let (name, port) = (balancer.load_balancer_name().unwrap_or_default(), listener.load_balancer_port());
    let balancer = format!("{}:loadbalancer/{name}", at.arn(&SERVICE));
    at.resource(SERVICE, "elb-classic-listener", format!("{balancer}#{port}"), format!("{name}:{port}"))
}

/// The certificate as it stands there: once it is deleted, `Invalid-Certificate`.
fn binding(
    user: &Resource,
    balancer: &LoadBalancerDescription,
    described: &ListenerDescription,
    listener: &Listener,
) -> Result<Binding, Unseen> {
    let Some(certificate) = listener.ssl_certificate_id() else {
        let words = format!("a listener that speaks {} without a certificate", listener.protocol());
        return Err(Unseen::new(Reason::Malformed, DescribeClassicLoadBalancers::ACTION, words));
    };
    Ok(Binding {
        endpoints: endpoint(balancer, listener).into_iter().collect(),
        private: balancer.scheme() == Some("internal"),
        oldest: described.policy_names().iter().find_map(|policy| oldest_of(policy)),
        ..Binding::new(certificate, user.clone())
    })
}

fn endpoint(balancer: &LoadBalancerDescription, listener: &Listener) -> Option<Endpoint> {
    Endpoint::direct(balancer.dns_name()?, listener.load_balancer_port().try_into().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use howler_model::{Partition, Scope};

    use super::*;

    fn listener(protocol: &str, port: i32, certificate: Option<&str>) -> Listener {
        let listener = Listener::builder().protocol(protocol).load_balancer_port(port).instance_port(80);
        listener.set_ssl_certificate_id(certificate.map(str::to_owned)).build().unwrap()
    }

    fn bound(scheme: Option<&str>, listener: &Listener, policies: &[&str]) -> Result<Binding, Unseen> {
        let balancer = LoadBalancerDescription::builder()
            .load_balancer_name("old")
            .dns_name("old-1.example")
            .set_scheme(scheme.map(str::to_owned))
            .build();
        let policies = policies.iter().map(|&policy| policy.to_owned()).collect();
        let described = ListenerDescription::builder().set_policy_names(Some(policies)).build();
        let scope = Scope::aws(
            Partition::Aws,
            "123456789012".parse().unwrap(),
            "eu-west-1".parse().unwrap(),
            SERVICE,
        );
        let user = Resource {
            scope,
            kind: "elb-classic-listener",
            id: "arn:old#443".into(),
            name: "old:443".into(),
        };
        binding(&user, &balancer, &described, listener)
    }

    #[test]
    fn only_what_speaks_tls_to_clients_has_a_certificate() {
        for (protocol, tls) in
            [("HTTPS", true), ("SSL", true), ("https", true), ("HTTP", false), ("TCP", false)]
        {
            assert_eq!(speaks_tls(&listener(protocol, 443, None)), tls, "{protocol}");
        }
    }

    #[test]
    fn a_deleted_certificate_is_told_as_it_stands_there() {
        let binding = bound(None, &listener("HTTPS", 443, Some("Invalid-Certificate")), &[]).unwrap();
        assert_eq!(binding.certificate, "Invalid-Certificate");
        assert_eq!(binding.endpoints, ["old-1.example:443".parse().unwrap()]);
        assert_eq!((binding.private, binding.oldest), (false, None));
    }

    #[test]
    fn an_internal_one_is_private_and_a_known_policy_tells_the_oldest_protocol() {
        let binding = |scheme| {
            bound(Some(scheme), &listener("SSL", 8443, Some("arn:c")), &["mine", "ELBSecurityPolicy-2014-01"])
        };
        assert_eq!(binding("internal").map(|one| (one.private, one.oldest)), Ok((true, Some("SSLv3"))));
        assert_eq!(binding("internet-facing").map(|one| one.private), Ok(false));
    }

    #[test]
    fn what_should_have_a_certificate_and_has_none_is_a_gap() {
        assert_eq!(
            bound(None, &listener("HTTPS", 443, None), &[]).map_err(|unseen| unseen.reason),
            Err(Reason::Malformed)
        );
    }

    #[test]
    fn a_port_that_is_none_is_no_endpoint() {
        let binding = bound(None, &listener("HTTPS", 70_000, Some("arn:c")), &[]).unwrap();
        assert_eq!(binding.endpoints, []);
    }
}
