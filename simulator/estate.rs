//! Many resources of known properties, for tests of paging and scale.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::acm::Certificate;
use crate::certificate::Key;
use crate::names::{id, uuid};
use crate::organization::{Account, Organization, Region};
use crate::resource::Resource;
use crate::{ec2, elbv2};

/// Certificates of all seven key types in turn; the one of number n (from 0) has the domain `c<n>.example.com`
/// and expires n + 1 days after `now`, having lived for a year then.
pub fn certificates(count: u32, now: DateTime<Utc>) -> Vec<Certificate> {
    let certificate = |number: u32| {
        let not_after = now + TimeDelta::days(i64::from(number) + 1);
        let domain = format!("c{number}.example.com");
        let id = uuid("certificate", number as usize);
        let key = Key::ACM[number as usize % Key::ACM.len()];
        Certificate::issued(&id, &domain, not_after - TimeDelta::days(365), not_after).key(key)
    };
    (0..count).map(certificate).collect()
}

/// Running on-demand instances of a type.
pub fn instances(count: usize, instance_type: &str, zone: &str) -> Vec<Resource> {
    (0..count).map(|number| ec2::instance(&id("i", zone, number), instance_type, zone)).collect()
}

/// Security groups of a VPC, each with that many inbound rules.
pub fn security_groups(count: usize, vpc: &str, rules: u16) -> Vec<Resource> {
    (0..count)
        .map(|number| ec2::security_group(&id("sg", vpc, number), &format!("group-{number}"), vpc, rules))
        .collect()
}

/// Volumes of a type, each of that many GiB.
pub fn volumes(count: usize, volume_type: &str, gibibytes: i64) -> Vec<Resource> {
    (0..count).map(|number| ec2::volume(&id("vol", volume_type, number), volume_type, gibibytes, 0)).collect()
}

/// Application load balancers `lb-<n>`, each with one HTTPS listener that has that many rules besides its default.
pub fn load_balancers(count: usize, certificate: &Certificate, rules: u16) -> Vec<Resource> {
    let balancer = |number: usize| {
        let name = format!("lb-{number}");
        let mut resources = vec![elbv2::load_balancer(&name, "application", "vpc-1", &["a", "b"])];
        resources.extend(elbv2::listener(&name, "application", "HTTPS", 443, Some(certificate.arn()), &[]));
        resources.extend(elbv2::rules(&name, "application", 443, rules));
        resources
    };
    (0..count).flat_map(balancer).collect()
}

/// A region with a little of what most have: a network, two instances with a volume each, and a load balancer with
/// one certificate.
pub fn small_region(now: DateTime<Utc>) -> Region {
    let mut region = Region { certificates: certificates(3, now), ..Region::default() };
    let resources = &mut region.resources;
    resources.extend([ec2::vpc("vpc-1", "10.0.0.0/16"), ec2::route_table("rtb-1", "vpc-1", 3)]);
    resources.extend([
        ec2::subnet("subnet-a", "vpc-1", "10.0.0.0/24", "a"),
        ec2::network_acl("acl-1", "vpc-1", 2),
    ]);
    resources.extend(security_groups(2, "vpc-1", 4));
    resources.extend(instances(2, "m5.large", "a"));
    resources.extend(volumes(2, "gp3", 100));
    if let Some(certificate) = region.certificates.first() {
        resources.extend(load_balancers(1, certificate, 2));
    }
    region
}

/// A region with hardly anything: a VPC and one certificate.
pub fn few_region(now: DateTime<Utc>) -> Region {
    let mut region = Region { certificates: certificates(1, now), ..Region::default() };
    region.resources.add(ec2::vpc("vpc-1", "10.0.0.0/16"));
    region
}

/// A region that takes AWS's own pace minutes to look through: 500 load balancers with a listener each, 2,500
/// certificates and 1,000 security groups.
pub fn large_region(now: DateTime<Utc>) -> Region {
    let mut region = Region { certificates: certificates(2_500, now), ..Region::default() };
    region.resources.add(ec2::vpc("vpc-1", "10.0.0.0/16"));
    region.resources.extend(security_groups(1_000, "vpc-1", 20));
    if let Some(certificate) = region.certificates.first() {
        region.resources.extend(load_balancers(500, certificate, 2));
    }
    region
}

/// An organisation of small regions whose last account has one large region, the first of the list.
pub fn skewed(accounts: u32, regions: &[&str], now: DateTime<Utc>) -> Organization {
    let mut organization = organization(accounts, regions, small_region(now));
    if let (Some(mut heaviest), Some(first)) = (organization.accounts.last_entry(), regions.first()) {
        heaviest.get_mut().regions.insert((*first).to_owned(), Arc::new(large_region(now)));
    }
    organization
}

/// An organisation whose accounts (ids from 100000000000 upwards, the first being the management account) all have
/// the same regions. They share the region's data, so that ten thousand accounts fit into memory.
pub fn organization(accounts: u32, regions: &[&str], region: impl Into<Arc<Region>>) -> Organization {
    let region = region.into();
    let account = |number: u32| {
        let account =
            Account::new((100_000_000_000 + u64::from(number)).to_string(), format!("account-{number}"));
        regions.iter().fold(account, |account, name| account.region(*name, Arc::clone(&region)))
    };
    (1..accounts).map(account).fold(Organization::of(account(0)), Organization::with)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::resource::Kind;

    #[test]
    fn accounts_share_what_they_have_alike() {
        let organization = skewed(3, &["us-east-1", "eu-west-1"], DateTime::UNIX_EPOCH);
        let regions: Vec<_> = organization.accounts.values().map(|account| &account.regions).collect();
        assert!(Arc::ptr_eq(&regions[0]["us-east-1"], &regions[1]["eu-west-1"]));
        let large = &regions[2]["us-east-1"];
        assert_eq!(large.resources.count(Kind::LoadBalancer), 500);
        assert_eq!((large.certificates.len(), large.resources.count(Kind::SecurityGroup)), (2_500, 1_000));
        assert!(Arc::ptr_eq(&regions[0]["us-east-1"], &regions[2]["eu-west-1"]));
    }

    #[test]
    fn a_region_of_few_has_one_of_each() {
        let few = few_region(DateTime::UNIX_EPOCH);
        assert_eq!((few.certificates.len(), few.resources.count(Kind::Vpc)), (1, 1));
        assert_eq!(few.resources.count(Kind::SecurityGroup), 0);
    }
}
