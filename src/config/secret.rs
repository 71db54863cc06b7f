//! Text that may be a secret: as it stands, or where it is kept. What it is, is never printed.

use std::fmt;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use howler_reports::gateway::Secret;

use super::Value;
use crate::environment;

/// A text, or where it is kept.
#[derive(Clone, PartialEq, Eq)]
pub enum Kept {
    /// As it stands.
    Here(String),
    /// The variable that holds it.
    Variable(String),
    /// The file that holds it.
    File(PathBuf),
}

impl fmt::Debug for Kept {
    /// Without the text.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Here(_) => out.write_str("Here(..)"),
            Self::Variable(name) => write!(out, "Variable({name:?})"),
            Self::File(path) => write!(out, "File({path:?})"),
        }
    }
}

impl Kept {
    /// From text (`env:NAME` and `file:PATH` say where it is), or from `{ env = "NAME" }` or `{ file = "PATH" }`.
    pub fn of(value: &Value) -> Result<Self, String> {
        let said = match value {
            Value::Text(text) => return Ok(Self::of_text(text)),
            Value::Table(entries) if entries.len() == 1 => entries.first_key_value(),
            _ => None,
        };
        match said.map(|(name, value)| (name.as_str(), value.text())) {
            Some(("env", Ok(name))) => Ok(Self::Variable(name.to_owned())),
            Some(("file", Ok(path))) => Ok(Self::File(path.into())),
            _ => Err("an address, { env = \"NAME\" } or { file = \"PATH\" } is expected".to_owned()),
        }
    }

    fn of_text(text: &str) -> Self {
        match (text.strip_prefix("env:"), text.strip_prefix("file:")) {
            (Some(name), _) => Self::Variable(name.to_owned()),
            (_, Some(path)) => Self::File(path.into()),
            _ => Self::Here(text.to_owned()),
        }
    }

    /// Only where it is kept: a secret does not stand in a file that is shared, or in the list of processes.
    pub fn elsewhere(value: &Value) -> Result<Self, String> {
        match Self::of(value) {
            Ok(Self::Here(_)) | Err(_) => {
                Err("{ env = \"NAME\" } or { file = \"PATH\" } is expected".to_owned())
            }
            kept => kept,
        }
    }

    /// The text.
    ///
    /// # Errors
    /// A variable that is not set, or a file that cannot be read; `what` is meant for. No message holds the text.
    pub fn secret(&self, what: &str) -> Result<Secret> {
        let text = match self {
            Self::Here(text) => text.clone(),
            Self::Variable(name) => environment::secret(name)?,
            Self::File(path) => fs::read_to_string(path)
                .with_context(|| format!("{what}: {} cannot be read", path.display()))?,
        };
        Ok(Secret::new(text.trim()))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_text_may_lie_in_a_file_or_a_variable_and_is_never_printed() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        writeln!(file, "https://user:pa55@alerts.example.com").unwrap();
        let path = file.path().to_str().unwrap();
        let table = |name: &str, value: &str| Value::Table([(name.to_owned(), value.into())].into());
        for kept in [Kept::of(&table("file", path)), Kept::of(&format!("file:{path}").as_str().into())] {
            let secret = kept.unwrap().secret("notify.alertmanager").unwrap();
            assert_eq!(secret.expose(), "https://user:pa55@alerts.example.com");
        }
        for kept in [Kept::of(&table("env", "HOWLER_NO_SUCH")), Kept::of(&"env:HOWLER_NO_SUCH".into())] {
            let error = kept.unwrap().secret("x").unwrap_err().to_string();
            assert!(error.contains("HOWLER_NO_SUCH"), "{error}");
        }
        assert!(!format!("{:?}", Kept::of(&"http://u:pa55@h".into())).contains("pa55"));
    }

    #[test]
    fn a_secret_stands_nowhere_but_where_it_is_kept() {
        let table = |name: &str, value: &str| Value::Table([(name.to_owned(), value.into())].into());
        assert!(
            Kept::elsewhere(&table("env", "TOKEN")).is_ok() && Kept::elsewhere(&table("file", "/t")).is_ok()
        );
        for bad in ["t0ken".into(), table("password", "t0ken"), Value::Flag(true)] {
            let error = Kept::elsewhere(&bad).unwrap_err();
            assert!(error.contains("env") && !error.contains("t0ken"), "{error}");
        }
    }
}
