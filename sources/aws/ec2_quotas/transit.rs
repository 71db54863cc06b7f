//! Transit gateways, what is attached to them, and VPNs.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{
    ClientVpnEndpoint, ClientVpnEndpointStatusCode, CustomerGateway, TransitGateway,
    TransitGatewayAttachment, TransitGatewayAttachmentResourceType, TransitGatewayAttachmentState,
    TransitGatewayRouteTable, TransitGatewayRouteTableState, TransitGatewayState, VpnConnection, VpnGateway,
    VpnState,
};

use crate::aws::quota::{Counted, each, tally, whole};

/// Transit gateways that are there or about to be.
pub(super) fn gateways(gateways: &[TransitGateway]) -> Counted {
    use TransitGatewayState::{Available, Modifying, Pending};
    let held = |gateway: &&TransitGateway| matches!(gateway.state(), Some(Pending | Available | Modifying));
    whole(gateways.iter().filter(held).count())
}

/// What is attached to each gateway of the account. A gateway of another account shows us only our own share.
pub(super) fn attachments(attachments: &[TransitGatewayAttachment], account: &str) -> Counted {
    let attached = attachments.iter().filter(|attachment| is_attached(attachment));
    tally(to_gateways_of(attached, account))
}

/// Peerings of each gateway of the account, whatever their state but the final ones.
pub(super) fn peerings(attachments: &[TransitGatewayAttachment], account: &str) -> Counted {
    use TransitGatewayAttachmentResourceType::{Peering, TgwPeering};
    let peerings = attachments.iter().filter(|attachment| {
        matches!(attachment.resource_type(), Some(Peering | TgwPeering)) && !is_over(attachment)
    });
    tally(to_gateways_of(peerings, account))
}

fn to_gateways_of<'a>(
    attachments: impl Iterator<Item = &'a TransitGatewayAttachment>,
    account: &str,
) -> impl Iterator<Item = &'a str> {
    let own = move |attachment: &&TransitGatewayAttachment| {
        attachment.transit_gateway_owner_id().is_none_or(|owner| owner == account)
    };
    attachments.filter(own).filter_map(TransitGatewayAttachment::transit_gateway_id)
}

/// Distinct gateways, of whatever account, that each VPC of the account is attached to.
pub(super) fn gateways_per_vpc(attachments: &[TransitGatewayAttachment], account: &str) -> Counted {
    let of_vpcs = attachments.iter().filter(|attachment| {
        attachment.resource_type() == Some(&TransitGatewayAttachmentResourceType::Vpc)
            && attachment.resource_owner_id().is_none_or(|owner| owner == account)
            && is_attached(attachment)
    });
    let mut gateways: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for attachment in of_vpcs {
        if let (Some(vpc), Some(gateway)) = (attachment.resource_id(), attachment.transit_gateway_id()) {
            gateways.entry(vpc.to_owned()).or_default().insert(gateway);
        }
    }
    each(gateways.into_iter().map(|(vpc, gateways)| (vpc, gateways.len())))
}

fn is_attached(attachment: &TransitGatewayAttachment) -> bool {
    use TransitGatewayAttachmentState::{Available, Modifying, Pending};
    matches!(attachment.state(), Some(Available | Modifying | Pending))
}

fn is_over(attachment: &TransitGatewayAttachment) -> bool {
    use TransitGatewayAttachmentState::{Deleted, Failed, Rejected};
    matches!(attachment.state(), Some(Deleted | Failed | Rejected))
}

/// Route tables of each gateway.
pub(super) fn route_tables(tables: &[TransitGatewayRouteTable]) -> Counted {
    let deleted = Some(&TransitGatewayRouteTableState::Deleted);
    let held = tables.iter().filter(|table| table.state() != deleted);
    tally(held.filter_map(TransitGatewayRouteTable::transit_gateway_id))
}

/// VPN connections that are not deleted.
pub(super) fn connections(connections: &[VpnConnection]) -> Counted {
    whole(connections.iter().filter(|connection| is_held(connection.state())).count())
}

/// VPN connections of each virtual private gateway; others end at a transit gateway.
pub(super) fn connections_per_gateway(connections: &[VpnConnection]) -> Counted {
    let held = connections.iter().filter(|connection| is_held(connection.state()));
    tally(held.filter_map(VpnConnection::vpn_gateway_id).filter(|id| !id.is_empty()))
}

/// Virtual private gateways that are not deleted.
pub(super) fn private_gateways(gateways: &[VpnGateway]) -> Counted {
    whole(gateways.iter().filter(|gateway| is_held(gateway.state())).count())
}

fn is_held(state: Option<&VpnState>) -> bool {
    matches!(state, Some(VpnState::Pending | VpnState::Available))
}

/// Customer gateways that are not deleted.
pub(super) fn customer_gateways(gateways: &[CustomerGateway]) -> Counted {
    let held = |gateway: &&CustomerGateway| matches!(gateway.state(), Some("pending" | "available"));
    whole(gateways.iter().filter(held).count())
}

/// Client VPN endpoints that can be used, or could once they are associated.
pub(super) fn client_endpoints(endpoints: &[ClientVpnEndpoint]) -> Counted {
    use ClientVpnEndpointStatusCode::{Available, PendingAssociate};
    let held = |endpoint: &&ClientVpnEndpoint| {
        let code = endpoint.status().and_then(|status| status.code());
        matches!(code, Some(PendingAssociate | Available))
    };
    whole(endpoints.iter().filter(held).count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use TransitGatewayAttachmentResourceType as Kind;
    use TransitGatewayAttachmentState as State;
    use aws_sdk_ec2::types::ClientVpnEndpointStatus;

    const US: &str = "111122223333";
    const THEM: &str = "444455556666";

    /// To a gateway of an account, of a resource of an account.
    fn attachment(
        gateway: (&str, &str),
        resource: (Kind, &str, &str),
        state: State,
    ) -> TransitGatewayAttachment {
        TransitGatewayAttachment::builder()
            .transit_gateway_id(gateway.0)
            .transit_gateway_owner_id(gateway.1)
            .resource_type(resource.0)
            .resource_id(resource.1)
            .resource_owner_id(resource.2)
            .state(state)
            .build()
    }

    fn counts(expected: &[(&str, usize)]) -> Counted {
        each(expected.iter().map(|(resource, count)| ((*resource).to_owned(), *count)))
    }

    #[test]
    fn attachments_count_at_the_gateways_of_the_account() {
        let vpc = (Kind::Vpc, "vpc-1", US);
        let all = [
            attachment(("tgw-1", US), vpc.clone(), State::Available),
            attachment(("tgw-1", US), (Kind::Vpc, "vpc-9", THEM), State::Pending),
            attachment(("tgw-1", US), (Kind::Peering, "tgw-9", THEM), State::Modifying),
            attachment(("tgw-1", US), (Kind::Peering, "tgw-8", THEM), State::PendingAcceptance),
            attachment(("tgw-1", US), (Kind::Peering, "tgw-7", THEM), State::Rejected),
            attachment(("tgw-1", US), vpc.clone(), State::Deleted),
            attachment(("tgw-2", US), vpc.clone(), State::Available),
            attachment(("tgw-9", THEM), vpc.clone(), State::Available),
            attachment(("tgw-9", THEM), (Kind::Peering, "tgw-1", US), State::Available),
        ];
        assert_eq!(attachments(&all, US), counts(&[("tgw-1", 3), ("tgw-2", 1)]));
        assert_eq!(peerings(&all, US), counts(&[("tgw-1", 2)]));
        assert_eq!(gateways_per_vpc(&all, US), counts(&[("vpc-1", 3)]));
    }

    #[test]
    fn a_vpc_attached_twice_to_one_gateway_is_attached_to_one() {
        let twice = attachment(("tgw-1", US), (Kind::Vpc, "vpc-1", US), State::Available);
        assert_eq!(gateways_per_vpc(&[twice.clone(), twice], US), counts(&[("vpc-1", 1)]));
    }

    #[test]
    fn gateways_and_their_route_tables_count_until_they_are_deleted() {
        let states = TransitGatewayState::values().iter().map(|name| TransitGatewayState::from(*name));
        let all: Vec<_> = states.map(|state| TransitGateway::builder().state(state).build()).collect();
        assert_eq!(gateways(&all), whole(3));
        let table =
            |state| TransitGatewayRouteTable::builder().transit_gateway_id("tgw-1").state(state).build();
        let states = TransitGatewayRouteTableState::values();
        let all: Vec<_> = states.iter().map(|name| table((*name).into())).collect();
        assert_eq!(route_tables(&all), counts(&[("tgw-1", 3)]));
    }

    #[test]
    fn vpns_count_until_they_are_deleted() {
        let states = || VpnState::values().iter().map(|name| VpnState::from(*name));
        let connection =
            |gateway: &str, state| VpnConnection::builder().vpn_gateway_id(gateway).state(state).build();
        let mut all: Vec<_> = states().map(|state| connection("vgw-1", state)).collect();
        all.push(VpnConnection::builder().transit_gateway_id("tgw-1").state(VpnState::Available).build());
        assert_eq!(connections(&all), whole(3));
        assert_eq!(connections_per_gateway(&all), counts(&[("vgw-1", 2)]));
        let gateways: Vec<_> = states().map(|state| VpnGateway::builder().state(state).build()).collect();
        assert_eq!(private_gateways(&gateways), whole(2));
        let customer = |state: &str| CustomerGateway::builder().state(state).build();
        let states = ["pending", "available", "deleting", "deleted"];
        assert_eq!(customer_gateways(&states.map(customer)), whole(2));
    }

    #[test]
    fn client_endpoints_count_while_they_can_be_used() {
        let endpoint = |name: &&str| {
            let status = ClientVpnEndpointStatus::builder().code((*name).into()).build();
            ClientVpnEndpoint::builder().status(status).build()
        };
        let all: Vec<_> = ClientVpnEndpointStatusCode::values().iter().map(endpoint).collect();
        assert_eq!(client_endpoints(&all), whole(2));
    }
}
