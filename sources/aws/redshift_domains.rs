//! Custom domains of Redshift clusters.

use aws_sdk_redshift::types::{Association, CertificateAssociation};
use howler_model::{FactKind, Resource, Scope, Service};

use super::AccountRegion;
use super::access::Listing;
use super::domain::arn;
use super::listings::redshift::DescribeCustomDomainAssociations;
use super::redshift::Domain;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("redshift");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "redshift-domains",
    title: "Certificates of custom domains of Redshift clusters",
    service: SERVICE,
    kinds: &[FactKind::Binding, FactKind::Certificate],
    actions: || vec![DescribeCustomDomainAssociations::ACTION],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let listed = gathered.note(None, at.list::<DescribeCustomDomainAssociations>().await);
    let scope = at.scope(SERVICE);
    for association in listed.iter().flat_map(|listed| listed.iter()) {
        for of_domain in association.certificate_associations() {
            if let Some(domain) = domain(&scope, association, of_domain) {
                domain.tell(&mut gathered);
            }
        }
    }
    gathered
}

fn domain<'a>(
    scope: &Scope,
    association: &'a Association,
    of_domain: &'a CertificateAssociation,
) -> Option<Domain<'a>> {
    let name = of_domain.custom_domain_name()?;
    let cluster = of_domain.cluster_identifier().unwrap_or_default();
    let user = Resource {
        scope: scope.clone(),
        kind: "redshift-domain",
        id: format!("{}/{name}", arn(scope, &format!("cluster:{cluster}"))),
        name: name.to_owned(),
    };
    let (certificate, end) =
        (association.custom_domain_certificate_arn()?, association.custom_domain_certificate_expiry_date());
    Some(Domain { user, name, certificate, end })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::aws::certificate::somewhere;

    #[test]
    fn a_domain_belongs_to_its_cluster() {
        let association = Association::builder().custom_domain_certificate_arn("arn:c").build();
        let of_domain = CertificateAssociation::builder()
            .custom_domain_name("dw.example.com")
            .cluster_identifier("dw")
            .build();
        let found = domain(&somewhere("redshift"), &association, &of_domain).unwrap();
        let id = "arn:aws:redshift:eu-west-1:123456789012:cluster:dw/dw.example.com";
        assert_eq!((found.user.id.as_str(), found.certificate, found.end), (id, "arn:c", None));
        let without = Association::builder().build();
        assert!(domain(&somewhere("redshift"), &without, &of_domain).is_none());
    }
}
