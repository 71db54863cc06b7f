//! Certificates that directories trust for LDAPS and for clients with smart cards (AD Connector, Managed Microsoft AD).
//!
//! People registered them, and nobody renews them: once one has ended, AWS's own applications cannot log in.

use aws_sdk_directory::types::{CertificateInfo, CertificateState, CertificateType, DirectoryDescription};
use howler_model::{
    Certificate, CertificateUsage, Discovered, Endpoint, FactKind, Origin, Reason, Resource, Role, Scope,
    Service, Unseen,
};

use super::AccountRegion;
use super::access::Listing;
use super::certificate::validity;
use super::listings::directory::{DescribeDirectories, ListCertificates};
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("ds");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "directory-certificates",
    title: "Certificates that directories trust for LDAPS and for smart cards",
    service: SERVICE,
    kinds: &[FactKind::Certificate, FactKind::Discovered],
    actions: || vec![DescribeDirectories::ACTION, ListCertificates::ACTION],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let listed = gathered.note(None, at.list::<ListCertificates>().await).unwrap_or_default();
    let scope = at.scope(SERVICE);
    for of in listed.iter() {
        let id = of.parent.directory_id().unwrap_or_default();
        let user = directory(&scope, id, &of.parent);
        let Some(certificates) = gathered.note(Some(&user.id), of.answer.as_ref().map_err(Unseen::clone))
        else {
            continue;
        };
        for info in certificates {
            match info.certificate_id() {
                Some(id) => gathered.facts.certificates.push(certificate(&user, id, info)),
                None => gathered.miss(Some(&user.id), nameless()),
            }
        }
        gathered.facts.discovered.extend(discovered(&user, certificates));
    }
    gathered
}

fn nameless() -> Unseen {
    Unseen::new(Reason::Malformed, ListCertificates::ACTION, "a certificate without an id")
}

fn directory(scope: &Scope, id: &str, described: &DirectoryDescription) -> Resource {
    let partition = scope.partition().map_or("aws", |partition| partition.as_str());
    let region = scope.region().map_or("", |region| region.as_str());
    let account = scope.account().map_or("", |account| account.as_str());
    Resource {
        kind: "directory",
        id: format!("arn:{partition}:ds:{region}:{account}:directory/{id}"),
        name: described.name().unwrap_or(id).to_owned(),
        scope: scope.clone(),
    }
}

/// It has no ARN of its own: its id stands behind that of the directory.
fn certificate(directory: &Resource, id: &str, info: &CertificateInfo) -> Certificate {
    let resource = Resource {
        kind: "directory-certificate",
        id: format!("{}#{id}", directory.id),
        name: info.common_name().unwrap_or(id).to_owned(),
        ..directory.clone()
    };
    let validity = validity(None, info.expiry_date_time(), "Directory Service does not tell when it ends");
    Certificate {
        usage: usage(directory, info),
        ..Certificate::dated(resource, Role::Federation, Origin::Uploaded, validity)
    }
}

fn usage(directory: &Resource, info: &CertificateInfo) -> CertificateUsage {
    use CertificateState::{
        DeregisterFailed, Deregistered, Deregistering, RegisterFailed, Registered, Registering,
    };
    match info.state() {
        Some(Registered | Registering | DeregisterFailed) => CertificateUsage::By(vec![directory.id.clone()]),
        Some(Deregistered | Deregistering | RegisterFailed) => CertificateUsage::Unused,
        _ => CertificateUsage::Unknown,
    }
}

/// The domain speaks LDAPS where a certificate for it is registered, inside of its network.
fn discovered(directory: &Resource, certificates: &[CertificateInfo]) -> Option<Discovered> {
    let speaks = |info: &CertificateInfo| {
        info.state() == Some(&CertificateState::Registered)
            && info.r#type() != Some(&CertificateType::ClientCertAuth)
    };
    let endpoint = Endpoint::direct(&directory.name, 636).ok().filter(|_| certificates.iter().any(speaks))?;
    Some(Discovered { endpoint, user: directory.clone(), private: true })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use aws_sdk_directory::primitives::DateTime as SdkTime;
    use aws_sdk_directory::types::builders::CertificateInfoBuilder;
    use howler_model::Validity;

    use super::*;
    use crate::aws::certificate::{somewhere, time};

    fn user() -> Resource {
        let described = DirectoryDescription::builder().name("corp.example").build();
        directory(&somewhere("ds"), "d-1", &described)
    }

    fn info() -> CertificateInfoBuilder {
        CertificateInfo::builder()
            .certificate_id("c-1")
            .common_name("corp-ca")
            .state(CertificateState::Registered)
            .r#type(CertificateType::ClientLdaps)
            .expiry_date_time(SdkTime::from_secs(7))
    }

    fn fact(info: CertificateInfoBuilder) -> Certificate {
        certificate(&user(), "c-1", &info.build())
    }

    #[test]
    fn a_registered_certificate_is_used_by_its_directory() {
        let arn = "arn:aws:ds:eu-west-1:123456789012:directory/d-1";
        let found = fact(info());
        assert_eq!(found.resource.id, format!("{arn}#c-1"));
        assert_eq!((found.resource.name.as_str(), found.resource.kind), ("corp-ca", "directory-certificate"));
        assert_eq!((found.role, found.origin), (Role::Federation, Origin::Uploaded));
        assert_eq!(found.usage, CertificateUsage::By(vec![arn.to_owned()]));
        let not_after = time(&SdkTime::from_secs(7)).unwrap();
        assert_eq!(found.validity, Validity::Until { not_before: None, not_after });
        assert!(matches!(fact(info().set_expiry_date_time(None)).validity, Validity::Unknown(_)));
    }

    #[test]
    fn what_is_not_registered_is_unused_and_an_unknown_state_is_unknown() {
        let usage = |state: &str| fact(info().state(CertificateState::from(state))).usage;
        for used in ["Registering", "Registered", "DeregisterFailed"] {
            assert!(matches!(usage(used), CertificateUsage::By(_)), "{used}");
        }
        for unused in ["RegisterFailed", "Deregistering", "Deregistered"] {
            assert_eq!(usage(unused), CertificateUsage::Unused, "{unused}");
        }
        assert_eq!(usage("Else"), CertificateUsage::Unknown);
        assert_eq!(fact(info().set_state(None)).usage, CertificateUsage::Unknown);
    }

    #[test]
    fn ldaps_is_found_where_a_certificate_for_it_is_registered() {
        let found = |info: CertificateInfoBuilder| discovered(&user(), &[info.build()]);
        let ldaps = found(info()).unwrap();
        assert_eq!((ldaps.endpoint.to_string().as_str(), ldaps.private), ("corp.example:636", true));
        assert!(found(info().set_type(None)).is_some(), "LDAPS is the type that AWS takes for granted");
        assert_eq!(found(info().r#type(CertificateType::ClientCertAuth)), None);
        assert_eq!(found(info().state(CertificateState::RegisterFailed)), None);
        assert_eq!(discovered(&user(), &[]), None);
    }
}
