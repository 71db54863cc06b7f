//! What is wrong with a file is said, all of it, with its line.

use crate::samples::{read, wrong};

fn owners(block: &str) -> String {
    wrong("owners.toml", &format!("default = \"p\"\n[[owner]]\n{block}\n"))
}

#[test]
fn every_mistake_is_told_with_its_line_and_a_near_name() {
    let text =
        "defualt = \"p\"\n[[owner]]\nacount = \"1\"\nowner = \"x\"\n[[owner]]\naccount = \"12\"\n[[ownr]]\n";
    assert_eq!(
        wrong("owners.toml", text),
        "owners.toml:1: default is missing\n\
         owners.toml:2: nothing says which findings this is about: id, check, account, ou, region, service, resource, \
         tag, account_tag, domain\n\
         owners.toml:3: acount: there is no such key; did you mean account?\n\
         owners.toml:6: account: '12' is not an AWS account id: 12 digits are expected\n\
         owners.toml:5: owner is missing\n\
         owners.toml:1: defualt: there is no such key; did you mean default?\n\
         owners.toml:7: ownr: there is no such key; did you mean owner?"
    );
}

#[test]
fn what_is_no_toml_is_told_with_its_line() {
    assert!(wrong("severities.toml", "[[severity]]\nx = = 1\n").starts_with("severities.toml:2: "));
}

#[test]
fn values_that_make_no_sense_are_refused() {
    for (block, expected) in [
        ("owner = \"x\"", "owners.toml:2: nothing says which findings this is about"),
        ("account = []\nowner = \"x\"", "owners.toml:3: account: a list with nothing in it"),
        ("account = \"\"\nowner = \"x\"", "owners.toml:3: account: text in quotes is expected"),
        ("account = 111111111111\nowner = \"x\"", "account: text in quotes is expected"),
        ("account = [\"111111111111\", 2]\nowner = \"x\"", "account: text in quotes is expected"),
        ("check = \"certificate-expiri\"\nowner = \"x\"", "did you mean certificate-expiry?"),
        ("check = \"zzz*\"\nowner = \"x\"", "check: there is no check zzz*"),
        ("region = \"europe\"\nowner = \"x\"", "region: 'europe' is not an AWS region name"),
        ("ou = \"Sales\"\nowner = \"x\"", "ou: 'Sales' is not an organisational unit"),
        ("id = \"hw1-x\"\nowner = \"x\"", "id: 'hw1-x' is not the id of a finding"),
        ("domain = \"*.example.com\"\nowner = \"x\"", "domain: '*.example.com' is no domain"),
        ("domain = \".\"\nowner = \"x\"", "is no domain"),
        ("tag = \"=x\"\nowner = \"x\"", "tag: '=x' is no tag"),
        ("service = \"acm\"\nowner = \"<x>\"", "owner: a name may have letters"),
        ("service = \"acm\"\nowner = \"\"", "owner: text in quotes is expected"),
    ] {
        assert!(owners(block).contains(expected), "{block}: {}", owners(block));
    }
}

#[test]
fn a_message_holds_no_control_characters() {
    let told = owners("account = \"\\u001b[31m\"\n\"a\\u0007b\" = 1\nowner = \"x\"");
    assert!(!told.contains(|letter: char| letter.is_control() && letter != '\n'), "{told:?}");
    assert!(told.contains("\\u{1b}[31m") && told.contains("a\\u{7}b"), "{told}");
}

#[test]
fn a_suppression_needs_a_reason_an_owner_and_an_end() {
    let all = "reason = \"r\"\nowner = \"o\"\nuntil = 2027-01-31\n";
    let with = |rest: &str| format!("[[suppress]]\nservice = \"acm\"\n{rest}");
    assert!(read("suppressions.toml", &with(all)).is_ok());
    for key in ["reason", "owner", "until"] {
        let without: String =
            all.lines().filter(|line| !line.starts_with(key)).map(|line| format!("{line}\n")).collect();
        assert_eq!(
            wrong("suppressions.toml", &with(&without)),
            format!("suppressions.toml:1: {key} is missing")
        );
    }
    let changed = |from: &str, to: &str| wrong("suppressions.toml", &with(&all.replace(from, to)));
    assert!(changed("\"r\"", "\"  \"").contains("suppressions.toml:3: reason: text in quotes is expected"));
    assert!(changed("\"o\"", "\"\"").contains("owner: text in quotes is expected"));
    for bad in ["\"2027-01-31\"", "2027-01-31T00:00:00Z", "12:00:00", "20270131"] {
        assert!(
            changed("2027-01-31", bad).contains("suppressions.toml:5: until: a day without quotes"),
            "{bad}"
        );
    }
}

#[test]
fn nothing_is_suppressed_for_more_than_a_year() {
    let until = |day: &str| {
        let text = format!("[[suppress]]\nservice = \"acm\"\nreason = \"r\"\nowner = \"o\"\nuntil = {day}\n");
        read("suppressions.toml", &text).map_err(|error| error.to_string()).err()
    };
    assert_eq!(until("2027-11-24"), None);
    assert_eq!(until("2001-01-01"), None, "what has ended is a finding, not a mistake");
    let expected = "suppressions.toml:5: until: at most 366 days from now, 2027-11-24, is allowed";
    assert_eq!(until("2027-11-25").as_deref(), Some(expected));
}

#[test]
fn the_same_selector_twice_is_one_too_many() {
    let block =
        |keys: &str| format!("[[suppress]]\n{keys}\nreason = \"r\"\nowner = \"o\"\nuntil = 2027-01-31\n");
    let text = block("service = [\"acm\", \"iam\"]") + &block("service = [\"iam\", \"acm\"]");
    let expected = "suppressions.toml:6: this is about the same as line 1: one is enough";
    assert_eq!(wrong("suppressions.toml", &text), expected);
}

#[test]
fn severities_and_days_have_their_forms() {
    let text = "[[severity]]\nservice = \"acm\"\nseverity = \"worst\"\n[[escalate]]\nservice = \"acm\"\nseverity = \"high\"\n\
                within_days = -1\n[[escalate]]\nservice = \"acm\"\nwithin_days = 1.5\n";
    assert_eq!(
        wrong("severities.toml", text),
        "severities.toml:3: 'worst' is not a severity: one of critical, high, medium, low, info is expected\n\
         severities.toml:7: within_days: whole days from 0 to 36500 are expected\n\
         severities.toml:8: severity is missing\n\
         severities.toml:10: within_days: whole days from 0 to 36500 are expected"
    );
}

#[test]
fn a_table_where_blocks_are_expected_is_told() {
    assert!(wrong("owners.toml", "default = \"p\"\n[owner]\n").contains("each block begins with [[owner]]"));
    assert!(
        wrong("owners.toml", "default = \"p\"\nowner = [1]\n").contains("each block begins with [[owner]]")
    );
    assert!(wrong("owners.toml", "default = \"p\"\nalias = 1\n").contains("[alias] is expected"));
}
