//! Who scans: the caller's own credentials, and the roles that it takes in other accounts.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::{
    ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future,
};
use aws_sdk_sts::config::IdentityCache;
use aws_smithy_http_client::{Builder as HttpBuilder, tls};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use chrono::{DateTime, Utc};
use howler_model::{AccountId, Partition, Reason, Region, Unseen};
use tokio::sync::Semaphore;

use super::AccountRegion;
use super::call::call;
use super::watch::{Calls, Watch};
use crate::Error;

/// Accounts whose credentials are kept at once; the SDK's own cache holds 64 and then asks STS again and again.
const MOST_IDENTITIES: usize = 16_384;

/// What the command line and the environment say about reaching AWS.
#[derive(Debug, Clone)]
pub struct Settings {
    /// A profile of the AWS configuration files, or the default chain.
    pub profile: Option<String>,
    /// The region to start from, where the environment and the profile name none.
    pub region: Region,
    /// The name that this scan goes by in CloudTrail (`howler-<scan id>`).
    pub session_name: String,
    /// How often a call is tried before it is a gap.
    pub attempts: u32,
    /// How long one attempt may take.
    pub attempt_timeout: Duration,
    /// How many calls may be under way at once.
    pub concurrency: usize,
    /// PEM certificates to trust beside the machine's own (`AWS_CA_BUNDLE`).
    pub ca_bundle: Option<Vec<u8>>,
    /// Another server than AWS, and who to be there: for the demo.
    pub stand_in: Option<StandIn>,
    /// The time that counts as now.
    pub now: DateTime<Utc>,
}

/// A server that answers instead of AWS.
#[derive(Debug, Clone)]
pub struct StandIn {
    /// Its address.
    pub url: String,
    /// The access key that it knows; there is nothing secret about it.
    pub access_key: String,
}

/// One connection pool, one cache of credentials, one count of calls, for the whole process.
#[derive(Debug, Clone)]
pub struct Session {
    config: SdkConfig,
    name: String,
    now: DateTime<Utc>,
    permits: Arc<Semaphore>,
    calls: Arc<Calls>,
}

impl Session {
    /// Reads the AWS configuration as every AWS tool does. Sends nothing yet.
    ///
    /// # Errors
    /// [`Error::Settings`] if the certificate bundle cannot be used.
    pub async fn start(settings: &Settings) -> Result<Self, Error> {
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(http_client(settings.ca_bundle.as_deref())?)
            .identity_cache(IdentityCache::lazy().max_partitions(MOST_IDENTITIES).build())
            .retry_config(RetryConfig::standard().with_max_attempts(settings.attempts))
            .timeout_config(
                TimeoutConfig::builder().operation_attempt_timeout(settings.attempt_timeout).build(),
            );
        if let Some(profile) = &settings.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(stand_in) = &settings.stand_in {
            let credentials = Credentials::new(&stand_in.access_key, "stand-in", None, None, "stand-in");
            loader = loader.endpoint_url(&stand_in.url).credentials_provider(credentials);
        }
        let mut config = loader.load().await;
        if config.region().is_none() {
            config = config.into_builder().region(sdk_region(&settings.region)).build();
        }
        Ok(Self {
            config,
            name: settings.session_name.clone(),
            now: settings.now,
            permits: Arc::new(Semaphore::new(settings.concurrency)),
            calls: Arc::default(),
        })
    }

    /// The requests that went out so far.
    #[must_use]
    pub fn calls(&self) -> &Calls {
        &self.calls
    }

    /// The region that the environment or the profile names, or the one of the settings.
    #[must_use]
    pub fn region(&self) -> Option<Region> {
        self.config.region().and_then(|region| region.as_ref().parse().ok())
    }

    /// The account of the caller's own credentials.
    ///
    /// # Errors
    /// [`Error::Identity`] if there are none, or if AWS does not take them.
    pub async fn caller(&self) -> Result<Account, Error> {
        self.identify(self.config.clone(), None).await.map_err(Error::Identity)
    }

    /// Takes a role and makes sure that it leads into the account that its ARN names.
    ///
    /// # Errors
    /// What kept the role away: a gap of that account, the scan goes on.
    pub async fn assume(&self, role: &RoleArn) -> Result<Account, Unseen> {
        let provider = RoleCredentials::new(self.sts(&self.config), role, &self.name);
        provider.first().await?;
        let provider = SharedCredentialsProvider::new(provider);
        let config = self.config.to_builder().credentials_provider(provider).build();
        self.identify(config, Some(&role.account)).await
    }

    async fn identify(&self, config: SdkConfig, expected: Option<&AccountId>) -> Result<Account, Unseen> {
        const ACTION: &str = "sts:GetCallerIdentity";
        let identity = call(ACTION, self.sts(&config).get_caller_identity().send()).await?;
        let malformed = || Unseen::new(Reason::Malformed, ACTION, "the answer names no account");
        let id: AccountId = identity.account().and_then(|id| id.parse().ok()).ok_or_else(malformed)?;
        if expected.is_some_and(|expected| *expected != id) {
            let message = format!("the role led into account {id}");
            return Err(Unseen::new(Reason::Credentials, ACTION, message));
        }
        let partition =
            identity.arn().and_then(|arn| arn.split(':').nth(1)).and_then(|name| name.parse().ok());
        let partition = partition.ok_or_else(malformed)?;
        Ok(Account { id, partition, config, session: self.clone() })
    }

    fn sts(&self, config: &SdkConfig) -> aws_sdk_sts::Client {
        let watch = Watch(Arc::clone(&self.calls));
        aws_sdk_sts::Client::from_conf(aws_sdk_sts::config::Builder::from(config).interceptor(watch).build())
    }
}

/// The ARN of a role, with the account that it leads into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleArn {
    arn: String,
    partition: Partition,
    account: AccountId,
}

impl RoleArn {
    /// The ARN as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.arn
    }

    /// The account that the role is in.
    #[must_use]
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// The partition that the role is in.
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.partition
    }
}

impl std::str::FromStr for RoleArn {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = || Error::RoleArn(text.to_owned());
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, "iam", "", account, role] = parts[..] else {
            return Err(wrong());
        };
        let named = role.strip_prefix("role/").is_some_and(|name| !name.is_empty());
        let partition = partition.parse().map_err(|_| wrong())?;
        let account = account.parse().map_err(|_| wrong())?;
        named.then(|| Self { arn: text.to_owned(), partition, account }).ok_or_else(wrong)
    }
}

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
    id: AccountId,
    partition: Partition,
    config: SdkConfig,
    session: Session,
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

    /// All regions that exist for this account, and whether each is enabled (EC2 `DescribeRegions`).
    ///
    /// # Errors
    /// What kept the answer away.
    pub async fn regions(&self) -> Result<HashMap<Region, RegionStatus>, Unseen> {
        const ACTION: &str = "ec2:DescribeRegions";
        let at = self.at(self.session.region().unwrap_or_else(|| self.partition.home_region()));
        let answer = at.call(ACTION, at.ec2().describe_regions().all_regions(true).send()).await?;
        let status = |region: &aws_sdk_ec2::types::Region| match region.opt_in_status() {
            Some("not-opted-in") => RegionStatus::NotOptedIn,
            _ => RegionStatus::Enabled,
        };
        let named =
            |region| Some((aws_sdk_ec2::types::Region::region_name(region)?.parse().ok()?, status(region)));
        Ok(answer.regions().iter().filter_map(named).collect())
    }

    /// One of its regions.
    #[must_use]
    pub fn at(&self, region: Region) -> AccountRegion {
        self.place(region.clone(), &region)
    }

    /// The place of its global services.
    #[must_use]
    pub fn global(&self) -> AccountRegion {
        self.place(Region::GLOBAL, &self.partition.home_region())
    }

    fn place(&self, region: Region, called: &Region) -> AccountRegion {
        AccountRegion {
            partition: self.partition,
            account: self.id.clone(),
            region,
            config: self.config.to_builder().region(sdk_region(called)).build(),
            now: self.session.now,
            permits: Arc::clone(&self.session.permits),
            calls: Arc::clone(&self.session.calls),
            listings: Mutex::default(),
        }
    }
}

/// The credentials of a role: asked for once ahead of time, so that a refusal is told as what it is, and again
/// whenever the SDK's cache finds them about to expire.
#[derive(Debug)]
struct RoleCredentials {
    sts: aws_sdk_sts::Client,
    role: RoleArn,
    session_name: String,
    first: Mutex<Option<Credentials>>,
}

impl RoleCredentials {
    fn new(sts: aws_sdk_sts::Client, role: &RoleArn, session_name: &str) -> Self {
        Self { sts, role: role.clone(), session_name: session_name.to_owned(), first: Mutex::default() }
    }

    async fn first(&self) -> Result<(), Unseen> {
        let credentials = self.assume().await?;
        *self.first.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(credentials);
        Ok(())
    }

    fn take_first(&self) -> Option<Credentials> {
        self.first.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take()
    }

    async fn assume(&self) -> Result<Credentials, Unseen> {
        const ACTION: &str = "sts:AssumeRole";
        let request = self.sts.assume_role().role_arn(&self.role.arn).role_session_name(&self.session_name);
        let answer = call(ACTION, request.send()).await?;
        let empty = || Unseen::new(Reason::Malformed, ACTION, "the answer holds no credentials");
        let given = answer.credentials.ok_or_else(empty)?;
        let expires = (*given.expiration()).try_into().ok();
        Ok(Credentials::new(
            given.access_key_id,
            given.secret_access_key,
            Some(given.session_token),
            expires,
            "AssumeRole",
        ))
    }
}

impl ProvideCredentials for RoleCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            match self.take_first() {
                Some(credentials) => Ok(credentials),
                None => {
                    self.assume().await.map_err(|unseen| CredentialsError::provider_error(unseen.message))
                }
            }
        })
    }
}

fn sdk_region(region: &Region) -> aws_config::Region {
    aws_config::Region::new(region.as_str().to_owned())
}

/// One client with one pool; every `SdkConfig` of the process carries it.
fn http_client(ca_bundle: Option<&[u8]>) -> Result<SharedHttpClient, Error> {
    let mut trust = tls::TrustStore::empty().with_native_roots(true);
    if let Some(pem) = ca_bundle {
        trust.add_pem_certificate(pem);
    }
    let context = tls::TlsContext::builder().with_trust_store(trust).build();
    let context = context
        .map_err(|error| Error::Settings(format!("the certificate bundle cannot be used: {error}")))?;
    let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
    Ok(HttpBuilder::new().tls_provider(provider).tls_context(context).build_https())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_arn_names_an_account() {
        let role: RoleArn = "arn:aws-cn:iam::123456789012:role/path/howler".parse().unwrap();
        assert_eq!((role.account().as_str(), role.partition()), ("123456789012", Partition::AwsCn));
        for bad in [
            "",
            "howler",
            "arn:aws:iam::12345678901:role/x",
            "arn:aws:iam::123456789012:user/x",
            "arn:aws:iam::123456789012:role/",
        ] {
            assert!(bad.parse::<RoleArn>().is_err(), "{bad}");
        }
    }
}
