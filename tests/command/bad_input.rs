//! What people get wrong: one clear line each, the documented exit code, no panic and nothing of the inside.

use std::fs;

use crate::harness::{Howler, Ran, Simulated, assert_sums, free_port, howler, now};

/// One line that says all the words.
#[track_caller]
fn told(ran: Ran, code: i32, words: &[&str]) {
    let ran = ran.exits(code);
    let told = format!("{}{}", ran.stderr, ran.stdout);
    for inside in ["panicked", "Some(", "Error {", "unhandled error", "src/", "RUST_BACKTRACE"] {
        assert!(!told.contains(inside), "{inside} in:\n{told}");
    }
    for word in words {
        assert!(told.contains(word), "no '{word}' in:\n{told}");
    }
}

/// The same, on standard error alone, and in one line.
#[track_caller]
fn told_in_one_line(ran: Ran, code: i32, words: &[&str]) {
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.stderr.trim_end().lines().count(), 1, "{}", ran.stderr);
    told(ran, code, words);
}

fn simulated(run: impl FnOnce(&Simulated) -> Howler) -> Ran {
    let simulated = Simulated::demo(Vec::new());
    run(&simulated).run()
}

#[test]
fn flag_values_that_do_not_exist() {
    told(howler(&["scan", "--format", "xml"]).run(), 2, &["'xml'", "table", "json"]);
    told(howler(&["scan", "--fail-on", "awful"]).run(), 2, &["'awful'", "critical"]);
    told(howler(&["scan", "--check", "certificate-expire"]).run(), 2, &["certificate-expiry"]);
    told(howler(&["explain", "nothing"]).run(), 2, &["'nothing'"]);
    told(howler(&["scan", "-o", "xml=report"]).run(), 2, &["no format 'xml'", "json", "table"]);
    told(howler(&["scan", "--now", "yesterday"]).run(), 2, &["'yesterday'", "--now"]);
    told(howler(&["scan", "--endpoint-timeout", "0"]).run(), 2, &["0.1 to 3600"]);
    told(howler(&["scan", "--endpoint", "no-port"]).run(), 2, &["'no-port'"]);
    told(howler(&["scan", "--nothing"]).run(), 2, &["--nothing"]);
    told(howler(&["scan", "--notify", "pager=http://127.0.0.1"]).run(), 2, &["pager"]);
    told(howler(&["scan", "--notify", "alertmanager=nowhere"]).run(), 2, &["https://HOST"]);
}

#[test]
fn an_address_with_a_password_is_never_repeated() {
    for value in
        ["http://user:sekret@127.0.0.1:9", "sekret", "Sekret=http://h", "alertmanager://u:sekret@h=x"]
    {
        let ran = howler(&["scan", "--notify", value]).run();
        assert!(!ran.stderr.to_lowercase().contains("sekret"), "{}", ran.stderr);
        told(ran, 2, &["--notify", "GATEWAY=ADDRESS"]);
    }
}

#[test]
fn nothing_to_tell_is_said_and_told_to_nobody() {
    let notify = "alertmanager=http://127.0.0.1:9";
    told_in_one_line(
        howler(&["notify", "--no-state", "--notify", notify]).run(),
        2,
        &["--no-state", "--from"],
    );
}

#[test]
fn a_scan_that_no_check_is_left_of() {
    let check = "quota-utilization";
    let ran = howler(&["scan", "--check", check, "--skip-check", check]).run();
    told_in_one_line(ran, 2, &["--check", "no check is left"]);
}

#[test]
fn an_endpoint_or_file_that_no_check_reads() {
    for verb in ["plan", "scan"] {
        let ran = |args: &[&str]| howler(&[verb, "--check", "quota-utilization"]).args(args).run();
        told_in_one_line(ran(&["--endpoint", "127.0.0.1:9"]), 2, &["--endpoint 127.0.0.1:9", "no check"]);
        told_in_one_line(ran(&["--file", "/tmp"]), 2, &["--file /tmp", "no check"]);
    }
}

#[test]
fn a_time_beyond_the_calendar() {
    told(howler(&["scan", "--now", "9999-12-31T00:00:00Z"]).run(), 2, &["1970 to 9000"]);
}

#[test]
fn a_role_whose_account_has_eleven_digits() {
    let role = "arn:aws:iam::12345678901:role/howler";
    told(howler(&["scan", "--role", role]).run(), 2, &[role, "12"]);
}

#[test]
fn an_account_of_eleven_digits() {
    for args in [["scan", "--account", "12345678901"], ["plan", "--account", "12345678901"]] {
        told(howler(&args).run(), 2, &["'12345678901'", "--account", "12 digits are expected"]);
    }
    let said = howler(&["scan"]).file("howler.toml", "[accounts]\nids = [\"12345678901\"]\n").run();
    told_in_one_line(said, 2, &["howler.toml:2", "accounts.ids", "'12345678901'", "12 digits are expected"]);
    let said = howler(&["scan"]).env("HOWLER_ACCOUNTS__IDS", "12345678901").run();
    told_in_one_line(said, 2, &["HOWLER_ACCOUNTS__IDS", "'12345678901'", "12 digits are expected"]);
}

#[test]
fn a_key_that_is_misspelt() {
    for (text, words) in [
        ("[acounts]\norganization = true\n", ["howler.toml:1", "acounts", "did you mean accounts?"]),
        (
            "[accounts]\nrole_nmae = \"x\"\n",
            ["howler.toml:2", "role_nmae", "did you mean accounts.role_name?"],
        ),
    ] {
        told_in_one_line(howler(&["scan"]).file("howler.toml", text).run(), 2, &words);
    }
}

#[test]
fn a_region_that_is_not_enabled_is_noted_and_no_gap() {
    let scan = |args: &[&str]| {
        let (mut organization, _) = howler_simulator::demo(now());
        for account in organization.accounts.values_mut() {
            account.disabled_regions.push("af-south-1".to_owned());
        }
        let simulated = Simulated::start(organization, Vec::new());
        let ran =
            simulated.scan(&["--check", "certificate-expiry", "--fail-on", "critical"]).args(args).run();
        assert!(simulated.simulator.requests().iter().all(|request| request.region != "af-south-1"));
        ran
    };
    let regions = ["-r", "eu-west-1", "-r", "af-south-1"];
    let document = scan(&[&regions[..], &["--format", "json"]].concat()).exits(0).document();
    let noted = document.scope(Some("af-south-1"), "acm");
    assert_eq!((&noted["status"], &document.0["complete"]), (&"disabled".into(), &true.into()));
    assert!(noted["gaps"][0]["message"].as_str().unwrap().contains("opted in"), "{noted}");
    told(scan(&regions), 0, &["disabled"]);
    // With findings elsewhere, these decide.
    told(scan(&["-r", "us-east-1", "-r", "af-south-1", "--org"]), 1, &["disabled"]);
    // Certificates and quotas of ACM are two sources of one scope, and a region may be said twice.
    let both = ["--check", "quota-utilization", "-r", "af-south-1", "--format", "json"];
    for args in [&["--org"][..], &[]] {
        assert_sums(&scan(&[&regions[..], &both, args].concat()).document());
    }
}

#[test]
fn a_region_that_is_both_asked_for_and_left_out() {
    for args in [&["-r", "eu-west-1", "-r", "!eu-west-1"][..], &["-r", "!eu-west-1", "-r", "eu-west-1"]] {
        told_in_one_line(howler(&["scan"]).args(args).run(), 2, &["eu-west-1", "left out"]);
    }
}

#[test]
fn a_region_that_does_not_exist() {
    let ran = simulated(|simulated| simulated.scan(&["-r", "eu-west-9"]));
    told_in_one_line(ran, 2, &["eu-west-9", "eu-west-1"]);
    told(howler(&["scan", "-r", "Europe"]).run(), 2, &["'Europe'"]);
}

#[test]
fn a_region_of_another_partition() {
    let ran = simulated(|simulated| simulated.scan(&["-r", "cn-north-1", "--check", "quota-utilization"]));
    told_in_one_line(ran, 2, &["cn-north-1", "partition"]);
    let ran = simulated(|simulated| simulated.scan(&["-r", "eu-west-1", "-r", "us-gov-west-1"]));
    told_in_one_line(ran, 2, &["us-gov-west-1", "partition"]);
    let ran = simulated(|simulated| simulated.howler(&["doctor", "-r", "cn-north-1"]));
    told(ran, 3, &["to do  regions: ", "cn-north-1"]);
}

#[test]
fn files_that_are_missing_or_no_certificates() {
    told_in_one_line(howler(&["scan", "--file", "/no/such.pem"]).run(), 2, &["/no/such.pem"]);
    told_in_one_line(
        howler(&["scan", "--endpoint", "127.0.0.1:1", "--trust", "/no/ca.pem"]).run(),
        2,
        &["/no/ca.pem"],
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("broken.pem");
    fs::write(&path, "-----BEGIN CERTIFICATE-----\nMIIBAAAA\n-----END CERTIFICATE-----\n").unwrap();
    told(howler(&["scan", "--file", path.to_str().unwrap()]).run(), 3, &["broken.pem"]);
}

#[test]
fn no_credentials() {
    told(howler(&["scan", "-r", "eu-west-1"]).run(), 3, &["credentials", "sts:GetCallerIdentity"]);
}

#[test]
fn a_profile_that_does_not_exist() {
    told(howler(&["scan", "--profile", "nobody"]).run(), 3, &["--profile", "credentials"]);
}

#[test]
fn an_address_where_nobody_listens() {
    let url = format!("http://127.0.0.1:{}", free_port());
    let ran = howler(&["scan", "-r", "eu-west-1"]).aws(&url, "AKIANOBODY").run();
    told(ran, 3, &["sts:GetCallerIdentity", "refused"]);
}

#[test]
fn settings_that_the_sdk_would_panic_about() {
    let scan = || howler(&["scan"]).aws("http://127.0.0.1:9", "AKIANOBODY");
    told_in_one_line(
        scan().env("AWS_RETRY_MODE", "bogus").run(),
        2,
        &["AWS_RETRY_MODE", "bogus", "standard"],
    );
    told_in_one_line(scan().env("AWS_MAX_ATTEMPTS", "0").run(), 2, &["AWS_MAX_ATTEMPTS"]);
    told_in_one_line(scan().env("AWS_CA_BUNDLE", "/no/ca.pem").run(), 2, &["AWS_CA_BUNDLE", "/no/ca.pem"]);
}

#[test]
fn a_role_that_cannot_be_taken_is_a_gap_and_the_rest_is_scanned() {
    let role = "arn:aws:iam::222222222222:role/nobody";
    let ran = simulated(|simulated| simulated.scan(&["-r", "eu-west-1", "--role", role, "--format", "json"]));
    let document = ran.exits(3).document();
    let denied = document.scope(Some("global"), "sts");
    assert_eq!((&denied["status"], &denied["account"]), (&"denied".into(), &"222222222222".into()));
    assert_eq!(denied["gaps"][0]["action"], "sts:AssumeRole");
    assert_eq!(document.scope(Some("eu-west-1"), "acm")["status"], "ok");
    let ran = simulated(|simulated| simulated.scan(&["-r", "eu-west-1", "--role", role]));
    let row = |words: &[&str]| ran.stdout.lines().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(row(&["222222222222", "sts:AssumeRole was denied (AccessDenied)"]), "{}", ran.stdout);
    assert!(row(&["denied: ", "howler policy iam"]), "no next step in:\n{}", ran.stdout);
    told(ran, 3, &["NOT COMPLETE"]);
}
