//! Client VPN endpoints: their certificate, the authority of their clients, and the list of clients that are revoked.
//!
//! They speak `OpenVPN`, whose handshake begins with no plain TLS: nothing there can be probed.

use aws_sdk_ec2::types::{ClientVpnEndpoint, ClientVpnEndpointStatusCode};
use howler_model::{
    Binding, Certificate, CertificateUsage, FactKind, Origin, Reason, Resource, Role, Service, Unseen,
    Validity,
};

use super::AccountRegion;
use super::access::Listing;
use super::listings::ec2_transit::DescribeClientVpnEndpoints;
use super::listings::of_each::of_each;
use crate::source::Gathered;
use crate::x509::revocation_list;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("ec2");
const EXPORT: &str = "ec2:ExportClientVpnClientCertificateRevocationList";

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "client-vpns",
    title: "Certificates and revocation lists of Client VPN endpoints",
    service: SERVICE,
    kinds: &[FactKind::Certificate, FactKind::Binding],
    actions: || vec![DescribeClientVpnEndpoints::ACTION, EXPORT],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(listed) = gathered.note(None, at.list::<DescribeClientVpnEndpoints>().await) else {
        return gathered;
    };
    let there = || listed.iter().filter(|vpn| is_there(vpn));
    let bound = there().flat_map(|vpn| bindings(&resource(at, vpn), vpn));
    gathered.facts.bindings.extend(bound);
    let checking = there().filter(|vpn| !client_roots(vpn).is_empty());
    let exported = of_each(checking, |vpn| export(at, vpn)).await;
    for of in gathered.note(None, exported).unwrap_or_default() {
        let vpn = resource(at, &of.parent);
        if let Some(Some(list)) = gathered.note(Some(&vpn.id), of.answer) {
            let certificate = revoked(&vpn, &list, &mut gathered);
            gathered.facts.certificates.push(certificate);
        }
    }
    gathered
}

/// Deleted endpoints are listed for a while.
fn is_there(vpn: &ClientVpnEndpoint) -> bool {
    use ClientVpnEndpointStatusCode::{Deleted, Deleting};
    !matches!(vpn.status().and_then(|status| status.code()), Some(Deleted | Deleting))
}

fn resource(at: &AccountRegion, vpn: &ClientVpnEndpoint) -> Resource {
    let id = vpn.client_vpn_endpoint_id().unwrap_or_default();
    let arn = format!("{}:client-vpn-endpoint/{id}", at.arn(&SERVICE));
    at.resource(SERVICE, "client-vpn-endpoint", arn, id)
}

/// The certificate that clients are shown, and those that clients have to show one of.
fn bindings(user: &Resource, vpn: &ClientVpnEndpoint) -> Vec<Binding> {
    let certificates = vpn.server_certificate_arn().into_iter().chain(client_roots(vpn));
    certificates.map(|certificate| Binding::new(certificate, user.clone())).collect()
}

/// Only who asks clients for certificates has any, and a list of those that are revoked.
fn client_roots(vpn: &ClientVpnEndpoint) -> Vec<&str> {
    let options = vpn.authentication_options().iter();
    options.filter_map(|option| option.mutual_authentication()?.client_root_certificate_chain()).collect()
}

/// The list, if somebody gave the endpoint one.
async fn export(at: &AccountRegion, vpn: &ClientVpnEndpoint) -> Result<Option<String>, Unseen> {
    let request = at
        .ec2()
        .export_client_vpn_client_certificate_revocation_list()
        .set_client_vpn_endpoint_id(vpn.client_vpn_endpoint_id.clone());
    let answer = at.call(EXPORT, || request.clone().send()).await?;
    Ok(answer.certificate_revocation_list.filter(|list| !list.trim().is_empty()))
}

/// Once its next update is overdue, no client gets in.
fn revoked(vpn: &Resource, list: &str, gathered: &mut Gathered) -> Certificate {
    let resource = Resource { kind: "client-vpn-crl", id: format!("{}#crl", vpn.id), ..vpn.clone() };
    let usage = CertificateUsage::By(vec![vpn.id.clone()]);
    match revocation_list(list.as_bytes()) {
        Ok(read) => read.at(resource, Origin::Uploaded, usage),
        Err(error) => {
            gathered.miss(Some(&vpn.id), Unseen::new(Reason::Malformed, EXPORT, error.to_string()));
            let (role, validity) = (Role::RevocationList, Validity::Unknown(error.to_string()));
            Certificate { usage, ..Certificate::dated(resource, role, Origin::Uploaded, validity) }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use aws_sdk_ec2::types::builders::ClientVpnEndpointBuilder;
    use aws_sdk_ec2::types::{
        CertificateAuthentication, ClientVpnAuthentication, ClientVpnEndpointStatus,
        DirectoryServiceAuthentication,
    };

    use super::*;
    use crate::aws::certificate::somewhere;

    fn user() -> Resource {
        let scope = somewhere("ec2");
        Resource { scope, kind: "client-vpn-endpoint", id: "arn:v".to_owned(), name: "v".to_owned() }
    }

    fn vpn() -> ClientVpnEndpointBuilder {
        ClientVpnEndpoint::builder().server_certificate_arn("arn:server")
    }

    fn mutual(root: &str) -> ClientVpnAuthentication {
        let root = CertificateAuthentication::builder().client_root_certificate_chain(root).build();
        ClientVpnAuthentication::builder().mutual_authentication(root).build()
    }

    fn bound(vpn: ClientVpnEndpointBuilder) -> Vec<String> {
        bindings(&user(), &vpn.build()).into_iter().map(|binding| binding.certificate).collect()
    }

    #[test]
    fn an_endpoint_uses_its_certificate_and_the_root_of_its_clients() {
        let directory = DirectoryServiceAuthentication::builder().directory_id("d-1").build();
        let directory = ClientVpnAuthentication::builder().active_directory(directory).build();
        let both = vpn().authentication_options(directory).authentication_options(mutual("arn:root"));
        assert_eq!(bound(both), ["arn:server", "arn:root"]);
        assert_eq!(bound(vpn()), ["arn:server"]);
        assert!(bound(ClientVpnEndpoint::builder()).is_empty());
    }

    #[test]
    fn what_is_being_deleted_is_gone() {
        let of = |code: &str| {
            let status = ClientVpnEndpointStatus::builder().code(code.into()).build();
            is_there(&vpn().status(status).build())
        };
        assert!(!of("deleted") && !of("deleting"));
        assert!(of("available") && of("pending-associate") && of("pending") && of("new-word"));
        assert!(is_there(&vpn().build()));
    }

    #[test]
    fn a_list_that_cannot_be_read_is_unknown_and_a_gap() {
        let mut gathered = Gathered::default();
        let certificate = revoked(&user(), "hello", &mut gathered);
        assert!(matches!(certificate.validity, Validity::Unknown(_)));
        assert_eq!((certificate.role, certificate.resource.id.as_str()), (Role::RevocationList, "arn:v#crl"));
        assert!(matches!(&gathered.gaps[..], [(Some(item), unseen)]
            if item == "arn:v" && unseen.reason == Reason::Malformed && unseen.action == EXPORT));
    }
}
