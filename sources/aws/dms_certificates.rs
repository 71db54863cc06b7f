//! Certificates that were imported into DMS, with which its endpoints check databases.

use std::collections::BTreeMap;

use aws_sdk_databasemigration::types::{Certificate as Imported, Endpoint};
use howler_model::{CertificateUsage, FactKind, Origin, Reason, Resource, Role, Scope, Service, Unseen};

use super::AccountRegion;
use super::access::Listing;
use super::certificate::{Kept, validity};
use super::listings::dms::{DescribeCertificates, DescribeEndpoints};
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("dms");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "dms-certificates",
    title: "Certificates imported for the endpoints of DMS",
    service: SERVICE,
    kinds: &[FactKind::Certificate],
    actions: || vec![DescribeCertificates::ACTION, DescribeEndpoints::ACTION],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let listed = gathered.note(None, there(at.list::<DescribeCertificates>().await)).unwrap_or_default();
    if listed.is_empty() {
        return gathered;
    }
    let endpoints = gathered.note(None, there(at.list::<DescribeEndpoints>().await)).unwrap_or_default();
    let (scope, users) = (at.scope(SERVICE), users(&endpoints));
    for imported in listed.iter() {
        match imported.certificate_arn() {
            Some(arn) => add(&scope, arn, imported, users.get(arn), &mut gathered),
            None => {
                let words = "a certificate without an ARN";
                let unseen = Unseen::new(Reason::Malformed, DescribeCertificates::ACTION, words);
                gathered.miss(imported.certificate_identifier(), unseen);
            }
        }
    }
    gathered
}

/// DMS has an error for a listing that found nothing.
fn there<T: Default>(listed: Result<T, Unseen>) -> Result<T, Unseen> {
    match listed {
        Err(unseen) if unseen.code.as_deref() == Some("ResourceNotFoundFault") => Ok(T::default()),
        other => other,
    }
}

/// The endpoints that use a certificate.
#[derive(Debug, Default, PartialEq)]
struct Users {
    /// Their ARNs.
    arns: Vec<String>,
    /// One of them shows it, instead of checking somebody against it.
    shown: bool,
}

fn users(endpoints: &[Endpoint]) -> BTreeMap<&str, Users> {
    let mut users: BTreeMap<&str, Users> = BTreeMap::new();
    for endpoint in endpoints {
        let kafka = endpoint.kafka_settings();
        let checked = [
            endpoint.certificate_arn(),
            kafka.and_then(|kafka| kafka.ssl_ca_certificate_arn()),
            endpoint.redis_settings().and_then(|redis| redis.ssl_ca_certificate_arn()),
        ];
        let shown = kafka.and_then(|kafka| kafka.ssl_client_certificate_arn());
        let named = checked.into_iter().flatten().map(|arn| (arn, false));
        for (arn, shown) in named.chain(shown.map(|arn| (arn, true))) {
            let entry = users.entry(arn).or_default();
            entry.arns.extend(endpoint.endpoint_arn().map(str::to_owned));
            entry.shown |= shown;
        }
    }
    users
}

/// A certificate that no endpoint names may be one of a data provider: unknown, not unused.
fn add(scope: &Scope, arn: &str, imported: &Imported, users: Option<&Users>, gathered: &mut Gathered) {
    let name = imported.certificate_identifier().unwrap_or(arn).to_owned();
    let kept = Kept {
        resource: Resource { scope: scope.clone(), kind: "dms-certificate", id: arn.to_owned(), name },
        role: if users.is_some_and(|users| users.shown) { Role::Leaf } else { Role::TrustStore },
        origin: Origin::Uploaded,
        usage: users.map_or(CertificateUsage::Unknown, |users| CertificateUsage::By(users.arns.clone())),
        changes: false,
    };
    let told = |words: &str| validity(imported.valid_from_date(), imported.valid_to_date(), words);
    match imported.certificate_pem().filter(|pem| !pem.trim().is_empty()) {
        Some(pem) => {
            kept.read(pem.as_bytes(), DescribeCertificates::ACTION, |words| told(&words), gathered);
        }
        None => {
            let words = "it is in an Oracle wallet, and DMS does not tell when it ends";
            gathered.facts.certificates.push(kept.unread(told(words)));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use aws_sdk_databasemigration::primitives::DateTime as SdkTime;
    use aws_sdk_databasemigration::types::builders::{CertificateBuilder, EndpointBuilder};
    use aws_sdk_databasemigration::types::{KafkaSettings, RedisSettings};
    use howler_model::Validity;
    use rcgen::{CertificateParams, KeyPair};

    use super::*;
    use crate::aws::certificate::{somewhere, time};

    fn endpoint(arn: &str) -> EndpointBuilder {
        Endpoint::builder().endpoint_arn(arn)
    }

    fn gathered(imported: CertificateBuilder, users: Option<&Users>) -> Gathered {
        let mut gathered = Gathered::default();
        let imported = imported.certificate_identifier("c").build();
        add(&somewhere("dms"), "arn:c", &imported, users, &mut gathered);
        gathered
    }

    fn pem() -> String {
        let params = CertificateParams::new(vec!["db.example".to_owned()]).unwrap();
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
    }

    #[test]
    fn every_way_in_which_an_endpoint_uses_a_certificate_counts() {
        let kafka = KafkaSettings::builder().ssl_ca_certificate_arn("ca").ssl_client_certificate_arn("me");
        let kafka = kafka.build();
        let redis = RedisSettings::builder().server_name("r").port(1).ssl_ca_certificate_arn("ca").build();
        let endpoints = [
            endpoint("e1").certificate_arn("ca").build(),
            endpoint("e2").kafka_settings(kafka).build(),
            endpoint("e3").redis_settings(redis.unwrap()).build(),
            endpoint("e4").build(),
        ];
        let of =
            |arns: &[&str], shown| Users { arns: arns.iter().map(|&arn| arn.to_owned()).collect(), shown };
        let expected = [("ca", of(&["e1", "e2", "e3"], false)), ("me", of(&["e2"], true))];
        assert_eq!(users(&endpoints), BTreeMap::from(expected));
    }

    #[test]
    fn a_certificate_is_what_its_body_says() {
        let shown = Users { arns: vec!["e".to_owned()], shown: true };
        let told = Imported::builder().certificate_pem(pem()).valid_to_date(SdkTime::from_secs(5));
        let read = gathered(told.clone(), Some(&shown));
        let fact = &read.facts.certificates[0];
        assert_eq!((fact.resource.id.as_str(), fact.resource.kind), ("arn:c", "dms-certificate"));
        assert_eq!((fact.role, fact.origin), (Role::Leaf, Origin::Uploaded));
        assert_eq!(fact.usage, CertificateUsage::By(vec!["e".to_owned()]));
        assert_eq!(fact.names, ["db.example"]);
        assert!(matches!(&fact.validity, Validity::Until { not_after, .. } if not_after.timestamp() != 5));
        let fact = gathered(told, None).facts.certificates.remove(0);
        assert_eq!((fact.role, fact.usage), (Role::TrustStore, CertificateUsage::Unknown));
    }

    #[test]
    fn a_wallet_and_a_body_that_cannot_be_read_have_the_dates_that_dms_tells() {
        let dated = || Imported::builder().valid_to_date(SdkTime::from_secs(5));
        let ends = |gathered: &Gathered| gathered.facts.certificates[0].validity.clone();
        let until = Validity::Until { not_before: None, not_after: time(&SdkTime::from_secs(5)).unwrap() };
        let wallet = gathered(dated(), None);
        assert_eq!((ends(&wallet), wallet.gaps.len()), (until.clone(), 0));
        let odd = gathered(dated().certificate_pem("?"), None);
        assert_eq!((ends(&odd), odd.gaps.len()), (until, 1));
        for undated in [Imported::builder(), Imported::builder().certificate_pem("?")] {
            assert!(matches!(ends(&gathered(undated, None)), Validity::Unknown(_)));
        }
    }

    #[test]
    fn nothing_found_is_an_empty_listing_and_no_other_failure_is() {
        let failed = |code: &str| {
            let unseen = Unseen::new(Reason::Failed, "dms:DescribeCertificates", "");
            there::<Vec<u8>>(Err(Unseen { code: Some(code.to_owned()), ..unseen }))
        };
        assert_eq!(failed("ResourceNotFoundFault"), Ok(Vec::new()));
        assert!(failed("AccessDeniedException").is_err());
        assert_eq!(there(Ok(vec![1])), Ok(vec![1]));
    }
}
