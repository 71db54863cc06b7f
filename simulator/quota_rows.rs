//! The quotas that Service Quotas knows here, with the values of a new account.

/// One quota.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    pub(crate) service: &'static str,
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) default: f64,
    /// Service, resource and class of the metric in `AWS/Usage` that counts its usage.
    pub(crate) metric: Option<[&'static str; 3]>,
    /// Whether it belongs to a service without regions.
    pub(crate) global: bool,
    /// Whether the listing of applied values shows it; some quotas are known by their defaults only.
    pub(crate) listed: bool,
}

const fn row(service: &'static str, code: &'static str, name: &'static str, default: f64) -> Row {
    Row { service, code, name, default, metric: None, global: false, listed: true }
}

impl Row {
    const fn vcpus(self, class: &'static str) -> Self {
        self.metered("EC2", "vCPU", class)
    }

    const fn metered(self, service: &'static str, resource: &'static str, class: &'static str) -> Self {
        Self { metric: Some([service, resource, class]), ..self }
    }

    const fn global(self) -> Self {
        Self { global: true, ..self }
    }

    const fn unlisted(self) -> Self {
        Self { listed: false, ..self }
    }
}

/// Every quota.
#[rustfmt::skip] // one line each reads as the table that it is
pub(crate) static ROWS: [Row; 130] = [
    row("acm", "L-F141DD1D", "ACM certificates", 2500.0),
    row("acm", "L-D2CB7DE9", "Imported certificates", 2500.0),
    row("acm", "L-FB94F0B0", "Domain names per ACM certificate", 10.0),
    row("acm", "L-DA1D8B98", "ACM certificates created in last 365 days", 5000.0),
    row("acm", "L-3808DC70", "Imported certificates in last 365 days", 5000.0),
    row("autoscaling", "L-CDE20ADC", "Auto Scaling groups per region", 500.0),
    row("autoscaling", "L-6B80B8FA", "Launch configurations per region", 200.0),
    row("autoscaling", "L-05CB8B12", "Target groups per Auto Scaling group", 50.0),
    row("autoscaling", "L-F786B2E5", "Classic Load Balancers per Auto Scaling group", 50.0),
    row("autoscaling", "L-72753F6F", "Scaling policies per Auto Scaling group", 50.0),
    row("autoscaling", "L-F0B00D71", "Scheduled actions per Auto Scaling group", 125.0),
    row("autoscaling", "L-1312BBBF", "Lifecycle hooks per Auto Scaling group", 50.0),
    row("autoscaling", "L-CEE5E714", "SNS topics per Auto Scaling group", 10.0).unlisted(),
    row("autoscaling", "L-6C2A2F6E", "Step adjustments per step scaling policy", 20.0),
    row("ebs", "L-D18FCD1D", "Storage for General Purpose SSD (gp2) volumes, in TiB", 50.0),
    row("ebs", "L-7A658B76", "Storage for General Purpose SSD (gp3) volumes, in TiB", 50.0),
    row("ebs", "L-FD252861", "Storage for Provisioned IOPS SSD (io1) volumes, in TiB", 50.0),
    row("ebs", "L-09BD8365", "Storage for Provisioned IOPS SSD (io2) volumes, in TiB", 20.0),
    row("ebs", "L-82ACEF56", "Storage for Throughput Optimized HDD (st1) volumes, in TiB", 50.0),
    row("ebs", "L-17AF77E8", "Storage for Cold HDD (sc1) volumes, in TiB", 50.0),
    row("ebs", "L-9CF3C2EB", "Storage for Magnetic (standard) volumes, in TiB", 50.0),
    row("ebs", "L-B3A130E6", "IOPS for Provisioned IOPS SSD (io1) volumes", 300000.0),
    row("ebs", "L-8D977E7E", "IOPS for Provisioned IOPS SSD (io2) volumes", 100000.0),
    row("ebs", "L-309BACF6", "Snapshots per Region", 100000.0),
    row("ebs", "L-631ECBD3", "Fast snapshot restore", 5.0),
    row("ebs", "L-E20676C1", "Archived snapshots per volume", 25.0).unlisted(),
    row("ebs", "L-3A0E616D", "In-progress snapshot archives per account", 25.0).unlisted(),
    row("ebs", "L-D8F37C68", "Concurrent snapshots per General Purpose SSD (gp3) volume", 5.0),
    row("ec2", "L-1216C47A", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 5.0).vcpus("Standard/OnDemand"),
    row("ec2", "L-74FC7D96", "Running On-Demand F instances", 0.0).vcpus("F/OnDemand"),
    row("ec2", "L-DB2E81BA", "Running On-Demand G and VT instances", 0.0).vcpus("G/OnDemand"),
    row("ec2", "L-1945791B", "Running On-Demand Inf instances", 0.0).vcpus("Inf/OnDemand"),
    row("ec2", "L-417A185B", "Running On-Demand P instances", 0.0).vcpus("P/OnDemand"),
    row("ec2", "L-7295265B", "Running On-Demand X instances", 0.0).vcpus("X/OnDemand"),
    row("ec2", "L-6E869C2A", "Running On-Demand DL instances", 0.0).vcpus("DL/OnDemand"),
    row("ec2", "L-F7808C92", "Running On-Demand HPC instances", 0.0).vcpus("HPC/OnDemand"),
    row("ec2", "L-43DA4232", "Running On-Demand High Memory instances", 0.0).vcpus("HighMem/OnDemand"),
    row("ec2", "L-2C3B7624", "Running On-Demand Trn instances", 0.0).vcpus("Trn/OnDemand"),
    row("ec2", "L-34B43A08", "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests", 5.0).vcpus("Standard/Spot"),
    row("ec2", "L-88CF9481", "All F Spot Instance Requests", 0.0).vcpus("F/Spot"),
    row("ec2", "L-3819A6DF", "All G and VT Spot Instance Requests", 0.0).vcpus("G/Spot"),
    row("ec2", "L-B5D1601B", "All Inf Spot Instance Requests", 0.0).vcpus("Inf/Spot"),
    row("ec2", "L-7212CCBC", "All P4, P3 and P2 Spot Instance Requests", 0.0).vcpus("P/Spot"),
    row("ec2", "L-C4BD4855", "All P5 Spot Instance Requests", 0.0).vcpus("P5/Spot"),
    row("ec2", "L-E3A00192", "All X Spot Instance Requests", 0.0).vcpus("X/Spot"),
    row("ec2", "L-85EED4F7", "All DL Spot Instance Requests", 0.0).vcpus("DL/Spot"),
    row("ec2", "L-6B0D517C", "All Trn Spot Instance Requests", 0.0).vcpus("Trn/Spot"),
    row("ec2", "L-81657574", "Running Dedicated c5 Hosts", 0.0),
    row("ec2", "L-8B7BF662", "Running Dedicated m5 Hosts", 5.0),
    row("ec2", "L-EA4FD6CF", "Running Dedicated r5 Hosts", 5.0),
    row("ec2", "L-CAE24619", "Running Dedicated g4dn Hosts", 0.0),
    row("ec2", "L-5D8DADF5", "Running Dedicated mac2 Hosts", 3.0),
    row("ec2", "L-A8448DC5", "Running Dedicated mac1 Hosts", 3.0),
    row("ec2", "L-0263D0A3", "EC2-VPC Elastic IPs", 5.0),
    row("ec2", "L-A2478D36", "Transit gateways per account", 5.0),
    row("ec2", "L-E0233F82", "Attachments per transit gateway", 5000.0),
    row("ec2", "L-BCC1FB47", "Routes per transit gateway", 10000.0),
    row("ec2", "L-43872EB7", "Route Tables per transit gateway", 20.0),
    row("ec2", "L-A1B5A36F", "Peering attachments per transit gateway", 50.0),
    row("ec2", "L-6DA43717", "Attachments per VPC", 5.0),
    row("ec2", "L-3E6EC3A3", "VPN connections per region", 50.0),
    row("ec2", "L-B91E5754", "VPN connections per VGW", 10.0),
    row("ec2", "L-4FB7FF5D", "Customer gateways per region", 50.0),
    row("ec2", "L-7029FAB6", "Virtual private gateways per region", 5.0),
    row("ec2", "L-8EA77D34", "Client VPN endpoints per Region", 5.0),
    row("ec2", "L-9A1BC94B", "Authorization rules per Client VPN endpoint", 50.0),
    row("ec2", "L-401D78F7", "Routes per Client VPN endpoint", 10.0),
    row("ec2", "L-B665C33B", "AMIs", 50000.0),
    row("ec2", "L-0E3CBAB9", "Public AMIs", 5.0),
    row("ec2", "L-70015FFA", "AMI sharing", 1000.0).unlisted(),
    row("ec2", "L-FB451C26", "Launch templates per Region", 5000.0),
    row("ec2", "L-D0B7243C", "New Reserved Instances per month", 20.0),
    row("elasticloadbalancing", "L-53DA6B97", "Application Load Balancers per Region", 50.0),
    row("elasticloadbalancing", "L-69A177A2", "Network Load Balancers per Region", 50.0),
    row("elasticloadbalancing", "L-B22855CB", "Target Groups per Region", 3000.0),
    row("elasticloadbalancing", "L-E9E9831D", "Classic Load Balancers per Region", 20.0).metered("Elastic Load Balancing", "ClassicLoadBalancersPerRegion", "None"),
    row("elasticloadbalancing", "L-B6DF7632", "Listeners per Application Load Balancer", 50.0),
    row("elasticloadbalancing", "L-57A373D6", "Listeners per Network Load Balancer", 50.0),
    row("elasticloadbalancing", "L-7EED9B64", "Rules per Application Load Balancer", 100.0),
    row("elasticloadbalancing", "L-822D1B1B", "Target Groups per Application Load Balancer", 100.0),
    row("elasticloadbalancing", "L-A0D0B863", "Targets per Target Group per Region", 1000.0),
    row("elasticloadbalancing", "L-7E6692B2", "Targets per Application Load Balancer", 1000.0),
    row("elasticloadbalancing", "L-EEF1AD04", "Targets per Network Load Balancer", 3000.0),
    row("elasticloadbalancing", "L-B211E961", "Targets per Availability Zone per Network Load Balancer", 500.0),
    row("elasticloadbalancing", "L-9365A611", "Certificates per Application Load Balancer", 25.0),
    row("elasticloadbalancing", "L-52964454", "Certificates per Network Load Balancer", 25.0),
    row("elasticloadbalancing", "L-1A491844", "Listeners per Classic Load Balancer", 100.0),
    row("elasticloadbalancing", "L-CE3125E5", "Registered Instances per Classic Load Balancer", 1000.0),
    row("elasticloadbalancing", "L-A8F7060B", "Trust stores per account", 20.0).unlisted(),
    row("elasticloadbalancing", "L-43FE5A42", "CA certificates per trust store", 25.0).unlisted(),
    row("iam", "L-F55AF5E4", "Users per account", 5000.0).global(),
    row("iam", "L-F4A5425F", "Groups per account", 300.0).global(),
    row("iam", "L-FE177D64", "Roles per account", 1000.0).global(),
    row("iam", "L-6E65F664", "Instance profiles per account", 1000.0).global(),
    row("iam", "L-E95E4862", "Customer managed policies per account", 1500.0).global(),
    row("iam", "L-BF35879D", "Server certificates per account", 20.0).global(),
    row("iam", "L-0DA4ABF3", "Managed policies per role", 10.0).global(),
    row("iam", "L-4019AD8B", "Managed policies per user", 10.0).global(),
    row("iam", "L-384571C4", "Managed policies per group", 10.0).global(),
    row("iam", "L-8E23FFD8", "Versions per managed policy", 5.0).global(),
    row("iam", "L-C07B4B0D", "Role trust policy length", 2048.0).global(),
    row("iam", "L-ED111B8C", "Managed policy length", 6144.0).global(),
    row("iam", "L-7A1621EC", "IAM groups per user", 10.0).global(),
    row("iam", "L-858F3967", "OpenId connect providers per account", 100.0).global(),
    row("iam", "L-DB618D39", "SAML providers per account", 100.0).global(),
    row("vpc", "L-F678F1CE", "VPCs per Region", 5.0),
    row("vpc", "L-407747CB", "Subnets per VPC", 200.0),
    row("vpc", "L-83CA0A9D", "IPv4 CIDR blocks per VPC", 5.0),
    row("vpc", "L-085A6257", "IPv6 CIDR blocks per VPC", 5.0),
    row("vpc", "L-A4707A72", "Internet gateways per Region", 5.0),
    row("vpc", "L-45FE3B85", "Egress-only internet gateways per Region", 5.0),
    row("vpc", "L-FE5A380F", "NAT gateways per Availability Zone", 5.0),
    row("vpc", "L-5F53652F", "Elastic IP addresses per public NAT gateway", 2.0),
    row("vpc", "L-DFA99DE7", "Private IP address quota per NAT gateway", 8.0),
    row("vpc", "L-B4A6D682", "Network ACLs per VPC", 200.0),
    row("vpc", "L-2AEEBF1A", "Rules per network ACL", 20.0),
    row("vpc", "L-DF5E4CA3", "Network interfaces per Region", 5000.0),
    row("vpc", "L-589F43AA", "Route tables per VPC", 200.0),
    row("vpc", "L-93826ACB", "Routes per route table", 500.0),
    row("vpc", "L-E79EC296", "VPC security groups per Region", 2500.0),
    row("vpc", "L-0EA8095F", "Inbound or outbound rules per security group", 60.0),
    row("vpc", "L-2AFB9258", "Security groups per network interface", 5.0),
    row("vpc", "L-1B52E74A", "Gateway VPC endpoints per Region", 20.0),
    row("vpc", "L-29B6F2EB", "Interface VPC endpoints per VPC", 50.0),
    row("vpc", "L-7E9ECCDB", "Active VPC peering connections per VPC", 50.0),
    row("vpc", "L-DC9F7029", "Outstanding VPC peering connection requests", 25.0),
    row("vpc", "L-BB24F6E5", "Network Address Usage", 64000.0),
    row("vpc", "L-CD17FD4B", "Peered Network Address Usage", 128000.0),
    row("vpc", "L-3248932A", "Characters per VPC endpoint policy", 20480.0),
    row("vpc", "L-2C462E13", "Participant accounts per VPC", 100.0),
];
