//! Every `howler` that a page shows in a shell is one that the command line takes.

use std::fs;

use crate::howler::{EXE, at, program};
use crate::links::markdown;

/// The lines of the shell that begin with the command, without what stands behind it.
fn shown(text: &str) -> Vec<String> {
    let text = text.replace("\\\n", " ");
    let blocks = text.split("```sh\n").skip(1).filter_map(|block| block.split("```").next());
    let lines = blocks.flat_map(str::lines).map(str::trim).filter(|line| line.starts_with("howler "));
    lines.map(|line| line.split(['#', '|', '>']).next().unwrap_or_default().to_owned()).collect()
}

/// What is said against a command line: it is parsed, and help is all that it does.
fn refused(line: &str) -> Option<String> {
    let words = line.split_whitespace().skip(1).map(|word| word.trim_matches('\''));
    let output = program(EXE).args(words).arg("--help").output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    (!output.status.success()).then(|| format!("{line}: {errors}"))
}

#[test]
fn every_command_line_that_is_shown_is_taken() {
    let pages = markdown().into_iter().map(|path| fs::read_to_string(at(path)).unwrap());
    let lines: Vec<String> = pages.flat_map(|text| shown(&text)).collect();
    assert!(lines.len() > 20, "only {} were seen", lines.len());
    let refused: Vec<String> = lines.iter().filter_map(|line| refused(line)).collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn a_command_line_that_is_wrong_is_seen() {
    let text = "```sh\nhowler scan \\\n  --orgs   # all\n```\n";
    assert_eq!(shown(text).len(), 1);
    assert!(refused(&shown(text)[0]).unwrap().contains("--orgs"));
    assert!(refused("howler scan --ou nowhere").is_some());
    assert!(refused("howler scan --org").is_none());
}
