//! `howler suppress` and `howler owners test`: files of rules, written and asked by hand.

use std::fs;

use serde_json::Value;

use crate::harness::{NOW, Ran, howler};

const FILE: &str = "suppressions.toml";
const WORDS: [&str; 6] = ["--reason", "it \"moves\"", "--owner", "team-a", "--until", "2026-12-24"];
const CERTIFICATE: &str = "arn:aws:acm:eu-west-1:111111111111:certificate/1";

/// A file with a comment for all, one suppression that has ended, and one that has not.
const TEXT: &str = "\
# Reviewed by platform.

# done?
[[suppress]]
service = \"acm\"
reason = \"r\"
owner = \"o\"
until = 2026-11-22

[[suppress]]
service = \"iam\"
reason = \"r\\u001b[31m\"
owner = \"o\"
until = 2026-11-23
";

fn suppress(args: &[&str]) -> crate::harness::Howler {
    howler(&["suppress"]).args(args).args(&["--now", NOW])
}

fn written(ran: &Ran) -> String {
    fs::read_to_string(ran.home.path().join(FILE)).unwrap()
}

#[test]
fn what_is_added_stands_at_the_end_and_comments_stay() {
    let ran = suppress(&["add", "--check", "quota-*", "--account", "111111111111"]).args(&WORDS);
    let ran = ran.file(FILE, TEXT).run().exits(0);
    let block = "[[suppress]]\ncheck = \"quota-*\"\naccount = \"111111111111\"\nreason = 'it \"moves\"'\n\
                 owner = \"team-a\"\nuntil = 2026-12-24\n";
    assert_eq!(ran.stdout, block);
    assert_eq!(written(&ran), format!("{TEXT}\n{block}"));
}

#[test]
fn the_first_one_makes_the_file_where_a_scan_looks_for_it() {
    let ran = suppress(&["add", "--service", "acm"]).args(&WORDS).run().exits(0);
    assert!(written(&ran).starts_with("[[suppress]]\nservice = \"acm\"\n"), "{}", written(&ran));
}

#[test]
fn what_makes_no_sense_is_not_written() {
    for (args, expected) in [
        (&["--check", "quota-utilisation"][..], "did you mean quota-utilization?"),
        (&["--account", "12"], "12 digits"),
        (&["--service", "iam"], "about the same as line 10"),
        (&["--id", "x"], "not the id of a finding"),
    ] {
        let ran = suppress(&["add"]).args(args).args(&WORDS).file(FILE, TEXT).run().exits(2);
        assert!(ran.stderr.contains(expected) && ran.stderr.contains("nothing is written"), "{}", ran.stderr);
        assert_eq!(written(&ran), TEXT);
    }
}

#[test]
fn a_reason_an_owner_a_day_to_come_and_something_to_suppress_are_required() {
    let some = ["--service", "acm"];
    for left_out in [0, 2, 4] {
        let words: Vec<&str> = [&WORDS[..left_out], &WORDS[left_out + 2..]].concat();
        let ran = suppress(&["add"]).args(&some).args(&words).run().exits(2);
        assert!(ran.stderr.contains(WORDS[left_out]), "{}", ran.stderr);
    }
    suppress(&["add"]).args(&WORDS).run().exits(2);
    for (day, expected) in [("2026-11-22", "past"), ("2027-11-25", "366 days"), ("soon", "invalid value")] {
        let words = ["--reason", "r", "--owner", "o", "--until", day];
        let ran = suppress(&["add"]).args(&some).args(&words).run().exits(2);
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
        assert!(!ran.home.path().join(FILE).exists());
    }
}

#[test]
fn the_list_says_what_holds_and_what_has_ended() {
    let table = suppress(&["list"]).file(FILE, TEXT).run().exits(0).stdout;
    let lines: Vec<&str> = table.lines().collect();
    assert!(lines[0].starts_with("UNTIL"), "{table}");
    assert!(lines[1].starts_with("2026-11-22  expired    o      service=acm"), "{table}");
    assert!(lines[2].starts_with("2026-11-23  ends soon  o      service=iam"), "{table}");
    assert!(!table.contains('\u{1b}'), "what people wrote is escaped: {table:?}");
    let json = suppress(&["list", "--format", "json"]).file(FILE, TEXT).run().exits(0).stdout;
    let all: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&all[0]["state"], &all[0]["until"]), (&"expired".into(), &"2026-11-22".into()));
    assert_eq!((&all[1]["state"], &all[1]["reason"]), (&"ends-soon".into(), &"r\u{1b}[31m".into()));
    assert_eq!(suppress(&["list"]).run().exits(0).stdout, "Nothing is suppressed.\n");
    suppress(&["list", "--file", "elsewhere.toml"]).run().exits(2);
}

#[test]
fn what_has_ended_is_pruned_with_its_comment() {
    let dry = suppress(&["prune", "--dry-run"]).file(FILE, TEXT).run().exits(0);
    assert_eq!(written(&dry), TEXT);
    let ran = suppress(&["prune"]).file(FILE, TEXT).run().exits(0);
    assert_eq!(ran.stdout, dry.stdout);
    assert!(ran.stdout.contains("service=acm") && !ran.stdout.contains("service=iam"), "{}", ran.stdout);
    let (_, rest) = TEXT.split_once("until = 2026-11-22\n").unwrap();
    assert_eq!(written(&ran), format!("# Reviewed by platform.\n{rest}"));
}

#[test]
fn a_broken_file_is_told_with_its_lines_and_left_alone() {
    let broken = format!("{TEXT}untill = 2026-11-24\n");
    for command in [&["list"][..], &["prune"]] {
        let ran = suppress(command).file(FILE, &broken).run().exits(2);
        assert!(
            ran.stderr.contains("suppressions.toml:15: untill: there is no such key; did you mean until?")
        );
        assert_eq!(written(&ran), broken);
    }
}

#[test]
fn the_file_is_the_one_that_the_configuration_names() {
    let config = "[rules]\nsuppressions = \"mine.toml\"\nowners = \"ours.toml\"\n";
    let list = suppress(&["list"]).file("howler.toml", config).file("mine.toml", TEXT).run().exits(0);
    assert!(list.stdout.contains("service=iam"), "{}", list.stdout);
    let owner = howler(&["owners", "test", CERTIFICATE]).file("howler.toml", config);
    let owner = owner.file("ours.toml", "default = \"us\"\n").run().exits(0);
    assert_eq!(owner.stdout, "> default of ours.toml  us\n");
}

#[test]
fn the_chain_of_owners_is_told_and_what_holds_is_marked() {
    let rules = "default = \"platform\"\n[[owner]]\ndomain = \"example.com\"\nowner = \"web\"\n[[owner]]\n\
                 ou = \"ou-root-prod0001\"\nowner = \"unit\"\n";
    let test = |args: &[&str]| {
        howler(&["owners", "test", CERTIFICATE]).args(args).file("owners.toml", rules).run().exits(0).stdout
    };
    let tags = ["--tag", "team=<b>", "--user-tag", "owner=edge", "--account-tag", "team=pay"];
    assert_eq!(
        test(&tags),
        "  tag team                   (skipped: a name may have letters, digits, spaces and . _ - @ / + :)\n\
         > tag owner of what uses it  edge\n  \
         account tag team           pay\n  \
         default of owners.toml     platform\n"
    );
    assert_eq!(
        test(&["--domain", "www.example.com", "--ou", "ou-root-prod0001"]),
        "> owners.toml:5           unit\n  owners.toml:2           web\n  default of owners.toml  platform\n"
    );
}

#[test]
fn an_owner_cannot_be_told_without_a_file_or_of_nothing() {
    let missing = howler(&["owners", "test", CERTIFICATE]).run().exits(2);
    assert!(missing.stderr.contains("owners.toml"), "{}", missing.stderr);
    let rules = "default = \"p\"\n";
    howler(&["owners", "test", "what"]).file("owners.toml", rules).run().exits(2);
    let broken = howler(&["owners", "test", CERTIFICATE]).file("owners.toml", "tags = []\n").run().exits(2);
    assert!(broken.stderr.contains("owners.toml:1: default is missing"), "{}", broken.stderr);
}
