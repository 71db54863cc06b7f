//! Custom domains of API Gateway as the API for REST APIs tells of them: edge-optimized, regional and private ones, and
//! most of those of HTTP and WebSocket APIs, too.

use std::sync::Arc;

use aws_sdk_apigateway::types::{DomainName, EndpointType, MutualTlsAuthentication, SecurityPolicy};
use howler_model::{FactKind, Scope, Unseen};

use super::AccountRegion;
use super::apigateway::{Domain, GET, SERVICE, Shown, TrustStore, resource};
use super::listings::apigateway::GetDomainNames;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "apigateway-domains",
    title: "Certificates and trust stores of custom domains of API Gateway",
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
    domains.into_iter().for_each(|domain| domain.tell(&mut gathered));
    gathered
}

/// All domains that this API knows.
pub(crate) async fn domains(at: &AccountRegion) -> Result<Vec<Domain>, Unseen> {
    let listed: Arc<[DomainName]> = at.list::<GetDomainNames>().await?;
    let scope = at.scope(SERVICE);
    Ok(listed.iter().map(|listed| domain(&scope, listed)).collect())
}

fn domain(scope: &Scope, listed: &DomainName) -> Domain {
    let name = listed.domain_name().unwrap_or_default();
    Domain {
        resource: resource(scope, listed.domain_name_arn(), name),
        shown: shown(listed),
        proof: listed.ownership_verification_certificate_arn().map(str::to_owned),
        trust: listed.mutual_tls_authentication().and_then(trust),
    }
}

/// One for the edge or the VPC, one for the region; where there is neither, one without an ARN.
fn shown(listed: &DomainName) -> Vec<Shown> {
    let types =
        listed.endpoint_configuration().map(|configuration| configuration.types()).unwrap_or_default();
    let one = |certificate: Option<&str>| Shown {
        certificate: certificate.map(str::to_owned),
        private: types.contains(&EndpointType::Private),
        policy: listed.security_policy().map(SecurityPolicy::as_str).map(str::to_owned),
    };
    let arns = [listed.certificate_arn(), listed.regional_certificate_arn()];
    match arns {
        [None, None] => vec![one(None)],
        arns => arns.into_iter().flatten().map(|arn| one(Some(arn))).collect(),
    }
}

fn trust(mutual: &MutualTlsAuthentication) -> Option<TrustStore> {
    Some(TrustStore {
        uri: mutual.truststore_uri()?.to_owned(),
        version: mutual.truststore_version().map(str::to_owned),
        warnings: mutual.truststore_warnings().to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_apigateway::types::EndpointConfiguration;
    use aws_sdk_apigateway::types::builders::DomainNameBuilder;

    use super::*;
    use crate::aws::certificate::somewhere;

    fn of(listed: DomainNameBuilder) -> Domain {
        domain(&somewhere("apigateway"), &listed.domain_name("api.example.com").build())
    }

    fn arns(domain: &Domain) -> Vec<Option<&str>> {
        domain.shown.iter().map(|shown| shown.certificate.as_deref()).collect()
    }

    #[test]
    fn edge_and_region_may_show_two_certificates() {
        let listed = DomainName::builder;
        assert_eq!(arns(&of(listed().certificate_arn("arn:edge"))), [Some("arn:edge")]);
        assert_eq!(arns(&of(listed().regional_certificate_arn("arn:region"))), [Some("arn:region")]);
        let both = of(listed().certificate_arn("arn:edge").regional_certificate_arn("arn:region"));
        assert_eq!(arns(&both), [Some("arn:edge"), Some("arn:region")]);
        assert_eq!(arns(&of(listed().certificate_name("uploaded"))), [None]);
    }

    #[test]
    fn only_a_private_domain_is_private() {
        let private = |kind| {
            let types = EndpointConfiguration::builder().types(kind).build();
            let listed = DomainName::builder().certificate_arn("arn:a").endpoint_configuration(types);
            of(listed).shown.iter().all(|shown| shown.private)
        };
        assert!(private(EndpointType::Private) && !private(EndpointType::Edge));
        assert!(!private(EndpointType::Regional));
    }

    #[test]
    fn the_arn_is_that_of_api_gateway_where_it_gives_one() {
        let arn = "arn:aws:apigateway:eu-west-1:123456789012:/domainnames/api.example.com+abc";
        assert_eq!(of(DomainName::builder().domain_name_arn(arn)).resource.id, arn);
        let none = of(DomainName::builder()).resource.id;
        assert_eq!(none, "arn:aws:apigateway:eu-west-1::/domainnames/api.example.com");
    }

    #[test]
    fn there_is_a_trust_store_only_where_it_has_an_address() {
        let mutual = |mutual| of(DomainName::builder().mutual_tls_authentication(mutual)).trust;
        let full = MutualTlsAuthentication::builder()
            .truststore_uri("s3://b/ca.pem")
            .truststore_version("7")
            .truststore_warnings("expired")
            .build();
        let (uri, version) = ("s3://b/ca.pem".to_owned(), Some("7".to_owned()));
        assert_eq!(mutual(full), Some(TrustStore { uri, version, warnings: vec!["expired".to_owned()] }));
        assert_eq!(mutual(MutualTlsAuthentication::builder().build()), None);
    }
}
