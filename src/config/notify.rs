//! Where findings are delivered, as far as the configuration says it: which gateway, how it is reached, for whom.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use howler_model::Severity;
use howler_reports::gateway::{GATEWAYS, Opener, Pace, Settings};

use super::Value;
use super::secret::Kept;

/// A gateway, how it is reached, and what it is for.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    pub gateway: String,
    /// One address, or those of all members of a cluster.
    pub addresses: Vec<Kept>,
    pub bearer: Option<Kept>,
    pub signing: Option<Kept>,
    pub trust: Option<PathBuf>,
    pub at_least: Option<Severity>,
    pub heartbeat: Option<bool>,
    /// Whose findings: of one owner; of all that have no target of their own otherwise.
    pub owner: Option<String>,
}

impl Target {
    fn new(gateway: &str, addresses: Vec<Kept>) -> Self {
        Self {
            gateway: gateway.to_owned(),
            addresses,
            bearer: None,
            signing: None,
            trust: None,
            at_least: None,
            heartbeat: None,
            owner: None,
        }
    }

    /// What kind of gateway it is.
    pub fn opener(&self) -> Option<&'static Opener> {
        find(&self.gateway)
    }

    /// How the gateway is reached, with all secrets.
    ///
    /// # Errors
    /// A variable that is not set, or a file that cannot be read. No message holds a secret.
    pub fn settings(&self, pace: Pace) -> Result<Settings> {
        let what = format!("notify.{}", self.gateway);
        let secret = |kept: &Kept| kept.secret(&what);
        let trust = self
            .trust
            .as_ref()
            .map(|path| fs::read(path).with_context(|| format!("{what}: {} cannot be read", path.display())));
        Ok(Settings {
            addresses: self.addresses.iter().map(secret).collect::<Result<_>>()?,
            bearer: self.bearer.as_ref().map(secret).transpose()?,
            signing: self.signing.as_ref().map(secret).transpose()?,
            trust: trust.transpose()?.unwrap_or_default(),
            at_least: self.at_least.map(Into::into),
            heartbeat: self.heartbeat,
            pace,
            ..Settings::default()
        })
    }
}

fn find(gateway: &str) -> Option<&'static Opener> {
    GATEWAYS.iter().find(|opener| opener.name == gateway)
}

/// The targets of one gateway: an address, a table with what else there is to say, or a list of these.
pub fn targets(gateway: &str, value: &Value) -> Result<Vec<Target>, String> {
    let Some(opener) = find(gateway) else {
        let known: Vec<&str> = GATEWAYS.iter().map(|known| known.name).collect();
        return Err(format!("there is no such gateway; there is {}", known.join(", ")));
    };
    let targets = match value {
        Value::List(items) if opener.is_cluster && items.iter().all(is_address) => {
            vec![Target::new(gateway, items.iter().map(Kept::of).collect::<Result<_, _>>()?)]
        }
        Value::List(items) => {
            items.iter().map(|item| of_one(gateway, item)).collect::<Result<Vec<_>, _>>()?.concat()
        }
        one => of_one(gateway, one)?,
    };
    targets.iter().all(|target| is_usable(target, opener)).then_some(targets).ok_or_else(|| {
        format!(
            "the address of {gateway} is a secret: {{ env = \"NAME\" }} or {{ file = \"PATH\" }} says where it is, \
             {gateway}=env:NAME or {gateway}=file:PATH after --notify"
        )
    })
}

/// Who knows the address of some gateways may use them.
fn is_usable(target: &Target, opener: &Opener) -> bool {
    !opener.is_secret || target.addresses.first().is_none_or(|kept| !matches!(kept, Kept::Here(_)))
}

/// Whether it is an address and nothing else.
fn is_address(value: &Value) -> bool {
    Kept::of(value).is_ok()
}

fn of_one(gateway: &str, value: &Value) -> Result<Vec<Target>, String> {
    match value {
        Value::Table(entries) if !is_address(value) => of_table(gateway, entries),
        address => Ok(vec![Target::new(gateway, vec![Kept::of(address)?])]),
    }
}

fn of_table(gateway: &str, entries: &BTreeMap<String, Value>) -> Result<Vec<Target>, String> {
    let mut target = Target::new(gateway, Vec::new());
    let mut owners = Vec::new();
    for (name, value) in entries {
        match name.as_str() {
            "url" | "urls" => target.addresses = addresses(value)?,
            "env" => target.addresses = vec![Kept::variable(value.text()?)?],
            "file" => target.addresses = vec![Kept::file(value.text()?)?],
            "bearer" => target.bearer = Some(within(name, Kept::elsewhere(value))?),
            "signing" => target.signing = Some(within(name, Kept::elsewhere(value))?),
            "ca" => target.trust = Some(value.text()?.into()),
            "at_least" => target.at_least = Some(within(name, value.parsed())?),
            "heartbeat" => target.heartbeat = Some(within(name, value.flag())?),
            "owners" => owners = of_owners(value)?,
            _ => {
                return Err(format!(
                    "there is no '{}' here: url, env, file, bearer, signing, ca, at_least, heartbeat and owners are",
                    name.escape_debug()
                ));
            }
        }
    }
    let of_owner =
        |(owner, addresses): (String, Vec<Kept>)| Target { addresses, owner: Some(owner), ..target.clone() };
    let own: Vec<Target> = owners.into_iter().map(of_owner).collect();
    match target.addresses.is_empty() {
        true if own.is_empty() => Err("an address is missing: url, env or file".to_owned()),
        true => Ok(own),
        false => Ok(std::iter::once(target).chain(own).collect()),
    }
}

fn within<T>(name: &str, value: Result<T, String>) -> Result<T, String> {
    value.map_err(|error| format!("{name}: {error}"))
}

fn addresses(value: &Value) -> Result<Vec<Kept>, String> {
    match value {
        Value::List(items) => items.iter().map(Kept::of).collect(),
        one => Ok(vec![Kept::of(one)?]),
    }
}

fn of_owners(value: &Value) -> Result<Vec<(String, Vec<Kept>)>, String> {
    let Value::Table(owners) = value else {
        return Err("owners: { team-a = { env = \"NAME\" } } is expected".to_owned());
    };
    owners.iter().map(|(owner, value)| Ok((owner.clone(), within(owner, addresses(value))?))).collect()
}

/// Whether an address may carry credentials, which do not belong into a file that is shared. There are more ways to
/// write one than can be told apart here, but none without an `@`.
pub fn holds_credentials(value: &Value) -> bool {
    match value {
        Value::Text(address) => address.contains('@'),
        Value::List(items) => items.iter().any(holds_credentials),
        Value::Table(entries) => {
            entries.iter().any(|(name, value)| !is_path(name, value) && holds_credentials(value))
        }
        Value::Flag(_) | Value::Number(_) => false,
    }
}

/// The path of a file may have an `@`, unless it is an address after all.
fn is_path(name: &str, value: &Value) -> bool {
    matches!(name, "file" | "ca") && value.text().is_ok_and(|path| !path.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, value: &str) -> Value {
        Value::Table([(name.to_owned(), value.into())].into())
    }

    #[test]
    fn other_gateways_and_other_forms_are_refused() {
        assert!(targets("alertmanger", &"http://h".into()).unwrap_err().contains("alertmanager"));
        for bad in [Value::Flag(true), table("password", "x")] {
            assert!(targets("alertmanager", &bad).unwrap_err().contains("env"), "{bad}");
        }
    }

    #[test]
    fn members_of_a_cluster_are_one_gateway_and_other_addresses_are_one_each() {
        let two = Value::List(vec!["http://a".into(), table("env", "B")]);
        let cluster = targets("alertmanager", &two).unwrap();
        assert_eq!((cluster.len(), cluster[0].addresses.len()), (1, 2));
        let each = targets("webhook", &two).unwrap();
        assert_eq!(each.len(), 2);
    }

    #[test]
    fn a_table_says_what_else_there_is_to_say() {
        let owners = Value::Table([("team-a".to_owned(), table("env", "A"))].into());
        let entries = [
            ("env".to_owned(), Value::from("ALL")),
            ("at_least".to_owned(), "high".into()),
            ("bearer".to_owned(), table("file", "/run/token")),
            ("heartbeat".to_owned(), Value::Flag(true)),
            ("owners".to_owned(), owners),
        ];
        let targets = targets("webhook", &Value::Table(entries.into())).unwrap();
        assert_eq!(targets.len(), 2);
        assert_eq!((targets[0].owner.as_deref(), targets[1].owner.as_deref()), (None, Some("team-a")));
        for target in &targets {
            assert_eq!((target.at_least, target.heartbeat), (Some(Severity::High), Some(true)));
            assert_eq!(target.bearer, Some(Kept::File("/run/token".into())));
        }
        for (name, value) in [("bearer", "t0ken"), ("at_least", "bad"), ("urll", "x")] {
            let both = [("url".to_owned(), Value::from("http://h")), (name.to_owned(), value.into())];
            let error = super::targets("webhook", &Value::Table(both.into())).unwrap_err();
            assert!(error.contains(name) && !error.contains("t0ken"), "{error}");
        }
    }

    #[test]
    fn an_address_that_is_a_secret_stands_nowhere() {
        let error = targets("slack", &"https://hooks.slack.com/services/T/B/x".into()).unwrap_err();
        assert!(
            error.contains("secret") && error.contains("slack=env:NAME") && !error.contains("hooks"),
            "{error}"
        );
        assert!(targets("slack", &"env:SLACK".into()).is_ok());
    }

    #[test]
    fn whatever_may_hold_credentials_is_seen() {
        for with in ["https://u:p@h/x", "http://token@h", "u:p@h:9093", "http:\\\\u:p@h", "http:u:p@h"] {
            assert!(holds_credentials(&with.into()), "{with}");
            assert!(holds_credentials(&Value::List(vec![with.into()])), "{with}");
        }
        assert!(holds_credentials(&table("env", "http://u:p@h")));
        assert!(holds_credentials(&table("file", "http://u:p@h")));
        for without in ["https://h/a", "http://h?x=a", "h"] {
            assert!(!holds_credentials(&without.into()), "{without}");
        }
        assert!(
            !holds_credentials(&table("env", "ADDRESS")) && !holds_credentials(&table("file", "/run/a@b"))
        );
    }
}
