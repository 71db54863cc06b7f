//! The certificate that a distribution shows to its viewers.
//!
//! Without aliases it shows one of CloudFront's own, in which there is nothing to keep.

use aws_sdk_cloudfront::types::{DistributionSummary, MinimumProtocolVersion, ViewerCertificate};
use howler_model::{Binding, Endpoint, Resource};

/// The port of viewers; CloudFront has no other.
const PORT: u16 = 443;

/// What people call a distribution: its first alias, or the name that CloudFront gave it.
pub(super) fn name(distribution: &DistributionSummary) -> &str {
    aliases(distribution).first().map_or(distribution.domain_name(), String::as_str)
}

fn aliases(distribution: &DistributionSummary) -> &[String] {
    distribution.aliases().map(|aliases| aliases.items()).unwrap_or_default()
}

/// The use of a certificate by a distribution, if it has one of its own.
pub(super) fn binding(user: &Resource, distribution: &DistributionSummary) -> Option<Binding> {
    let names = aliases(distribution).to_vec();
    Some(Binding {
        endpoints: endpoints(&names, distribution.enabled()),
        names,
        oldest: oldest(distribution),
        ..Binding::new(certificate(distribution)?, user.clone())
    })
}

/// The certificate of a distribution as it names it: an ARN of ACM, or an id of IAM.
pub(super) fn certificate(distribution: &DistributionSummary) -> Option<&str> {
    let viewer = distribution.viewer_certificate()?;
    let acm = viewer.acm_certificate_arn().filter(|arn| !arn.is_empty());
    acm.or(viewer.iam_certificate_id().filter(|id| !id.is_empty()))
}

/// Where viewers reach names; nothing answers for what is disabled, and a wildcard is no place.
pub(super) fn endpoints(names: &[String], enabled: bool) -> Vec<Endpoint> {
    let reached = names.iter().filter(|name| enabled && !name.contains('*'));
    reached.filter_map(|name| Endpoint::direct(name, PORT).ok()).collect()
}

/// The oldest protocol that viewers may speak.
pub(super) fn oldest(distribution: &DistributionSummary) -> Option<&'static str> {
    distribution.viewer_certificate().and_then(ViewerCertificate::minimum_protocol_version).and_then(protocol)
}

/// `TLSv1.2_2021` is TLSv1.2 with the ciphers of that year.
fn protocol(minimum: &MinimumProtocolVersion) -> Option<&'static str> {
    match minimum.as_str().split('_').next()? {
        "SSLv3" => Some("SSLv3"),
        "TLSv1" => Some("TLSv1.0"),
        "TLSv1.1" => Some("TLSv1.1"),
        "TLSv1.2" => Some("TLSv1.2"),
        "TLSv1.3" => Some("TLSv1.3"),
        _ => None,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use aws_sdk_cloudfront::primitives::DateTime;
    use aws_sdk_cloudfront::types::builders::DistributionSummaryBuilder;
    use aws_sdk_cloudfront::types::{Aliases, HttpVersion, PriceClass};
    use howler_model::{Partition, Region, Scope};

    use super::*;

    /// An enabled distribution with what CloudFront always tells.
    pub(in super::super) fn distribution() -> DistributionSummaryBuilder {
        DistributionSummary::builder()
            .id("E1")
            .arn("arn:d")
            .status("Deployed")
            .last_modified_time(DateTime::from_secs(0))
            .domain_name("d1.cloudfront.net")
            .comment("")
            .price_class(PriceClass::PriceClassAll)
            .enabled(true)
            .web_acl_id("")
            .http_version(HttpVersion::Http2)
            .is_ipv6_enabled(true)
            .staging(false)
    }

    /// A distribution as something that uses certificates.
    pub(in super::super) fn user() -> Resource {
        let account = "123456789012".parse().unwrap();
        let scope = Scope::aws(Partition::Aws, account, Region::GLOBAL, super::super::SERVICE);
        Resource { scope, kind: "cloudfront-distribution", id: "arn:d".into(), name: "d".into() }
    }

    pub(in super::super) fn aliased(names: &[&str], arn: &str) -> DistributionSummaryBuilder {
        let aliases =
            Aliases::builder().quantity(1).set_items(Some(names.iter().map(|&name| name.into()).collect()));
        let viewer = ViewerCertificate::builder()
            .acm_certificate_arn(arn)
            .minimum_protocol_version(MinimumProtocolVersion::TlSv122021);
        distribution().aliases(aliases.build().unwrap()).viewer_certificate(viewer.build())
    }

    #[test]
    fn aliases_are_names_and_all_but_wildcards_are_endpoints() {
        let names = ["www.example.com", "*.example.com"];
        let found = binding(&user(), &aliased(&names, "arn:acm").build().unwrap()).unwrap();
        assert_eq!((found.certificate.as_str(), found.oldest), ("arn:acm", Some("TLSv1.2")));
        assert_eq!(found.names, names);
        assert_eq!(found.endpoints, ["www.example.com:443".parse().unwrap()]);
        assert!(!found.private);
    }

    #[test]
    fn a_disabled_distribution_has_names_and_no_endpoints() {
        let found = aliased(&["www.example.com"], "arn:acm").enabled(false).build().unwrap();
        let found = binding(&user(), &found).unwrap();
        assert_eq!((found.names.len(), found.endpoints.len()), (1, 0));
    }

    #[test]
    fn a_certificate_of_iam_goes_by_its_id_and_one_of_cloudfront_is_none() {
        let with = |viewer: ViewerCertificate| {
            let distribution = distribution().viewer_certificate(viewer).build().unwrap();
            binding(&user(), &distribution).map(|binding| binding.certificate)
        };
        let viewer = ViewerCertificate::builder;
        assert_eq!(with(viewer().iam_certificate_id("ASCA1").build()).as_deref(), Some("ASCA1"));
        assert_eq!(with(viewer().cloud_front_default_certificate(true).build()), None);
        assert_eq!(with(viewer().acm_certificate_arn("").iam_certificate_id("").build()), None);
        assert_eq!(binding(&user(), &distribution().build().unwrap()), None);
    }

    #[test]
    fn every_minimum_that_is_known_has_its_protocol() {
        for value in MinimumProtocolVersion::values() {
            let found = protocol(&MinimumProtocolVersion::from(*value));
            let expected = value.split('_').next().unwrap();
            assert_eq!(found, Some(if expected == "TLSv1" { "TLSv1.0" } else { expected }), "{value}");
        }
        assert_eq!(protocol(&MinimumProtocolVersion::from("TLSv2_2040")), None);
    }

    #[test]
    fn a_distribution_goes_by_its_first_alias() {
        assert_eq!(name(&aliased(&["www.example.com"], "arn:acm").build().unwrap()), "www.example.com");
        assert_eq!(name(&distribution().build().unwrap()), "d1.cloudfront.net");
    }
}
