//! Text that may be a secret: as it stands, or where it is kept. What it is, is never printed.

use std::fmt;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow};
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
            Value::Text(text) => return Self::of_text(text),
            Value::Table(entries) if entries.len() == 1 => entries.first_key_value(),
            _ => None,
        };
        match said.map(|(name, value)| (name.as_str(), value.text())) {
            Some(("env", Ok(name))) => Self::variable(name),
            Some(("file", Ok(path))) => Self::file(path),
            _ => Err("an address, { env = \"NAME\" } or { file = \"PATH\" } is expected".to_owned()),
        }
    }

    fn of_text(text: &str) -> Result<Self, String> {
        match (text.strip_prefix("env:"), text.strip_prefix("file:")) {
            (Some(name), _) => Self::variable(name),
            (_, Some(path)) => Self::file(path),
            _ => Ok(Self::Here(text.to_owned())),
        }
    }

    /// The variable of that name. Names are told, and whoever writes the secret itself there must not read it in a log.
    pub fn variable(name: &str) -> Result<Self, String> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        match !name.is_empty() && name.bytes().all(is_name) {
            true => Ok(Self::Variable(name.to_owned())),
            false => Err("env: the name of a variable is expected, in letters, digits and '_'".to_owned()),
        }
    }

    /// The file of that path, which is told too.
    pub fn file(path: &str) -> Result<Self, String> {
        match path.contains("://") {
            false => Ok(Self::File(path.into())),
            true => Err("file: a path is expected, and no address".to_owned()),
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
            Self::Variable(name) => environment::secret(name).map_err(|error| anyhow!("{what}: {error}"))?,
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
            let error = kept.unwrap().secret("notify.slack").unwrap_err().to_string();
            assert_eq!(error, "notify.slack: the variable HOWLER_NO_SUCH is not set");
        }
        assert!(!format!("{:?}", Kept::of(&"http://u:pa55@h".into())).contains("pa55"));
    }

    #[test]
    fn a_secret_in_place_of_the_name_of_one_is_not_repeated() {
        let table = |name: &str, value: &str| Value::Table([(name.to_owned(), value.into())].into());
        for (name, value) in
            [("env", "https://h/pa55"), ("env", "pa55 "), ("env", ""), ("file", "https://h/pa55")]
        {
            for said in [table(name, value), format!("{name}:{value}").as_str().into()] {
                let error = Kept::of(&said).unwrap_err();
                assert!(error.starts_with(name) && !error.contains("pa55"), "{error}");
            }
        }
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
