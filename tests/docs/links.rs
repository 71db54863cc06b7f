//! Links from page to page lead to a file and, where they name one, to a heading.

use std::fs;
use std::path::Path;

use crate::howler::at;
use crate::pages::pages;

/// Every Markdown file at the root, in the book and in `deploy/`.
pub(crate) fn markdown() -> Vec<String> {
    let mut paths = Vec::new();
    for folder in ["", "docs", "docs/checks", "docs/sources", "deploy"] {
        let names = fs::read_dir(at(folder)).unwrap().map(|entry| entry.unwrap().file_name());
        let names = names.filter_map(|name| name.into_string().ok()).filter(|name| name.ends_with(".md"));
        paths.extend(names.map(|name| Path::new(folder).join(name).to_str().unwrap().to_owned()));
    }
    paths.sort();
    paths
}

/// The targets of the links of a page, code left out.
fn targets(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2);
    let links = prose.flat_map(|prose| prose.split("](").skip(1));
    links.filter_map(|link| link.split(')').next()).filter(|target| !target.contains("://")).collect()
}

/// The anchor that a heading gets.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn has_anchor(path: &Path, wanted: &str) -> bool {
    let text = fs::read_to_string(path).unwrap();
    let headings = text.lines().filter_map(|line| line.strip_prefix('#'));
    headings.map(|heading| anchor(heading.trim_start_matches('#'))).any(|anchor| anchor == wanted)
}

fn broken(page: &str, target: &str) -> Option<String> {
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let path = if file.is_empty() { at(page) } else { at(page).parent().unwrap().join(file) };
    let there = path.exists() && (heading.is_empty() || has_anchor(&path, heading));
    (!there).then(|| format!("{page}: {target}"))
}

#[test]
fn links_lead_somewhere() {
    pages();
    let mut seen = 0;
    let mut lost = Vec::new();
    for page in markdown() {
        let text = fs::read_to_string(at(&page)).unwrap();
        let targets = targets(&text);
        seen += targets.len();
        lost.extend(targets.into_iter().filter_map(|target| broken(&page, target)));
    }
    assert!(lost.is_empty(), "lead nowhere:\n{}", lost.join("\n"));
    assert!(seen > 50, "only {seen} links were seen");
}

#[test]
fn a_link_that_leads_nowhere_is_seen() {
    assert!(broken("README.md", "docs/no-such-page.md").is_some());
    assert!(broken("README.md", "docs/report.md#no-such-heading").is_some());
    assert!(broken("README.md", "docs/report.md").is_none());
}
