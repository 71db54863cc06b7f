//! What the gateways share that are services of AWS: as whom they act, what an error of AWS means, and what is tried again.

mod batch;
mod failure;

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;

pub use aws_config::SdkConfig;
pub(super) use batch::{Answer, Denial, Entry, fill, send_all};
pub(super) use failure::{Failure, by_code, failure};

use super::{Pace, Settings};
use crate::Error;
use crate::document::Partition;

/// Whoever delivers, as AWS knows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The 12 digits of their account.
    pub account: String,
    /// The partition of the account.
    pub partition: Partition,
    /// The region that calls go to where nobody names one.
    pub region: String,
}

/// Why nobody can act in AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Barred {
    /// In a few words, without credentials.
    pub why: String,
    /// Whether it may be otherwise a little later.
    pub may_pass: bool,
}

/// A question to AWS under way.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, Barred>> + Send + 'a>>;

/// AWS as whoever scans is known there, for gateways that are services of it.
pub trait Aws: Debug + Send + Sync {
    /// Who that is (STS `GetCallerIdentity`).
    fn caller(&self) -> Asked<'_, Caller>;

    /// How to act in an account (the caller's own if none is named), in a region (where the caller's calls go if none is).
    fn config<'a>(&'a self, account: Option<&'a str>, region: Option<&'a str>) -> Asked<'a, SdkConfig>;
}

/// AWS, as a gateway reaches it.
#[derive(Debug, Clone)]
pub(super) struct Reach {
    aws: Option<Arc<dyn Aws>>,
    pub(super) pace: Pace,
}

impl Reach {
    pub(super) fn new(settings: &Settings) -> Self {
        Self { aws: settings.aws.clone(), pace: settings.pace }
    }

    fn aws(&self) -> Result<&dyn Aws, Barred> {
        let nobody = || Barred { why: "nobody acts in AWS in this run".to_owned(), may_pass: false };
        self.aws.as_deref().ok_or_else(nobody)
    }

    pub(super) async fn caller(&self) -> Result<Caller, Barred> {
        self.aws()?.caller().await
    }

    /// As [`Aws::config`], for one attempt at a time: what is tried again is decided here, as only some of it arrives
    /// twice without harm.
    pub(super) async fn config(
        &self,
        account: Option<&str>,
        region: Option<&str>,
    ) -> Result<SdkConfig, Barred> {
        let config = self.aws()?.config(account, region).await?;
        let Pace { timeout, .. } = self.pace;
        let timeouts = TimeoutConfig::builder().connect_timeout(timeout).operation_attempt_timeout(timeout);
        let config = config.into_builder().retry_config(RetryConfig::disabled());
        Ok(config.timeout_config(timeouts.build()).build())
    }
}

/// The one address of a gateway.
///
/// # Errors
/// [`Error::Address`] for none and for several.
pub(super) fn address<'a>(gateway: &'static str, settings: &'a Settings) -> Result<&'a str, Error> {
    let wrong = || Error::Address { gateway, reason: "one address is expected".to_owned() };
    match &settings.addresses[..] {
        [address] => Ok(address.expose()),
        _ => Err(wrong()),
    }
}

/// The region and the name in an ARN of a service.
pub(super) fn named<'a>(arn: &'a str, service: &str) -> Option<(&'a str, &'a str)> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, found, region, account, name] = parts[..] else { return None };
    let is_word = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
    (found == service && is_word(partition) && is_word(region) && is_account && is_name)
        .then_some((region, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_names_a_region() {
        let found = named("arn:aws-cn:sns:cn-north-1:123456789012:alerts.fifo", "sns");
        assert_eq!(found, Some(("cn-north-1", "alerts.fifo")));
        for bad in [
            "alerts",
            "arn:aws:sqs:eu-west-1:123456789012:alerts",
            "arn:aws:sns::123456789012:alerts",
            "arn:aws:sns:eu-west-1:12345678901:alerts",
            "arn:aws:sns:eu-west-1:123456789012:",
            "arn:aws:sns:eu-west-1:123456789012:a b",
            "arn:aws:sns:eu west-1:123456789012:a",
        ] {
            assert_eq!(named(bad, "sns"), None, "{bad}");
        }
    }
}
