//! How findings get into AWS: the configuration of clients that are not those of the scan.
//!
//! What the scan calls only reads. Whoever delivers makes clients of their own, with the same credentials, renewed in
//! the same way, and the same connections.

use aws_config::SdkConfig;
use howler_model::Region;

use super::account::Account;
use super::session::{Session, sdk_region};

impl Session {
    /// How whoever scans acts in a region, or where their calls go if none is named.
    #[must_use]
    pub fn delivery(&self, region: Option<&Region>) -> SdkConfig {
        within(&self.config, region)
    }
}

impl Account {
    /// How the account is acted in, in a region, or where calls go if none is named.
    #[must_use]
    pub fn delivery(&self, region: Option<&Region>) -> SdkConfig {
        within(&self.config, region)
    }
}

fn within(config: &SdkConfig, region: Option<&Region>) -> SdkConfig {
    match region {
        Some(region) => config.to_builder().region(sdk_region(region)).build(),
        None => config.clone(),
    }
}
