//! A value as somebody wrote it, and what it can be read as.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::str::FromStr;
use std::time::Duration;

use chrono::TimeDelta;
use toml::de::DeValue;

/// The most days that a threshold may have: a hundred years.
const MOST_DAYS: f64 = 36_500.0;

/// A value of the configuration. A variable of the environment is always text, and is read as what is expected.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Flag(bool),
    Number(f64),
    Text(String),
    List(Vec<Value>),
    Table(BTreeMap<String, Value>),
}

impl Value {
    /// The value in a TOML document; what TOML knows and nobody here expects stays text.
    pub fn of(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text.to_string()),
            DeValue::Boolean(flag) => Self::Flag(*flag),
            DeValue::Integer(number) => Self::integer(number.as_str(), number.radix()),
            DeValue::Float(number) => Self::number_or_text(number.as_str()),
            DeValue::Datetime(time) => Self::Text(time.to_string()),
            DeValue::Array(list) => Self::List(list.iter().map(|item| Self::of(item.get_ref())).collect()),
            DeValue::Table(table) => {
                let entries =
                    table.iter().map(|(name, value)| (name.get_ref().to_string(), Self::of(value.get_ref())));
                Self::Table(entries.collect())
            }
        }
    }

    /// An integer may be hexadecimal, octal or binary; one beyond bounds stays text.
    fn integer(digits: &str, radix: u32) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "no bound here is beyond 2^53")]
        i64::from_str_radix(digits, radix)
            .map_or_else(|_| Self::Text(digits.to_owned()), |number| Self::Number(number as f64))
    }

    /// Whether a text has nothing in it, not even one item of a list.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Text(text) if text.split(',').all(|item| item.trim().is_empty()))
    }

    /// Whether somebody who says this chooses something: `false` and an empty list choose nothing.
    pub fn chooses(&self) -> bool {
        match self {
            Self::Flag(flag) => *flag,
            Self::List(items) => !items.is_empty(),
            Self::Text(text) => text != "false" && !self.is_nothing(),
            Self::Number(_) | Self::Table(_) => true,
        }
    }

    fn number_or_text(text: &str) -> Self {
        text.parse().map_or_else(|_| Self::Text(text.to_owned()), Self::Number)
    }

    /// The text.
    pub fn text(&self) -> Result<&str, String> {
        match self {
            Self::Text(text) => Ok(text),
            _ => Err("text in quotes is expected".to_owned()),
        }
    }

    /// The text as something that has a form.
    pub fn parsed<T: FromStr<Err: Display>>(&self) -> Result<T, String> {
        self.text()?.parse().map_err(|error: T::Err| error.to_string())
    }

    /// All of a list; one text may name several, with commas between them.
    pub fn list<T: FromStr<Err: Display>>(&self) -> Result<Vec<T>, String> {
        match self {
            Self::List(items) => items.iter().map(Self::parsed).collect(),
            Self::Text(text) => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                items.map(|item| Self::Text(item.to_owned()).parsed()).collect()
            }
            _ => Err("a list such as [\"a\", \"b\"] is expected".to_owned()),
        }
    }

    /// Yes or no.
    pub fn flag(&self) -> Result<bool, String> {
        match self {
            Self::Flag(flag) => Ok(*flag),
            Self::Text(text) if text == "true" => Ok(true),
            Self::Text(text) if text == "false" => Ok(false),
            _ => Err("true or false is expected".to_owned()),
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Whole days.
    pub fn days(&self) -> Result<TimeDelta, String> {
        let days = self.number().filter(|days| days.fract() == 0.0 && (1.0..=MOST_DAYS).contains(days));
        #[expect(clippy::cast_possible_truncation, reason = "whole and within bounds")]
        days.map(|days| TimeDelta::days(days as i64))
            .ok_or_else(|| format!("whole days from 1 to {MOST_DAYS} are expected"))
    }

    /// Whole days, where 0 means never.
    pub fn days_or_never(&self) -> Result<Option<TimeDelta>, String> {
        match self.number() {
            Some(0.0) => Ok(None),
            _ => self.days().map(Some),
        }
    }

    /// A number of things, at least one.
    pub fn count(&self) -> Result<u32, String> {
        let count = self.number().filter(|count| count.fract() == 0.0 && (1.0..=1e6).contains(count));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole and within bounds"
        )]
        count.map(|count| count as u32).ok_or_else(|| "a whole number from 1 on is expected".to_owned())
    }

    /// Ports, at least one; one text may name several, with commas between them.
    pub fn ports(&self) -> Result<Vec<u16>, String> {
        let items = match self {
            Self::List(items) => items.clone(),
            Self::Text(text) => text.split(',').map(|item| Self::from(item.trim())).collect(),
            one => vec![one.clone()],
        };
        let port = |item: &Self| item.count().ok().and_then(|port| u16::try_from(port).ok());
        let ports: Option<Vec<u16>> = items.iter().map(port).collect();
        ports
            .filter(|ports| !ports.is_empty())
            .ok_or_else(|| "ports from 1 to 65535 are expected, such as [443, 8443]".to_owned())
    }

    /// Seconds, of at most a hundred years.
    pub fn seconds(&self) -> Result<Duration, String> {
        let seconds = self.number().filter(|seconds| (0.001..=MOST_DAYS * 86_400.0).contains(seconds));
        seconds.map(Duration::from_secs_f64).ok_or_else(|| "seconds above 0 are expected".to_owned())
    }

    /// Whole hours of at most 31 days.
    pub fn hours(&self) -> Result<TimeDelta, String> {
        let hours = self.number().filter(|hours| hours.fract() == 0.0 && (1.0..=744.0).contains(hours));
        #[expect(clippy::cast_possible_truncation, reason = "whole and within bounds")]
        hours
            .map(|hours| TimeDelta::hours(hours as i64))
            .ok_or_else(|| "whole hours from 1 to 744 are expected".to_owned())
    }

    /// Percent of a quota; more than all of it is never warned of.
    pub fn percent(&self) -> Result<f64, String> {
        let percent = self.number().filter(|percent| *percent > 0.0 && *percent <= 100.0);
        percent.ok_or_else(|| "percent above 0 and up to 100 are expected".to_owned())
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<T: Into<Value>> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl Display for Value {
    /// As TOML.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(out, "{flag}"),
            Self::Number(number) => write!(out, "{number}"),
            Self::Text(text) => out.write_str(&quoted(text)),
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(Self::to_string).collect();
                write!(out, "[{}]", items.join(", "))
            }
            Self::Table(entries) => {
                let entries: Vec<_> =
                    entries.iter().map(|(name, value)| format!("{name} = {value}")).collect();
                write!(out, "{{ {} }}", entries.join(", "))
            }
        }
    }
}

/// A basic string of TOML: no control character of the text reaches a terminal.
fn quoted(text: &str) -> String {
    let escaped = |letter: char| match letter {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        letter if letter.is_control() => format!("\\u{:04X}", u32::from(letter)),
        letter => letter.to_string(),
    };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

#[cfg(test)]
mod tests {
    use howler_model::AccountId;

    use super::*;

    #[test]
    fn text_of_the_environment_is_read_as_what_is_expected() {
        let text = |text: &str| Value::from(text);
        assert_eq!(text("true").flag(), Ok(true));
        assert_eq!(text("20").days(), Ok(TimeDelta::days(20)));
        assert_eq!(text("82.5").percent(), Ok(82.5));
        assert_eq!(text("a, b,").list::<String>(), Ok(vec!["a".into(), "b".into()]));
        assert!(text("yes").flag().is_err() && text("x").days().is_err());
    }

    #[test]
    fn integers_keep_their_value_however_they_are_written() {
        for (written, days) in [("0x20", 32), ("0o20", 16), ("0b11", 3), ("1_0", 10), ("+7", 7)] {
            let document = format!("days = {written}");
            let table = toml::de::DeTable::parse(&document).unwrap();
            let value = Value::of(table.get_ref().get("days").unwrap().get_ref());
            assert_eq!(value.days(), Ok(TimeDelta::days(days)), "{written}");
        }
    }

    #[test]
    fn ports_are_numbers_or_text_and_never_none() {
        let ports = |value: Value| value.ports();
        assert_eq!(ports(Value::List(vec![Value::Number(443.0), Value::from("8443")])), Ok(vec![443, 8443]));
        assert_eq!(ports(Value::from("443, 8443")), Ok(vec![443, 8443]));
        assert_eq!(ports(Value::Number(25.0)), Ok(vec![25]));
        for wrong in [Value::from(""), Value::List(vec![]), Value::Number(70_000.0), Value::from("0")] {
            assert!(ports(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for number in [0.0, -1.0, 1.5, 40_000.0, f64::NAN] {
            assert!(Value::Number(number).days().is_err(), "{number}");
        }
        for number in [0.0, 100.1, f64::NAN] {
            assert!(Value::Number(number).percent().is_err(), "{number}");
        }
        let error = Value::from_iter(["12345678901"]).list::<AccountId>().unwrap_err();
        assert!(error.contains("12345678901") && error.contains("12 digits"), "{error}");
        assert!(Value::Number(5.0).text().is_err());
    }

    #[test]
    fn a_value_is_shown_as_toml_without_control_characters() {
        let value = Value::from_iter(["a\"b\\c\u{1b}[31m"]);
        assert_eq!(value.to_string(), r#"["a\"b\\c\u001B[31m"]"#);
    }
}
