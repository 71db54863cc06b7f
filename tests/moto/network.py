"""VPCs with all that lies in them, and what joins them."""

from place import pages


def network(place):
    """Gives one of the VPCs and its subnets, for what wants to be in one."""
    ec2 = place.client("ec2")
    before = {
        "vpc/L-F678F1CE": len(pages(ec2, "describe_vpcs", "Vpcs")),
        "vpc/L-A4707A72": len(pages(ec2, "describe_internet_gateways", "InternetGateways")),
    }
    vpcs = place.make(3, lambda number: vpc(place, ec2, number))
    ids = [one for one, _, _ in vpcs]
    place.uses("vpc/L-F678F1CE", before["vpc/L-F678F1CE"] + len(vpcs))
    place.uses("vpc/L-A4707A72", before["vpc/L-A4707A72"] + len(vpcs))
    egress = place.make(2, lambda number: ec2.create_egress_only_internet_gateway(VpcId=ids[number % len(ids)]))
    place.uses("vpc/L-45FE3B85", len(egress))
    for one, _, blocks in vpcs:
        security_groups(place, ec2, one)
        acls(place, ec2, one)
        route_tables(place, ec2, one, blocks)
    endpoints(place, ec2, *vpcs[0][:2])
    nat_gateways(place, ec2, vpcs[1][1])
    peerings(place, ec2, ids)
    transit(place, ec2, vpcs)
    vpns(place, ec2)
    place.uses("vpc/L-E79EC296", len(pages(ec2, "describe_security_groups", "SecurityGroups")))
    return vpcs[0][:2]


def vpc(place, ec2, number):
    one = ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"]
    further = number % 4
    for block in range(further):
        ec2.associate_vpc_cidr_block(VpcId=one, CidrBlock=f"10.{100 + 10 * number + block}.0.0/16")
    place.uses("vpc/L-83CA0A9D", 1 + further, one)
    zones = [f"{place.region}{letter}" for letter in "abc"]
    count = 3 + number

    def subnet(index):
        block = f"10.{number}.{index}.0/24"
        made = ec2.create_subnet(VpcId=one, CidrBlock=block, AvailabilityZone=zones[index % len(zones)])
        return made["Subnet"]["SubnetId"]

    subnets = [subnet(index) for index in range(count)]
    place.made += count
    place.uses("vpc/L-407747CB", count, one)
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=one)
    return one, subnets, 1 + further


def security_groups(place, ec2, vpc):
    def one(number):
        group = ec2.create_security_group(GroupName=f"group{number}", Description="test", VpcId=vpc)["GroupId"]
        ranges = [{"CidrIp": f"192.0.2.{last}/32"} for last in range(5 * number)]
        permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
        if ranges:
            ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{**permission, "IpRanges": ranges}])
        from_groups = [{**permission, "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": group}]}]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=from_groups)
        # One for the reference to the group, which counts beside those to addresses; one allows all outwards.
        place.uses("vpc/L-0EA8095F", max(5 * number + 1, 1), group)
        place.made += 5 * number

    place.make(4, one)


def acls(place, ec2, vpc):
    def one(number):
        acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
        for rule in range(number + 1):
            for egress in [True, False][: 1 + rule % 2]:  # more outwards than inwards
                ec2.create_network_acl_entry(
                    NetworkAclId=acl, RuleNumber=100 + rule, Protocol="6", RuleAction="allow", Egress=egress,
                    CidrBlock="198.51.100.0/24", PortRange={"From": 443, "To": 443},
                )
        place.uses("vpc/L-2AEEBF1A", number + 1, acl)

    made = place.make(3, one)
    place.uses("vpc/L-B4A6D682", 1 + len(made), vpc)  # every VPC comes with one


def route_tables(place, ec2, vpc, blocks):
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)

    def one(number):
        table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        for last in range(number):
            block = f"203.0.113.{last}/32"
            ec2.create_route(RouteTableId=table, DestinationCidrBlock=block, GatewayId=gateway)
        place.uses("vpc/L-93826ACB", blocks + number, table)  # one local route for each block of the VPC

    made = place.make(2, one)
    place.uses("vpc/L-589F43AA", 1 + len(made), vpc)  # every VPC comes with one
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.delete_internet_gateway(InternetGatewayId=gateway)


def endpoints(place, ec2, vpc, subnets):
    service = f"com.amazonaws.{place.region}"
    gateway = lambda _: ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=f"{service}.s3", VpcEndpointType="Gateway")
    interface = lambda _: ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName=f"{service}.sqs", VpcEndpointType="Interface", SubnetIds=subnets[:1]
    )
    place.uses("vpc/L-1B52E74A", len(place.make(2, gateway)))
    place.uses("vpc/L-29B6F2EB", len(place.make(3, interface)), vpc)


def nat_gateways(place, ec2, subnets):
    def one(_):
        address = ec2.allocate_address(Domain="vpc")["AllocationId"]
        gateway = ec2.create_nat_gateway(SubnetId=subnets[0], AllocationId=address)["NatGateway"]["NatGatewayId"]
        place.uses("vpc/L-5F53652F", 1, gateway)
        place.uses("vpc/L-DFA99DE7", 1, gateway)

    place.uses("vpc/L-FE5A380F", len(place.make(2, one)), f"{place.region}a")


def peerings(place, ec2, vpcs):
    def request(number):
        pair = {"VpcId": vpcs[0], "PeerVpcId": vpcs[1 + number % 2]}
        return ec2.create_vpc_peering_connection(**pair)["VpcPeeringConnection"]["VpcPeeringConnectionId"]

    made = place.make(2, request)
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=made[0])
    place.uses("vpc/L-7E9ECCDB", 1, vpcs[0])
    place.uses("vpc/L-7E9ECCDB", 1, vpcs[1])
    place.uses("vpc/L-DC9F7029", len(made) - 1)


def transit(place, ec2, vpcs):
    gateways = place.make(2, lambda _: ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"])
    place.uses("ec2/L-A2478D36", len(gateways))
    for number, gateway in enumerate(gateways[:2]):
        for vpc, subnets, _ in vpcs[: 1 + number]:
            ec2.create_transit_gateway_vpc_attachment(TransitGatewayId=gateway, VpcId=vpc, SubnetIds=subnets[:1])
        place.uses("ec2/L-E0233F82", 1 + number, gateway)
        place.uses("ec2/L-43872EB7", 1, gateway)  # each comes with one
    place.uses("ec2/L-6DA43717", 2, vpcs[0][0])
    place.uses("ec2/L-6DA43717", 1, vpcs[1][0])


def vpns(place, ec2):
    def customer(number):
        made = ec2.create_customer_gateway(Type="ipsec.1", PublicIp=f"198.51.100.{number}", BgpAsn=65000)
        return made["CustomerGateway"]["CustomerGatewayId"]

    customers = place.make(3, customer)
    private = place.make(2, lambda _: ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"])

    def connection(number):
        ends = {"CustomerGatewayId": customers[number % len(customers)], "VpnGatewayId": private[0]}
        ec2.create_vpn_connection(Type="ipsec.1", **ends)

    connections = place.make(2, connection)
    place.uses("ec2/L-4FB7FF5D", len(customers))
    place.uses("ec2/L-7029FAB6", len(private))
    place.uses("ec2/L-3E6EC3A3", len(connections))
    place.uses("ec2/L-B91E5754", len(connections), private[0])
