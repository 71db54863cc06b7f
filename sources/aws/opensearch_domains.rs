//! Certificates of custom endpoints of OpenSearch and Elasticsearch domains.

use aws_sdk_opensearch::types::{DomainStatus, TlsSecurityPolicy};
use howler_model::{Binding, FactKind, Resource, Scope, Service, Unseen};

use super::AccountRegion;
use super::access::Listing;
use super::domain::served;
use super::listings::of_each::of_each;
use super::listings::opensearch::ListDomainNames;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("es");
const DESCRIBE: &str = "es:DescribeDomains";
/// Domains that are described in one call.
const AT_ONCE: usize = 5;

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "opensearch-domains",
    title: "Certificates of custom endpoints of OpenSearch domains",
    service: SERVICE,
    kinds: &[FactKind::Binding],
    actions: || vec![ListDomainNames::ACTION, DESCRIBE],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(names) = gathered.note(None, at.list::<ListDomainNames>().await) else {
        return gathered;
    };
    let some: Vec<Vec<String>> = names.chunks(AT_ONCE).map(<[String]>::to_vec).collect();
    let described = of_each(&some, |names| describe(at, names)).await;
    let scope = at.scope(SERVICE);
    for of in gathered.note(None, described).unwrap_or_default() {
        let domains = gathered.note(Some(&of.parent.join(", ")), of.answer).unwrap_or_default();
        gathered.facts.bindings.extend(domains.iter().filter_map(|domain| binding(&scope, domain)));
    }
    gathered
}

async fn describe(at: &AccountRegion, names: &[String]) -> Result<Vec<DomainStatus>, Unseen> {
    let request = at.opensearch().describe_domains().set_domain_names(Some(names.to_vec()));
    Ok(at.call(DESCRIBE, || request.clone().send()).await?.domain_status_list)
}

/// The use of a certificate by a custom endpoint, which is private as its domain is.
fn binding(scope: &Scope, domain: &DomainStatus) -> Option<Binding> {
    let options = domain.domain_endpoint_options()?;
    let on = options.custom_endpoint_enabled() == Some(true) && domain.deleted() != Some(true);
    let name = options.custom_endpoint().filter(|_| on)?;
    let user = Resource {
        scope: scope.clone(),
        kind: "opensearch-domain",
        id: domain.arn().to_owned(),
        name: domain.domain_name().to_owned(),
    };
    let private = domain.vpc_options().is_some_and(|options| options.vpc_id().is_some());
    let oldest = options.tls_security_policy().and_then(oldest_of);
    Some(Binding { private, oldest, ..served(options.custom_endpoint_certificate_arn()?, user, name) })
}

fn oldest_of(policy: &TlsSecurityPolicy) -> Option<&'static str> {
    const POLICIES: [(&str, &str); 2] =
        [("Policy-Min-TLS-1-0-", "TLSv1.0"), ("Policy-Min-TLS-1-2-", "TLSv1.2")];
    POLICIES.iter().find(|(name, _)| policy.as_str().starts_with(name)).map(|(_, oldest)| *oldest)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use aws_sdk_opensearch::types::builders::{DomainEndpointOptionsBuilder, DomainStatusBuilder};
    use aws_sdk_opensearch::types::{ClusterConfig, DomainEndpointOptions, VpcDerivedInfo};

    use super::*;
    use crate::aws::certificate::somewhere;

    fn options() -> DomainEndpointOptionsBuilder {
        DomainEndpointOptions::builder()
            .custom_endpoint_enabled(true)
            .custom_endpoint("search.example.com")
            .custom_endpoint_certificate_arn("arn:c")
    }

    fn domain(options: DomainEndpointOptionsBuilder) -> DomainStatusBuilder {
        DomainStatus::builder()
            .domain_id("1/logs")
            .domain_name("logs")
            .arn("arn:d")
            .cluster_config(ClusterConfig::builder().build())
            .domain_endpoint_options(options.build())
    }

    fn of(domain: DomainStatusBuilder) -> Option<Binding> {
        binding(&somewhere("es"), &domain.build().unwrap())
    }

    #[test]
    fn a_custom_endpoint_is_bound_while_it_is_on_and_its_domain_there() {
        let bound =
            of(domain(options().tls_security_policy(TlsSecurityPolicy::PolicyMinTls10201907))).unwrap();
        assert_eq!((bound.certificate.as_str(), bound.user.id.as_str()), ("arn:c", "arn:d"));
        assert_eq!((bound.oldest, bound.private), (Some("TLSv1.0"), false));
        assert_eq!(bound.endpoints, ["search.example.com:443".parse().unwrap()]);
        assert_eq!(of(domain(options().custom_endpoint_enabled(false))), None);
        assert_eq!(of(domain(options()).deleted(true)), None);
        assert_eq!(of(domain(DomainEndpointOptions::builder().custom_endpoint_enabled(true))), None);
    }

    #[test]
    fn a_domain_in_a_vpc_is_private() {
        let vpc = |info: VpcDerivedInfo| of(domain(options()).vpc_options(info)).unwrap().private;
        assert!(vpc(VpcDerivedInfo::builder().vpc_id("vpc-1").build()));
        assert!(!vpc(VpcDerivedInfo::builder().build()));
    }

    #[test]
    fn an_unknown_policy_says_nothing_of_the_oldest_protocol() {
        assert_eq!(oldest_of(&TlsSecurityPolicy::PolicyMinTls12Pfs202310), Some("TLSv1.2"));
        assert_eq!(oldest_of(&TlsSecurityPolicy::from("Policy-Min-TLS-1-3-2030-01")), None);
    }
}
