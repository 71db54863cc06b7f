//! Where something is: partition, account, region and service, AWS's own words.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use crate::Error;

/// A closed part of AWS with its own accounts and credentials; credentials never cross partitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Partition {
    /// Commercial regions.
    Aws,
    /// China.
    AwsCn,
    /// GovCloud (US).
    AwsUsGov,
    /// European Sovereign Cloud.
    AwsEusc,
}

impl Partition {
    /// The names as they stand in ARNs.
    pub const NAMES: [&'static str; 4] = ["aws", "aws-cn", "aws-us-gov", "aws-eusc"];

    /// The name as it stands in ARNs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsCn => "aws-cn",
            Self::AwsUsGov => "aws-us-gov",
            Self::AwsEusc => "aws-eusc",
        }
    }

    /// The partition that a region belongs to, by the prefix of its name.
    #[must_use]
    pub fn of_region(region: &Region) -> Self {
        match region.as_str().split_once('-').map(|(prefix, rest)| (prefix, rest.starts_with("gov-"))) {
            Some(("cn", _)) => Self::AwsCn,
            Some(("us", true)) => Self::AwsUsGov,
            Some(("eusc", _)) => Self::AwsEusc,
            _ => Self::Aws,
        }
    }

    /// The region that answers for the global services of the partition (IAM above all).
    #[must_use]
    pub fn home_region(self) -> Region {
        Region(Cow::Borrowed(match self {
            Self::Aws => "us-east-1",
            Self::AwsCn => "cn-north-1",
            Self::AwsUsGov => "us-gov-west-1",
            Self::AwsEusc => "eusc-de-east-1",
        }))
    }
}

impl FromStr for Partition {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        [Self::Aws, Self::AwsCn, Self::AwsUsGov, Self::AwsEusc]
            .into_iter()
            .find(|partition| partition.as_str() == text)
            .ok_or_else(|| Error::Partition(text.to_owned()))
    }
}

/// The 12 digits of an AWS account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(String);

impl AccountId {
    /// The 12 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let valid = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        valid.then(|| Self(text.to_owned())).ok_or_else(|| Error::AccountId(text.to_owned()))
    }
}

/// A region name such as `eu-west-1`, or [`Region::GLOBAL`] for services that have none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(Cow<'static, str>);

impl Region {
    /// Where the resources of global services are (IAM above all).
    pub const GLOBAL: Self = Self(Cow::Borrowed("global"));

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Region {
    type Err = Error;

    /// Accepts what has the form of a region name; whether it exists and is enabled, AWS says.
    fn from_str(text: &str) -> Result<Self, Error> {
        let parts: Vec<&str> = text.split('-').collect();
        let words = parts.len() >= 3
            && parts.iter().all(|part| !part.is_empty())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let numbered = parts.last().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
        (words && numbered)
            .then(|| Self(Cow::Owned(text.to_owned())))
            .ok_or_else(|| Error::Region(text.to_owned()))
    }
}

/// A service by its code in Service Quotas and ARNs (`ec2`, `elasticloadbalancing`), or `tls` and `file` outside AWS.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Service(Cow<'static, str>);

impl Service {
    /// Live endpoints, asked over TLS.
    pub const TLS: Self = Self::named("tls");
    /// Files and folders.
    pub const FILE: Self = Self::named("file");
    /// Who we are and which roles we may take.
    pub const STS: Self = Self::named("sts");

    /// A service known when howler was built.
    #[must_use]
    pub const fn named(code: &'static str) -> Self {
        Self(Cow::Borrowed(code))
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Service {
    fn from(code: String) -> Self {
        Self(Cow::Owned(code))
    }
}

/// Where a scope is: in an AWS account and region, or outside AWS.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// One region of one account.
    Aws {
        /// The partition of the account.
        partition: Partition,
        /// The account.
        account: AccountId,
        /// The region, or [`Region::GLOBAL`].
        region: Region,
    },
    /// An endpoint (`host:port#sni`) or a path, as it was asked for.
    Outside(String),
}

/// The unit that is scanned, paced, and reported as covered or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// Where.
    pub place: Place,
    /// What answers there.
    pub service: Service,
}

impl Scope {
    /// One service in one region of one account.
    #[must_use]
    pub fn aws(partition: Partition, account: AccountId, region: Region, service: Service) -> Self {
        Self { place: Place::Aws { partition, account, region }, service }
    }

    /// An endpoint or a path outside AWS.
    #[must_use]
    pub fn outside(what: impl Into<String>, service: Service) -> Self {
        Self { place: Place::Outside(what.into()), service }
    }

    /// The partition, if the scope is in AWS.
    #[must_use]
    pub fn partition(&self) -> Option<Partition> {
        match &self.place {
            Place::Aws { partition, .. } => Some(*partition),
            Place::Outside(_) => None,
        }
    }

    /// The account, if the scope is in AWS.
    #[must_use]
    pub fn account(&self) -> Option<&AccountId> {
        match &self.place {
            Place::Aws { account, .. } => Some(account),
            Place::Outside(_) => None,
        }
    }

    /// The region, if the scope is in AWS.
    #[must_use]
    pub fn region(&self) -> Option<&Region> {
        match &self.place {
            Place::Aws { region, .. } => Some(region),
            Place::Outside(_) => None,
        }
    }
}

impl fmt::Display for Scope {
    /// `123456789012/eu-west-1/acm`, or `tls api.example.com:443`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Aws { account, region, .. } => write!(out, "{account}/{region}/{}", self.service),
            Place::Outside(what) => write!(out, "{} {what}", self.service),
        }
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

impl fmt::Display for Service {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_id_is_twelve_digits() {
        assert!("123456789012".parse::<AccountId>().is_ok());
        assert_eq!("12345678901".parse::<AccountId>(), Err(Error::AccountId("12345678901".into())));
        assert!("12345678901x".parse::<AccountId>().is_err());
    }

    #[test]
    fn a_region_has_the_form_of_one() {
        for good in ["eu-west-1", "us-gov-west-1", "ap-southeast-2", "eusc-de-east-1"] {
            assert!(good.parse::<Region>().is_ok(), "{good}");
        }
        for bad in ["", "eu", "eu-west", "EU-WEST-1", "eu west 1", "eu--1", "eu-west-x"] {
            assert!(bad.parse::<Region>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_home_region_of_each_partition_is_in_that_partition() {
        for name in Partition::NAMES {
            let partition: Partition = name.parse().unwrap();
            assert_eq!(Partition::of_region(&partition.home_region()), partition);
        }
    }
}
