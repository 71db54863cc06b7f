//! `howler config show`: each value that holds, and where it came from.

use crate::args::ConfigFile;
use crate::config::{self, Entry, KEYS, Key, Layers, Sample, Value};
use crate::exit::Failure;

/// The list, in the order of the file.
pub fn text(from: &ConfigFile) -> Result<String, Failure> {
    let (_, layers) = config::load(from, Vec::new()).map_err(Failure::usage)?;
    let lines: Vec<_> = KEYS.iter().flat_map(|key| lines(key, &layers)).collect();
    let width = lines.iter().map(|(value, _)| value.chars().count()).max().unwrap_or_default();
    Ok(lines.iter().map(|(value, origin)| format!("{value:width$}  # {origin}\n")).collect())
}

/// The lines of a key, each with its origin.
fn lines(key: &Key, layers: &Layers) -> Vec<(String, String)> {
    let line = |(name, entry): (&str, &Entry)| {
        (format!("{name} = {}", shown(name, entry)), entry.origin.to_string())
    };
    let set: Vec<_> = layers.of(key).map(line).collect();
    match key.sample {
        _ if !set.is_empty() => set,
        Sample::Default(value) => vec![(format!("{} = {value}", key.name), "default".to_owned())],
        Sample::Example(_) => vec![(format!("# {}", key.name), "not set".to_owned())],
    }
}

/// An address that did not come from the file may hold a password.
fn shown(name: &str, entry: &Entry) -> Value {
    match name.starts_with("notify.") && !entry.is_from_file() {
        true => Value::from("(hidden)"),
        false => entry.value.clone(),
    }
}
