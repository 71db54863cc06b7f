//! What holds for the rows of every quota table.

use std::collections::BTreeMap;

use crate::{SOURCES, Source};

/// The sources that count quotas.
fn tables() -> impl Iterator<Item = &'static Source> {
    SOURCES.iter().copied().filter(|source| !source.quotas.is_empty())
}

#[test]
fn a_file_of_quotas_counts_quotas_and_no_other_does() {
    let named = SOURCES.iter().filter(|source| source.id.ends_with("-quotas")).map(|source| source.id);
    assert_eq!(tables().map(|source| source.id).collect::<Vec<_>>(), named.collect::<Vec<_>>());
}

#[test]
fn every_code_is_one_of_service_quotas_or_a_word_and_has_one_row() {
    let mut seen = BTreeMap::new();
    for (table, row) in tables().flat_map(|table| table.quotas.iter().map(move |row| (table.id, row))) {
        assert!(is_code(row.code) || is_word(row.code), "{} in {table} is no code", row.code);
        let earlier = seen.insert(row.code, table);
        assert_eq!(earlier, None, "{} in {table} has a row already", row.code);
    }
}

#[test]
fn every_row_says_its_name_unit_and_actions() {
    for row in tables().flat_map(|table| table.quotas) {
        assert!(!row.name.is_empty() && row.name.trim() == row.name, "{}: name {:?}", row.code, row.name);
        assert!(!row.unit.is_empty() && row.unit.trim() == row.unit, "{}: unit {:?}", row.code, row.unit);
        assert!(!row.actions.is_empty(), "{}: no actions", row.code);
    }
}

/// `L-` and eight upper-case hexadecimal digits.
fn is_code(code: &str) -> bool {
    let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'A'..=b'F');
    code.strip_prefix("L-").is_some_and(|digits| digits.len() == 8 && digits.bytes().all(digit))
}

/// Lower-case words with hyphens between them.
fn is_word(code: &str) -> bool {
    code.split('-').all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

#[test]
fn codes_are_told_from_what_only_looks_like_them() {
    assert!(is_code("L-0DA4ABF3") && is_word("policy-versions-in-use"));
    for neither in ["L-0da4abf3", "L-0DA4ABF", "L-0DA4ABF3A", "L-0DA4ABG3", "l-", "Policy", "", "a--b", "a-"]
    {
        assert!(!is_code(neither) && !is_word(neither), "{neither}");
    }
}
