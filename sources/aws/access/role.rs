//! Roles in other accounts: their ARNs, and their credentials, which are asked for once and renewed in time.

use std::str::FromStr;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, error::CredentialsError, future};
use aws_smithy_async::time::SharedTimeSource;
use futures::future::BoxFuture;
use howler_model::{AccountId, Partition, Reason, Unseen};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::wire::Wire;
use crate::Error;

/// How long before their end credentials are renewed, or a quarter of their life if that is shorter.
const RENEW_BEFORE: Duration = Duration::from_secs(300);

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

impl FromStr for RoleArn {
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

impl RoleArn {
    /// The role of this name in an account.
    #[must_use]
    pub fn named(partition: Partition, account: &AccountId, name: &RoleName) -> Self {
        let arn = format!("arn:{partition}:iam::{account}:role/{}", name.0);
        Self { arn, partition, account: account.clone() }
    }
}

/// The name of a role, with its path if it has one: the same in every account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleName(String);

impl RoleName {
    /// As it stands in ARNs.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for RoleName {
    /// The name that the deployment templates give.
    fn default() -> Self {
        Self("howler".to_owned())
    }
}

impl FromStr for RoleName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-/".contains(&byte);
        let parts = text.split('/').all(|part| !part.is_empty());
        let fits = parts && text.len() <= 576 && text.bytes().all(letters);
        fits.then(|| Self(text.to_owned())).ok_or_else(|| Error::RoleName(text.to_owned()))
    }
}

/// What the trust policy of a role may ask for (`sts:ExternalId`), so that nobody else lets howler in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalId(String);

impl ExternalId {
    /// As it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ExternalId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&byte);
        let fits = (2..=1224).contains(&text.len()) && text.bytes().all(letters);
        fits.then(|| Self(text.to_owned())).ok_or(Error::ExternalId)
    }
}

/// A role, and what it asks for to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its ARN.
    pub arn: RoleArn,
    /// The external id that it wants to hear, if it wants one.
    pub external_id: Option<ExternalId>,
}

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
    kept: Mutex<Option<Kept>>,
}

/// Credentials as long as they are good.
#[derive(Debug)]
struct Kept {
    credentials: Credentials,
    renew_at: SystemTime,
    fetched: Instant,
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
        Self { sts, wire, region, role, session_name, clock, kept: Mutex::default() }
    }

    /// The credentials, asked for only if there are none that are still good for a while.
    ///
    /// # Errors
    /// What kept the role away.
    pub(super) fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Unseen>> {
        // Boxed, because taking a role is a call, and a call asks for credentials.
        Box::pin(async {
            let mut kept = self.kept.lock().await;
            let now = self.clock.now();
            match &*kept {
                Some(good) if now < good.renew_at => Ok(good.credentials.clone()),
                _ => {
                    let credentials = self.assume().await?;
                    let renew_at = renew_at(now, credentials.expiry());
                    *kept =
                        Some(Kept { credentials: credentials.clone(), renew_at, fetched: Instant::now() });
                    Ok(credentials)
                }
            }
        })
    }

    /// Drops credentials that AWS refused in a call sent at `sent`, unless they were renewed since.
    pub(super) async fn forget(&self, sent: Instant) {
        let mut kept = self.kept.lock().await;
        if kept.as_ref().is_some_and(|kept| kept.fetched <= sent) {
            *kept = None;
        }
    }

    async fn assume(&self) -> Result<Credentials, Unseen> {
        const ACTION: &str = "sts:AssumeRole";
        let external_id = self.role.external_id.as_ref().map(|id| id.0.clone());
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
mod tests {
    use super::*;

    #[test]
    fn credentials_are_renewed_five_minutes_before_their_end_or_at_three_quarters() {
        let now = SystemTime::UNIX_EPOCH;
        let after = |life| {
            renew_at(now, Some(now + Duration::from_secs(life))).duration_since(now).unwrap().as_secs()
        };
        assert_eq!(after(3_600), 3_300);
        assert_eq!(after(60), 45);
    }

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

    #[test]
    fn a_role_name_makes_an_arn_that_can_be_read_again() {
        let account: AccountId = "123456789012".parse().unwrap();
        for name in ["howler", "path/howler", "a+b=c,d.e@f-g_h"] {
            let arn = RoleArn::named(Partition::AwsUsGov, &account, &name.parse().unwrap());
            assert_eq!(arn.as_str(), format!("arn:aws-us-gov:iam::123456789012:role/{name}"));
            assert_eq!(arn.as_str().parse::<RoleArn>().unwrap(), arn);
        }
        for bad in ["", "/howler", "howler/", "a//b", "a b", "arn:aws:iam::1:role/x", "rôle"] {
            assert!(bad.parse::<RoleName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_external_id_has_the_letters_that_sts_takes() {
        assert!("a1".parse::<ExternalId>().is_ok() && "x:y/z=,.@-_+".parse::<ExternalId>().is_ok());
        for bad in ["", "a", "a b", "ä1", &"x".repeat(1_225)] {
            assert!(bad.parse::<ExternalId>().is_err(), "{bad}");
        }
    }
}
