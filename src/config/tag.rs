//! A tag that accounts are chosen by.

use std::fmt;
use std::str::FromStr;

/// A key and the value that it has to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    key: String,
    value: String,
}

impl Tag {
    /// The key and the value.
    pub fn pair(&self) -> (String, String) {
        (self.key.clone(), self.value.clone())
    }

    /// Whether this is it.
    pub fn is(&self, (key, value): &(String, String)) -> bool {
        self.key == *key && self.value == *value
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}={}", self.key, self.value)
    }
}

impl FromStr for Tag {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (key, value) =
            text.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or("KEY=VALUE is expected")?;
        Ok(Self { key: key.to_owned(), value: value.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_key_and_a_value() {
        let tag: Tag = "stage=a=b".parse().unwrap();
        assert!(tag.is(&("stage".into(), "a=b".into())) && !tag.is(&("stage".into(), "a".into())));
        assert!("team=".parse::<Tag>().unwrap().is(&("team".into(), String::new())));
        assert!("stage".parse::<Tag>().is_err() && "=x".parse::<Tag>().is_err());
    }
}
