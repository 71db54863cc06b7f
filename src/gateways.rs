//! The gateways of the configuration, opened, each with what it is to be told.

use anyhow::Result;
use chrono::TimeDelta;
use howler_reports::gateway::{self, GATEWAYS, Gateway, Keeps};
use howler_state::{Audience, Owners};
use sha2::{Digest, Sha256};

use crate::config::{Config, Target};

/// A gateway and what it is to be told.
pub struct Recipient {
    pub gateway: Box<dyn Gateway>,
    pub audience: Audience,
}

/// Opens all, without connecting: a misspelt address must not cost a night.
///
/// # Errors
/// One that cannot be opened. No message holds a secret.
pub fn open_all(config: &Config) -> Result<Vec<Recipient>> {
    config.notify.iter().map(|target| open(target, config)).collect()
}

/// Opens one.
///
/// # Errors
/// As [`open_all`].
pub fn open(target: &Target, config: &Config) -> Result<Recipient> {
    let settings = target.settings(config.delivery.pace)?;
    let gateway = gateway::open(&target.gateway, &settings)?;
    let opener = GATEWAYS.iter().find(|opener| opener.name == target.gateway);
    let usual = opener.map(|opener| opener.at_least.into()).unwrap_or(howler_model::Severity::Low);
    let addresses: Vec<&str> = settings.addresses.iter().map(gateway::Secret::expose).collect();
    let audience = Audience {
        key: key(target, &addresses),
        gateway: target.gateway.clone(),
        target: gateway.target().to_owned(),
        keeps: gateway.keeps(),
        at_least: target.at_least.unwrap_or(usual).into(),
        owners: owners(target, config),
        remind_after: reminder(gateway.keeps(), config),
    };
    Ok(Recipient { gateway, audience })
}

/// The same from scan to scan, and nobody can tell the address from it.
fn key(target: &Target, addresses: &[&str]) -> String {
    let digest = Sha256::digest(addresses.join("\n"));
    let hash: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    match &target.owner {
        Some(owner) => format!("{} {owner} {hash}", target.gateway),
        None => format!("{} {hash}", target.gateway),
    }
}

/// Whoever has a target of its own is not told by the one for all.
fn owners(target: &Target, config: &Config) -> Owners {
    let alike = |other: &&Target| other.gateway == target.gateway;
    let own = || config.notify.iter().filter(alike).filter_map(|other| other.owner.clone());
    match &target.owner {
        Some(owner) => Owners::Only(owner.clone()),
        None if own().next().is_none() => Owners::All,
        None => Owners::AllBut(own().collect()),
    }
}

fn reminder(keeps: Keeps, config: &Config) -> Option<TimeDelta> {
    config.delivery.remind.filter(|_| keeps == Keeps::Nothing)
}
