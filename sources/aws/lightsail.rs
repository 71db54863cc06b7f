//! Lightsail: certificates that it issues, the load balancers that use them, and the authority of its databases.

mod certificates;
mod databases;
mod load_balancers;

use aws_sdk_lightsail::primitives::DateTime as SdkTime;
use howler_model::{FactKind, Service, Validity};

use super::AccountRegion;
use super::access::Listing;
use super::certificate;
use super::listings::lightsail::{
    GetCertificates, GetLoadBalancerTlsCertificates, GetLoadBalancers, GetRelationalDatabases,
};
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("lightsail");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "lightsail",
    title: "Certificates of Lightsail, the load balancers that use them, and databases",
    service: SERVICE,
    kinds: &[FactKind::Certificate, FactKind::Binding, FactKind::Discovered],
    actions: || {
        vec![
            GetCertificates::ACTION,
            GetLoadBalancers::ACTION,
            GetLoadBalancerTlsCertificates::ACTION,
            GetRelationalDatabases::ACTION,
        ]
    },
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    certificates::add(at, &mut gathered).await;
    load_balancers::add(at, &mut gathered).await;
    databases::add(at, &mut gathered).await;
    gathered
}

/// When a certificate is valid, in either of the forms that Lightsail has for one.
fn validity(start: Option<&SdkTime>, end: Option<&SdkTime>, status: Option<&str>) -> Validity {
    match (end, status) {
        (None, Some("PENDING_VALIDATION" | "VALIDATION_TIMED_OUT" | "FAILED")) => Validity::NotIssued,
        (end, status) => {
            let missing = format!("Lightsail gives no end for it ({})", status.unwrap_or("no status"));
            certificate::validity(start, end, &missing)
        }
    }
}

/// The domain of a certificate and its further names, each once.
fn names(domain: Option<&str>, further: &[String]) -> Vec<String> {
    let domain = domain.filter(|domain| !further.iter().any(|name| name == domain));
    domain.map(str::to_owned).into_iter().chain(further.iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::certificate::time;
    use super::*;

    #[test]
    fn a_missing_end_is_never_a_date() {
        let (start, end) = (SdkTime::from_secs(1), SdkTime::from_secs(9));
        let of = |end, status| validity(Some(&start), end, status);
        let until = Validity::Until { not_before: time(&start), not_after: time(&end).unwrap() };
        assert_eq!(of(Some(&end), Some("EXPIRED")), until);
        assert_eq!(of(Some(&end), Some("FAILED")), until, "a date is a date");
        for status in ["PENDING_VALIDATION", "VALIDATION_TIMED_OUT", "FAILED"] {
            assert_eq!(of(None, Some(status)), Validity::NotIssued);
        }
        for status in [Some("ISSUED"), Some("REVOKED"), Some("INACTIVE"), Some("UNKNOWN"), None] {
            assert!(matches!(of(None, status), Validity::Unknown(_)), "{status:?}");
        }
        assert!(matches!(of(Some(&SdkTime::from_secs(i64::MAX)), None), Validity::Unknown(_)));
    }

    #[test]
    fn every_name_is_told_once() {
        let further = ["a.example".to_owned(), "b.example".to_owned()];
        assert_eq!(names(Some("a.example"), &further), further);
        assert_eq!(names(Some("c.example"), &further), ["c.example", "a.example", "b.example"]);
        assert_eq!(names(None, &[]), [""; 0]);
    }
}
