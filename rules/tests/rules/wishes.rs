//! What rules want to be known, and what they leave as it is.

use howler_rules::Rules;

use crate::samples::{self as a, Known, read};

#[test]
fn tags_are_asked_for_only_where_a_rule_looks_at_them() {
    let needs = |name: &str, text: &str| {
        let rules = read(name, text).unwrap();
        (rules.needs_tags(), rules.needs_account_tags())
    };
    let owners = |rest: &str| format!("default = \"p\"\n{rest}");
    let rule = |key: &str| owners(&format!("tags = []\n[[owner]]\n{key} = \"a\"\nowner = \"o\"\n"));
    assert_eq!(needs("owners.toml", &owners("")), (true, true));
    assert_eq!(needs("owners.toml", &owners("tags = []")), (false, false));
    assert_eq!(needs("owners.toml", &rule("tag")), (true, false));
    assert_eq!(needs("owners.toml", &rule("account_tag")), (false, true));
    let severity = "[[severity]]\ntag = \"env=dev\"\nseverity = \"low\"\n";
    assert_eq!(needs("severities.toml", severity), (true, false));
    assert_eq!((Rules::default().needs_tags(), Rules::default().needs_account_tags()), (false, false));
}

#[test]
fn units_are_those_that_any_rule_names() {
    let text = "default = \"p\"\n[[owner]]\nou = [\"ou-root-00000002\", \"ou-root-00000001\"]\nowner = \"o\"\n[[owner]]\nou = \"ou-root-00000001\"\nowner = \"o\"\n";
    assert_eq!(read("owners.toml", text).unwrap().units(), ["ou-root-00000001", "ou-root-00000002"]);
    assert_eq!(Rules::default().units(), [""; 0]);
}

#[test]
fn other_rules_have_another_digest() {
    let digest = |name: &str, text: &str| read(name, text).unwrap().digest();
    assert_eq!(Rules::default().digest(), "");
    let one = digest("owners.toml", "default = \"p\"\n");
    assert_eq!(one, digest("owners.toml", "default = \"p\"\n"));
    let empty = digest("severities.toml", "");
    for other in [&empty, &digest("suppressions.toml", ""), &digest("owners.toml", "default = \"q\"\n")] {
        assert!(one != **other && other.len() == 16, "{other}");
    }
    assert_ne!(empty, digest("suppressions.toml", ""));
}

#[test]
fn a_finding_keeps_its_id_whoever_owns_it_and_however_bad_it_is() {
    let before = a::certificate();
    for (name, text) in [
        ("owners.toml", "default = \"p\"\n"),
        ("severities.toml", "[[severity]]\nservice = \"acm\"\nseverity = \"critical\"\n"),
        (
            "suppressions.toml",
            "[[suppress]]\nservice = \"acm\"\nreason = \"r\"\nowner = \"o\"\nuntil = 2027-01-31\n",
        ),
    ] {
        let mut after = before.clone();
        read(name, text).unwrap().apply(&mut after, &Known::default().around(), a::now());
        assert_ne!(after, before, "{name}");
        assert_eq!(after.id, before.id, "{name}");
    }
}
