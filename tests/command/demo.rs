//! `howler demo`: the main job, for somebody who has no AWS account.

use serde_json::Value;

use crate::harness::{NOW, Ran, assert_valid, howler, validate};

fn demo(args: &[&str]) -> Ran {
    howler(&["demo", "--now", NOW]).args(args).run()
}

#[test]
fn the_table_shows_what_expired_what_expires_what_is_nearly_used_up_and_what_was_denied() {
    let ran = demo(&[]).exits(3);
    let row = |words: &[&str]| ran.stdout.lines().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(row(&["edge.platform.example.com", "expired"]), "{}", ran.stdout);
    assert!(row(&["pay.example.com", "3d left"]), "{}", ran.stdout);
    assert!(row(&["Running On-Demand Standard", "184/200", "92%"]), "{}", ran.stdout);
    assert!(row(&["acm:ListCertificates was denied"]), "{}", ran.stdout);
    assert!(row(&["NOT COMPLETE"]), "{}", ran.stdout);
    assert_eq!(demo(&["--quiet"]).stderr, "");
}

#[test]
fn at_the_end_stands_what_it_cost_and_the_least_that_it_could_take() {
    let ran = demo(&[]).exits(3);
    let lines: Vec<&str> = ran.stderr.lines().collect();
    let calls = lines.iter().find_map(|line| line.strip_prefix("howler: ")?.split_once(" calls: "));
    let (sum, services) = calls.unwrap_or_else(|| panic!("{}", ran.stderr));
    // On a busy machine some are asked again: `ec2 275 (2 retried, 0 throttled)`.
    let words = services.split(['(', ')']).step_by(2).flat_map(|plain| plain.split([' ', ',']));
    let counts = words.filter_map(|word| word.parse::<u64>().ok());
    assert_eq!(counts.sum::<u64>(), sum.parse::<u64>().unwrap(), "{services}");
    assert!(services.contains("ec2 ") && services.contains("sts "), "{services}");
    let last = lines.last().unwrap();
    let times = last.strip_prefix("howler: finished in ").and_then(|rest| rest.split_once(" s, floor "));
    let (took, floor) = times.unwrap_or_else(|| panic!("{last}"));
    let seconds = |text: &str| text.split(' ').next().unwrap().parse::<f64>().unwrap();
    assert!(seconds(floor) <= seconds(took) + 0.1, "nothing is quicker than the least time: {last}");
}

#[test]
fn the_piped_table_is_golden() {
    insta::assert_snapshot!("demo_table", demo(&[]).exits(3).stdout);
}

#[test]
fn the_document_is_golden_in_what_is_open() {
    let document = demo(&["--format", "json"]).exits(3).document();
    let line = |finding: &serde_json::Value| {
        let word = |name: &str| finding[name].as_str().unwrap_or("-").to_owned();
        [word("id"), word("severity"), word("status"), word("summary")].join("  ")
    };
    let open = document.findings().iter().filter(|finding| finding["status"] != "pass").map(line);
    insta::assert_snapshot!("demo_open", open.collect::<Vec<_>>().join("\n"));
    insta::assert_snapshot!("demo_coverage", format!("{:#}", document.0["coverage"]));
}

#[test]
fn the_document_keeps_to_the_schema_and_a_broken_one_does_not() {
    let document = demo(&["--format", "json"]).document();
    assert_valid(&document);
    for (pointer, value) in [
        ("/findings/0/severity", "awful".into()),
        ("/run/now", "yesterday".into()),
        ("/coverage/requested", (-1).into()),
        ("/findings/0/scope", serde_json::Value::Null),
    ] {
        let mut broken = document.0.clone();
        *broken.pointer_mut(pointer).unwrap_or_else(|| panic!("there is no {pointer}")) = value;
        assert_ne!(validate(&broken), "", "{pointer}");
    }
}

/// A busy machine makes howler ask again here and there, and it counts that.
fn without_calls(document: &str) -> String {
    document.lines().filter(|line| !line.contains("\"api_calls\"")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_same_time_gives_the_same_bytes() {
    for format in ["json", "table"] {
        let args = ["--format", format];
        let (once, again) = (demo(&args), demo(&args));
        assert!(!once.stdout.is_empty());
        assert_eq!(without_calls(&once.stdout), without_calls(&again.stdout));
    }
}

#[test]
fn another_time_gives_the_same_ids() {
    let ids = |now: &str| {
        let document = howler(&["demo", "--format", "json", "--now", now]).run().document();
        // A certificate inside of something is called by its fingerprint, and has other dates at another time.
        let named = |finding: &&Value| !finding["resource"]["id"].as_str().unwrap().contains('#');
        let named = document.findings().iter().filter(named);
        let mut ids: Vec<_> = named.map(|finding| finding["id"].to_string()).collect();
        assert!(ids.len() > 50, "{}", ids.len());
        ids.sort();
        ids
    };
    // Much is counted from the time of the demo, but not what things are called.
    assert_eq!(ids(NOW), ids("2027-02-03T04:05:06Z"));
}

#[test]
fn a_report_in_a_file_is_the_report_on_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    let ran = demo(&["-o", &format!("json={}", path.display())]).exits(3);
    let written = std::fs::read_to_string(&path).unwrap();
    assert_eq!(without_calls(&written), without_calls(&demo(&["--format", "json"]).stdout));
    assert!(ran.stdout.starts_with("howler "), "{}", ran.stdout);
}

#[test]
fn a_report_that_cannot_be_written_is_told_by_name() {
    let ran = demo(&["-o", "json=/no/such/folder/report.json"]).exits(2);
    assert!(ran.stderr.contains("/no/such/folder"), "{}", ran.stderr);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
}

#[test]
fn a_report_that_fails_costs_no_other_and_a_link_stays_a_link() {
    let folder = tempfile::TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("real.json"), "{}").unwrap();
    std::os::unix::fs::symlink("real.json", at("link.json")).unwrap();
    let link = format!("json={}", at("link.json").display());
    let ran = demo(&["-o", "json=/dev/full", "-o", &link]).exits(4);
    assert!(ran.stderr.contains("/dev/full") && ran.stdout.starts_with("howler "), "{}", ran.stderr);
    assert!(std::fs::symlink_metadata(at("link.json")).unwrap().is_symlink());
    assert!(std::fs::read_to_string(at("real.json")).unwrap().contains("howler.report/v1"));
}

#[test]
fn gaps_can_be_allowed_and_findings_still_fail() {
    demo(&["--allow-gaps"]).exits(1);
    demo(&["--allow-gaps", "--check", "certificate-not-valid-yet"]).exits(0);
}
