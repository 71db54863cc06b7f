//! Who scans: the caller's own credentials, and the roles that it takes in other accounts.

use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::config::IdentityCache;
use aws_smithy_http_client::{Builder as HttpBuilder, tls};
use aws_smithy_runtime_api::client::http::{HttpClient, SharedHttpClient, http_client_fn};
use chrono::{DateTime, Utc};
use howler_model::{AccountId, Reason, Region, Unseen};
use tokio::sync::Semaphore;

use super::account::Account;
use super::role::{Provider, Role, RoleCredentials};
use super::watch::{Calls, Watch};
use super::wire::Wire;
use crate::Error;
use crate::tls::TrustAnchors;

/// What the command line and the environment say about reaching AWS.
#[derive(Debug, Clone)]
pub struct Settings {
    /// A profile of the AWS configuration files, or the default chain.
    pub profile: Option<String>,
    /// The region to start from, where the environment and the profile name none.
    pub region: Region,
    /// The name that this scan goes by in CloudTrail (`howler-<scan id>`).
    pub session_name: String,
    /// How long one attempt may take.
    pub attempt_timeout: Duration,
    /// How many calls may be under way at once.
    pub concurrency: usize,
    /// How many regions of accounts may be under way at once: memory grows with them.
    pub places: usize,
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
    pub(super) config: SdkConfig,
    name: String,
    pub(super) now: DateTime<Utc>,
    pub(super) calls: Arc<Calls>,
    pub(super) places: Arc<Semaphore>,
    wire: Wire,
    /// The way on which roles are taken.
    roles: Wire,
}

impl Session {
    /// Reads the AWS configuration as every AWS tool does. Sends nothing yet.
    ///
    /// # Errors
    /// [`Error::Settings`] if the certificate bundle cannot be used.
    pub async fn start(settings: &Settings) -> Result<Self, Error> {
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(http_client(settings.ca_bundle.as_deref())?)
            .retry_config(RetryConfig::disabled())
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
        let wire = Wire::new(Semaphore::new(settings.concurrency));
        Ok(Self {
            config,
            name: settings.session_name.clone(),
            now: settings.now,
            calls: Arc::default(),
            places: Arc::new(Semaphore::new(settings.places)),
            roles: wire.for_roles(),
            wire,
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
        self.identify(self.config.clone(), None, None).await.map_err(Error::Identity)
    }

    /// Takes a role and makes sure that it leads into the account that its ARN names.
    ///
    /// # Errors
    /// What kept the role away: a gap of that account, the scan goes on.
    pub async fn assume(&self, role: &Role) -> Result<Account, Unseen> {
        let credentials = Arc::new(RoleCredentials::new(
            self.sts(&self.config),
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
        self.identify(config, Some(credentials), Some(role.arn.account())).await
    }

    /// Asks who the credentials are; each account has buckets of its own.
    async fn identify(
        &self,
        config: SdkConfig,
        role: Option<Arc<RoleCredentials>>,
        expected: Option<&AccountId>,
    ) -> Result<Account, Unseen> {
        const ACTION: &str = "sts:GetCallerIdentity";
        let (sts, wire) = (self.sts(&config), Wire { role, buckets: Arc::default(), ..self.wire.clone() });
        // Somebody waits for this one, and a wrong address does not become right.
        let first = Wire { attempts: 3, ..wire.clone() };
        let identity = first.call(&self.called_region(), ACTION, || sts.get_caller_identity().send()).await?;
        let malformed = || Unseen::new(Reason::Malformed, ACTION, "the answer names no account");
        let id: AccountId = identity.account().and_then(|id| id.parse().ok()).ok_or_else(malformed)?;
        if expected.is_some_and(|expected| *expected != id) {
            let message = format!("the role led into account {id}");
            return Err(Unseen::new(Reason::Credentials, ACTION, message));
        }
        let partition =
            identity.arn().and_then(|arn| arn.split(':').nth(1)).and_then(|name| name.parse().ok());
        let partition = partition.ok_or_else(malformed)?;
        Ok(Account { id, partition, config, wire, session: self.clone() })
    }

    /// The region that calls go to as long as nobody names one.
    fn called_region(&self) -> String {
        self.config.region().map(ToString::to_string).unwrap_or_default()
    }

    pub(super) fn sts(&self, config: &SdkConfig) -> aws_sdk_sts::Client {
        let watch = Watch(Arc::clone(&self.calls));
        aws_sdk_sts::Client::from_conf(aws_sdk_sts::config::Builder::from(config).interceptor(watch).build())
    }
}

pub(super) fn sdk_region(region: &Region) -> aws_config::Region {
    aws_config::Region::new(region.as_str().to_owned())
}

/// One client with one pool; every `SdkConfig` of the process carries it.
fn http_client(ca_bundle: Option<&[u8]>) -> Result<SharedHttpClient, Error> {
    let mut trust = tls::TrustStore::empty().with_native_roots(true);
    if let Some(pem) = ca_bundle {
        // The pool would leave out what it cannot read, without a word.
        TrustAnchors::from_pem(pem, "AWS_CA_BUNDLE")?;
        trust.add_pem_certificate(pem);
    }
    let context = tls::TlsContext::builder().with_trust_store(trust).build();
    let context = context
        .map_err(|error| Error::Settings(format!("the certificate bundle cannot be used: {error}")))?;
    let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
    let pool = HttpBuilder::new().tls_provider(provider).tls_context(context).build_https();
    // Behind a function, because every new client would have the pool parse all trust anchors again.
    Ok(http_client_fn(move |settings, components| pool.http_connector(settings, components)))
}
