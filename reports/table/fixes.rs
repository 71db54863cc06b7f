//! What to do about the findings shown: each advice once, with its number in the table and commands to run.

use super::{grid, paint};
use crate::Style;
use crate::document::Finding;
use crate::escape::visible;
use crate::wording::{Remediation, count};

/// How many commands an advice is shown with.
const MOST_COMMANDS: usize = 2;
/// Where the text of an advice begins, and its commands.
const INDENT: &str = "    ";

/// An advice and the commands of the findings that it is for.
struct Fix {
    text: String,
    commands: Vec<String>,
}

/// The number of the advice for each finding that has one.
pub(super) fn numbers(findings: &[Finding]) -> Vec<Option<usize>> {
    collect(findings).1
}

fn collect(findings: &[Finding]) -> (Vec<Fix>, Vec<Option<usize>>) {
    let mut fixes: Vec<Fix> = Vec::new();
    let mut number = |finding: &Finding| finding.remediation.as_ref().map(|fix| take(&mut fixes, fix));
    let numbers = findings.iter().map(&mut number).collect();
    (fixes, numbers)
}

/// The number of the advice, which is added if it is new.
fn take(fixes: &mut Vec<Fix>, Remediation { text, command }: &Remediation) -> usize {
    let text = visible(text);
    let known = fixes.iter().position(|fix| fix.text == text);
    match known.and_then(|index| fixes.get_mut(index)) {
        Some(fix) => fix.commands.extend(command.clone()),
        None => fixes.push(Fix { text, commands: command.iter().cloned().collect() }),
    }
    known.map_or(fixes.len(), |index| index + 1)
}

/// The list of advices, or nothing.
pub(super) fn section(findings: &[Finding], style: &Style) -> Vec<String> {
    let (fixes, _) = collect(findings);
    let told = fixes.iter().enumerate().flat_map(|(index, fix)| advice(index + 1, fix, style.width));
    let title = (!fixes.is_empty()).then(|| paint::title("What to do", style));
    title.into_iter().chain(told).collect()
}

fn advice(number: usize, fix: &Fix, width: Option<u16>) -> Vec<String> {
    let mut lines = grid::fold(&format!("{number:>2}  {}", fix.text), width, INDENT);
    let shown = fix.commands.iter().filter_map(|command| grid::fold_command(command, width, INDENT));
    let shown: Vec<_> = shown.take(MOST_COMMANDS).collect();
    let hidden = fix.commands.len() - shown.len();
    lines.extend(shown.into_iter().flatten());
    if hidden > 0 {
        let noun = if hidden == fix.commands.len() { "command" } else { "more command" };
        lines.push(format!("{INDENT}({} in --format json)", count(hidden, noun)));
    }
    lines
}
