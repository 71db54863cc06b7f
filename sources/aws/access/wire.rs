//! The way of one account to AWS: every call paced, permitted, tried again while that can help, and classified.

use std::error::Error as StdError;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use howler_model::{Reason, Unseen};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

use super::call::{Failed, classify};
use super::pace::Buckets;
use super::role::RoleCredentials;
use super::traffic::Meter;

/// How often a call is tried that fails in a way which may pass. With 3, every fortieth would be lost where
/// three in ten fail; with 8, one in 15,000.
const ATTEMPTS: u32 = 8;
/// How often a call is tried that gets no answer at all: each costs its whole deadline.
const SILENT_ATTEMPTS: u32 = 3;
/// How many roles are taken at once.
const ROLES_AT_ONCE: usize = 64;
/// Throttled calls are not failed ones: they wait, but not longer than this altogether.
const THROTTLED_FOR: Duration = Duration::from_secs(60);
/// The first pause, doubled each time, up to the longest.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The way of one account to AWS.
#[derive(Debug, Clone)]
pub(super) struct Wire {
    pub(super) buckets: Arc<Buckets>,
    pub(super) meter: Meter,
    /// Bounds the calls under way of the whole process.
    pub(super) permits: Arc<Semaphore>,
    /// The role that is renewed when AWS calls its credentials expired, if we act as one.
    pub(super) role: Option<Arc<RoleCredentials>>,
    /// How often a call is tried that fails in a way which may pass.
    pub(super) attempts: u32,
}

impl Wire {
    /// The caller's own way; those of other accounts share its permits.
    pub(super) fn new(permits: Semaphore) -> Self {
        Self {
            buckets: Arc::default(),
            meter: Meter::default(),
            permits: Arc::new(permits),
            role: None,
            attempts: ATTEMPTS,
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
            bucket.take().await;
            self.meter.calls.took_from(&bucket);
            // Before the permit: nobody may hold one while it waits for credentials that need a call themselves.
            if let Some(role) = &self.role {
                role.credentials().await?;
            }
            if tries.made > 0 {
                self.meter.calls.retried(action);
            }
            let (sent, answer) = self.send(&ask).await;
            let failed = match answer {
                Ok(answer) => return Ok(answer),
                Err(error) => classify(action, &error),
            };
            if failed.unseen.reason == Reason::Throttled {
                self.meter.calls.throttled(action);
            }
            match tries.after(&failed, self.attempts) {
                Next::GiveUp => return Err(Unseen { attempts: tries.made, ..failed.unseen }),
                Next::Renew => self.renew(sent).await,
                Next::Wait(pause) if failed.unseen.reason == Reason::Throttled => bucket.throttled(pause),
                Next::Wait(pause) => sleep(pause).await,
            }
        }
    }

    /// Sends a call as soon as few enough are under way; when that was, and what came of it.
    async fn send<T, E, F>(&self, ask: impl Fn() -> F) -> (Instant, Result<T, SdkError<E, HttpResponse>>)
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        // The permits are never taken away; without one it would only be a call too many.
        let _permit = self.permits.acquire().await;
        let sent = Instant::now();
        // Boxed here, so that a call which waits for its token does not carry the SDK's future with it.
        let answer = Box::pin(ask()).await;
        if answer.as_ref().err().is_none_or(|error| error.raw_response().is_some()) {
            self.meter.calls.answered(sent.elapsed());
        }
        (sent, answer)
    }

    /// Credentials that AWS refused at `sent` are not used again.
    async fn renew(&self, sent: Instant) {
        if let Some(role) = &self.role {
            role.forget(sent).await;
        }
    }
}

/// What to do after a call that failed.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    GiveUp,
    /// Ask for new credentials, then again.
    Renew,
    Wait(Duration),
}

/// How often one call was tried, and how it failed.
#[derive(Debug)]
struct Tries {
    made: u32,
    failed: u32,
    silent: u32,
    throttled: u32,
    renewed: bool,
    began: Instant,
}

impl Default for Tries {
    fn default() -> Self {
        Self { made: 0, failed: 0, silent: 0, throttled: 0, renewed: false, began: Instant::now() }
    }
}

impl Tries {
    fn after(&mut self, failed: &Failed, attempts: u32) -> Next {
        self.made += 1;
        let (count, most) = match failed.unseen.reason {
            Reason::Throttled if self.began.elapsed() < THROTTLED_FOR => (&mut self.throttled, u32::MAX),
            Reason::Timeout => (&mut self.silent, SILENT_ATTEMPTS),
            Reason::Credentials if failed.expired && !self.renewed => {
                self.renewed = true;
                return Next::Renew;
            }
            _ if failed.may_pass => (&mut self.failed, attempts),
            _ => return Next::GiveUp,
        };
        *count += 1;
        if *count < most { Next::Wait(pause(*count)) } else { Next::GiveUp }
    }
}

/// A pause at random up to a bound that doubles with each failure: what failed together must not come back together.
fn pause(failures: u32) -> Duration {
    let bound = PAUSE.saturating_mul(2_u32.saturating_pow(failures)).min(LONGEST_PAUSE);
    bound.mul_f64(fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(reason: Reason, may_pass: bool) -> Failed {
        Failed { unseen: Unseen::new(reason, "a:B", ""), may_pass, expired: reason == Reason::Credentials }
    }

    fn tries_of(failure: &Failed) -> u32 {
        let mut tries = Tries::default();
        while tries.after(failure, ATTEMPTS) != Next::GiveUp && tries.made < 100 {}
        tries.made
    }

    #[test]
    fn a_denial_is_final_and_a_fault_is_not() {
        assert_eq!(tries_of(&failed(Reason::Denied, false)), 1);
        assert_eq!(tries_of(&failed(Reason::Failed, false)), 1);
        assert_eq!(tries_of(&failed(Reason::Failed, true)), ATTEMPTS);
        assert_eq!(tries_of(&failed(Reason::Timeout, true)), SILENT_ATTEMPTS);
    }

    #[test]
    fn credentials_are_renewed_once() {
        let mut tries = Tries::default();
        assert_eq!(tries.after(&failed(Reason::Credentials, false), ATTEMPTS), Next::Renew);
        assert_eq!(tries.after(&failed(Reason::Credentials, false), ATTEMPTS), Next::GiveUp);
    }

    #[test]
    fn throttles_are_no_failures() {
        assert_eq!(tries_of(&failed(Reason::Throttled, true)), 100);
    }

    #[test]
    fn pauses_are_bounded() {
        assert!((0..100).all(|failures| pause(failures) <= LONGEST_PAUSE));
    }
}
