//! Which listeners of application and network load balancers use which certificates.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticloadbalancingv2::types::{Certificate, Listener, LoadBalancer, LoadBalancerSchemeEnum};
use howler_model::{Binding, Endpoint, FactKind, Service, Unseen};

use super::AccountRegion;
use super::access::Listing;
use super::listings::elbv2::{
    DescribeListenerCertificates, DescribeListeners, DescribeLoadBalancers, speaks_tls,
};
use super::listings::of_each::Of;
use super::listings::security_policies::oldest_of;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("elasticloadbalancing");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "elb-listeners",
    title: "Certificates that ALB and NLB listeners use, additional (SNI) ones among them",
    service: SERVICE,
    kinds: &[FactKind::Binding],
    actions: || {
        vec![DescribeLoadBalancers::ACTION, DescribeListeners::ACTION, DescribeListenerCertificates::ACTION]
    },
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(balancers) = gathered.note(None, at.list::<DescribeListeners>().await) else {
        return gathered;
    };
    let listed = gathered.note(None, at.list::<DescribeListenerCertificates>().await).unwrap_or_default();
    let certificates = by_listener(&listed, &mut gathered);
    for Of { parent: balancer, answer } in balancers.iter() {
        match answer {
            Ok(listeners) => {
                let bound = listeners.iter().flat_map(|listener| {
                    let listed = listener.listener_arn().and_then(|arn| certificates.get(arn));
                    bindings(at, balancer, listener, listed.copied().unwrap_or_default())
                });
                gathered.facts.bindings.extend(bound);
            }
            Err(unseen) => gathered.miss(balancer.load_balancer_arn(), unseen.clone()),
        }
    }
    gathered
}

/// What was listed for each listener; where it failed, the default certificate is still known from the listener.
fn by_listener<'a>(
    listed: &'a [Of<Listener, Vec<Certificate>>],
    gathered: &mut Gathered,
) -> BTreeMap<&'a str, &'a [Certificate]> {
    let one = |of: &'a Of<Listener, Vec<Certificate>>| {
        let arn = of.parent.listener_arn()?;
        let answer: Result<&[Certificate], Unseen> = of.answer.as_deref().map_err(Unseen::clone);
        Some((arn, gathered.note(Some(arn), answer)?))
    };
    listed.iter().filter_map(one).collect()
}

fn bindings(
    at: &AccountRegion,
    balancer: &LoadBalancer,
    listener: &Listener,
    listed: &[Certificate],
) -> Vec<Binding> {
    let port = listener.port().map_or_else(|| "?".to_owned(), |port| port.to_string());
    let name = format!("{}:{port}", balancer.load_balancer_name().unwrap_or_default());
    let arn = listener.listener_arn().unwrap_or_default();
    let user = at.resource(SERVICE, "elb-listener", arn, name);
    let endpoint = endpoint(balancer, listener);
    let private = balancer.scheme() == Some(&LoadBalancerSchemeEnum::Internal);
    let oldest = listener.ssl_policy().and_then(oldest_of);
    let binding = |certificate: &str| Binding {
        endpoints: endpoint.iter().cloned().collect(),
        private,
        oldest,
        ..Binding::new(certificate, user.clone())
    };
    used_by(listener, listed).into_iter().map(binding).collect()
}

/// The ARNs of the certificates of a listener, each once: its own, which AWS gives for the default one, and those
/// that were listed for it, which repeat the default one.
fn used_by<'a>(listener: &'a Listener, listed: &'a [Certificate]) -> BTreeSet<&'a str> {
    let own = listener.certificates().iter().filter(|_| speaks_tls(listener));
    own.chain(listed).filter_map(|certificate| certificate.certificate_arn()).collect()
}

/// Where clients reach the listener.
fn endpoint(balancer: &LoadBalancer, listener: &Listener) -> Option<Endpoint> {
    Endpoint::direct(balancer.dns_name()?, listener.port()?.try_into().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use aws_sdk_elasticloadbalancingv2::types::ProtocolEnum;

    use super::*;

    fn certificate(arn: &str) -> Certificate {
        Certificate::builder().certificate_arn(arn).build()
    }

    fn listener(protocol: ProtocolEnum, own: &[&str]) -> Listener {
        let own = own.iter().map(|arn| certificate(arn)).collect();
        Listener::builder().protocol(protocol).port(443).set_certificates(Some(own)).build()
    }

    #[test]
    fn default_and_additional_certificates_are_used_once_each() {
        let listed = ["arn:default", "arn:sni"].map(certificate);
        let https = listener(ProtocolEnum::Https, &["arn:default"]);
        assert_eq!(used_by(&https, &listed), BTreeSet::from(["arn:default", "arn:sni"]));
        // Some servers give the additional ones with the listener too.
        let tls = listener(ProtocolEnum::Tls, &["arn:default", "arn:sni"]);
        assert_eq!(used_by(&tls, &listed), BTreeSet::from(["arn:default", "arn:sni"]));
        assert_eq!(used_by(&https, &[]), BTreeSet::from(["arn:default"]));
    }

    #[test]
    fn a_listener_without_tls_uses_none() {
        assert!(used_by(&listener(ProtocolEnum::Http, &["arn:left-over"]), &[]).is_empty());
        assert!(used_by(&listener(ProtocolEnum::Tcp, &[]), &[]).is_empty());
    }

    #[test]
    fn an_endpoint_needs_name_and_port() {
        let balancer = LoadBalancer::builder().dns_name("lb.example").build();
        let https = listener(ProtocolEnum::Https, &[]);
        assert_eq!(endpoint(&balancer, &https), "lb.example:443".parse().ok());
        assert_eq!(endpoint(&LoadBalancer::builder().build(), &https), None);
        assert_eq!(endpoint(&balancer, &Listener::builder().build()), None);
    }
}
