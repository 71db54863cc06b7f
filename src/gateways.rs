//! The gateways of the configuration, opened, each with what it is to be told.

use std::collections::HashMap;

use anyhow::Result;
use chrono::TimeDelta;
use data_encoding::HEXLOWER;
use howler_reports::gateway::{self, Gateway, Keeps};
use howler_state::{Audience, Owners};
use sha2::{Digest, Sha256};

use crate::config::{Config, Target};

/// A gateway and what it is to be told.
pub struct Recipient {
    pub gateway: Box<dyn Gateway>,
    pub audience: Audience,
}

/// The way into AWS for gateways that are services of it; there may be none.
#[derive(Default)]
pub struct Way {
    #[cfg(feature = "aws-gateways")]
    aws: Option<std::sync::Arc<dyn gateway::Aws>>,
}

impl Way {
    #[cfg(feature = "aws-gateways")]
    fn new(config: &Config, aws: Option<howler_sources::Settings>) -> Self {
        let deliverer = |settings| crate::delivery_aws::Deliverer::new(settings, config.accounts.clone());
        Self { aws: aws.map(|settings| std::sync::Arc::new(deliverer(settings)) as _) }
    }

    #[cfg(not(feature = "aws-gateways"))]
    fn new(_: &Config, _: Option<howler_sources::Settings>) -> Self {
        Self {}
    }

    #[cfg(feature = "aws-gateways")]
    fn with(&self, settings: gateway::Settings) -> gateway::Settings {
        gateway::Settings { aws: self.aws.clone(), ..settings }
    }

    #[cfg(not(feature = "aws-gateways"))]
    fn with(&self, settings: gateway::Settings) -> gateway::Settings {
        settings
    }
}

/// Opens all, without connecting: a misspelt address must not cost a night.
///
/// # Errors
/// One that cannot be opened. No message holds a secret.
pub fn open_all(config: &Config, aws: Option<howler_sources::Settings>) -> Result<Vec<Recipient>> {
    let way = Way::new(config, aws);
    let opened: Result<Vec<_>> = config.notify.iter().map(|target| open(target, config, &way)).collect();
    opened.map(apart)
}

/// Those of which the same is told, such as two users of one server, are counted: what one takes, another may not.
fn apart(mut recipients: Vec<Recipient>) -> Vec<Recipient> {
    let mut seen = HashMap::new();
    for Recipient { audience, .. } in &mut recipients {
        let times = seen.entry(audience.key.clone()).and_modify(|times| *times += 1).or_insert(1);
        if *times > 1 {
            audience.key = format!("{} {times}", audience.key);
        }
    }
    recipients
}

/// Opens one.
///
/// # Errors
/// As [`open_all`].
pub fn open(target: &Target, config: &Config, way: &Way) -> Result<Recipient> {
    let settings = way.with(target.settings(config.delivery.pace)?);
    let gateway = gateway::open(&target.gateway, &settings)?;
    let usual = target.opener().map(|opener| opener.at_least.into()).unwrap_or(howler_model::Severity::Low);
    let audience = Audience {
        key: key(target, gateway.target()),
        gateway: target.gateway.clone(),
        target: gateway.target().to_owned(),
        keeps: gateway.keeps(),
        at_least: target.at_least.unwrap_or(usual).into(),
        owners: owners(target, config),
        remind_after: reminder(gateway.keeps(), config),
    };
    Ok(Recipient { gateway, audience })
}

/// The same from scan to scan. What is told of the address is all that goes into it: it may hold a password.
fn key(target: &Target, told: &str) -> String {
    let digest = Sha256::digest(told);
    let mut hash = HEXLOWER.encode(&digest);
    hash.truncate(12);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Value;

    fn keys(addresses: &[&str]) -> Vec<String> {
        let address = |address: &&str| Value::from(*address);
        let webhooks: Value = addresses.iter().map(address).collect();
        let notify = crate::config::targets("webhook", &webhooks).unwrap();
        let config = Config { notify, ..Config::default() };
        open_all(&config, None).unwrap().into_iter().map(|it| it.audience.key).collect()
    }

    #[test]
    fn a_gateway_is_known_by_its_address_and_not_by_its_password() {
        let [one, two] = &keys(&["https://u:old@h/x", "https://h/y"])[..] else { panic!("two") };
        assert_ne!(one, two);
        assert_eq!(keys(&["https://u:new@h/x"])[0], *one);
    }

    #[test]
    fn two_users_of_one_server_are_two_gateways() {
        let both = keys(&["https://a:x@h/x", "https://b:y@h/x"]);
        assert_ne!(both[0], both[1], "what one has taken would be settled for the other");
        assert_eq!(both, keys(&["https://a:x@h/x", "https://b:y@h/x"]), "the same from scan to scan");
    }
}
