//! What every region of the demo has: a network, a web tier, storage, and nothing near a limit.

use chrono::{DateTime, TimeDelta, Utc};

use crate::names::id;
use crate::organization::{Metric, Region};
use crate::resource::Resource;
use crate::{autoscaling, ec2, elbv2};

/// A region under construction.
pub(super) struct Landscape {
    region: Region,
    /// What ids are derived from: the team and the region.
    of: String,
    pub(super) vpc: String,
    pub(super) zone: String,
    vcpus: f64,
}

impl Landscape {
    /// The usual network and web tier of a team.
    pub(super) fn new(team: &str, region: &str, now: DateTime<Utc>) -> Self {
        let of = format!("{team}/{region}");
        let (vpc, zone) = (id("vpc", &of, 0), format!("{region}a"));
        let mut landscape = Self { region: Region::default(), of, vpc, zone, vcpus: 0.0 };
        landscape.region.set_quota("ec2", "L-1216C47A", 64.0);
        landscape.network();
        landscape.instances("m5.large", 3, 2.0);
        landscape.storage(now);
        landscape.scaling(team);
        landscape
    }

    /// The finished region, whose usage metrics tell what it has.
    pub(super) fn finish(mut self) -> Region {
        let usage = |class, level| Metric::usage("EC2", "vCPU", class, level);
        let classic = Metric::usage("Elastic Load Balancing", "ClassicLoadBalancersPerRegion", "None", 1.0);
        self.region.metrics.extend([
            usage("Standard/OnDemand", self.vcpus),
            usage("Standard/Spot", 2.0),
            classic,
        ]);
        self.region
    }

    pub(super) fn region(&mut self) -> &mut Region {
        &mut self.region
    }

    pub(super) fn add(&mut self, resource: Resource) {
        self.region.resources.add(resource);
    }

    /// An id of this region.
    pub(super) fn id(&self, prefix: &str, number: usize) -> String {
        id(prefix, &self.of, number)
    }

    /// That many running instances of a type with so many vCPUs each.
    pub(super) fn instances(&mut self, instance_type: &str, count: u32, vcpus: f64) {
        for number in 0..count as usize {
            let id = id("i", &format!("{}/{instance_type}", self.of), number);
            self.add(ec2::instance(&id, instance_type, &self.zone));
        }
        self.vcpus += f64::from(count) * vcpus;
    }

    /// That many Elastic IP addresses.
    pub(super) fn addresses(&mut self, count: usize) {
        for number in 0..count {
            self.add(ec2::address(&self.id("eipalloc", number), &format!("203.0.113.{}", number + 10)));
        }
    }

    fn network(&mut self) {
        let (vpc, subnet, group) = (self.vpc.clone(), self.id("subnet", 0), self.id("sg", 0));
        let interface = ec2::network_interface(&self.id("eni", 0), &vpc, &subnet, &self.zone, &[&group]);
        let resources = [
            ec2::vpc(&vpc, "10.0.0.0/16"),
            ec2::subnet(&subnet, &vpc, "10.0.0.0/24", &self.zone),
            ec2::subnet(&self.id("subnet", 1), &vpc, "10.0.1.0/24", &self.zone),
            ec2::security_group(&group, "web", &vpc, 4),
            ec2::security_group(&self.id("sg", 1), "database", &vpc, 2),
            ec2::network_acl(&self.id("acl", 0), &vpc, 3),
            ec2::route_table(&self.id("rtb", 0), &vpc, 5),
            ec2::internet_gateway(&self.id("igw", 0), &vpc),
            ec2::nat_gateway(&self.id("nat", 0), &vpc, &subnet, 1),
            ec2::vpc_endpoint(&self.id("vpce", 0), &vpc, "Gateway", "com.amazonaws.s3"),
            ec2::vpc_endpoint(&self.id("vpce", 1), &vpc, "Interface", "com.amazonaws.ecr.dkr"),
            ec2::managed_prefix_list(&self.id("pl", 0), "offices", 10),
            interface,
        ];
        self.region.resources.extend(resources);
        self.addresses(1);
    }

    fn storage(&mut self, now: DateTime<Utc>) {
        let volume = self.id("vol", 0);
        let yesterday = now - TimeDelta::days(1);
        let resources = [
            ec2::volume(&volume, "gp3", 200, 3000),
            ec2::volume(&self.id("vol", 1), "gp2", 100, 300),
            ec2::volume(&self.id("vol", 2), "io2", 50, 5000),
            ec2::snapshot(&self.id("snap", 0), &volume, "completed", yesterday),
            ec2::snapshot(&self.id("snap", 1), &volume, "pending", now),
            ec2::snapshot_tier(&self.id("snap", 2), &volume, "archive", "archival-completed"),
            ec2::image(&self.id("ami", 0), "web-base", false),
            ec2::launch_template(&self.id("lt", 0), "web"),
            ec2::spot_instance(&self.id("i", 1000), "m5.large", &self.zone),
            ec2::spot_request(&self.id("sir", 0), "m5.large", "active"),
        ];
        self.region.resources.extend(resources);
    }

    fn scaling(&mut self, team: &str) {
        let group = format!("{team}-web");
        let resources = [
            autoscaling::group(&group, 3, &[&self.zone], &[]),
            autoscaling::step_policy(&group, "cpu", 3),
            autoscaling::scheduled_action(&group, "morning"),
            autoscaling::notification(&group, "operations"),
            autoscaling::lifecycle_hook(&group, "drain"),
            autoscaling::launch_configuration("legacy-web"),
        ];
        self.region.resources.extend(resources);
        let balancers = [elbv2::load_balancer_arn(&group, "application")];
        self.region.resources.extend(elbv2::target_group(&group, &self.vpc, &balancers, 3));
        let zone = self.zone.clone();
        self.add(elbv2::load_balancer(&group, "application", &self.vpc, &[&zone]));
        self.region.resources.extend(elbv2::rules(&group, "application", 443, 6));
    }
}
