//! An account that we can act in: its regions, and the places in it where sources ask.

use std::sync::{Arc, Mutex};

use aws_config::SdkConfig;
use howler_model::{AccountId, Partition, Region, Scope, Service, Unseen};

use super::AccountRegion;
use super::account_region::Clients;
use super::closed::Closed;
use super::regions::Regions;
use super::role::RoleArn;
use super::session::{Session, sdk_region};
use super::wire::Wire;

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

    /// Requests that were sent for it so far, retries counted: the next scan does best to begin with the account
    /// that needs most.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.wire.meter.of_account()
    }

    /// All regions that exist for this account, and whether each is enabled (EC2 `DescribeRegions`).
    ///
    /// # Errors
    /// What kept the answer of the home region away.
    pub async fn regions(&self) -> Result<Regions, Unseen> {
        self.session.regions_of(&self.config, &self.wire, self.partition).await
    }

    /// The scope of a service in a region, or in none for a global one.
    #[must_use]
    pub fn scope(&self, region: Option<&Region>, service: Service) -> Scope {
        let region = region.cloned().unwrap_or(Region::GLOBAL);
        Scope::aws(self.partition, self.id.clone(), region, service)
    }

    /// Enters one of its regions, or the place of its global services, as soon as few enough places are under way.
    /// Whoever waits here while it keeps another place may wait for itself.
    pub async fn enter(&self, region: Option<&Region>) -> AccountRegion {
        let entered = self.session.places.enter().await;
        AccountRegion { _entered: Some(entered), ..self.place(region) }
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
            bodies: self.session.bodies,
            files: self.session.files.clone(),
            ports: Arc::clone(&self.session.ports),
            wire: self.wire.clone(),
            clients: Clients::default(),
            listings: Mutex::default(),
            closed: Closed::default(),
            _entered: None,
        }
    }
}
