//! VPC Lattice: services, and what can only be asked of one of them.

use aws_sdk_vpclattice::operation::get_service::GetServiceOutput;
use aws_sdk_vpclattice::types::{ListenerSummary, ServiceStatus, ServiceSummary};
use howler_model::Unseen;

use super::of_each::{Of, of_each};
use super::owned;
use crate::aws::AccountRegion;
use crate::aws::access::{Listing, Page, listing};

/// The most that one page holds.
const PAGE: i32 = 100;

listing! {
    /// The account's own services; AWS lists those that others share with it, too.
    ListServices: ServiceSummary = "vpc-lattice:ListServices",
    vpclattice(token) => vpclattice.list_services().max_results(PAGE).set_next_token(token),
    page => Page::of(page.items, page.next_token),
    keep service, account => owned(service.arn().and_then(|arn| arn.split(':').nth(4)), account),
}

/// Each service that has a domain of its own: without one it has no certificate.
pub(crate) struct GetService;

impl Listing for GetService {
    type Item = Of<ServiceSummary, GetServiceOutput>;
    const ACTION: &'static str = "vpc-lattice:GetService";

    async fn ask(at: &AccountRegion) -> Result<Vec<Self::Item>, Unseen> {
        let services = at.list::<ListServices>().await?;
        of_each(services.iter().filter(|service| has_domain(service)), |service| get(at, service)).await
    }
}

fn has_domain(service: &ServiceSummary) -> bool {
    use ServiceStatus::{CreateFailed, CreateInProgress, DeleteInProgress};
    let is_there = !matches!(service.status(), Some(CreateFailed | CreateInProgress | DeleteInProgress));
    is_there && service.custom_domain_name().is_some_and(|name| !name.is_empty())
}

async fn get(at: &AccountRegion, service: &ServiceSummary) -> Result<GetServiceOutput, Unseen> {
    let request = at.vpclattice().get_service().set_service_identifier(service.id().map(str::to_owned));
    at.call(GetService::ACTION, || request.clone().send()).await
}

/// The listeners of each service that has a certificate.
pub(crate) struct ListListeners;

impl Listing for ListListeners {
    type Item = Of<GetServiceOutput, Vec<ListenerSummary>>;
    const ACTION: &'static str = "vpc-lattice:ListListeners";

    async fn ask(at: &AccountRegion) -> Result<Vec<Self::Item>, Unseen> {
        let services = at.list::<GetService>().await?;
        let seen = services.iter().filter_map(|of| of.answer.as_ref().ok());
        of_each(seen.filter(|service| has_certificate(service)), |service| listeners(at, service)).await
    }
}

/// Whether a service names a certificate.
pub(crate) fn has_certificate(service: &GetServiceOutput) -> bool {
    service.certificate_arn().is_some_and(|arn| !arn.is_empty())
}

async fn listeners(at: &AccountRegion, service: &GetServiceOutput) -> Result<Vec<ListenerSummary>, Unseen> {
    let client = at.vpclattice();
    let id = service.id();
    at.pages(ListListeners::ACTION, |token| {
        let request = client.list_listeners().set_service_identifier(id.map(str::to_owned));
        let sent = request.max_results(PAGE).set_next_token(token).send();
        async move { sent.await.map(|page| Page::of(Some(page.items), page.next_token)) }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_there_and_has_a_domain_is_asked_about() {
        let service = |domain: Option<&str>, status: Option<ServiceStatus>| {
            let service = ServiceSummary::builder().set_custom_domain_name(domain.map(str::to_owned));
            has_domain(&service.set_status(status).build())
        };
        let domain = Some("api.example");
        assert!(service(domain, Some(ServiceStatus::Active)));
        assert!(service(domain, Some(ServiceStatus::DeleteFailed)));
        assert!(service(domain, None));
        assert!(!service(domain, Some(ServiceStatus::CreateInProgress)));
        assert!(!service(domain, Some(ServiceStatus::CreateFailed)));
        assert!(!service(domain, Some(ServiceStatus::DeleteInProgress)));
        assert!(
            !service(None, Some(ServiceStatus::Active)) && !service(Some(""), Some(ServiceStatus::Active))
        );
    }
}
