//! `howler.toml`: every key with its line, and every mistake at once.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::key::Key;
use super::layers::{Entry, Layer, Origin};
use super::{Value, notify};

/// The layer of a file, and a line for each mistake in it: the file, its line and, for a name that is not known, a
/// near one.
pub fn read(path: &Path, text: &str) -> (Layer, Vec<String>) {
    let mut reader = Reader { path, text, layer: Layer::new(), wrong: Vec::new() };
    match DeTable::parse(text) {
        Ok(table) => reader.table("", table.get_ref()),
        Err(error) => {
            let line = error.span().map_or(1, |span| line(text, span.start));
            reader.wrong.push(format!("{}:{line}: {}", path.display(), error.message()));
        }
    }
    (reader.layer, reader.wrong)
}

/// The line of a byte, from 1 on.
fn line(text: &str, byte: usize) -> usize {
    1 + text.bytes().take(byte).filter(|byte| *byte == b'\n').count()
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    layer: Layer,
    wrong: Vec<String>,
}

impl Reader<'_> {
    fn table(&mut self, above: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = match above {
                "" => key.get_ref().to_string(),
                above => format!("{above}.{}", key.get_ref()),
            };
            self.key(name, line(self.text, key.span().start), value.get_ref());
        }
    }

    fn key(&mut self, name: String, line: usize, value: &DeValue<'_>) {
        let place = format!("{}:{line}: {}", self.path.display(), name.escape_debug());
        match value {
            _ if Key::find(&name).is_some() => {
                let value = Value::of(value);
                if name.starts_with("notify.") && notify::holds_credentials(&value) {
                    self.wrong.push(format!(
                        "{place}: an address with a password (with any @) stays out of this file: {{ env = \"NAME\" }} or \
                         {{ file = \"PATH\" }} says where it is"
                    ));
                }
                let origin = Origin::File(self.path.to_owned(), line);
                self.layer.push((name, Entry { value, origin }));
            }
            DeValue::Table(table) if Key::is_section(&name) => self.table(&name, table),
            _ if Key::is_section(&name) => self.wrong.push(format!("{place}: [{name}] is a section")),
            _ => self.wrong.push(format!("{place}: there is no such key{}", meant(Key::near(&name)))),
        }
    }
}

/// The near name, if there is one.
pub fn meant(near: Option<impl std::fmt::Display>) -> String {
    near.map(|name| format!("; did you mean {name}?")).unwrap_or_default()
}
