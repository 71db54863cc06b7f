//! Finds the file, reads all layers, and says everything that is wrong with them.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

use super::file::{self, meant};
use super::key::Key;
use super::layers::{Entry, Layer, Origin};
use super::{Config, Layers, RulesAt, Value};
use crate::args::ConfigFile;
use crate::environment;

/// The name of the file.
pub const FILE_NAME: &str = "howler.toml";
/// What variables begin with, before `SECTION__KEY`.
const PREFIX: &str = "HOWLER_";

/// Lays all layers over each other, the flags on top.
///
/// # Errors
/// Every mistake, a line for each.
pub fn load(from: &ConfigFile, flags: Layer) -> Result<(Config, Layers)> {
    let file = found(from)?;
    let folders =
        if from.no_config { Vec::new() } else { RulesAt::beside(file.as_ref().map(|(path, _)| &**path)) };
    let (mut config, layers) = stack(file, &environment::settings(PREFIX)?, flags)?;
    config.rules.folders = folders;
    Ok((config, layers))
}

/// The configuration of flags alone, for a scan that nothing but its flags may change.
///
/// # Errors
/// A flag that makes no sense.
pub fn without_file(flags: Layer) -> Result<Config> {
    stack(None, &[], flags).map(|(config, _)| config)
}

fn stack(
    file: Option<(PathBuf, String)>,
    variables: &[(String, String)],
    flags: Layer,
) -> Result<(Config, Layers)> {
    let (file, mut wrong) = file.map(|(path, text)| file::read(&path, &text)).unwrap_or_default();
    let (variables, more) = of_variables(variables);
    let mut layers = Layers::default();
    [file, variables, flags].into_iter().for_each(|layer| layers.put(layer));
    let (config, most) = layers.config();
    wrong.extend(more.into_iter().chain(most));
    if wrong.is_empty() { Ok((config, layers)) } else { Err(anyhow!(wrong.join("\n"))) }
}

/// The file that holds: the one that is named, the one here, or the user's own.
fn found(from: &ConfigFile) -> Result<Option<(PathBuf, String)>> {
    if from.no_config {
        return Ok(None);
    }
    if let Some(path) = from.config.clone().or_else(environment::config_file) {
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        return Ok(Some((path, text)));
    }
    let own = environment::config_home().map(|home| home.join("howler").join(FILE_NAME));
    for path in [Some(PathBuf::from(FILE_NAME)), own].into_iter().flatten() {
        if let Some(text) = read_if_there(&path)? {
            return Ok(Some((path, text)));
        }
    }
    Ok(None)
}

/// A file that cannot be read is not a file that is not there.
fn read_if_there(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

/// The layer of `HOWLER_SECTION__KEY` variables, and a line for each that names no key. A variable without `__` means
/// something else, unless only that keeps it from being a key. One with nothing in it counts as not set.
fn of_variables(variables: &[(String, String)]) -> (Layer, Vec<String>) {
    let (mut layer, mut wrong) = (Layer::new(), Vec::new());
    for (variable, value) in variables {
        let name = variable.strip_prefix(PREFIX).unwrap_or(variable).to_ascii_lowercase();
        let key = name.replace("__", ".");
        let flattened = Key::find_flattened(&name);
        if Key::find(&key).is_some() {
            let origin = Origin::Variable(variable.clone());
            let entry = Entry { value: Value::from(value.as_str()), origin };
            layer.extend((!entry.value.is_nothing()).then_some((key, entry)));
        } else if name.contains("__") || flattened.is_some() {
            let near = flattened.as_deref().or_else(|| Key::near(&key));
            let near = meant(near.map(variable_of));
            wrong.push(format!("{}: there is no such key{near}", variable.escape_debug()));
        }
    }
    (layer, wrong)
}

/// The variable of a key.
fn variable_of(name: &str) -> String {
    format!("{PREFIX}{}", name.to_ascii_uppercase().replace('.', "__"))
}

/// What is wrong with the text of a file.
#[cfg(test)]
pub fn check(text: &str) -> Vec<String> {
    let error = stack(Some((FILE_NAME.into(), text.to_owned())), &[], Vec::new()).err();
    error.iter().flat_map(|error| error.to_string().lines().map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
