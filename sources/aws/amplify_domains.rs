//! Custom domains of Amplify apps: with a certificate of somebody's own, or with one that Amplify renews by itself.

use aws_sdk_amplify::types::{App, DomainAssociation, DomainStatus};
use howler_model::{Binding, Discovered, Endpoint, FactKind, Resource, Scope, Service, Unseen};

use super::AccountRegion;
use super::access::{Listing, Page};
use super::domain::{HTTPS, endpoint};
use super::listings::amplify::ListApps;
use super::listings::of_each::of_each;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("amplify");
const LIST: &str = "amplify:ListDomainAssociations";

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "amplify-domains",
    title: "Certificates of custom domains of Amplify apps",
    service: SERVICE,
    kinds: &[FactKind::Binding, FactKind::Discovered],
    actions: || vec![ListApps::ACTION, LIST],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(apps) = gathered.note(None, at.list::<ListApps>().await) else {
        return gathered;
    };
    let asked = of_each(apps.iter(), |app| domains(at, app)).await;
    let scope = at.scope(SERVICE);
    for of in gathered.note(None, asked).unwrap_or_default() {
        for domain in gathered.note(Some(of.parent.app_arn()), of.answer).unwrap_or_default() {
            tell(&scope, &domain, &mut gathered);
        }
    }
    gathered
}

async fn domains(at: &AccountRegion, app: &App) -> Result<Vec<DomainAssociation>, Unseen> {
    at.pages(LIST, |token| {
        let request = at.amplify().list_domain_associations().app_id(app.app_id()).max_results(50);
        let sent = request.set_next_token(token).send();
        async move { sent.await.map(|page| Page { items: page.domain_associations, next: page.next_token }) }
    })
    .await
}

fn tell(scope: &Scope, domain: &DomainAssociation, gathered: &mut Gathered) {
    let user = Resource {
        scope: scope.clone(),
        kind: "amplify-domain",
        id: domain.domain_association_arn().to_owned(),
        name: domain.domain_name().to_owned(),
    };
    let names = names(domain);
    let endpoints = endpoints(domain, &names);
    match domain.certificate().and_then(|certificate| certificate.custom_certificate_arn()) {
        Some(arn) => gathered.facts.bindings.push(Binding { endpoints, names, ..Binding::new(arn, user) }),
        None => {
            let found = |endpoint| Discovered { endpoint, user: user.clone(), private: false };
            gathered.facts.discovered.extend(endpoints.into_iter().map(found));
        }
    }
}

/// The names of a domain: itself where a branch has no prefix, and the prefixes of the others.
fn names(domain: &DomainAssociation) -> Vec<String> {
    let prefixes = domain.sub_domains().iter().filter_map(|one| one.sub_domain_setting());
    let prefixes = prefixes.map(|setting| setting.prefix());
    let name = |prefix: &str| match prefix {
        "" => domain.domain_name().to_owned(),
        prefix => format!("{prefix}.{}", domain.domain_name()),
    };
    prefixes.map(name).collect()
}

/// Where the names are reached, once they are.
fn endpoints(domain: &DomainAssociation, names: &[String]) -> Vec<Endpoint> {
    match domain.domain_status() {
        DomainStatus::Available | DomainStatus::Updating => {
            names.iter().filter_map(|name| endpoint(name, HTTPS)).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use aws_sdk_amplify::types::{Certificate, CertificateType, SubDomain, SubDomainSetting};

    use super::*;
    use crate::aws::certificate::somewhere;

    fn told(status: DomainStatus, certificate: Option<&str>) -> Gathered {
        let sub = |prefix: &str| {
            let setting = SubDomainSetting::builder().prefix(prefix).branch_name("main").build().unwrap();
            SubDomain::builder().sub_domain_setting(setting).verified(true).dns_record("").build().unwrap()
        };
        let kind =
            if certificate.is_some() { CertificateType::Custom } else { CertificateType::AmplifyManaged };
        let certificate = Certificate::builder()
            .r#type(kind)
            .set_custom_certificate_arn(certificate.map(str::to_owned))
            .build()
            .unwrap();
        let domain = DomainAssociation::builder()
            .domain_association_arn("arn:d")
            .domain_name("example.com")
            .enable_auto_sub_domain(false)
            .domain_status(status)
            .status_reason("")
            .set_sub_domains(Some(vec![sub(""), sub("www"), sub("*")]))
            .certificate(certificate)
            .build()
            .unwrap();
        let mut gathered = Gathered::default();
        tell(&somewhere("amplify"), &domain, &mut gathered);
        gathered
    }

    #[test]
    fn a_certificate_of_ones_own_is_bound_with_all_names() {
        let gathered = told(DomainStatus::Available, Some("arn:c"));
        let [bound] = &gathered.facts.bindings[..] else { panic!("{gathered:?}") };
        assert_eq!(bound.names, ["example.com", "www.example.com", "*.example.com"]);
        let endpoints: Vec<String> = bound.endpoints.iter().map(ToString::to_string).collect();
        assert_eq!(endpoints, ["example.com:443", "www.example.com:443"]);
        assert!(gathered.facts.discovered.is_empty());
    }

    #[test]
    fn what_amplify_renews_is_found_and_expected_of_nobody() {
        let gathered = told(DomainStatus::Updating, None);
        assert!(gathered.facts.bindings.is_empty());
        assert_eq!(gathered.facts.discovered.len(), 2);
    }

    #[test]
    fn a_domain_that_is_not_up_yet_is_not_asked() {
        for status in [DomainStatus::PendingVerification, DomainStatus::Failed] {
            assert!(told(status.clone(), None).facts.discovered.is_empty());
            let bound = told(status, Some("arn:c"));
            assert!(bound.facts.bindings.iter().all(|one| one.endpoints.is_empty() && one.names.len() == 3));
            assert_eq!(bound.facts.bindings.len(), 1);
        }
    }
}
