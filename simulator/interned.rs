//! Names kept once and spoken of by number, so that millions of entries stay small.

use std::collections::HashMap;

/// Names and their numbers.
#[derive(Debug, Default)]
pub(crate) struct Names {
    names: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Names {
    /// The number of a name, which is remembered.
    pub(crate) fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }

    /// The name of a number.
    pub(crate) fn name(&self, number: u32) -> &str {
        let name = usize::try_from(number).ok().and_then(|number| self.names.get(number));
        name.map(String::as_str).unwrap_or_default()
    }
}
