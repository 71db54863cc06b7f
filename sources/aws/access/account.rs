//! An account that we can act in: its regions, and the places in it where sources ask.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_config::SdkConfig;
use howler_model::{AccountId, Partition, Region, Scope, Service, Unseen};

use super::AccountRegion;
use super::account_region::Clients;
use super::role::RoleArn;
use super::session::{Session, sdk_region};
use super::wire::Wire;

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

    /// All regions that exist for this account, and whether each is enabled (EC2 `DescribeRegions`).
    ///
    /// # Errors
    /// What kept the answer away.
    pub async fn regions(&self) -> Result<HashMap<Region, RegionStatus>, Unseen> {
        const ACTION: &str = "ec2:DescribeRegions";
        let at = self.place(self.session.region().as_ref());
        let ec2 = at.ec2();
        let answer = at.call(ACTION, || ec2.describe_regions().all_regions(true).send()).await?;
        let status = |region: &aws_sdk_ec2::types::Region| match region.opt_in_status() {
            Some("not-opted-in") => RegionStatus::NotOptedIn,
            _ => RegionStatus::Enabled,
        };
        let named =
            |region| Some((aws_sdk_ec2::types::Region::region_name(region)?.parse().ok()?, status(region)));
        Ok(answer.regions().iter().filter_map(named).collect())
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
