//! The help of every command on one page.

use std::fmt::Write;

use crate::howler::said;
use crate::pages::{GENERATED, Page};

/// The page.
pub(crate) fn page() -> Page {
    let mut text = format!("{GENERATED}# The command\n\nWhat `--help` says, command by command.\n");
    tell(&[], &mut text);
    Page { path: "docs/command.md".into(), text }
}

/// Writes the help of a command, then that of its own commands.
fn tell(path: &[&str], text: &mut String) {
    let help = said(&[path, &["--help"]].concat(), 0);
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    let name = [&["howler"], path].concat().join(" ");
    write!(text, "\n## {name}\n\n```text\n{}\n```\n", lines.join("\n")).unwrap();
    for command in commands(&help) {
        tell(&[path, &[command]].concat(), text);
    }
}

/// The names under `Commands:`.
fn commands(help: &str) -> impl Iterator<Item = &str> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = listed.take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help")
}

#[test]
fn commands_within_commands_are_told() {
    let text = page().text;
    for name in ["howler scan", "howler demo", "howler policy iam"] {
        assert!(text.contains(&format!("## {name}\n")), "{name}");
    }
}
