//! Filters of `Describe*` calls: any value of a name fits, every name must fit, and unknown names are errors.

use crate::call::Call;
use crate::failure::Failure;
use crate::pattern;
use crate::value::{Place, Value};

/// A filter that was asked for, with the path of what it looks at.
pub(super) struct Filter<'a> {
    path: &'a str,
    patterns: Vec<&'a str>,
}

/// The filters of a call; `known` gives the path of each name that its listing has.
pub(super) fn read<'a>(call: &'a Call<'_>, known: &'a [(&str, &str)]) -> Result<Vec<Filter<'a>>, Failure> {
    let filters = call.parameters.filters().into_iter();
    filters.map(|(name, patterns)| Ok(Filter { path: path(name, known)?, patterns })).collect()
}

fn path<'a>(name: &str, known: &'a [(&str, &str)]) -> Result<&'a str, Failure> {
    let found = known.iter().find(|(known, _)| *known == name);
    found.map(|(_, path)| *path).ok_or_else(|| Failure::invalid(format!("The filter '{name}' is invalid")))
}

impl Filter<'_> {
    /// Whether the value fits.
    pub(super) fn has(&self, value: &Value, place: Place<'_>) -> bool {
        let texts = value.texts(self.path, place);
        texts.iter().any(|text| self.patterns.iter().any(|pattern| pattern::matches(pattern, text)))
    }
}
