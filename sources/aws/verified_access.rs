//! Endpoints of Verified Access: applications that are reached over the internet by a domain of their own.

use aws_sdk_ec2::types::{VerifiedAccessEndpoint, VerifiedAccessEndpointStatusCode};
use howler_model::{Binding, Endpoint, FactKind, Resource, Service};

use super::AccountRegion;
use super::access::Listing;
use super::listings::ec2_access::DescribeVerifiedAccessEndpoints;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("ec2");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "verified-access",
    title: "Certificates that Verified Access endpoints use",
    service: SERVICE,
    kinds: &[FactKind::Binding],
    actions: || vec![DescribeVerifiedAccessEndpoints::ACTION],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let listed = gathered.note(None, at.list::<DescribeVerifiedAccessEndpoints>().await).unwrap_or_default();
    let bound = listed.iter().filter_map(|endpoint| binding(resource(at, endpoint), endpoint));
    gathered.facts.bindings.extend(bound);
    gathered
}

fn resource(at: &AccountRegion, endpoint: &VerifiedAccessEndpoint) -> Resource {
    let id = endpoint.verified_access_endpoint_id().unwrap_or_default();
    let arn = format!("{}:verified-access-endpoint/{id}", at.arn(&SERVICE));
    at.resource(SERVICE, "verified-access-endpoint", arn, endpoint.application_domain().unwrap_or(id))
}

/// Those that lead to databases and networks have no certificate.
fn binding(user: Resource, endpoint: &VerifiedAccessEndpoint) -> Option<Binding> {
    use VerifiedAccessEndpointStatusCode::{Deleted, Deleting};
    if matches!(endpoint.status().and_then(|status| status.code()), Some(Deleted | Deleting)) {
        return None;
    }
    let domain = endpoint.application_domain();
    let reached = domain.filter(|domain| !domain.starts_with('*'));
    let reached = reached.and_then(|domain| Endpoint::direct(domain, 443).ok());
    Some(Binding {
        endpoints: reached.into_iter().collect(),
        names: domain.into_iter().map(str::to_owned).collect(),
        ..Binding::new(endpoint.domain_certificate_arn()?, user)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use aws_sdk_ec2::types::VerifiedAccessEndpointStatus;
    use aws_sdk_ec2::types::builders::VerifiedAccessEndpointBuilder;

    use super::*;
    use crate::aws::certificate::somewhere;

    fn bound(endpoint: VerifiedAccessEndpointBuilder) -> Option<Binding> {
        let scope = somewhere("ec2");
        let (id, name) = ("arn:e".to_owned(), "e".to_owned());
        binding(Resource { scope, kind: "verified-access-endpoint", id, name }, &endpoint.build())
    }

    fn endpoint(domain: &str) -> VerifiedAccessEndpointBuilder {
        VerifiedAccessEndpoint::builder().application_domain(domain).domain_certificate_arn("arn:c")
    }

    fn in_state(code: &str) -> VerifiedAccessEndpointBuilder {
        let status = VerifiedAccessEndpointStatus::builder().code(code.into()).build();
        endpoint("app.example").status(status)
    }

    #[test]
    fn an_application_is_reached_by_its_domain() {
        let binding = bound(in_state("active")).unwrap();
        assert_eq!(
            (binding.certificate.as_str(), &binding.names[..]),
            ("arn:c", &["app.example".to_owned()][..])
        );
        assert_eq!(binding.endpoints, ["app.example:443".parse().unwrap()]);
        let wildcard = bound(endpoint("*.app.example")).unwrap();
        assert_eq!((wildcard.names.len(), wildcard.endpoints.len()), (1, 0));
    }

    #[test]
    fn what_is_deleted_or_has_no_certificate_uses_none() {
        assert!(bound(in_state("pending")).is_some() && bound(in_state("updating")).is_some());
        assert_eq!(bound(in_state("deleting")), None);
        assert_eq!(bound(in_state("deleted")), None);
        assert_eq!(bound(VerifiedAccessEndpoint::builder().application_domain("db.example")), None);
    }
}
