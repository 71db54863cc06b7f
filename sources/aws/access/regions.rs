//! The regions of an account, and whether it may use them: judged by what EC2 says, never by how a call fails.

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_ec2::types::Region as Answered;
use howler_model::{Partition, Reason, Region, Unseen};

use super::session::{Session, sdk_region};
use super::watch::Watch;
use super::wire::Wire;

const ACTION: &str = "ec2:DescribeRegions";

/// The regions that exist for an account, and whether each is enabled (EC2 `DescribeRegions`).
pub type Regions = HashMap<Region, RegionStatus>;

/// Whether an account may use a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionStatus {
    /// Enabled in every account: nobody can opt out of it.
    Always,
    /// Enabled, because the account has opted in.
    OptedIn,
    /// It exists, and the account has not opted in.
    NotOptedIn,
}

impl RegionStatus {
    /// Whether the account may use it.
    #[must_use]
    pub fn is_enabled(self) -> bool {
        self != Self::NotOptedIn
    }
}

impl Session {
    /// The regions of whom these credentials belong to. The partition's home region is asked, which every account
    /// has; where that is denied, the configured one, which an organisation that allows few regions is more likely to
    /// allow.
    pub(super) async fn regions_of(
        &self,
        config: &SdkConfig,
        wire: &Wire,
        partition: Partition,
    ) -> Result<Regions, Unseen> {
        let home = partition.home_region();
        let unseen = match self.regions_as_told_in(config, wire, &home).await {
            Err(unseen) if matches!(unseen.reason, Reason::Denied | Reason::DeniedByScp) => unseen,
            answer => return answer,
        };
        match self.region().filter(|region| *region != home) {
            Some(region) => self.regions_as_told_in(config, wire, &region).await.map_err(|_| unseen),
            None => Err(unseen),
        }
    }

    async fn regions_as_told_in(
        &self,
        config: &SdkConfig,
        wire: &Wire,
        region: &Region,
    ) -> Result<Regions, Unseen> {
        let config = aws_sdk_ec2::config::Builder::from(config).region(sdk_region(region));
        let watch = Watch { meter: wire.meter.clone(), service: "ec2" };
        let ec2 = aws_sdk_ec2::Client::from_conf(config.interceptor(watch).build());
        let ask = || ec2.describe_regions().all_regions(true).send();
        statuses(wire.call(region.as_str(), ACTION, ask).await?.regions())
    }
}

/// The regions of an answer. One that cannot be read would be left out of the scan without a word, and so would all
/// of an answer that names none.
fn statuses(regions: &[Answered]) -> Result<HashMap<Region, RegionStatus>, Unseen> {
    let malformed = |message: &str| Unseen::new(Reason::Malformed, ACTION, message);
    let status = |region: &Answered| {
        let name = region.region_name().and_then(|name| name.parse().ok());
        let status = match region.opt_in_status() {
            Some("not-opted-in") => RegionStatus::NotOptedIn,
            Some("opt-in-not-required") => RegionStatus::Always,
            _ => RegionStatus::OptedIn,
        };
        Ok((name.ok_or_else(|| malformed("the answer has a region without a readable name"))?, status))
    };
    match regions.is_empty() {
        true => Err(malformed("the answer names no region")),
        false => regions.iter().map(status).collect(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn region(name: Option<&str>, status: &str) -> Answered {
        Answered::builder().set_region_name(name.map(str::to_owned)).opt_in_status(status).build()
    }

    #[test]
    fn an_answer_that_names_no_region_or_not_all_is_no_answer() {
        let good = || region(Some("eu-west-1"), "opt-in-not-required");
        for regions in [
            vec![],
            vec![good(), region(None, "opted-in")],
            vec![good(), region(Some("EU \u{1b}[2J"), "opted-in")],
        ] {
            assert_eq!(statuses(&regions).unwrap_err().reason, Reason::Malformed, "{regions:?}");
        }
        let told = statuses(&[good(), region(Some("af-south-1"), "not-opted-in")]).unwrap();
        assert_eq!(told[&"eu-west-1".parse().unwrap()], RegionStatus::Always);
        assert_eq!(told[&"af-south-1".parse().unwrap()], RegionStatus::NotOptedIn);
    }
}
