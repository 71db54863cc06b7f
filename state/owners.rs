//! Names of owners by number: there are few of them, and very many findings.

use std::collections::HashMap;
use std::sync::Arc;

/// The number of an owner; the one of nobody is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct OwnerNumber(u32);

/// All names that were met.
#[derive(Debug, Default)]
pub(crate) struct OwnerNames {
    names: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
}

impl OwnerNames {
    pub(crate) fn number(&mut self, name: Option<&str>) -> OwnerNumber {
        let Some(name) = name else { return OwnerNumber::default() };
        if let Some(&number) = self.numbers.get(name) {
            return OwnerNumber(number);
        }
        let name: Arc<str> = name.into();
        self.names.push(name.clone());
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.numbers.insert(name, number);
        OwnerNumber(number)
    }

    pub(crate) fn name(&self, number: OwnerNumber) -> Option<Arc<str>> {
        let place = usize::try_from(number.0).ok()?.checked_sub(1)?;
        self.names.get(place).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_number_and_nobody_has_none() {
        let mut names = OwnerNames::default();
        let [web, db, again] = ["web", "db", "web"].map(|name| names.number(Some(name)));
        assert!(web == again && web != db && web != names.number(None));
        assert_eq!(names.name(db).as_deref(), Some("db"));
        assert_eq!(names.name(OwnerNumber::default()), None);
    }
}
