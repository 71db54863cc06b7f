//! The organisation of `howler demo`: small, believable, and with something in every family that is looked at.

mod landscape;
mod places;
mod teams;

use chrono::{DateTime, Utc};

use crate::fault::{Fault, Faults, Rule};
use crate::organization::Organization;

/// Three accounts (`platform` 111111111111, the management account; `payments` 222222222222; `data` 333333333333),
/// each with us-east-1, eu-west-1 and ap-southeast-2, all dates relative to `now`:
///
/// * certificates: one expired and in use, one unused and expired, one with 3 days left, one with 20, one of IAM with
///   12, one not validated yet, one with 30 days whose renewal waits for a name to be proven, healthy ones of all
///   seven key types;
/// * beyond ACM and IAM: a listener of a classic load balancer whose certificate was deleted (data, eu-west-1), a
///   database whose certificate ends in 20 days and whose authority in 200 (payments, eu-west-1), a distribution with
///   an alias that its certificate does not cover, a private authority with 150 days left, a trust store and a
///   federation with 20 days (all of platform);
/// * quotas: on-demand vCPUs at 92 % (payments, eu-west-1), gp3 storage at 97 % (data, us-east-1), Elastic IPs at
///   80 % and rules of a security group at 85 % (platform, us-east-1);
/// * ACM denied in ap-southeast-2 of `data`.
pub fn demo(now: DateTime<Utc>) -> (Organization, Faults) {
    let organization =
        Organization::of(teams::platform(now)).with(teams::payments(now)).with(teams::data(now));
    let denied = Rule::new(Fault::Deny { by_scp: false });
    (organization, vec![denied.account("333333333333").region("ap-southeast-2").action("acm:*")])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::certificate::Key;
    use crate::organization::Region;
    use crate::resource::{Kind, Resource};
    use crate::value::Place;

    #[test]
    fn every_key_type_and_counted_family_is_somewhere() {
        let (organization, _) = demo(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let regions: Vec<_> =
            organization.accounts.values().flat_map(|account| account.regions.values()).collect();
        for key in Key::ACM {
            assert!(
                regions.iter().any(|region| region.certificates.iter().any(|it| it.key == key)),
                "{}",
                key.name()
            );
        }
        let everywhere = [Kind::Instance, Kind::Volume, Kind::Vpc, Kind::SecurityGroup, Kind::LoadBalancer];
        for kind in everywhere {
            assert!(regions.iter().all(|region| region.resources.count(kind) > 0), "{kind:?}");
        }
    }

    /// The sum of the numbers at a path over the resources of a kind that have no lifecycle but the usual one.
    fn sum(region: &Region, kind: Kind, path: &str) -> f64 {
        let place = Place { account: "1", region: "r" };
        let on_demand = |it: &&Resource| it.value.get("instanceLifecycle").is_none();
        let resources = region.resources.all(kind).iter().filter(on_demand);
        resources.flat_map(|it| it.value.texts(path, place)).map(|text| text.parse::<f64>().unwrap()).sum()
    }

    #[test]
    fn quotas_stand_where_the_description_says() {
        let (organization, _) = demo(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let region = |account: &str, region: &str| &organization.accounts[account].regions[region];
        let payments = region("222222222222", "eu-west-1");
        let cores = sum(payments, Kind::Instance, "cpuOptions.coreCount");
        let quota = payments.quotas[&("ec2".to_owned(), "L-1216C47A".to_owned())];
        assert_eq!((cores * 2.0, quota), (184.0, 200.0));
        let volumes = region("333333333333", "us-east-1");
        let gp3: f64 = sum(volumes, Kind::Volume, "size") - 150.0; // less gp2 and io2
        assert!((gp3 / 1024.0 / 50.0 - 0.97).abs() < 1e-9, "{gp3}");
        assert_eq!(region("111111111111", "us-east-1").resources.count(Kind::Address), 4);
    }

    #[test]
    fn usage_metrics_tell_what_the_instances_have() {
        let (organization, _) = demo(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        for region in organization.accounts.values().flat_map(|account| account.regions.values()) {
            let metric =
                region.metrics.iter().find(|it| it.dimensions["Class"] == "Standard/OnDemand").unwrap();
            assert_eq!(sum(region, Kind::Instance, "cpuOptions.coreCount") * 2.0, metric.level);
        }
    }
}
