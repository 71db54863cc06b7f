//! The origins of a distribution: servers whose certificates CloudFront checks, and what it shows them of itself.

use std::collections::BTreeSet;

use aws_sdk_cloudfront::types::{CustomOriginConfig, DistributionSummary, Origin, OriginProtocolPolicy};
use howler_model::{Binding, Discovered, Endpoint, Resource};

/// Domains in which every certificate is AWS's: who serves there under a name of one's own (a load balancer) is
/// asked for that name, and known by a source of its own.
const OF_AWS: [&str; 3] = [".amazonaws.com", ".amazonaws.com.cn", ".on.aws"];

/// The servers that have to show CloudFront a certificate; what lies in a VPC tells neither its host nor its port.
pub(super) fn discovered(user: &Resource, distribution: &DistributionSummary) -> Vec<Discovered> {
    let asked = custom(distribution).filter(|_| distribution.enabled());
    let asked = asked.filter(|(origin, config)| speaks_tls(config) && !is_of_aws(origin.domain_name()));
    let endpoints: BTreeSet<Endpoint> =
        asked.filter_map(|(origin, config)| endpoint(origin, config)).collect();
    let found = |endpoint| Discovered { endpoint, user: user.clone(), private: false };
    endpoints.into_iter().map(found).collect()
}

fn custom(distribution: &DistributionSummary) -> impl Iterator<Item = (&Origin, &CustomOriginConfig)> {
    let origins = distribution.origins().map(|origins| origins.items()).unwrap_or_default();
    origins.iter().filter_map(|origin| Some((origin, origin.custom_origin_config()?)))
}

/// Viewers may come over HTTPS, so that an origin which is asked as they are is asked so, too.
fn speaks_tls(config: &CustomOriginConfig) -> bool {
    *config.origin_protocol_policy() != OriginProtocolPolicy::HttpOnly
}

fn is_of_aws(host: &str) -> bool {
    OF_AWS.iter().any(|domain| host.ends_with(domain))
}

fn endpoint(origin: &Origin, config: &CustomOriginConfig) -> Option<Endpoint> {
    Endpoint::direct(origin.domain_name(), config.https_port().try_into().ok()?).ok()
}

/// The certificates by which CloudFront proves itself to origins.
pub(super) fn bindings(user: &Resource, distribution: &DistributionSummary) -> Vec<Binding> {
    let one = |(origin, config): (&Origin, &CustomOriginConfig)| {
        let certificate = config.origin_mtls_config()?.client_certificate_arn();
        let user = Resource {
            kind: "cloudfront-origin",
            id: format!("{}#{}", user.id, origin.id()),
            name: origin.domain_name().to_owned(),
            ..user.clone()
        };
        Some(Binding::new(certificate, user))
    };
    custom(distribution).filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudfront::types::{OriginMtlsConfig, Origins, S3OriginConfig};

    use super::super::viewers::tests::{distribution, user};
    use super::*;

    fn origin(domain: &str, policy: OriginProtocolPolicy, client: Option<&str>) -> Origin {
        let client =
            client.map(|arn| OriginMtlsConfig::builder().client_certificate_arn(arn).build().unwrap());
        let config = CustomOriginConfig::builder()
            .http_port(80)
            .https_port(8443)
            .origin_protocol_policy(policy)
            .set_origin_mtls_config(client);
        Origin::builder()
            .id(format!("to-{domain}"))
            .domain_name(domain)
            .custom_origin_config(config.build().unwrap())
            .build()
            .unwrap()
    }

    fn with(origins: Vec<Origin>, enabled: bool) -> DistributionSummary {
        let origins = Origins::builder().quantity(1).set_items(Some(origins)).build().unwrap();
        distribution().origins(origins).enabled(enabled).build().unwrap()
    }

    fn found(origins: Vec<Origin>, enabled: bool) -> Vec<String> {
        let found = discovered(&user(), &with(origins, enabled));
        assert!(found.iter().all(|one| !one.private && one.user == user()));
        found.iter().map(|one| one.endpoint.to_string()).collect()
    }

    #[test]
    fn only_origins_that_speak_tls_are_asked_each_once() {
        use OriginProtocolPolicy::{HttpOnly, HttpsOnly, MatchViewer};
        let one = |policy| found(vec![origin("origin.example", policy, None)], true);
        assert_eq!(one(HttpsOnly), ["origin.example:8443"]);
        assert_eq!(one(MatchViewer), ["origin.example:8443"]);
        assert_eq!(one(HttpOnly), [""; 0]);
        let twice = vec![origin("a.example", HttpsOnly, None), origin("a.example", MatchViewer, None)];
        assert_eq!(found(twice, true), ["a.example:8443"]);
    }

    #[test]
    fn nothing_is_asked_for_a_disabled_distribution_or_below_a_domain_of_aws() {
        let https = |domain| vec![origin(domain, OriginProtocolPolicy::HttpsOnly, None)];
        assert_eq!(found(https("origin.example"), false), [""; 0]);
        for domain in ["lb-1.eu-west-1.elb.amazonaws.com", "x.lambda-url.eu-west-1.on.aws"] {
            assert_eq!(found(https(domain), true), [""; 0], "{domain}");
        }
        assert_eq!(found(https("notamazonaws.com"), true).len(), 1);
        let bucket = Origin::builder().id("s3").domain_name("b.example");
        let bucket = bucket.s3_origin_config(S3OriginConfig::builder().origin_access_identity("").build());
        assert_eq!(found(vec![bucket.build().unwrap()], true), [""; 0]);
    }

    #[test]
    fn the_certificate_that_an_origin_is_shown_belongs_to_that_origin() {
        let https = OriginProtocolPolicy::HttpsOnly;
        let distribution = with(
            vec![origin("a.example", https.clone(), Some("arn:client")), origin("b.example", https, None)],
            false,
        );
        let bindings = bindings(&user(), &distribution);
        let [binding] = &bindings[..] else { panic!("{bindings:?}") };
        assert_eq!(
            (binding.certificate.as_str(), binding.user.id.as_str()),
            ("arn:client", "arn:d#to-a.example")
        );
        assert!(binding.names.is_empty() && binding.endpoints.is_empty());
    }
}
