//! What all accounts of a scan share: the configuration, the connections, and the bounds.

use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use chrono::{DateTime, Utc};
use howler_model::Region;
use tokio::sync::Semaphore;

use super::files::Files;
use super::http::{http_client, trust};
use super::places::Places;
use super::traffic::{Calls, Meter};
use super::tries::{ATTEMPTS, Patience};
use super::watch::Watch;
use super::wire::Wire;
use crate::Error;

/// How long a bucket may refuse every call before that is all there is to say, where nobody says otherwise.
pub const THROTTLED_FOR: Duration = Duration::from_secs(60);

/// How much later than ours the SDK's own deadline ends an attempt: ours tells how long was waited.
const GRACE: Duration = Duration::from_secs(1);

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
    /// How long AWS may refuse all calls of a token bucket before they are gaps ([`THROTTLED_FOR`]).
    pub throttled_for: Duration,
    /// How many calls may be under way at once.
    pub concurrency: usize,
    /// How many regions of accounts may be under way at once: memory grows with them. Four times as many where the
    /// machine has nothing to do but to wait.
    pub places: usize,
    /// Whether bodies of certificates are wanted where they cost a call each, to compare them with what is served.
    pub bodies: bool,
    /// Ports of addresses that are found without one.
    pub ports: Vec<u16>,
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
    pub(super) name: String,
    pub(super) now: DateTime<Utc>,
    pub(super) bodies: bool,
    pub(super) ports: Arc<[u16]>,
    pub(super) places: Arc<Places>,
    pub(super) files: Files,
    pub(super) wire: Wire,
    /// The way on which roles are taken.
    pub(super) roles: Wire,
}

impl Session {
    /// Reads the AWS configuration as every AWS tool does. Sends nothing yet.
    ///
    /// # Errors
    /// [`Error::Settings`] if the certificate bundle cannot be used.
    pub async fn start(settings: &Settings) -> Result<Self, Error> {
        let trust = trust(settings.ca_bundle.as_deref())?;
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(http_client(trust.clone()))
            .retry_config(RetryConfig::disabled())
            .timeout_config(
                TimeoutConfig::builder().operation_attempt_timeout(settings.attempt_timeout + GRACE).build(),
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
        let patience = Patience {
            attempt: settings.attempt_timeout,
            throttled: settings.throttled_for,
            unreachable: ATTEMPTS,
        };
        let wire = Wire::new(Semaphore::new(settings.concurrency), patience);
        Ok(Self {
            name: settings.session_name.clone(),
            now: settings.now,
            bodies: settings.bodies,
            ports: settings.ports.as_slice().into(),
            places: Places::new(settings.places, &wire.permits, settings.concurrency),
            files: Files::new(trust, config.endpoint_url()),
            roles: wire.for_roles(),
            config,
            wire,
        })
    }

    /// The requests that went out so far.
    #[must_use]
    pub fn calls(&self) -> &Calls {
        &self.wire.meter.calls
    }

    /// The region that the environment or the profile names, or the one of the settings.
    #[must_use]
    pub fn region(&self) -> Option<Region> {
        self.config.region().and_then(|region| region.as_ref().parse().ok())
    }

    /// The region that calls go to as long as nobody names one.
    pub(super) fn called_region(&self) -> String {
        self.config.region().map(ToString::to_string).unwrap_or_default()
    }

    pub(super) fn sts(&self, config: &SdkConfig, meter: &Meter) -> aws_sdk_sts::Client {
        let watch = Watch { meter: meter.clone(), service: "sts" };
        aws_sdk_sts::Client::from_conf(aws_sdk_sts::config::Builder::from(config).interceptor(watch).build())
    }
}

pub(super) fn sdk_region(region: &Region) -> aws_config::Region {
    aws_config::Region::new(region.as_str().to_owned())
}
