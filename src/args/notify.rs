//! `GATEWAY=ADDRESS` of `--notify`. It may hold a password, so that no message about it says what was written.

use std::ffi::OsStr;
use std::fmt;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

/// A gateway and the address that it delivers to.
#[derive(Clone, PartialEq, Eq)]
pub struct Notify {
    pub gateway: String,
    pub address: String,
}

impl Notify {
    /// None unless it is NAME=TARGET with the name of a gateway, known or not, before the first `=`.
    fn new(text: &str) -> Option<Self> {
        let (gateway, address) = text.split_once('=')?;
        let is_name = gateway.starts_with(|letter: char| letter.is_ascii_lowercase())
            && gateway.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
        let (gateway, address) = (gateway.to_owned(), address.to_owned());
        (is_name && !address.is_empty()).then_some(Self { gateway, address })
    }
}

impl fmt::Debug for Notify {
    /// Without the address.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}=..", self.gateway)
    }
}

/// Reads a [`Notify`]. The errors of clap's own parsers repeat the value; these do not.
#[derive(Clone)]
pub struct NotifyParser;

impl TypedValueParser for NotifyParser {
    type Value = Notify;

    fn parse_ref(&self, command: &Command, _: Option<&Arg>, value: &OsStr) -> Result<Notify, Error> {
        let wrong = || {
            let what = "--notify: GATEWAY=ADDRESS is expected, as in alertmanager=http://HOST:9093\n";
            Error::raw(ErrorKind::ValueValidation, what).with_cmd(command)
        };
        value.to_str().and_then(Notify::new).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_another_form_is_refused_without_repeating_it() {
        for bad in ["http://user:sekret@127.0.0.1:9", "Sekret=http://h", "a.sekret=x", "=sekret", "sekret="] {
            let error = NotifyParser.parse_ref(&Command::new("x"), None, OsStr::new(bad)).unwrap_err();
            let told = error.to_string();
            assert!(!told.to_lowercase().contains("sekret") && told.contains("GATEWAY=ADDRESS"), "{told}");
        }
    }

    #[test]
    fn the_address_is_all_after_the_first_sign_and_never_printed() {
        let notify = Notify::new("alertmanager=http://u:sekret@h?a=b").unwrap();
        assert_eq!(notify.address, "http://u:sekret@h?a=b");
        assert_eq!(format!("{notify:?}"), "alertmanager=..");
    }
}
