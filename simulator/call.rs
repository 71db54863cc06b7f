//! One call of a caller that is known, ready to be answered.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::fault::Paging;
use crate::organization::{Account, Organization, Region};
use crate::parameters::Parameters;
use crate::value::Place;

/// A call: who asks whom for what.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) organization: &'a Organization,
    /// The account that the credentials belong to.
    pub(crate) account: &'a Account,
    pub(crate) region_name: &'a str,
    /// The region's resources; empty for services without regions.
    pub(crate) region: &'a Region,
    /// The ARN of the caller.
    pub(crate) caller: String,
    pub(crate) action: &'a str,
    pub(crate) parameters: &'a Parameters<'a>,
    pub(crate) now: DateTime<Utc>,
    /// How long the sessions of assumed roles live, if they end.
    pub(crate) session_lifetime: Option<Duration>,
    /// What a listing has to do wrong.
    pub(crate) paging_fault: Option<Paging>,
}

impl Call<'_> {
    pub(crate) fn place(&self) -> Place<'_> {
        Place { account: &self.account.id, region: self.region_name }
    }
}
