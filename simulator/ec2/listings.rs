//! The table of `Describe*` calls: what each lists, how it is paged, and which filters it knows.

use crate::page::Paging;
use crate::resource::Kind;

/// One `Describe*` call.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) action: &'static str,
    pub(super) kind: Kind,
    /// The name of the list in the answer.
    pub(super) set: &'static str,
    /// The parameter that lists ids, and the path of the id.
    pub(super) ids: (&'static str, &'static str),
    /// None where AWS answers everything at once.
    pub(super) paging: Option<Paging>,
    /// Names of filters, and the paths of what they look at.
    pub(super) filters: &'static [(&'static str, &'static str)],
}

/// Pages of `least` to `most` entries; without a limit AWS answers up to `default` of them.
const fn pages(least: usize, most: usize, default: usize) -> Option<Paging> {
    Some(Paging { limit: "MaxResults", token: "NextToken", next: "nextToken", default, least, most })
}

/// Most listings: 5 to 1,000 entries a page.
const USUAL: Option<Paging> = pages(5, 1000, 1000);
/// Older ones answer everything when no limit is given.
const OLDER: Option<Paging> = pages(5, 1000, usize::MAX);

const OWNER: (&str, &str) = ("owner-id", "ownerId");
const STATE: (&str, &str) = ("state", "state");
const VPC: (&str, &str) = ("vpc-id", "vpcId");

/// Every listing.
#[rustfmt::skip] // one line each reads as the table that it is
pub(super) static LISTINGS: [Listing; 30] = [
    Listing { action: "DescribeInstances", kind: Kind::Instance, set: "reservationSet", ids: ("InstanceId", "instanceId"), paging: OLDER,
        filters: &[("instance-state-name", "instanceState.name"), ("tenancy", "placement.tenancy"), ("instance-lifecycle", "instanceLifecycle"), ("instance-type", "instanceType"), VPC] },
    Listing { action: "DescribeSpotInstanceRequests", kind: Kind::SpotInstanceRequest, set: "spotInstanceRequestSet", ids: ("SpotInstanceRequestId", "spotInstanceRequestId"), paging: OLDER, filters: &[STATE] },
    Listing { action: "DescribeHosts", kind: Kind::Host, set: "hostSet", ids: ("HostId", "hostId"), paging: pages(5, 500, 500), filters: &[STATE, ("instance-type", "hostProperties.instanceType")] },
    Listing { action: "DescribeReservedInstances", kind: Kind::ReservedInstances, set: "reservedInstancesSet", ids: ("ReservedInstancesId", "reservedInstancesId"), paging: None, filters: &[STATE] },
    Listing { action: "DescribeImages", kind: Kind::Image, set: "imagesSet", ids: ("ImageId", "imageId"), paging: pages(1, 1000, usize::MAX), filters: &[("owner-id", "imageOwnerId"), ("is-public", "isPublic"), ("state", "imageState")] },
    Listing { action: "DescribeLaunchTemplates", kind: Kind::LaunchTemplate, set: "launchTemplates", ids: ("LaunchTemplateId", "launchTemplateId"), paging: pages(1, 200, 200), filters: &[("launch-template-name", "launchTemplateName")] },
    Listing { action: "DescribeAddresses", kind: Kind::Address, set: "addressesSet", ids: ("AllocationId", "allocationId"), paging: None, filters: &[("domain", "domain"), ("allocation-id", "allocationId")] },
    Listing { action: "DescribeVpcs", kind: Kind::Vpc, set: "vpcSet", ids: ("VpcId", "vpcId"), paging: USUAL, filters: &[OWNER, STATE, VPC] },
    Listing { action: "DescribeSubnets", kind: Kind::Subnet, set: "subnetSet", ids: ("SubnetId", "subnetId"), paging: USUAL, filters: &[OWNER, STATE, VPC] },
    Listing { action: "DescribeSecurityGroups", kind: Kind::SecurityGroup, set: "securityGroupInfo", ids: ("GroupId", "groupId"), paging: OLDER, filters: &[OWNER, VPC, ("group-name", "groupName")] },
    Listing { action: "DescribeManagedPrefixLists", kind: Kind::ManagedPrefixList, set: "prefixListSet", ids: ("PrefixListId", "prefixListId"), paging: pages(1, 100, 100), filters: &[OWNER, ("prefix-list-id", "prefixListId")] },
    Listing { action: "DescribeNetworkInterfaces", kind: Kind::NetworkInterface, set: "networkInterfaceSet", ids: ("NetworkInterfaceId", "networkInterfaceId"), paging: OLDER, filters: &[OWNER, VPC, ("status", "status"), ("interface-type", "interfaceType")] },
    Listing { action: "DescribeNetworkAcls", kind: Kind::NetworkAcl, set: "networkAclSet", ids: ("NetworkAclId", "networkAclId"), paging: USUAL, filters: &[OWNER, VPC] },
    Listing { action: "DescribeRouteTables", kind: Kind::RouteTable, set: "routeTableSet", ids: ("RouteTableId", "routeTableId"), paging: pages(5, 100, 100), filters: &[OWNER, VPC] },
    Listing { action: "DescribeInternetGateways", kind: Kind::InternetGateway, set: "internetGatewaySet", ids: ("InternetGatewayId", "internetGatewayId"), paging: USUAL, filters: &[OWNER] },
    Listing { action: "DescribeEgressOnlyInternetGateways", kind: Kind::EgressOnlyInternetGateway, set: "egressOnlyInternetGatewaySet", ids: ("EgressOnlyInternetGatewayId", "egressOnlyInternetGatewayId"), paging: pages(5, 255, 255), filters: &[] },
    Listing { action: "DescribeNatGateways", kind: Kind::NatGateway, set: "natGatewaySet", ids: ("NatGatewayId", "natGatewayId"), paging: USUAL, filters: &[STATE, VPC, ("subnet-id", "subnetId")] },
    Listing { action: "DescribeVpcEndpoints", kind: Kind::VpcEndpoint, set: "vpcEndpointSet", ids: ("VpcEndpointId", "vpcEndpointId"), paging: pages(1, 1000, 1000), filters: &[VPC, ("vpc-endpoint-type", "vpcEndpointType"), ("vpc-endpoint-state", "state"), ("service-name", "serviceName")] },
    Listing { action: "DescribeVpcPeeringConnections", kind: Kind::VpcPeeringConnection, set: "vpcPeeringConnectionSet", ids: ("VpcPeeringConnectionId", "vpcPeeringConnectionId"), paging: USUAL,
        filters: &[("status-code", "status.code"), ("requester-vpc-info.owner-id", "requesterVpcInfo.ownerId"), ("accepter-vpc-info.owner-id", "accepterVpcInfo.ownerId"), ("requester-vpc-info.vpc-id", "requesterVpcInfo.vpcId")] },
    Listing { action: "DescribeVolumes", kind: Kind::Volume, set: "volumeSet", ids: ("VolumeId", "volumeId"), paging: OLDER, filters: &[("volume-type", "volumeType"), ("status", "status")] },
    Listing { action: "DescribeSnapshots", kind: Kind::Snapshot, set: "snapshotSet", ids: ("SnapshotId", "snapshotId"), paging: OLDER, filters: &[OWNER, ("status", "status"), ("volume-id", "volumeId"), ("storage-tier", "storageTier")] },
    Listing { action: "DescribeFastSnapshotRestores", kind: Kind::FastSnapshotRestore, set: "fastSnapshotRestoreSet", ids: ("SnapshotId", "snapshotId"), paging: pages(0, 200, 200), filters: &[OWNER, STATE, ("snapshot-id", "snapshotId")] },
    Listing { action: "DescribeSnapshotTierStatus", kind: Kind::SnapshotTier, set: "snapshotTierStatusSet", ids: ("SnapshotId", "snapshotId"), paging: USUAL, filters: &[("snapshot-id", "snapshotId"), ("volume-id", "volumeId"), ("last-tiering-operation", "lastTieringOperationStatus")] },
    Listing { action: "DescribeTransitGateways", kind: Kind::TransitGateway, set: "transitGatewaySet", ids: ("TransitGatewayIds", "transitGatewayId"), paging: USUAL, filters: &[OWNER, STATE] },
    Listing { action: "DescribeTransitGatewayAttachments", kind: Kind::TransitGatewayAttachment, set: "transitGatewayAttachments", ids: ("TransitGatewayAttachmentIds", "transitGatewayAttachmentId"), paging: USUAL,
        filters: &[STATE, ("resource-type", "resourceType"), ("transit-gateway-id", "transitGatewayId"), ("transit-gateway-owner-id", "transitGatewayOwnerId"), ("resource-owner-id", "resourceOwnerId")] },
    Listing { action: "DescribeTransitGatewayRouteTables", kind: Kind::TransitGatewayRouteTable, set: "transitGatewayRouteTables", ids: ("TransitGatewayRouteTableIds", "transitGatewayRouteTableId"), paging: USUAL, filters: &[STATE, ("transit-gateway-id", "transitGatewayId")] },
    Listing { action: "DescribeVpnConnections", kind: Kind::VpnConnection, set: "vpnConnectionSet", ids: ("VpnConnectionId", "vpnConnectionId"), paging: None, filters: &[STATE, ("vpn-gateway-id", "vpnGatewayId"), ("transit-gateway-id", "transitGatewayId")] },
    Listing { action: "DescribeCustomerGateways", kind: Kind::CustomerGateway, set: "customerGatewaySet", ids: ("CustomerGatewayId", "customerGatewayId"), paging: None, filters: &[STATE] },
    Listing { action: "DescribeVpnGateways", kind: Kind::VpnGateway, set: "vpnGatewaySet", ids: ("VpnGatewayId", "vpnGatewayId"), paging: None, filters: &[STATE] },
    Listing { action: "DescribeClientVpnEndpoints", kind: Kind::ClientVpnEndpoint, set: "clientVpnEndpoint", ids: ("ClientVpnEndpointId", "clientVpnEndpointId"), paging: USUAL, filters: &[("endpoint-id", "clientVpnEndpointId")] },
];
