//! Custom domains of Redshift Serverless workgroups.

use aws_sdk_redshiftserverless::types::Association;
use howler_model::{FactKind, Resource, Scope, Service};

use super::AccountRegion;
use super::access::Listing;
use super::listings::redshift_serverless::ListCustomDomainAssociations;
use super::redshift::Domain;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("redshift-serverless");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "redshift-serverless-domains",
    title: "Certificates of custom domains of Redshift Serverless",
    service: SERVICE,
    kinds: &[FactKind::Binding, FactKind::Certificate],
    actions: || vec![ListCustomDomainAssociations::ACTION],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let listed = gathered.note(None, at.list::<ListCustomDomainAssociations>().await);
    let scope = at.scope(SERVICE);
    for association in listed.iter().flat_map(|listed| listed.iter()) {
        if let Some(domain) = domain(&scope, association) {
            domain.tell(&mut gathered);
        }
    }
    gathered
}

/// The ARN of a workgroup has an id that is not told here, so that its name stands for it.
fn domain<'a>(scope: &Scope, association: &'a Association) -> Option<Domain<'a>> {
    let name = association.custom_domain_name()?;
    let workgroup = association.workgroup_name().unwrap_or_default();
    let user = Resource {
        scope: scope.clone(),
        kind: "redshift-serverless-domain",
        id: format!("{workgroup}/{name}"),
        name: name.to_owned(),
    };
    let (certificate, end) =
        (association.custom_domain_certificate_arn()?, association.custom_domain_certificate_expiry_time());
    Some(Domain { user, name, certificate, end })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::aws::certificate::somewhere;

    #[test]
    fn a_domain_belongs_to_its_workgroup() {
        let association = Association::builder()
            .custom_domain_name("dw.example.com")
            .workgroup_name("dw")
            .custom_domain_certificate_arn("arn:c");
        let scope = somewhere("redshift-serverless");
        let association = association.build();
        let found = domain(&scope, &association).unwrap();
        assert_eq!((found.user.id.as_str(), found.certificate), ("dw/dw.example.com", "arn:c"));
        assert!(domain(&scope, &Association::builder().build()).is_none());
    }
}
