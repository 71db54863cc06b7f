//! `howler init`: a commented `howler.toml`, made from the table of keys.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;

use crate::config::{KEYS, Key, Sample};
use crate::exit::{Exit, Failure};
use crate::write::say;

const HEAD: &str = "\
# What howler scans, how it judges and whom it tells. Lines that begin with # and no space are defaults or examples.
# A variable such as HOWLER_ACCOUNTS__ROLE_NAME comes before this file, and a flag before both.
# `howler config show` prints what holds; `howler doctor` tries it.
";

/// Columns of a comment.
const WIDTH: usize = 100;

/// Writes the file, unless there is one.
pub fn run(path: &Path) -> Result<Exit, Failure> {
    // Others need not read which external ids let howler in.
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = file.with_context(|| refusal(path)).map_err(Failure::usage)?;
    let written = file.write_all(text().as_bytes()).with_context(|| path.display().to_string());
    written.map_err(Failure::undelivered)?;
    say(&format!("{} is written", path.display()));
    Ok(Exit::Fine)
}

fn refusal(path: &Path) -> String {
    match path.exists() {
        true => format!("{} is there already and stays as it is: name another path", path.display()),
        false => path.display().to_string(),
    }
}

/// The file, section by section.
fn text() -> String {
    let mut text = HEAD.to_owned();
    let mut section = "";
    for key in KEYS {
        let (above, name) = key.name.rsplit_once('.').unwrap_or(("", key.name));
        if above != section {
            section = above;
            text += &format!("\n[{section}]\n");
        }
        text += &lines(key, name);
    }
    text
}

fn lines(key: &Key, name: &str) -> String {
    let flag = key.flag.map(|flag| format!(" ({flag})")).unwrap_or_default();
    let value = match key.sample {
        Sample::Default(value) | Sample::Example(value) if name != "*" => format!("{name} = {value}"),
        Sample::Default(value) | Sample::Example(value) => value.to_owned(),
    };
    format!("\n{}#{value}\n", wrapped(&format!("{}{flag}", key.about)))
}

/// Comment lines of at most [`WIDTH`] columns.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::from("#")];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < WIDTH => *line += &format!(" {word}"),
            _ => lines.push(format!("# {word}")),
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_says_nothing_until_a_line_is_uncommented_and_then_it_is_right() {
        let text = text();
        assert_eq!(crate::config::check(&text), Vec::<String>::new());
        let uncommented = |line: &str| match line.strip_prefix('#') {
            Some(value) if !value.starts_with(' ') => value.to_owned(),
            _ => line.to_owned(),
        };
        let whole = text.lines().map(uncommented).collect::<Vec<_>>().join("\n");
        assert_eq!(
            whole.lines().filter(|line| !line.starts_with('#') && line.contains(" = ")).count(),
            KEYS.len()
        );
        assert_eq!(crate::config::check(&whole), Vec::<String>::new(), "{whole}");
        assert!(text.lines().all(|line| line.len() <= 120), "{text}");
    }
}
