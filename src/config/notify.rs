//! Where findings are delivered, as far as the configuration says it: an address, or where the address is kept.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use howler_reports::gateway::GATEWAYS;

use super::Value;
use crate::environment;

/// A gateway and its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub gateway: String,
    pub address: Address,
}

/// An address, which may hold a password and is then never printed.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    Plain(String),
    /// The variable that holds it.
    Variable(String),
    /// The file that holds it.
    File(PathBuf),
}

impl std::fmt::Debug for Address {
    /// Without the address.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Plain(_) => out.write_str("Plain(..)"),
            Self::Variable(name) => write!(out, "Variable({name:?})"),
            Self::File(path) => write!(out, "File({path:?})"),
        }
    }
}

impl Target {
    /// `NAME=URL`, as gateways are opened by, with the secret in it if there is one.
    ///
    /// # Errors
    /// A variable that is not set, or a file that cannot be read. No message holds the address.
    pub fn resolve(&self) -> Result<String> {
        let address = match &self.address {
            Address::Plain(address) => address.clone(),
            Address::Variable(name) => environment::secret(name)?,
            Address::File(path) => fs::read_to_string(path)
                .with_context(|| format!("notify.{}: {} cannot be read", self.gateway, path.display()))?,
        };
        Ok(format!("{}={}", self.gateway, address.trim()))
    }
}

/// The targets of one gateway: one address or a list of them.
pub fn targets(gateway: &str, value: &Value) -> Result<Vec<Target>, String> {
    if !GATEWAYS.iter().any(|known| known.name == gateway) {
        let known: Vec<&str> = GATEWAYS.iter().map(|known| known.name).collect();
        return Err(format!("there is no such gateway; there is {}", known.join(", ")));
    }
    let addresses = match value {
        Value::List(items) => items.iter().map(address).collect::<Result<Vec<_>, _>>()?,
        one => vec![address(one)?],
    };
    Ok(addresses.into_iter().map(|address| Target { gateway: gateway.to_owned(), address }).collect())
}

fn address(value: &Value) -> Result<Address, String> {
    let kept = match value {
        Value::Text(address) => return Ok(Address::Plain(address.clone())),
        Value::Table(entries) if entries.len() == 1 => entries.first_key_value(),
        _ => None,
    };
    match kept.map(|(name, value)| (name.as_str(), value.text())) {
        Some(("env", Ok(name))) => Ok(Address::Variable(name.to_owned())),
        Some(("file", Ok(path))) => Ok(Address::File(path.into())),
        _ => Err("an address, { env = \"NAME\" } or { file = \"PATH\" } is expected".to_owned()),
    }
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
    name == "file" && value.text().is_ok_and(|path| !path.contains(':'))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn an_address_may_lie_in_a_file_or_a_variable_and_is_never_printed() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        writeln!(file, "https://user:pa55@alerts.example.com").unwrap();
        let table = |name: &str, value: &str| Value::Table([(name.to_owned(), value.into())].into());
        let value =
            Value::List(vec![table("file", file.path().to_str().unwrap()), table("env", "HOWLER_NO_SUCH")]);
        let targets = targets("alertmanager", &value).unwrap();
        assert_eq!(targets[0].resolve().unwrap(), "alertmanager=https://user:pa55@alerts.example.com");
        assert!(targets[1].resolve().unwrap_err().to_string().contains("HOWLER_NO_SUCH"));
        let plain = super::targets("alertmanager", &"http://u:pa55@h".into()).unwrap();
        assert!(!format!("{plain:?}").contains("pa55"));
    }

    #[test]
    fn other_gateways_and_other_forms_are_refused() {
        assert!(targets("alertmanger", &"http://h".into()).unwrap_err().contains("alertmanager"));
        for bad in [Value::Flag(true), Value::Table([("password".to_owned(), "x".into())].into())] {
            assert!(targets("alertmanager", &bad).unwrap_err().contains("env"), "{bad}");
        }
    }

    #[test]
    fn whatever_may_hold_credentials_is_seen() {
        let table = |name: &str, value: &str| Value::Table([(name.to_owned(), value.into())].into());
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
