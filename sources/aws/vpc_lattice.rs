//! Which services of VPC Lattice use which certificates for their domains.

use std::collections::BTreeMap;

use aws_sdk_vpclattice::operation::get_service::GetServiceOutput;
use aws_sdk_vpclattice::types::{ListenerProtocol, ListenerSummary};
use howler_model::{Binding, Endpoint, FactKind, Resource, Service, Unseen};

use super::AccountRegion;
use super::access::Listing;
use super::listings::of_each::Of;
use super::listings::vpc_lattice::{GetService, ListListeners, ListServices, has_certificate};
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("vpc-lattice");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "vpc-lattice",
    title: "Certificates of VPC Lattice services with domains of their own",
    service: SERVICE,
    kinds: &[FactKind::Binding],
    actions: || vec![ListServices::ACTION, GetService::ACTION, ListListeners::ACTION],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(services) = gathered.note(None, at.list::<GetService>().await) else {
        return gathered;
    };
    let listeners = gathered.note(None, at.list::<ListListeners>().await).unwrap_or_default();
    let listeners = by_service(&listeners, &mut gathered);
    for of in services.iter() {
        let answer = of.answer.as_ref().map_err(Unseen::clone);
        let Some(service) = gathered.note(of.parent.arn(), answer).filter(|one| has_certificate(one)) else {
            continue;
        };
        let arn = service.arn().unwrap_or_default();
        let user = at.resource(SERVICE, "vpc-lattice-service", arn, service.name().unwrap_or(arn));
        gathered.facts.bindings.extend(binding(user, service, listeners.get(arn).copied()));
    }
    gathered
}

/// The listeners of each service that could be asked for them.
fn by_service<'a>(
    listed: &'a [Of<GetServiceOutput, Vec<ListenerSummary>>],
    gathered: &mut Gathered,
) -> BTreeMap<&'a str, &'a [ListenerSummary]> {
    let one = |of: &'a Of<GetServiceOutput, Vec<ListenerSummary>>| {
        let arn = of.parent.arn()?;
        let answer: Result<&[ListenerSummary], Unseen> = of.answer.as_deref().map_err(Unseen::clone);
        Some((arn, gathered.note(Some(arn), answer)?))
    };
    listed.iter().filter_map(one).collect()
}

/// The use of a certificate. Services are reached from VPCs alone.
fn binding(
    user: Resource,
    service: &GetServiceOutput,
    listeners: Option<&[ListenerSummary]>,
) -> Option<Binding> {
    let names: Vec<String> = service.custom_domain_name().map(str::to_owned).into_iter().collect();
    let hosts = names.iter().filter(|name| !name.contains('*'));
    let endpoints = hosts.flat_map(|host| {
        let secure = listeners.into_iter().flatten().filter_map(port);
        secure.filter_map(move |port| Endpoint::direct(host, port).ok())
    });
    let endpoints = endpoints.collect();
    Some(Binding { endpoints, private: true, names, ..Binding::new(service.certificate_arn()?, user) })
}

fn port(listener: &ListenerSummary) -> Option<u16> {
    let secure = listener.protocol() == Some(&ListenerProtocol::Https);
    listener.port().filter(|_| secure)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use howler_model::{Partition, Scope};

    use super::*;

    fn found(domain: &str, listeners: Option<&[ListenerSummary]>) -> Binding {
        let account = "123456789012".parse().unwrap();
        let scope = Scope::aws(Partition::Aws, account, "eu-west-1".parse().unwrap(), SERVICE);
        let user = Resource { scope, kind: "vpc-lattice-service", id: "arn:s".into(), name: "s".into() };
        let service = GetServiceOutput::builder().custom_domain_name(domain).certificate_arn("arn:c").build();
        binding(user, &service, listeners).unwrap()
    }

    #[test]
    fn a_domain_is_reached_at_each_port_of_https_and_from_vpcs_alone() {
        let listener = |protocol, port| ListenerSummary::builder().protocol(protocol).port(port).build();
        let listeners = [
            listener(ListenerProtocol::Https, 443),
            listener(ListenerProtocol::Http, 80),
            listener(ListenerProtocol::TlsPassthrough, 444),
            listener(ListenerProtocol::Https, 8443),
        ];
        let binding = found("api.example", Some(&listeners));
        assert_eq!((binding.certificate.as_str(), binding.private), ("arn:c", true));
        assert_eq!(binding.names, ["api.example"]);
        assert_eq!(
            binding.endpoints,
            ["api.example:443", "api.example:8443"].map(|text| text.parse().unwrap())
        );
        let wildcard = found("*.example", Some(&listeners));
        assert_eq!((wildcard.names.len(), wildcard.endpoints.len()), (1, 0));
    }

    #[test]
    fn without_its_listeners_nobody_knows_where_a_service_is_reached() {
        assert_eq!(found("api.example", None).endpoints, []);
    }
}
