//! An account that we can act in: its regions, and the places in it where sources ask.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_config::SdkConfig;
use aws_sdk_ec2::types::Region as Answered;
use howler_model::{AccountId, Partition, Reason, Region, Scope, Service, Unseen};

use super::AccountRegion;
use super::account_region::Clients;
use super::role::RoleArn;
use super::session::{Session, sdk_region};
use super::wire::Wire;

const ACTION: &str = "ec2:DescribeRegions";

/// Whether an account may use a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionStatus {
    /// Enabled, by default or by opting in.
    Enabled,
    /// It exists, and the account has not opted in.
    NotOptedIn,
}

/// An account that we can act in.
#[derive(Debug, Clone)]
pub struct Account {
    pub(super) id: AccountId,
    pub(super) partition: Partition,
    pub(super) config: SdkConfig,
    pub(super) wire: Wire,
    pub(super) session: Session,
}

impl Account {
    /// Its 12 digits.
    #[must_use]
    pub fn id(&self) -> &AccountId {
        &self.id
    }

    /// Its partition.
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// The role that was taken to act in it, or none for the caller's own credentials.
    #[must_use]
    pub fn role(&self) -> Option<&RoleArn> {
        self.wire.role.as_ref().map(|credentials| &credentials.role.arn)
    }

    /// All regions that exist for this account, and whether each is enabled (EC2 `DescribeRegions`). The partition's
    /// home region is asked, which every account has; where that is denied, the configured one, which an organisation
    /// that allows few regions is more likely to allow.
    ///
    /// # Errors
    /// What kept the answer of the home region away.
    pub async fn regions(&self) -> Result<HashMap<Region, RegionStatus>, Unseen> {
        let home = self.partition.home_region();
        let unseen = match self.regions_as_told_in(&home).await {
            Err(unseen) if matches!(unseen.reason, Reason::Denied | Reason::DeniedByScp) => unseen,
            answer => return answer,
        };
        match self.session.region().filter(|region| *region != home) {
            Some(region) => self.regions_as_told_in(&region).await.map_err(|_| unseen),
            None => Err(unseen),
        }
    }

    async fn regions_as_told_in(&self, region: &Region) -> Result<HashMap<Region, RegionStatus>, Unseen> {
        let at = self.place(Some(region));
        let ec2 = at.ec2();
        let answer = at.call(ACTION, || ec2.describe_regions().all_regions(true).send()).await?;
        statuses(answer.regions())
    }

    /// The scope of a service in a region, or in none for a global one.
    #[must_use]
    pub fn scope(&self, region: Option<&Region>, service: Service) -> Scope {
        let region = region.cloned().unwrap_or(Region::GLOBAL);
        Scope::aws(self.partition, self.id.clone(), region, service)
    }

    /// Enters one of its regions, or the place of its global services, as soon as few enough places are under way.
    pub async fn enter(&self, region: Option<&Region>) -> AccountRegion {
        // The window is never closed; without a permit the place would only be one too many.
        let _entered = Arc::clone(&self.session.places).acquire_owned().await.ok();
        AccountRegion { _entered, ..self.place(region) }
    }

    /// A place that no scan is under way in.
    pub(super) fn place(&self, region: Option<&Region>) -> AccountRegion {
        let called = region.cloned().unwrap_or_else(|| self.partition.home_region());
        AccountRegion {
            partition: self.partition,
            account: self.id.clone(),
            region: region.cloned().unwrap_or(Region::GLOBAL),
            config: self.config.to_builder().region(sdk_region(&called)).build(),
            called: called.as_str().to_owned(),
            now: self.session.now,
            wire: self.wire.clone(),
            calls: Arc::clone(&self.session.calls),
            clients: Clients::default(),
            listings: Mutex::default(),
            _entered: None,
        }
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
            _ => RegionStatus::Enabled,
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
        assert_eq!(told[&"eu-west-1".parse().unwrap()], RegionStatus::Enabled);
        assert_eq!(told[&"af-south-1".parse().unwrap()], RegionStatus::NotOptedIn);
    }
}
