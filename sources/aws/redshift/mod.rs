//! Custom domains of Redshift, with clusters and without.

use aws_smithy_types::DateTime as SdkTime;
use howler_model::{Binding, Certificate, CertificateUsage, Endpoint, Origin, Resource, Role};

use super::certificate::validity;
use crate::source::Gathered;

/// The port of Redshift, unless somebody chose another one, which is not told with the domain.
const PORT: u16 = 5439;

/// A custom domain.
pub(crate) struct Domain<'a> {
    pub(crate) user: Resource,
    pub(crate) name: &'a str,
    pub(crate) certificate: &'a str,
    /// When Redshift says that the certificate ends.
    pub(crate) end: Option<&'a SdkTime>,
}

impl Domain<'_> {
    /// The use of the certificate, and the certificate itself if it is not one of ACM, which tells more of those.
    ///
    /// Clusters are private unless somebody says otherwise; whether one is public is not told with the domain.
    pub(crate) fn tell(self, gathered: &mut Gathered) {
        let Self { user, name, certificate, end } = self;
        if !certificate.contains(":acm:") {
            gathered.facts.certificates.push(fact(&user, certificate, end));
        }
        gathered.facts.bindings.push(Binding {
            endpoints: endpoint(name).into_iter().collect(),
            private: true,
            names: vec![name.to_owned()],
            ..Binding::new(certificate, user)
        });
    }
}

/// Clients begin as with PostgreSQL.
fn endpoint(name: &str) -> Option<Endpoint> {
    format!("postgres://{name}:{PORT}").parse().ok()
}

fn fact(user: &Resource, certificate: &str, end: Option<&SdkTime>) -> Certificate {
    let resource =
        Resource { kind: "redshift-domain-certificate", id: certificate.to_owned(), ..user.clone() };
    let validity = validity(None, end, "Redshift does not tell when it ends");
    let usage = CertificateUsage::By(vec![user.id.clone()]);
    Certificate { usage, ..Certificate::dated(resource, Role::Leaf, Origin::Uploaded, validity) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use howler_model::Validity;

    use super::*;
    use crate::aws::certificate::somewhere;

    fn told(certificate: &str, end: Option<SdkTime>) -> Gathered {
        let scope = somewhere("redshift");
        let user = Resource { scope, kind: "domain", id: "arn:u".to_owned(), name: "u".to_owned() };
        let mut gathered = Gathered::default();
        Domain { user, name: "dw.example.com", certificate, end: end.as_ref() }.tell(&mut gathered);
        gathered
    }

    #[test]
    fn a_certificate_of_acm_is_only_bound() {
        let gathered = told("arn:aws:acm:eu-west-1:1:certificate/a", Some(SdkTime::from_secs(9)));
        let bound = &gathered.facts.bindings[0];
        assert_eq!(bound.endpoints[0].to_string(), "postgres://dw.example.com:5439");
        assert!(bound.private && gathered.facts.certificates.is_empty());
    }

    #[test]
    fn another_one_has_the_date_that_redshift_tells() {
        let gathered = told("arn:aws:iam::1:server-certificate/a", Some(SdkTime::from_secs(9)));
        assert!(matches!(gathered.facts.certificates[0].validity, Validity::Until { .. }));
        assert_eq!(gathered.facts.bindings.len(), 1);
        let gathered = told("arn:aws:iam::1:server-certificate/a", None);
        assert!(matches!(gathered.facts.certificates[0].validity, Validity::Unknown(_)));
    }
}
