//! Custom domains of AppSync.

use aws_sdk_appsync::types::DomainNameConfig;
use howler_model::{Binding, FactKind, Resource, Scope, Service};

use super::AccountRegion;
use super::access::Listing;
use super::domain::{arn, served};
use super::listings::appsync::ListDomainNames;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("appsync");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "appsync-domains",
    title: "Certificates of custom domains of AppSync",
    service: SERVICE,
    kinds: &[FactKind::Binding],
    actions: || vec![ListDomainNames::ACTION],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let listed = gathered.note(None, at.list::<ListDomainNames>().await);
    let scope = at.scope(SERVICE);
    let bound = listed.iter().flat_map(|listed| listed.iter()).filter_map(|one| binding(&scope, one));
    gathered.facts.bindings.extend(bound);
    gathered
}

fn binding(scope: &Scope, listed: &DomainNameConfig) -> Option<Binding> {
    let (certificate, name) = (listed.certificate_arn()?, listed.domain_name()?);
    let id = listed.domain_name_arn().map(str::to_owned);
    let id = id.unwrap_or_else(|| arn(scope, &format!("domainnames/{name}")));
    let user = Resource { scope: scope.clone(), kind: "appsync-domain", id, name: name.to_owned() };
    Some(served(certificate, user, name))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::aws::certificate::somewhere;

    #[test]
    fn a_domain_is_bound_to_its_certificate() {
        let listed = || DomainNameConfig::builder().domain_name("api.example.com").certificate_arn("arn:c");
        let of = |listed: DomainNameConfig| binding(&somewhere("appsync"), &listed).unwrap();
        let bound = of(listed().domain_name_arn("arn:d").build());
        assert_eq!((bound.certificate.as_str(), bound.user.id.as_str()), ("arn:c", "arn:d"));
        assert_eq!(bound.endpoints, ["api.example.com:443".parse().unwrap()]);
        let id = "arn:aws:appsync:eu-west-1:123456789012:domainnames/api.example.com";
        assert_eq!(of(listed().build()).user.id, id);
        let without = DomainNameConfig::builder().domain_name("api.example.com").build();
        assert_eq!(binding(&somewhere("appsync"), &without), None);
    }
}
