//! The ways into an account: with the caller's own credentials, or by a role. Who one is then is always asked.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::config::IdentityCache;
use futures::future::try_join;
use howler_model::{AccountId, Partition, Reason, Unseen};

use super::account::Account;
use super::credentials::{Provider, RoleCredentials};
use super::regions::Regions;
use super::role::Role;
use super::session::Session;
use super::tries::Patience;
use super::wire::Wire;
use crate::Error;

const ACTION: &str = "sts:GetCallerIdentity";

/// An account that was entered, and its regions, or what kept them away.
pub type Entered = (Account, Result<Regions, Unseen>);

impl Session {
    /// The account of the caller's own credentials (STS `GetCallerIdentity`).
    ///
    /// # Errors
    /// [`Error::Identity`] if there are none, or if AWS does not take them.
    pub async fn caller(&self) -> Result<Account, Error> {
        self.identify(&self.config, &self.wire).await.map_err(Error::Identity)
    }

    /// The account of the caller's own credentials with its regions, asked for at the same time (STS
    /// `GetCallerIdentity`, EC2 `DescribeRegions`).
    ///
    /// # Errors
    /// [`Error::Identity`], as [`Session::caller`]; regions that are not told are no error.
    pub async fn enter_as_caller(&self) -> Result<Entered, Error> {
        // All that is known of the partition before AWS names it.
        let partition = self.region().as_ref().map_or(Partition::Aws, Partition::of_region);
        self.enter_with(self.config.clone(), self.wire.clone(), partition).await.map_err(Error::Identity)
    }

    /// Takes a role (STS `AssumeRole`) and makes sure that it leads into the account that its ARN names.
    ///
    /// # Errors
    /// What kept the role away: a gap of that account, the scan goes on.
    pub async fn assume(&self, role: &Role) -> Result<Account, Unseen> {
        let (config, wire) = self.take(role).await?;
        self.identify(&config, &wire).await
    }

    /// Takes a role, as [`Session::assume`], and asks for the regions of its account at the same time as who it is.
    ///
    /// # Errors
    /// What kept the role away; regions that are not told are no error.
    pub async fn enter(&self, role: &Role) -> Result<Entered, Unseen> {
        let account = self.take_role(role).await?;
        let regions = account.confirm().await?;
        Ok((account, regions))
    }

    /// Takes a role (STS `AssumeRole`) and believes its ARN where it leads: what is seen there counts only if
    /// [`Account::confirm`] agrees, which may be asked at the same time.
    ///
    /// # Errors
    /// What kept the role away.
    pub async fn take_role(&self, role: &Role) -> Result<Account, Unseen> {
        let (config, wire) = self.take(role).await?;
        let (id, partition) = (role.arn.account().clone(), role.arn.partition());
        Ok(Account { id, partition, config, wire, session: self.clone() })
    }

    /// A session that acts with a role from here on (STS `AssumeRole`): further roles are taken with it, and
    /// [`Session::caller`] is the account that it leads into.
    ///
    /// # Errors
    /// What kept the role away.
    pub async fn through(&self, role: &Role) -> Result<Self, Unseen> {
        let (config, wire) = self.take(role).await?;
        // Permits of its own for the roles behind this one, as each waits for the renewal of the one before.
        Ok(Self { config, roles: wire.for_roles(), wire, ..self.clone() })
    }

    /// The credentials of a role, and the way to AWS with them.
    async fn take(&self, role: &Role) -> Result<(SdkConfig, Wire), Unseen> {
        let credentials = Arc::new(RoleCredentials::new(
            self.sts(&self.config, &self.roles.meter),
            self.roles.clone(),
            self.called_region(),
            role.clone(),
            self.name.clone(),
            self.config.time_source().unwrap_or_default(),
        ));
        // Asked for ahead of the first call, so that a refusal is told as what it is.
        credentials.credentials().await?;
        let provider = SharedCredentialsProvider::new(Provider(Arc::clone(&credentials)));
        let config = self.config.to_builder().credentials_provider(provider);
        let config = config.identity_cache(IdentityCache::no_cache()).build();
        let wire = Wire { role: Some(credentials), ..self.wire.anew() };
        wire.buckets.belong_to(role.arn.account());
        Ok((config, wire))
    }

    /// An identity that is not told, or is another one, drops the question for the regions.
    async fn enter_with(
        &self,
        config: SdkConfig,
        wire: Wire,
        partition: Partition,
    ) -> Result<Entered, Unseen> {
        let regions = async { Ok(self.regions_of(&config, &wire, partition).await) };
        let (account, regions) = try_join(self.identify(&config, &wire), regions).await?;
        match account.partition == partition {
            true => Ok((account, regions)),
            false => {
                let regions = account.regions().await;
                Ok((account, regions))
            }
        }
    }

    /// Asks who the credentials are; those of a role belong to the account that its ARN names, or to nobody.
    async fn identify(&self, config: &SdkConfig, wire: &Wire) -> Result<Account, Unseen> {
        let sts = self.sts(config, &wire.meter);
        // Somebody waits for the first call of all, and a wrong address does not become right.
        let unreachable = if wire.role.is_none() { 3 } else { wire.patience.unreachable };
        let first = Wire { patience: Patience { unreachable, ..wire.patience }, ..wire.clone() };
        let identity = first.call(&self.called_region(), ACTION, || sts.get_caller_identity().send()).await?;
        let (id, partition) = named(identity.account(), identity.arn())?;
        let expected = wire.role.as_ref().map(|credentials| credentials.role.arn.account());
        if expected.is_some_and(|expected| *expected != id) {
            let message = format!("the role led into account {id}");
            return Err(Unseen::new(Reason::Credentials, ACTION, message));
        }
        wire.buckets.belong_to(&id);
        Ok(Account { id, partition, config: config.clone(), wire: wire.clone(), session: self.clone() })
    }
}

impl Account {
    /// Makes sure that the credentials are of this account, and asks for its regions at the same time (STS
    /// `GetCallerIdentity`, EC2 `DescribeRegions`).
    ///
    /// # Errors
    /// That they are not, or that nobody says so; regions that are not told are no error.
    pub async fn confirm(&self) -> Result<Result<Regions, Unseen>, Unseen> {
        let (config, wire) = (self.config.clone(), self.wire.clone());
        let (_, regions) = self.session.enter_with(config, wire, self.partition).await?;
        Ok(regions)
    }
}

/// The account and the partition of an answer.
fn named(account: Option<&str>, arn: Option<&str>) -> Result<(AccountId, Partition), Unseen> {
    let malformed = || Unseen::new(Reason::Malformed, ACTION, "the answer names no account");
    let id = account.and_then(|id| id.parse().ok()).ok_or_else(malformed)?;
    let partition = arn.and_then(|arn| arn.split(':').nth(1)).and_then(|name| name.parse().ok());
    Ok((id, partition.ok_or_else(malformed)?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_without_account_or_partition_is_none() {
        let arn = "arn:aws-cn:sts::123456789012:assumed-role/howler/scan";
        let (id, partition) = named(Some("123456789012"), Some(arn)).unwrap();
        assert_eq!((id.as_str(), partition), ("123456789012", Partition::AwsCn));
        for (account, arn) in [(None, Some(arn)), (Some("1"), Some(arn)), (Some("123456789012"), None)] {
            assert_eq!(named(account, arn).unwrap_err().reason, Reason::Malformed);
        }
    }
}
