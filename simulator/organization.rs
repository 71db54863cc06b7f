//! The organisation that answers: plain data that tests and the demo build.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::acm::Certificate;
use crate::iam::ServerCertificate;
use crate::plain::Plain;
use crate::resource::Resources;
use crate::value::Value;

/// An AWS organisation.
#[derive(Clone, Debug, Default)]
pub struct Organization {
    /// The id of the management account, to which [`crate::ACCESS_KEY_ID`] belongs.
    pub management: String,
    /// Every account by its id.
    pub accounts: BTreeMap<String, Account>,
}

impl Organization {
    /// An organisation of one account, its management account.
    pub fn of(management: Account) -> Self {
        let id = management.id.clone();
        Self { management: id.clone(), accounts: BTreeMap::from([(id, management)]) }
    }

    /// This organisation with one more account.
    #[must_use]
    pub fn with(mut self, account: Account) -> Self {
        self.accounts.insert(account.id.clone(), account);
        self
    }
}

/// An AWS account.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    /// The display name.
    pub name: String,
    /// Names of the roles that may be assumed.
    pub roles: Vec<String>,
    /// The enabled regions by name. Accounts may share a region's data.
    pub regions: BTreeMap<String, Arc<Region>>,
    /// Names of regions that exist but are not enabled.
    pub disabled_regions: Vec<String>,
    /// What IAM holds.
    pub iam: Iam,
    /// What its roles ask for to be assumed (`sts:ExternalId`), if they do.
    pub external_id: Option<String>,
    /// Whether Organizations says that it is suspended.
    pub suspended: bool,
    /// The organisational units that it is in, from the topmost down: `["ou-root-prod0001"]`; none for the root.
    pub units: Vec<String>,
    /// Its tags in Organizations, by key.
    pub tags: BTreeMap<String, String>,
    /// What services without regions say that are not modelled; services that have some say it in all of them.
    pub answers: Vec<Plain>,
}

impl Account {
    /// An account without regions, in which the role `howler` may be assumed.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { id: id.into(), name: name.into(), roles: vec!["howler".to_owned()], ..Self::default() }
    }

    /// This account with a region enabled.
    #[must_use]
    pub fn region(mut self, name: impl Into<String>, region: impl Into<Arc<Region>>) -> Self {
        self.regions.insert(name.into(), region.into());
        self
    }

    /// This account with a tag in Organizations.
    #[must_use]
    pub fn tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.insert(key.into(), value.into());
        self
    }

    /// This account with a plain answer of a service without regions.
    #[must_use]
    pub fn answer(mut self, answer: Plain) -> Self {
        self.answers.push(answer);
        self
    }
}

/// What IAM holds for one account.
#[derive(Clone, Debug, Default)]
pub struct Iam {
    /// Server certificates.
    pub certificates: Vec<ServerCertificate>,
    /// Roles, users, groups, policies and identity providers.
    pub resources: Resources,
    /// Values of `GetAccountSummary` that differ from AWS's defaults and from what is counted.
    pub summary: BTreeMap<&'static str, i64>,
    /// The tags of what has no region.
    pub tagged: Vec<Tagged>,
}

impl Iam {
    /// This IAM with a tag of the resource of that ARN.
    #[must_use]
    pub fn tag(mut self, arn: Value, key: &str, value: &str) -> Self {
        tag(&mut self.tagged, arn, key, value);
        self
    }
}

/// The tags of a resource. Those of ACM's certificates are with the certificates.
#[derive(Clone, Debug, PartialEq)]
pub struct Tagged {
    /// Its ARN.
    pub arn: Value,
    /// Keys and values.
    pub tags: Vec<(String, String)>,
}

fn tag(tagged: &mut Vec<Tagged>, arn: Value, key: &str, value: &str) {
    let tag = (key.to_owned(), value.to_owned());
    match tagged.iter_mut().find(|known| known.arn == arn) {
        Some(known) => known.tags.push(tag),
        None => tagged.push(Tagged { arn, tags: vec![tag] }),
    }
}

/// One account's resources in one region.
#[derive(Clone, Debug, Default)]
pub struct Region {
    /// Resources of EC2, load balancing and Auto Scaling.
    pub resources: Resources,
    /// Certificates of ACM.
    pub certificates: Vec<Certificate>,
    /// Applied quota values that differ from the default, by service and quota code.
    pub quotas: BTreeMap<(String, String), f64>,
    /// Metrics of CloudWatch.
    pub metrics: Vec<Metric>,
    /// The tags of resources.
    pub tagged: Vec<Tagged>,
    /// What services say that are not modelled.
    pub answers: Vec<Plain>,
}

impl Region {
    /// Applies a quota value other than the default.
    pub fn set_quota(&mut self, service: &str, code: &str, value: f64) {
        self.quotas.insert((service.to_owned(), code.to_owned()), value);
    }

    /// This region with a plain answer.
    #[must_use]
    pub fn answer(mut self, answer: Plain) -> Self {
        self.answers.push(answer);
        self
    }

    /// This region with a tag of the resource of that ARN.
    #[must_use]
    pub fn tag(mut self, arn: Value, key: &str, value: &str) -> Self {
        tag(&mut self.tagged, arn, key, value);
        self
    }
}

/// A metric that holds one level, and peaks at single instants.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// The namespace, such as `AWS/Usage`.
    pub namespace: String,
    /// The name, such as `ResourceCount`.
    pub name: String,
    /// Names and values of dimensions.
    pub dimensions: BTreeMap<String, String>,
    /// The value of every sample that is no peak.
    pub level: f64,
    /// Single samples that differ from the level.
    pub peaks: Vec<(DateTime<Utc>, f64)>,
}

impl Metric {
    /// A metric `ResourceCount` of `AWS/Usage` as Service Quotas refers to it.
    pub fn usage(service: &str, resource: &str, class: &str, level: f64) -> Self {
        let dimensions =
            [("Service", service), ("Type", "Resource"), ("Resource", resource), ("Class", class)];
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self {
            namespace: "AWS/Usage".to_owned(),
            name: "ResourceCount".to_owned(),
            dimensions: dimensions.map(owned).into(),
            level,
            peaks: Vec::new(),
        }
    }
}
