//! Custom domains of API Gateway, told alike by both of its APIs.

use howler_model::{
    Binding, Certificate, CertificateUsage, Discovered, Origin, Partition, Resource, Role, Scope, Service,
    Validity,
};

use super::domain::{HTTPS, endpoint, served};
use crate::source::Gathered;

pub(crate) const SERVICE: Service = Service::named("apigateway");
/// What IAM asks for whoever reads anything of API Gateway.
pub(crate) const GET: &str = "apigateway:GET";

/// A custom domain.
#[derive(Debug, Clone)]
pub(crate) struct Domain {
    pub(crate) resource: Resource,
    /// What clients are shown: an edge-optimized domain that moves into a region has two for a while.
    pub(crate) shown: Vec<Shown>,
    /// The certificate that only proves whose the domain is, where what clients are shown does not.
    pub(crate) proof: Option<String>,
    /// Whom clients have to have their certificates from.
    pub(crate) trust: Option<TrustStore>,
}

/// What clients of a domain are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Its ARN; none for one that was uploaded to API Gateway itself, as was once done.
    pub(crate) certificate: Option<String>,
    /// Only from within a VPC.
    pub(crate) private: bool,
    /// The name of its security policy.
    pub(crate) policy: Option<String>,
}

/// A bundle of authorities in S3.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TrustStore {
    /// `s3://BUCKET/KEY`.
    pub(crate) uri: String,
    /// The version of the object; none for the one that is there.
    pub(crate) version: Option<String>,
    /// What API Gateway has to say about it.
    pub(crate) warnings: Vec<String>,
}

/// The domain of a name as a resource; its ARN has no account.
pub(crate) fn resource(scope: &Scope, arn: Option<&str>, name: &str) -> Resource {
    let id = arn.map_or_else(|| own_arn(scope, &format!("/domainnames/{name}")), str::to_owned);
    Resource { scope: scope.clone(), kind: "apigateway-domain", id, name: name.to_owned() }
}

/// The ARN of what API Gateway has at a path.
pub(crate) fn own_arn(scope: &Scope, path: &str) -> String {
    let partition = scope.partition().map(Partition::as_str).unwrap_or_default();
    let region = scope.region().map(|region| region.as_str()).unwrap_or_default();
    format!("arn:{partition}:apigateway:{region}::{path}")
}

impl Domain {
    /// The facts of it.
    pub(crate) fn tell(self, gathered: &mut Gathered) {
        let Self { resource, shown, proof, trust } = self;
        for Shown { certificate, private, policy } in shown {
            let oldest = policy.as_deref().and_then(oldest_of);
            match certificate {
                Some(arn) => gathered.facts.bindings.push(Binding {
                    private,
                    oldest,
                    ..served(&arn, resource.clone(), &resource.name)
                }),
                None => gathered.facts.discovered.extend(
                    endpoint(&resource.name, HTTPS).map(|endpoint| Discovered {
                        endpoint,
                        user: resource.clone(),
                        private,
                    }),
                ),
            }
        }
        gathered.facts.bindings.extend(proof.map(|arn| Binding::new(arn, resource.clone())));
        gathered.facts.certificates.extend(trust.map(|trust| unread(&resource, &trust)));
    }
}

/// The bundle as far as it is known without reading it.
fn unread(domain: &Resource, trust: &TrustStore) -> Certificate {
    let words = match trust.warnings.is_empty() {
        true => "its bundle in S3 was not read".to_owned(),
        false => format!("API Gateway warns: {}", trust.warnings.join("; ")),
    };
    Certificate {
        usage: CertificateUsage::By(vec![domain.id.clone()]),
        ..Certificate::dated(
            Resource { kind: "apigateway-trust-store", name: trust.uri.clone(), ..domain.clone() },
            Role::TrustStore,
            Origin::Uploaded,
            Validity::Unknown(words),
        )
    }
}

/// The oldest protocol of a security policy, by the beginning of its name.
#[rustfmt::skip] // a table
const POLICIES: [(&str, &str); 6] = [
    ("TLS_1_0", "TLSv1.0"),
    ("TLS_1_2", "TLSv1.2"),
    ("SecurityPolicy_TLS13_1_3_", "TLSv1.3"),
    ("SecurityPolicy_TLS13_1_2_", "TLSv1.2"),
    ("SecurityPolicy_TLS13_2025_EDGE", "TLSv1.3"),
    ("SecurityPolicy_TLS12_", "TLSv1.2"),
];

fn oldest_of(policy: &str) -> Option<&'static str> {
    POLICIES.iter().find(|(name, _)| policy.starts_with(name)).map(|(_, oldest)| *oldest)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::aws::certificate::somewhere;

    fn domain(shown: Vec<Shown>) -> Domain {
        let resource = resource(&somewhere("apigateway"), None, "api.example.com");
        Domain { resource, shown, proof: None, trust: None }
    }

    fn told(domain: Domain) -> Gathered {
        let mut gathered = Gathered::default();
        domain.tell(&mut gathered);
        gathered
    }

    fn shown(certificate: Option<&str>) -> Shown {
        Shown { certificate: certificate.map(str::to_owned), ..Shown::default() }
    }

    #[test]
    fn each_certificate_is_bound_and_the_proof_is_not_served() {
        let gathered = told(Domain {
            proof: Some("arn:proof".to_owned()),
            ..domain(vec![shown(Some("arn:a")), shown(Some("arn:b"))])
        });
        let bindings = &gathered.facts.bindings;
        let arns: Vec<&str> = bindings.iter().map(|one| one.certificate.as_str()).collect();
        assert_eq!(arns, ["arn:a", "arn:b", "arn:proof"]);
        assert_eq!(bindings[0].user.id, "arn:aws:apigateway:eu-west-1::/domainnames/api.example.com");
        assert_eq!(bindings[1].endpoints, ["api.example.com:443".parse().unwrap()]);
        assert!(bindings[2].endpoints.is_empty() && bindings[2].names.is_empty());
        assert!(gathered.facts.discovered.is_empty() && gathered.facts.certificates.is_empty());
    }

    #[test]
    fn what_has_no_certificate_with_an_arn_can_still_be_asked() {
        let gathered = told(domain(vec![Shown { private: true, ..shown(None) }]));
        let [found] = &gathered.facts.discovered[..] else { panic!("{gathered:?}") };
        assert_eq!((found.endpoint.to_string().as_str(), found.private), ("api.example.com:443", true));
        assert!(gathered.facts.bindings.is_empty());
    }

    #[test]
    fn a_policy_says_the_oldest_protocol_and_an_unknown_one_nothing() {
        for (policy, oldest) in [
            ("TLS_1_0", Some("TLSv1.0")),
            ("SecurityPolicy_TLS13_1_3_FIPS_2025_09", Some("TLSv1.3")),
            ("SecurityPolicy_TLS13_1_2_2021_06", Some("TLSv1.2")),
            ("SecurityPolicy_TLS12_PFS_2025_EDGE", Some("TLSv1.2")),
            ("SecurityPolicy_TLS13_2025_EDGE", Some("TLSv1.3")),
            ("SecurityPolicy_TLS14_2030", None),
            ("", None),
        ] {
            let one = Shown { policy: Some(policy.to_owned()), ..shown(Some("arn:a")) };
            assert_eq!(told(domain(vec![one])).facts.bindings[0].oldest, oldest, "{policy}");
        }
    }

    #[test]
    fn a_trust_store_is_never_seen_as_good_unread() {
        let validity = |warnings: &[&str]| {
            let warnings = warnings.iter().map(|&one| one.to_owned()).collect();
            let trust = Some(TrustStore { uri: "s3://b/ca.pem".to_owned(), warnings, version: None });
            let gathered = told(Domain { trust, ..domain(Vec::new()) });
            let fact = &gathered.facts.certificates[0];
            assert_eq!((fact.role, fact.resource.name.as_str()), (Role::TrustStore, "s3://b/ca.pem"));
            assert_eq!(fact.usage, CertificateUsage::By(vec![fact.resource.id.clone()]));
            fact.validity.clone()
        };
        assert_eq!(validity(&[]), Validity::Unknown("its bundle in S3 was not read".to_owned()));
        let words = "API Gateway warns: one has expired; one cannot be read".to_owned();
        assert_eq!(validity(&["one has expired", "one cannot be read"]), Validity::Unknown(words));
    }
}
