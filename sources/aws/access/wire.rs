//! The way of one account to AWS: every call paced, permitted, tried again while that can help, and classified.

use std::error::Error as StdError;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use howler_model::{Reason, Unseen};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep, timeout};

use super::call::{Failed, classify};
use super::credentials::RoleCredentials;
use super::pace::{Bucket, Buckets};
use super::traffic::Meter;
use super::tries::{Next, Patience, Tries};

/// How many roles are taken at once.
const ROLES_AT_ONCE: usize = 64;

/// The way of one account to AWS.
#[derive(Debug, Clone)]
pub(super) struct Wire {
    pub(super) buckets: Arc<Buckets>,
    pub(super) meter: Meter,
    /// Bounds the calls under way of the whole process.
    pub(super) permits: Arc<Semaphore>,
    /// The role that is renewed when AWS calls its credentials expired, if we act as one.
    pub(super) role: Option<Arc<RoleCredentials>>,
    pub(super) patience: Patience,
}

impl Wire {
    /// The caller's own way; those of other accounts share its permits.
    pub(super) fn new(permits: Semaphore, patience: Patience) -> Self {
        Self {
            buckets: Arc::default(),
            meter: Meter::default(),
            permits: Arc::new(permits),
            role: None,
            patience,
        }
    }

    /// The way of another account, which has buckets of its own.
    pub(super) fn anew(&self) -> Self {
        Self { buckets: Arc::default(), meter: self.meter.anew(), ..self.clone() }
    }

    /// The way on which roles are taken, counted for no account: with permits of its own, so that no call of an
    /// account waits for one which waits for it.
    pub(super) fn for_roles(&self) -> Self {
        let permits = Arc::new(Semaphore::new(ROLES_AT_ONCE));
        Self { permits, meter: self.meter.anew(), ..self.clone() }
    }

    /// Makes a call in a region, again and again while that can help.
    ///
    /// # Errors
    /// What kept the answer away in the end.
    pub(super) async fn call<T, E, F>(
        &self,
        region: &str,
        action: &'static str,
        ask: impl Fn() -> F,
    ) -> Result<T, Unseen>
    where
        E: StdError + ProvideErrorMetadata + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let bucket = self.buckets.of(region, action);
        let mut tries = Tries::default();
        loop {
            let _turn = bucket.take().await;
            self.meter.calls.took_from(&bucket);
            let permit = self.admit().await?;
            if tries.made > 0 {
                self.meter.calls.retried(action);
            }
            let deadline = tries.deadline(self.meter.calls.mean(), &self.patience);
            let (sent, answer) = self.send(action, deadline, permit, &ask).await;
            let failed = match answer {
                Ok(answer) => {
                    bucket.served();
                    return Ok(answer);
                }
                Err(failed) => failed,
            };
            let throttled = failed.unseen.reason == Reason::Throttled;
            let refusing = if throttled { self.refused(action, &bucket) } else { Duration::ZERO };
            match tries.after(&failed, refusing, &self.patience) {
                Next::GiveUp => return Err(Unseen { attempts: tries.made, ..failed.unseen }),
                Next::Renew(pause) => self.renew(sent, pause).await,
                Next::Wait(pause) if throttled => bucket.throttled(pause),
                Next::Wait(pause) => sleep(pause).await,
            }
        }
    }

    /// Waits until few enough calls are under way. Credentials may end meanwhile; nobody holds a permit while it waits
    /// for others, which need a call themselves and may be long in coming.
    async fn admit(&self) -> Result<Option<SemaphorePermit<'_>>, Unseen> {
        loop {
            if let Some(role) = &self.role {
                role.credentials().await?;
            }
            // The permits are never taken away; without one it would only be a call too many.
            let permit = self.permits.acquire().await.ok();
            if self.role.as_ref().is_none_or(|role| role.has_credentials()) {
                return Ok(permit);
            }
        }
    }

    /// Sends a call; when that was, and what came of it.
    async fn send<T, E, F>(
        &self,
        action: &'static str,
        deadline: Duration,
        _permit: Option<SemaphorePermit<'_>>,
        ask: impl Fn() -> F,
    ) -> (Instant, Result<T, Failed>)
    where
        E: StdError + ProvideErrorMetadata + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let sent = Instant::now();
        // Boxed here, so that a call which waits for its token does not carry the SDK's future with it.
        let Ok(answer) = timeout(deadline, Box::pin(ask())).await else {
            return (sent, Err(Failed::silent(action, deadline)));
        };
        if answer.as_ref().err().is_none_or(|error| error.raw_response().is_some()) {
            self.meter.calls.answered(sent.elapsed());
        }
        (sent, answer.map_err(|error| classify(action, &error)))
    }

    /// Counts a refusal; for how long the bucket has refused everybody.
    fn refused(&self, action: &'static str, bucket: &Bucket) -> Duration {
        self.meter.calls.throttled(action);
        bucket.refused()
    }

    /// Credentials that AWS refused at `sent` are not used again, if there is a role that gives others.
    async fn renew(&self, sent: Instant, pause: Duration) {
        if let Some(role) = &self.role {
            role.forget(sent).await;
        }
        sleep(pause).await;
    }
}
