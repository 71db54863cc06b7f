//! Which regions an account has, asked where the answer is most likely to come from.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod simulated;

use std::collections::HashMap;

use howler_model::{Reason, Region as Name, Unseen};
use howler_simulator::{Account, Fault, Faults, Organization, Region, Request, Rule, Simulator};
use howler_sources::{RegionStatus, Session, Settings};
use simulated::{now, settings};

const HOME: &str = "us-east-1";

/// What an account says of its regions to a caller who configured one of them, and where it was asked.
async fn asked(
    configured: &str,
    faults: Faults,
) -> (Result<HashMap<Name, RegionStatus>, Unseen>, Vec<String>) {
    let account = Account::new("111111111111", "test");
    let account = account.region(HOME, Region::default()).region("eu-west-1", Region::default());
    let simulator = Simulator::start(Organization::of(account), faults, now()).unwrap();
    let settings = Settings { region: configured.parse().unwrap(), ..settings(&simulator) };
    let caller = Session::start(&settings).await.unwrap().caller().await.unwrap();
    let regions = caller.regions().await;
    let of_regions = |request: &Request| request.action == "ec2:DescribeRegions";
    let places = simulator.requests().into_iter().filter(of_regions).map(|request| request.region);
    (regions, places.collect())
}

fn fault(fault: Fault, region: &str) -> Rule {
    Rule::new(fault).region(region).action("ec2:*")
}

#[tokio::test]
async fn a_configured_region_that_is_not_enabled_does_not_keep_the_others_away() {
    let (regions, places) = asked("af-south-1", vec![fault(Fault::NotOptedIn, "af-south-1")]).await;
    assert_eq!(regions.unwrap()[&"eu-west-1".parse().unwrap()], RegionStatus::Always);
    assert_eq!(places, [HOME]);
}

#[tokio::test]
async fn where_the_home_region_is_denied_the_configured_one_is_asked() {
    for by_scp in [true, false] {
        let (regions, places) = asked("eu-west-1", vec![fault(Fault::Deny { by_scp }, HOME)]).await;
        assert_eq!(regions.unwrap()[&"eu-west-1".parse().unwrap()], RegionStatus::Always);
        assert_eq!(places, [HOME, "eu-west-1"]);
    }
}

#[tokio::test]
async fn a_denial_everywhere_is_told_as_the_home_region_told_it() {
    let faults =
        vec![fault(Fault::Deny { by_scp: true }, HOME), fault(Fault::Deny { by_scp: false }, "eu-west-1")];
    let (regions, places) = asked("eu-west-1", faults).await;
    assert_eq!(regions.unwrap_err().reason, Reason::DeniedByScp);
    assert_eq!(places, [HOME, "eu-west-1"]);
    let (regions, places) = asked(HOME, vec![fault(Fault::Deny { by_scp: false }, HOME)]).await;
    assert_eq!((regions.unwrap_err().reason, places), (Reason::Denied, vec![HOME.to_owned()]));
}
