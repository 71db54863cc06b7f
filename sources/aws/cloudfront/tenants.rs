//! The certificates that tenants of a distribution show: their own, one that CloudFront manages for them, or that of
//! the distribution.

use std::collections::BTreeMap;

use aws_sdk_cloudfront::types::{
    DistributionSummary, DistributionTenantSummary, DomainStatus, ManagedCertificateDetails,
    ManagedCertificateStatus,
};
use howler_model::{Binding, Resource, Unseen};

use super::{SERVICE, viewers};
use crate::aws::AccountRegion;
use crate::aws::listings::cloudfront::ListDistributionTenants;
use crate::aws::listings::of_each::{Of, of_each};
use crate::source::Gathered;

pub(super) const MANAGED: &str = "cloudfront:GetManagedCertificateDetails";

/// The bindings of all tenants. Of whom it is not known what CloudFront manages, nothing is said but that.
pub(super) async fn add(
    at: &AccountRegion,
    distributions: Option<&[DistributionSummary]>,
    gathered: &mut Gathered,
) {
    let Some(tenants) = gathered.note(None, at.list::<ListDistributionTenants>().await) else { return };
    let others = tenants.iter().filter(|tenant| own(tenant).is_none());
    let managed = managed(at, others, gathered).await;
    for tenant in tenants.iter() {
        let managed = match (own(tenant), managed.get(tenant.id())) {
            (Some(_), _) | (None, Some(Managed::No)) => None,
            (None, Some(Managed::Issued(arn))) => Some(arn.as_str()),
            (None, None) => continue,
        };
        let all = distributions.iter().copied().flatten();
        let distribution = all.into_iter().find(|one| one.id() == tenant.distribution_id());
        let user = at.resource(SERVICE, "cloudfront-distribution-tenant", tenant.arn(), tenant.name());
        gathered.facts.bindings.extend(binding(user, tenant, managed, distribution));
    }
}

/// What CloudFront manages for a tenant.
enum Managed {
    Issued(String),
    No,
}

/// What CloudFront manages for these tenants, by id; those of whom it did not say so are missing.
async fn managed<'a>(
    at: &AccountRegion,
    tenants: impl Iterator<Item = &'a DistributionTenantSummary>,
    gathered: &mut Gathered,
) -> BTreeMap<String, Managed> {
    let answers = of_each(tenants, |tenant| details(at, tenant)).await;
    let answers = gathered.note(None, answers).unwrap_or_default();
    let one = |of: Of<DistributionTenantSummary, Option<ManagedCertificateDetails>>| {
        let details = gathered.note(Some(&of.parent.arn), of.answer)?;
        let arn = details.as_ref().and_then(issued).map(str::to_owned);
        Some((of.parent.id, arn.map_or(Managed::No, Managed::Issued)))
    };
    answers.into_iter().filter_map(one).collect()
}

/// What CloudFront manages for a tenant; it says that there is nothing as of something that is not there.
async fn details(
    at: &AccountRegion,
    tenant: &DistributionTenantSummary,
) -> Result<Option<ManagedCertificateDetails>, Unseen> {
    let request = at.cloudfront().get_managed_certificate_details().identifier(tenant.id());
    match at.call(MANAGED, || request.clone().send()).await {
        Ok(answer) => Ok(answer.managed_certificate_details),
        Err(unseen) if unseen.code.as_deref() == Some("EntityNotFound") => Ok(None),
        Err(unseen) => Err(unseen),
    }
}

/// The managed certificate that is in use; before it is issued there is none.
fn issued(details: &ManagedCertificateDetails) -> Option<&str> {
    let issued = matches!(
        details.certificate_status(),
        Some(ManagedCertificateStatus::Issued | ManagedCertificateStatus::Expired)
    );
    details.certificate_arn().filter(|arn| issued && !arn.is_empty())
}

/// The certificate that a tenant has for itself.
fn own(tenant: &DistributionTenantSummary) -> Option<&str> {
    let certificate = tenant.customizations()?.certificate()?;
    Some(certificate.arn()).filter(|arn| !arn.is_empty())
}

fn binding(
    user: Resource,
    tenant: &DistributionTenantSummary,
    managed: Option<&str>,
    distribution: Option<&DistributionSummary>,
) -> Option<Binding> {
    let certificate = own(tenant).or(managed).or(distribution.and_then(viewers::certificate))?;
    let enabled = tenant.enabled() != Some(false) && distribution.is_none_or(|one| one.enabled());
    let served = tenant.domains().iter().filter(|domain| domain.status() != Some(&DomainStatus::Inactive));
    let names: Vec<String> = served.map(|domain| domain.domain().to_owned()).collect();
    Some(Binding {
        endpoints: viewers::endpoints(&names, enabled),
        names,
        oldest: distribution.and_then(viewers::oldest),
        ..Binding::new(certificate, user)
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudfront::primitives::DateTime;
    use aws_sdk_cloudfront::types::builders::DistributionTenantSummaryBuilder;
    use aws_sdk_cloudfront::types::{Certificate, Customizations, DomainResult};

    use super::super::viewers::tests::{aliased, user};
    use super::*;

    fn domain(name: &str, status: DomainStatus) -> DomainResult {
        DomainResult::builder().domain(name).status(status).build().unwrap()
    }

    fn tenant() -> DistributionTenantSummaryBuilder {
        DistributionTenantSummary::builder()
            .id("dt_1")
            .distribution_id("E1")
            .name("shop")
            .arn("arn:t")
            .domains(domain("shop.example", DomainStatus::Active))
            .created_time(DateTime::from_secs(0))
            .last_modified_time(DateTime::from_secs(0))
            .e_tag("e")
            .enabled(true)
    }

    fn with_own(arn: &str) -> DistributionTenantSummaryBuilder {
        let certificate = Certificate::builder().arn(arn).build().unwrap();
        tenant().customizations(Customizations::builder().certificate(certificate).build())
    }

    #[test]
    fn a_tenant_shows_its_own_certificate_or_a_managed_one_or_that_of_its_distribution() {
        let distribution = aliased(&[], "arn:shared").build().unwrap();
        let of = |tenant: DistributionTenantSummaryBuilder, managed, distribution| {
            binding(user(), &tenant.build().unwrap(), managed, distribution).map(|one| one.certificate)
        };
        let shared = Some(&distribution);
        assert_eq!(of(with_own("arn:own"), Some("arn:managed"), shared).as_deref(), Some("arn:own"));
        assert_eq!(of(tenant(), Some("arn:managed"), shared).as_deref(), Some("arn:managed"));
        assert_eq!(of(tenant(), None, shared).as_deref(), Some("arn:shared"));
        assert_eq!(of(with_own(""), None, None), None);
    }

    #[test]
    fn only_domains_that_are_served_are_names_and_endpoints() {
        let distribution = aliased(&[], "arn:shared").build().unwrap();
        let tenant = tenant()
            .domains(domain("old.example", DomainStatus::Inactive))
            .domains(domain("*.example", DomainStatus::Active));
        let found = binding(user(), &tenant.clone().build().unwrap(), None, Some(&distribution)).unwrap();
        assert_eq!(found.names, ["shop.example", "*.example"]);
        assert_eq!(found.endpoints, ["shop.example:443".parse().unwrap()]);
        assert_eq!(found.oldest, Some("TLSv1.2"));
        let disabled = tenant.enabled(false).build().unwrap();
        assert!(binding(user(), &disabled, None, Some(&distribution)).unwrap().endpoints.is_empty());
    }

    #[test]
    fn a_managed_certificate_counts_once_it_is_issued() {
        let details = |status: &str, arn: Option<&str>| {
            ManagedCertificateDetails::builder()
                .set_certificate_arn(arn.map(str::to_owned))
                .certificate_status(status.into())
                .build()
        };
        assert_eq!(issued(&details("issued", Some("arn:m"))), Some("arn:m"));
        assert_eq!(issued(&details("expired", Some("arn:m"))), Some("arn:m"));
        assert_eq!(issued(&details("pending-validation", Some("arn:m"))), None);
        assert_eq!(issued(&details("issued", None)), None);
    }
}
