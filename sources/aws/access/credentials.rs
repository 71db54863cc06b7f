//! The credentials of a role: asked for once, renewed in time, and shared by all that is called in its account.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, error::CredentialsError, future};
use aws_smithy_async::time::SharedTimeSource;
use futures::future::BoxFuture;
use howler_model::{Reason, Unseen};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::role::Role;
use super::wire::Wire;

/// How long before their end credentials are renewed, or a quarter of their life if that is shorter.
const RENEW_BEFORE: Duration = Duration::from_secs(300);
/// How long before their end credentials are too old for a call, and how long is waited before a renewal that failed
/// is tried again.
const MARGIN: Duration = Duration::from_secs(30);

/// The credentials of a role, shared by all that is called in its account; one renewal at a time.
#[derive(Debug)]
pub(super) struct RoleCredentials {
    sts: aws_sdk_sts::Client,
    /// The way of whoever takes the role.
    wire: Wire,
    region: String,
    pub(super) role: Role,
    session_name: String,
    clock: SharedTimeSource,
    state: Mutex<State>,
    /// Whether the state holds credentials that nobody renews: read where nobody may wait.
    there: AtomicBool,
}

/// What came of asking so far.
#[derive(Debug, Default)]
struct State {
    kept: Option<Kept>,
    /// The last time that it failed, and how.
    failed: Option<(Instant, Unseen)>,
}

/// Credentials as long as they are good.
#[derive(Debug)]
struct Kept {
    credentials: Credentials,
    renew_at: SystemTime,
    fetched: Instant,
}

impl Kept {
    /// Whether they still are good, although it is time to renew them.
    fn lasts(&self, now: SystemTime) -> bool {
        self.credentials.expiry().is_some_and(|end| now + MARGIN < end)
    }
}

impl RoleCredentials {
    pub(super) fn new(
        sts: aws_sdk_sts::Client,
        wire: Wire,
        region: String,
        role: Role,
        session_name: String,
        clock: SharedTimeSource,
    ) -> Self {
        Self {
            sts,
            wire,
            region,
            role,
            session_name,
            clock,
            state: Mutex::default(),
            there: AtomicBool::new(false),
        }
    }

    /// The credentials, asked for only if there are none that are still good for a while.
    ///
    /// # Errors
    /// What kept the role away.
    pub(super) fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Unseen>> {
        // Boxed, because taking a role is a call, and a call asks for credentials.
        Box::pin(async {
            let wanted = Instant::now();
            let mut state = self.state.lock().await;
            let now = self.clock.now();
            let answer = match (&state.kept, &state.failed) {
                (Some(good), _) if now < good.renew_at => Ok(good.credentials.clone()),
                // Who waited while somebody else failed would only fail once more, after as long again.
                (_, Some((at, unseen))) if *at >= wanted => Err(unseen.clone()),
                _ => self.renew(&mut state, now).await,
            };
            self.there.store(answer.is_ok(), Ordering::Relaxed);
            answer
        })
    }

    /// Whether there are credentials, and nobody asks for others now.
    pub(super) fn has_credentials(&self) -> bool {
        self.there.load(Ordering::Relaxed)
    }

    /// Takes the role again. If that fails, credentials that are still good serve a little longer.
    async fn renew(&self, state: &mut State, now: SystemTime) -> Result<Credentials, Unseen> {
        self.there.store(false, Ordering::Relaxed);
        match self.assume().await {
            Ok(credentials) => {
                let renew_at = renew_at(now, credentials.expiry());
                let kept = Kept { credentials: credentials.clone(), renew_at, fetched: Instant::now() };
                *state = State { kept: Some(kept), failed: None };
                Ok(credentials)
            }
            Err(unseen) => match state.kept.as_mut().filter(|kept| kept.lasts(self.clock.now())) {
                Some(kept) => {
                    kept.renew_at = self.clock.now() + MARGIN;
                    Ok(kept.credentials.clone())
                }
                None => {
                    state.failed = Some((Instant::now(), unseen.clone()));
                    Err(unseen)
                }
            },
        }
    }

    /// Drops credentials that AWS refused in a call sent at `sent`, unless they were renewed since.
    pub(super) async fn forget(&self, sent: Instant) {
        let mut state = self.state.lock().await;
        if state.kept.as_ref().is_some_and(|kept| kept.fetched <= sent) {
            state.kept = None;
            self.there.store(false, Ordering::Relaxed);
        }
    }

    async fn assume(&self) -> Result<Credentials, Unseen> {
        const ACTION: &str = "sts:AssumeRole";
        let external_id = self.role.external_id.as_ref().map(|id| id.as_str().to_owned());
        let request = self.sts.assume_role().role_arn(self.role.arn.as_str()).set_external_id(external_id);
        let request = request.role_session_name(&self.session_name);
        let answer = self.wire.call(&self.region, ACTION, || request.clone().send()).await?;
        let empty = || Unseen::new(Reason::Malformed, ACTION, "the answer holds no credentials");
        let given = answer.credentials.ok_or_else(empty)?;
        let expires = (*given.expiration()).try_into().ok();
        let token = Some(given.session_token);
        Ok(Credentials::new(given.access_key_id, given.secret_access_key, token, expires, "AssumeRole"))
    }
}

/// Five minutes before the end, or at three quarters of a short life.
fn renew_at(now: SystemTime, expires: Option<SystemTime>) -> SystemTime {
    let life = expires.and_then(|end| end.duration_since(now).ok()).unwrap_or_default();
    now + (life - RENEW_BEFORE.min(life / 4))
}

/// As the SDK asks for credentials: before each call, and keeps nothing itself.
#[derive(Debug)]
pub(super) struct Provider(pub(super) std::sync::Arc<RoleCredentials>);

impl ProvideCredentials for Provider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let credentials = self.0.credentials();
        future::ProvideCredentials::new(async {
            credentials.await.map_err(|unseen| CredentialsError::provider_error(unseen.message))
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use aws_config::BehaviorVersion;
    use aws_config::retry::RetryConfig;
    use aws_sdk_sts::config::{Builder, Region};
    use futures::future::join_all;
    use tokio::sync::Semaphore;

    use super::super::tries::Patience;
    use super::super::watch::Watch;
    use super::*;

    fn credentials(expires: SystemTime) -> Credentials {
        Credentials::new("key", "secret", None, Some(expires), "test")
    }

    /// A role where nobody answers, with credentials that are due for renewal and end so much later.
    fn unreachable(life: Option<Duration>) -> RoleCredentials {
        let minute = Duration::from_secs(60);
        let patience = Patience { attempt: minute, throttled: minute, unreachable: 1 };
        let wire = Wire::new(Semaphore::new(8), patience);
        let config = Builder::new()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::from_static("eu-west-1"))
            .retry_config(RetryConfig::disabled())
            .endpoint_url("http://127.0.0.1:1")
            .credentials_provider(Credentials::new("key", "secret", None, None, "test"))
            .interceptor(Watch { meter: wire.meter.clone(), service: "sts" });
        let sts = aws_sdk_sts::Client::from_conf(config.build());
        let arn = "arn:aws:iam::123456789012:role/howler".parse().unwrap();
        let role = Role { arn, external_id: None };
        let clock = SharedTimeSource::default();
        let (now, fetched) = (clock.now(), Instant::now());
        let kept = life.map(|life| Kept { credentials: credentials(now + life), renew_at: now, fetched });
        let (region, name) = ("eu-west-1".to_owned(), "howler-test".to_owned());
        let state = Mutex::new(State { kept, failed: None });
        RoleCredentials { state, ..RoleCredentials::new(sts, wire, region, role, name, clock) }
    }

    #[tokio::test]
    async fn credentials_that_are_still_good_outlive_a_renewal_that_fails() {
        let role = unreachable(Some(Duration::from_secs(100)));
        assert_eq!(role.credentials().await.unwrap().access_key_id(), "key");
        role.credentials().await.unwrap();
        assert_eq!(role.wire.meter.calls.sent(), 1, "and it is not tried again at once");
        let ending = unreachable(Some(Duration::from_secs(10)));
        assert_eq!(ending.credentials().await.unwrap_err().reason, Reason::Network);
    }

    #[tokio::test]
    async fn who_waits_for_a_role_that_cannot_be_taken_does_not_ask_again() {
        let role = unreachable(None);
        let all = join_all((0..10).map(|_| role.credentials())).await;
        assert!(all.iter().all(|answer| answer.as_ref().is_err_and(|it| it.reason == Reason::Network)));
        assert_eq!(role.wire.meter.calls.sent(), 1);
        role.credentials().await.unwrap_err();
        assert_eq!(role.wire.meter.calls.sent(), 2, "who comes later asks");
    }

    #[test]
    fn credentials_are_renewed_five_minutes_before_their_end_or_at_three_quarters() {
        let now = SystemTime::UNIX_EPOCH;
        let after = |life| {
            renew_at(now, Some(now + Duration::from_secs(life))).duration_since(now).unwrap().as_secs()
        };
        assert_eq!(after(3_600), 3_300);
        assert_eq!(after(60), 45);
    }
}
