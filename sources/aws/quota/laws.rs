//! What holds for the rows of every quota table.

use std::collections::BTreeMap;
use std::path::Path;

use super::Row;
use crate::aws::{
    acm_quotas, autoscaling_quotas, ebs_quotas, ec2_quotas, elb_quotas, iam_quotas, vpc_quotas,
};

/// Every table, by the file that it is in.
const TABLES: &[(&str, &[Row])] = &[
    ("acm_quotas", acm_quotas::ROWS),
    ("autoscaling_quotas", autoscaling_quotas::ROWS),
    ("ebs_quotas", ebs_quotas::ROWS),
    ("ec2_quotas", ec2_quotas::ROWS),
    ("elb_quotas", elb_quotas::ROWS),
    ("iam_quotas", iam_quotas::ROWS),
    ("vpc_quotas", vpc_quotas::ROWS),
];

#[test]
fn every_file_of_quotas_has_its_table_here() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("aws");
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut files: Vec<String> = names
        .filter_map(|name| Some(name.to_str()?.strip_suffix(".rs")?.to_owned()))
        .filter(|name| name.ends_with("_quotas"))
        .collect();
    files.sort();
    assert_eq!(files, TABLES.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>());
}

#[test]
fn every_code_is_one_of_service_quotas_or_a_word_and_has_one_row() {
    let mut tables = BTreeMap::new();
    for (table, row) in TABLES.iter().flat_map(|(table, rows)| rows.iter().map(move |row| (table, row))) {
        assert!(is_code(row.code) || is_word(row.code), "{} in {table} is no code", row.code);
        let earlier = tables.insert(row.code, table);
        assert_eq!(earlier, None, "{} in {table} has a row already", row.code);
    }
}

#[test]
fn every_row_says_its_name_unit_and_actions() {
    for row in TABLES.iter().flat_map(|(_, rows)| *rows) {
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
