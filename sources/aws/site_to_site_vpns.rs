//! Site-to-site VPNs that know each other by certificates and not by a common secret.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{CustomerGateway, VpnConnection, VpnState};
use howler_model::{Binding, FactKind, Resource, Service};

use super::AccountRegion;
use super::access::Listing;
use super::listings::ec2_transit::{DescribeCustomerGateways, DescribeVpnConnections};
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("ec2");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "site-to-site-vpns",
    title: "Certificates of customer gateways and of the tunnels of VPN connections",
    service: SERVICE,
    kinds: &[FactKind::Binding],
    actions: || vec![DescribeCustomerGateways::ACTION, DescribeVpnConnections::ACTION],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let gateways = gathered.note(None, at.list::<DescribeCustomerGateways>().await).unwrap_or_default();
    let connections = gathered.note(None, at.list::<DescribeVpnConnections>().await).unwrap_or_default();
    let of_gateways = gateways.iter().filter_map(|gateway| {
        let user = resource(at, "customer-gateway", gateway.customer_gateway_id());
        Some(Binding::new(of_gateway(gateway)?, user))
    });
    let of_tunnels = connections.iter().flat_map(|connection| {
        let user = resource(at, "vpn-connection", connection.vpn_connection_id());
        of_tunnels(connection).into_iter().map(move |arn| Binding::new(arn, user.clone()))
    });
    gathered.facts.bindings.extend(of_gateways.chain(of_tunnels));
    gathered
}

/// Both are named in ARNs as they are called here.
fn resource(at: &AccountRegion, kind: &'static str, id: Option<&str>) -> Resource {
    let id = id.unwrap_or_default();
    at.resource(SERVICE, kind, format!("{}:{kind}/{id}", at.arn(&SERVICE)), id)
}

/// The certificate by which AWS knows the customer's side.
fn of_gateway(gateway: &CustomerGateway) -> Option<&str> {
    match gateway.state() {
        Some("deleting" | "deleted") => None,
        _ => gateway.certificate_arn(),
    }
}

/// The certificates of AWS's side, each once.
fn of_tunnels(connection: &VpnConnection) -> BTreeSet<&str> {
    match connection.state() {
        Some(VpnState::Deleting | VpnState::Deleted) => BTreeSet::new(),
        _ => connection.vgw_telemetry().iter().filter_map(|tunnel| tunnel.certificate_arn()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::VgwTelemetry;

    use super::*;

    fn tunnel(certificate: Option<&str>) -> VgwTelemetry {
        VgwTelemetry::builder().set_certificate_arn(certificate.map(str::to_owned)).build()
    }

    #[test]
    fn a_gateway_uses_its_certificate_until_it_is_deleted() {
        let of = |state: Option<&str>, arn: Option<&str>| {
            let gateway = CustomerGateway::builder().set_state(state.map(str::to_owned));
            let gateway = gateway.set_certificate_arn(arn.map(str::to_owned)).build();
            of_gateway(&gateway).is_some()
        };
        assert!(of(Some("available"), Some("arn:c")) && of(Some("pending"), Some("arn:c")));
        assert!(of(None, Some("arn:c")));
        assert!(!of(Some("available"), None), "a gateway with a common secret");
        assert!(!of(Some("deleting"), Some("arn:c")) && !of(Some("deleted"), Some("arn:c")));
    }

    #[test]
    fn the_certificates_of_both_tunnels_are_used_once_each() {
        let of = |state: VpnState, tunnels: [Option<&str>; 2]| {
            let tunnels = tunnels.into_iter().map(tunnel).collect();
            let connection = VpnConnection::builder().state(state).set_vgw_telemetry(Some(tunnels)).build();
            of_tunnels(&connection).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(of(VpnState::Available, [Some("arn:a"), Some("arn:b")]), ["arn:a", "arn:b"]);
        assert_eq!(of(VpnState::Available, [Some("arn:a"), Some("arn:a")]), ["arn:a"]);
        assert_eq!(of(VpnState::Available, [None, Some("arn:b")]), ["arn:b"]);
        assert_eq!(of(VpnState::Deleted, [Some("arn:a"), None]), [""; 0]);
        assert_eq!(of(VpnState::Deleting, [Some("arn:a"), None]), [""; 0]);
    }
}
