//! Custom domains of App Runner services, whose certificates AWS issues and renews, and tells no dates of.

use aws_sdk_apprunner::types::{CustomDomain, CustomDomainAssociationStatus, ServiceStatus, ServiceSummary};
use howler_model::{Discovered, FactKind, Resource, Scope, Service, Unseen};

use super::AccountRegion;
use super::access::{Listing, Page};
use super::domain::{HTTPS, endpoint};
use super::listings::apprunner::ListServices;
use super::listings::of_each::of_each;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("apprunner");
const DESCRIBE: &str = "apprunner:DescribeCustomDomains";

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "app-runner-domains",
    title: "Custom domains of App Runner services",
    service: SERVICE,
    kinds: &[FactKind::Discovered],
    actions: || vec![ListServices::ACTION, DESCRIBE],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(services) = gathered.note(None, at.list::<ListServices>().await) else {
        return gathered;
    };
    let asked = of_each(services.iter().filter(|service| answers(service)), |one| domains(at, one)).await;
    let scope = at.scope(SERVICE);
    for of in gathered.note(None, asked).unwrap_or_default() {
        let found = gathered.note(of.parent.service_arn(), of.answer).unwrap_or_default();
        let found = found.iter().flat_map(|domain| discovered(&scope, &of.parent, domain));
        gathered.facts.discovered.extend(found);
    }
    gathered
}

/// Whether a service is there and runs: others answer nobody.
fn answers(service: &ServiceSummary) -> bool {
    matches!(service.status(), Some(ServiceStatus::Running | ServiceStatus::OperationInProgress))
}

async fn domains(at: &AccountRegion, service: &ServiceSummary) -> Result<Vec<CustomDomain>, Unseen> {
    at.pages(DESCRIBE, |token| {
        let request = at.apprunner().describe_custom_domains().set_service_arn(service.service_arn.clone());
        let sent = request.set_next_token(token).send();
        async move { sent.await.map(|page| Page { items: page.custom_domains, next: page.next_token }) }
    })
    .await
}

/// A domain, and its `www` where that leads to the service too.
fn discovered(scope: &Scope, service: &ServiceSummary, domain: &CustomDomain) -> Vec<Discovered> {
    // App Runner writes it in small letters, its model in capital ones.
    if !domain.status().as_str().eq_ignore_ascii_case(CustomDomainAssociationStatus::Active.as_str()) {
        return Vec::new();
    }
    let name = domain.domain_name();
    let user = Resource {
        scope: scope.clone(),
        kind: "app-runner-domain",
        id: format!("{}/{name}", service.service_arn().unwrap_or_default()),
        name: name.to_owned(),
    };
    let www = domain.enable_www_subdomain().then(|| format!("www.{name}"));
    let names = [Some(name.to_owned()), www].into_iter().flatten();
    let found = |name: String| {
        Some(Discovered { endpoint: endpoint(&name, HTTPS)?, user: user.clone(), private: false })
    };
    names.filter_map(found).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::aws::certificate::somewhere;

    fn found(www: bool, status: CustomDomainAssociationStatus) -> Vec<String> {
        let service = ServiceSummary::builder().service_arn("arn:s").build();
        let domain = CustomDomain::builder()
            .domain_name("app.example.com")
            .enable_www_subdomain(www)
            .status(status)
            .build()
            .unwrap();
        let found = discovered(&somewhere("apprunner"), &service, &domain);
        assert!(found.iter().all(|one| one.user.id == "arn:s/app.example.com" && !one.private));
        found.iter().map(|one| one.endpoint.to_string()).collect()
    }

    #[test]
    fn an_active_domain_is_found_and_its_www_if_it_has_one() {
        let active = CustomDomainAssociationStatus::Active;
        assert_eq!(found(false, CustomDomainAssociationStatus::from("active")), ["app.example.com:443"]);
        assert_eq!(found(true, active), ["app.example.com:443", "www.app.example.com:443"]);
        for other in ["pending_certificate_dns_validation", "DELETING", "create_failed"] {
            assert!(found(true, CustomDomainAssociationStatus::from(other)).is_empty(), "{other}");
        }
    }

    #[test]
    fn a_service_that_does_not_run_answers_nobody() {
        let service = |status| ServiceSummary::builder().status(status).build();
        assert!(answers(&service(ServiceStatus::Running)));
        assert!(answers(&service(ServiceStatus::OperationInProgress)));
        for status in [ServiceStatus::Paused, ServiceStatus::Deleted, ServiceStatus::CreateFailed] {
            assert!(!answers(&service(status.clone())), "{status}");
        }
    }
}
