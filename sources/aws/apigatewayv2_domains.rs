//! Custom domains of HTTP and WebSocket APIs that the API for REST APIs does not know, and domains of portals.
//!
//! Both APIs list nearly the same domains. Each is told once: by this source where the other API, which knows more of
//! them, does not list it, or cannot be asked.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_sdk_apigatewayv2::types::{
    DomainName, DomainNameConfiguration, MutualTlsAuthentication, PortalSummary, PublishStatus,
    SecurityPolicy,
};
use howler_model::{Binding, FactKind, Resource, Scope, Unseen};

use super::AccountRegion;
use super::apigateway::{Domain, GET, SERVICE, Shown, TrustStore, resource};
use super::domain::served;
use super::listings::apigatewayv2::{GetDomainNames, ListPortals};
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "apigatewayv2-domains",
    title: "Certificates and trust stores of custom domains that only HTTP and WebSocket APIs list, and of portals",
    service: SERVICE,
    kinds: &[FactKind::Binding, FactKind::Certificate, FactKind::Discovered],
    actions: || vec![GET],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let domains = gathered.note(None, domains(at).await).unwrap_or_default();
    if !domains.is_empty() {
        let told = told_elsewhere(at).await;
        let others = domains.into_iter().filter(|domain| !told.contains(&domain.resource.name));
        others.for_each(|domain| domain.tell(&mut gathered));
    }
    let portals = gathered.note(None, at.list::<ListPortals>().await);
    let scope = at.scope(SERVICE);
    let bound = portals.iter().flat_map(|portals| portals.iter()).filter_map(|one| portal(&scope, one));
    gathered.facts.bindings.extend(bound);
    gathered
}

/// All domains that this API knows.
pub(crate) async fn domains(at: &AccountRegion) -> Result<Vec<Domain>, Unseen> {
    let listed: Arc<[DomainName]> = at.list::<GetDomainNames>().await?;
    let scope = at.scope(SERVICE);
    Ok(listed.iter().map(|listed| domain(&scope, listed)).collect())
}

/// The names that the other API lists; none if it cannot be asked, which its own source tells.
#[cfg(feature = "apigateway")]
async fn told_elsewhere(at: &AccountRegion) -> BTreeSet<String> {
    let listed = super::apigateway_domains::domains(at).await;
    listed.unwrap_or_default().into_iter().map(|domain| domain.resource.name).collect()
}

#[cfg(not(feature = "apigateway"))]
async fn told_elsewhere(_: &AccountRegion) -> BTreeSet<String> {
    BTreeSet::new()
}

fn domain(scope: &Scope, listed: &DomainName) -> Domain {
    let name = listed.domain_name().unwrap_or_default();
    let configurations = listed.domain_name_configurations();
    let proofs = configurations.iter().filter_map(|one| one.ownership_verification_certificate_arn());
    Domain {
        resource: resource(scope, listed.domain_name_arn(), name),
        shown: configurations.iter().map(shown).collect(),
        proof: proofs.map(str::to_owned).next(),
        trust: listed.mutual_tls_authentication().and_then(trust),
    }
}

fn shown(configuration: &DomainNameConfiguration) -> Shown {
    Shown {
        certificate: configuration.certificate_arn().map(str::to_owned),
        private: false, // this API has no private domains
        policy: configuration.security_policy().map(SecurityPolicy::as_str).map(str::to_owned),
    }
}

fn trust(mutual: &MutualTlsAuthentication) -> Option<TrustStore> {
    Some(TrustStore {
        uri: mutual.truststore_uri()?.to_owned(),
        version: mutual.truststore_version().map(str::to_owned),
        warnings: mutual.truststore_warnings().to_vec(),
    })
}

/// A portal with a domain of its own. One that is not published is reached by nobody.
fn portal(scope: &Scope, listed: &PortalSummary) -> Option<Binding> {
    let configured = listed.endpoint_configuration()?;
    let (certificate, name) = (configured.certificate_arn()?, configured.domain_name()?);
    let id = listed.portal_arn().unwrap_or(name).to_owned();
    let user = Resource { scope: scope.clone(), kind: "apigateway-portal", id, name: name.to_owned() };
    let binding = served(certificate, user, name);
    match listed.publish_status() {
        Some(PublishStatus::Disabled) => Some(Binding { endpoints: Vec::new(), ..binding }),
        _ => Some(binding),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use aws_sdk_apigatewayv2::types::EndpointConfigurationResponse;

    use super::*;
    use crate::aws::certificate::somewhere;

    #[test]
    fn every_configuration_shows_its_certificate() {
        let configuration = |arn: &str| DomainNameConfiguration::builder().certificate_arn(arn);
        let listed = DomainName::builder()
            .domain_name("api.example.com")
            .domain_name_configurations(
                configuration("arn:a")
                    .security_policy(SecurityPolicy::Tls10)
                    .ownership_verification_certificate_arn("arn:proof")
                    .build(),
            )
            .domain_name_configurations(configuration("arn:b").build())
            .build();
        let domain = domain(&somewhere("apigateway"), &listed);
        let shown: Vec<_> =
            domain.shown.iter().map(|one| (one.certificate.as_deref(), one.policy.as_deref())).collect();
        assert_eq!(shown, [(Some("arn:a"), Some("TLS_1_0")), (Some("arn:b"), None)]);
        assert_eq!(domain.proof.as_deref(), Some("arn:proof"));
        assert_eq!(domain.trust, None);
    }

    #[test]
    fn a_portal_is_bound_if_it_has_a_domain_of_its_own_and_reached_if_it_is_published() {
        let configured = |arn: Option<&str>, name: &str| {
            EndpointConfigurationResponse::builder()
                .set_certificate_arn(arn.map(str::to_owned))
                .domain_name(name)
                .portal_default_domain_name("p.portal.example")
                .portal_domain_hosted_zone_id("Z")
                .build()
        };
        let of = |configured, status| {
            let listed = PortalSummary::builder()
                .portal_arn("arn:portal")
                .endpoint_configuration(configured)
                .publish_status(status)
                .build();
            portal(&somewhere("apigateway"), &listed)
        };
        let published = of(configured(Some("arn:a"), "dev.example.com"), PublishStatus::Published).unwrap();
        assert_eq!(published.endpoints, ["dev.example.com:443".parse().unwrap()]);
        assert_eq!((published.user.id.as_str(), published.certificate.as_str()), ("arn:portal", "arn:a"));
        let disabled = of(configured(Some("arn:a"), "dev.example.com"), PublishStatus::Disabled).unwrap();
        assert!(disabled.endpoints.is_empty() && disabled.names == ["dev.example.com"]);
        assert_eq!(of(configured(None, "dev.example.com"), PublishStatus::Published), None);
    }
}
