//! What each layer says, one over the other, with where each value came from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use howler_model::Thresholds;

use super::key::Key;
use super::{Config, Value};

/// Keys that choose accounts. A layer that chooses any of them leaves nothing of the choice of those below: who says
/// `--account` means that account, and not the whole organisation of the file too.
const CHOICE: [&str; 5] =
    ["accounts.organization", "accounts.units", "accounts.tags", "accounts.ids", "accounts.roles"];

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file, by its path and line.
    File(PathBuf, usize),
    /// A variable of the environment.
    Variable(String),
    /// A flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path, line) => write!(out, "{}:{line}", path.display()),
            Self::Variable(name) => out.write_str(name),
            Self::Flag(flag) => out.write_str(flag),
        }
    }
}

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub value: Value,
    pub origin: Origin,
}

impl Entry {
    /// Whether a file says it.
    pub fn is_from_file(&self) -> bool {
        matches!(self.origin, Origin::File(..))
    }
}

/// What one layer says, by the names of keys.
pub type Layer = Vec<(String, Entry)>;

/// All layers, the later one over the earlier.
#[derive(Debug, Default)]
pub struct Layers(BTreeMap<String, Entry>);

impl Layers {
    /// Lays one more on top.
    pub fn put(&mut self, layer: Layer) {
        let is_choice = |name: &str| CHOICE.contains(&name);
        if layer.iter().any(|(name, entry)| is_choice(name) && entry.value.chooses()) {
            self.0.retain(|name, _| !is_choice(name));
        }
        if layer.iter().any(|(name, entry)| is_notify(name) && matches!(entry.origin, Origin::Flag(_))) {
            self.0.retain(|name, _| !is_notify(name));
        }
        self.0.extend(layer);
    }

    /// What holds for a key, or for each name of one with `*`.
    pub fn of(&self, key: &Key) -> impl Iterator<Item = (&str, &Entry)> {
        let fits = move |name: &str| Key::find(name).is_some_and(|(found, _)| std::ptr::eq(found, key));
        self.0.iter().map(|(name, entry)| (name.as_str(), entry)).filter(move |(name, _)| fits(name))
    }

    /// The configuration that all layers come to, and a line for each value that makes no sense.
    pub fn config(&self) -> (Config, Vec<String>) {
        let mut config = Config::default();
        let mut wrong = Vec::new();
        for (name, Entry { value, origin }) in &self.0 {
            let set = match Key::find(name) {
                Some((key, rest)) => (key.set)(&mut config, rest, value),
                None => Err("NAME=VALUE with the name of a key is expected".to_owned()),
            };
            if let Err(error) = set {
                wrong.push(format!("{origin}: {}: {error}", name.escape_debug()));
            }
        }
        wrong.extend(self.crossed(&config.thresholds));
        (config, wrong)
    }

    /// Thresholds of which the critical one comes before the warning, which would then never be seen.
    fn crossed(&self, thresholds: &Thresholds) -> Vec<String> {
        let Thresholds { leaf, manual, authority, quota, .. } = thresholds;
        let pairs = [
            ("leaf", "days", leaf.critical > leaf.warn),
            ("manual", "days", manual.critical > manual.warn),
            ("authority", "days", authority.critical > authority.warn),
            ("quota", "percent", quota.critical_percent < quota.warn_percent),
        ];
        let line = |(subject, unit, _): (&str, &str, bool)| {
            let names = ["critical", "warn"].map(|tier| format!("thresholds.{subject}_{tier}_{unit}"));
            let origin =
                names.iter().find_map(|name| self.0.get(name)).map(|entry| format!("{}: ", entry.origin));
            format!("{}{}: critical comes before {}", origin.unwrap_or_default(), names[0], names[1])
        };
        pairs.into_iter().filter(|(.., crossed)| *crossed).map(line).collect()
    }
}

/// `--notify` says all gateways at once, so that it takes the place of every other one.
fn is_notify(name: &str) -> bool {
    name.starts_with("notify.")
}
