//! Passwords that may open stores of certificates. They are tried, and come out nowhere.

use std::fmt;

/// Passwords, each of which is tried with each store.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Passwords(Vec<String>);

impl Passwords {
    /// From texts. An empty one is left out: a store without a password is tried in any case.
    pub fn new(texts: impl IntoIterator<Item = String>) -> Self {
        Self(texts.into_iter().filter(|text| !text.is_empty()).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Debug for Passwords {
    /// How many, and none of them.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Passwords({})", self.0.len())
    }
}
