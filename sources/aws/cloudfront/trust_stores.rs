//! Trust stores of CloudFront, of which it tells that they are there and how many certificates are in them.

use aws_sdk_cloudfront::types::{DistributionSummary, TrustStoreSummary};
use howler_model::{Certificate, CertificateUsage, Origin, Resource, Role, Validity};

use super::SERVICE;
use crate::aws::AccountRegion;
use crate::aws::listings::cloudfront::ListTrustStores;
use crate::source::Gathered;

const UNTOLD: &str = "CloudFront tells only how many certificates are in it";

pub(super) async fn add(
    at: &AccountRegion,
    distributions: Option<&[DistributionSummary]>,
    gathered: &mut Gathered,
) {
    let stores = gathered.note(None, at.list::<ListTrustStores>().await).unwrap_or_default();
    let fact = |store: &TrustStoreSummary| {
        fact(at.resource(SERVICE, "cloudfront-trust-store", store.arn(), store.name()), store, distributions)
    };
    gathered.facts.certificates.extend(stores.iter().filter(|store| is_filled(store)).map(fact));
}

/// A store without certificates holds nothing that could end.
fn is_filled(store: &TrustStoreSummary) -> bool {
    store.number_of_ca_certificates() != 0
}

fn fact(
    resource: Resource,
    store: &TrustStoreSummary,
    distributions: Option<&[DistributionSummary]>,
) -> Certificate {
    let validity = Validity::Unknown(UNTOLD.to_owned());
    Certificate {
        usage: usage(store, distributions),
        ..Certificate::dated(resource, Role::TrustStore, Origin::Uploaded, validity)
    }
}

/// The distributions that check their viewers against it: they name it, so that nobody does if all are known.
fn usage(store: &TrustStoreSummary, distributions: Option<&[DistributionSummary]>) -> CertificateUsage {
    let Some(distributions) = distributions else { return CertificateUsage::Unknown };
    let named = |distribution: &&DistributionSummary| {
        let config = distribution.viewer_mtls_config().and_then(|config| config.trust_store_config());
        config.is_some_and(|config| config.trust_store_id() == store.id())
    };
    let users: Vec<String> =
        distributions.iter().filter(named).map(|distribution| distribution.arn().to_owned()).collect();
    match users.is_empty() {
        true => CertificateUsage::Unused,
        false => CertificateUsage::By(users),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudfront::primitives::DateTime;
    use aws_sdk_cloudfront::types::{TrustStoreConfig, TrustStoreStatus, ViewerMtlsConfig, ViewerMtlsMode};

    use super::super::viewers::tests::{distribution, user};
    use super::*;

    fn store(id: &str, certificates: i32) -> TrustStoreSummary {
        TrustStoreSummary::builder()
            .id(id)
            .arn("arn:s")
            .name("clients")
            .status(TrustStoreStatus::Active)
            .number_of_ca_certificates(certificates)
            .last_modified_time(DateTime::from_secs(0))
            .e_tag("e")
            .build()
            .unwrap()
    }

    fn checking(id: &str) -> DistributionSummary {
        let config = TrustStoreConfig::builder().trust_store_id(id).build().unwrap();
        let config = ViewerMtlsConfig::builder().mode(ViewerMtlsMode::Required).trust_store_config(config);
        distribution().viewer_mtls_config(config.build()).build().unwrap()
    }

    #[test]
    fn a_store_is_used_by_the_distributions_that_name_it() {
        let all = [checking("ts_1"), distribution().build().unwrap()];
        assert_eq!(usage(&store("ts_1", 2), Some(&all)), CertificateUsage::By(vec!["arn:d".to_owned()]));
        assert_eq!(usage(&store("ts_2", 2), Some(&all)), CertificateUsage::Unused);
        assert_eq!(usage(&store("ts_1", 2), None), CertificateUsage::Unknown);
    }

    #[test]
    fn nobody_knows_when_its_certificates_end_and_an_empty_one_has_none() {
        let fact = fact(user(), &store("ts_1", 2), None);
        assert_eq!(fact.validity, Validity::Unknown(UNTOLD.to_owned()));
        assert_eq!(fact.role, Role::TrustStore);
        assert!(is_filled(&store("ts_1", 1)) && !is_filled(&store("ts_1", 0)));
    }
}
