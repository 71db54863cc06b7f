//! The parts of a split scan as files: who writes which, which count, and which are refused.

use std::fs;
use std::path::Path;

use chrono::{SubsecRound, Utc};
use howler_simulator::{Fault, Rule};
use serde_json::Value;
use tempfile::TempDir;

use crate::harness::{
    Alertmanager, Document, Howler, Ran, Simulated, Webhook, free_port, howler, without_run,
};

const CHECK: [&str; 4] = ["--check", "certificate-expiry", "--check", "scan-coverage"];
const LATER: &str = "2026-11-23T09:30:07Z";

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A scan of certificates in all accounts, by the clock that `arguments` say.
fn scan(simulated: &Simulated, arguments: &[&str]) -> Howler {
    simulated.howler(&["scan", "--quiet", "--org", "-r", "eu-west-1"]).args(&CHECK).args(arguments)
}

/// The same, of one share, at the time of the tests.
fn shard(simulated: &Simulated, share: &str, path: &Path) -> Howler {
    shard_at(simulated, share, path, crate::harness::NOW)
}

fn shard_at(simulated: &Simulated, share: &str, path: &Path, now: &str) -> Howler {
    scan(simulated, &["--now", now, "--shard", share, "-o", text(path)])
}

fn merge(parts: &[&Path]) -> Howler {
    howler(&["merge", "--format", "json"]).args(&parts.iter().map(|path| text(path)).collect::<Vec<_>>())
}

fn head(path: &Path) -> Value {
    let part = fs::read_to_string(path).unwrap();
    serde_json::from_str(part.lines().next().unwrap()).unwrap()
}

/// Refused as misuse, in one line that says why.
#[track_caller]
fn refused(ran: Ran, words: &[&str]) {
    let ran = ran.exits(2);
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.stderr.trim_end().lines().count(), 1, "{}", ran.stderr);
    for word in words {
        assert!(ran.stderr.contains(word), "no '{word}' in {}", ran.stderr);
    }
}

#[test]
fn every_check_and_source_comes_out_of_parts_as_it_went_in() {
    let (simulated, folder) = (Simulated::demo(Vec::new()), TempDir::new().unwrap());
    let scan = |args: &[&str]| simulated.scan(&["--quiet", "--org", "-r", "us-east-1"]).args(args).run();
    let parts: Vec<_> = (0..3).map(|index| folder.path().join(index.to_string())).collect();
    for (index, part) in parts.iter().enumerate() {
        scan(&["--shard", &format!("{index}/3"), "-o", text(part)]).exits(0);
    }
    let whole = scan(&["--format", "json"]).exits(1);
    let parts: Vec<&Path> = parts.iter().map(AsRef::as_ref).collect();
    let merged = merge(&parts).run().exits(1);
    assert!(whole.document().findings().len() > 100);
    assert_eq!(without_run(&whole.stdout), without_run(&merged.stdout));
    let calls = |ran: &Ran| ran.document().0["run"]["api_calls"].as_u64().unwrap();
    assert!(calls(&merged) > calls(&whole), "each shard asks for itself who and where");
}

#[test]
fn a_shard_without_any_unit_is_a_part_too() {
    let (simulated, folder) = (Simulated::demo(Vec::new()), TempDir::new().unwrap());
    let parts: Vec<_> = (0..8).map(|index| folder.path().join(index.to_string())).collect();
    for (index, part) in parts.iter().enumerate() {
        shard(&simulated, &format!("{index}/8"), part).run().exits(0);
    }
    let idle = parts.iter().filter(|part| head(part)["scopes"] == 0).count();
    assert!((5..8).contains(&idle), "three accounts, eight shards: {idle} idle");
    let whole = scan(&simulated, &["--now", crate::harness::NOW, "--format", "json"]).run().exits(1);
    let parts: Vec<&Path> = parts.iter().map(AsRef::as_ref).collect();
    assert_eq!(without_run(&merge(&parts).run().exits(1).stdout), without_run(&whole.stdout));
}

#[test]
fn of_two_parts_of_a_shard_the_newer_one_counts() {
    let denied = || vec![Rule::new(Fault::Deny { by_scp: false }).action("acm:*")];
    for (older, newer, code) in [(denied(), vec![], 1), (vec![], denied(), 3)] {
        let folder = TempDir::new().unwrap();
        let [old, new] = ["old", "new"].map(|name| folder.path().join(name));
        shard(&Simulated::demo(older), "0/1", &old).run();
        shard_at(&Simulated::demo(newer), "0/1", &new, LATER).run();
        for order in [[&old, &new], [&new, &old]] {
            let document = merge(&order.map(AsRef::as_ref)).run().exits(code).document();
            assert_eq!(document.0["coverage"]["denied"], if code == 3 { 3 } else { 0 });
            assert_eq!(document.0["run"]["now"], LATER);
        }
    }
}

#[test]
fn parts_of_different_plans_are_refused() {
    let (simulated, folder) = (Simulated::demo(Vec::new()), TempDir::new().unwrap());
    let at = |name: &str| folder.path().join(name);
    shard(&simulated, "0/2", &at("0")).run().exits(0);
    for (name, different) in [
        ("check", vec!["--check", "quota-utilization"]),
        ("region", vec!["-r", "us-east-1"]),
        ("source", vec!["--source", "acm-certificates"]),
    ] {
        shard(&simulated, "1/2", &at(name)).args(&different).run().exits(0);
        refused(merge(&[&at("0"), &at(name)]).run(), &[name, "scan all shards again"]);
    }
    shard(&simulated, "1/2", &at("thresholds"))
        .file("howler.toml", "[thresholds]\nquota_warn_percent = 70\n")
        .run()
        .exits(0);
    refused(merge(&[&at("0"), &at("thresholds")]).run(), &["thresholds", "scan all shards again"]);
    shard(&simulated, "1/3", &at("of-three")).run();
    refused(merge(&[&at("0"), &at("of-three")]).run(), &["of-three", "one of 3", "of 2"]);
}

#[test]
fn an_account_that_only_the_other_shard_knew_of_is_a_gap() {
    let (simulated, folder) = (Simulated::demo(Vec::new()), TempDir::new().unwrap());
    let at = |name: &str| folder.path().join(name);
    let (mut fewer, _) = howler_simulator::demo(crate::harness::now());
    fewer.accounts.remove("333333333333");
    let fewer = Simulated::start(fewer, Vec::new());
    for index in ["0", "1"] {
        shard(&simulated, &format!("{index}/2"), &at(index)).run();
        shard(&fewer, &format!("{index}/2"), &at(&format!("{index}-before"))).run();
    }
    let gaps = |parts: [&str; 2]| {
        let document = merge(&parts.map(at).each_ref().map(|part| part.as_path())).run().document();
        let of_it = |scope: &&Value| scope["account"] == "333333333333" && scope["status"] == "skipped";
        document.scopes().iter().filter(of_it).map(|scope| scope["gaps"][0]["message"].to_string()).collect()
    };
    // Whichever shard has the account: where it does not know of it, nobody has seen it.
    let one: Vec<String> = gaps(["0", "1-before"]);
    let other: Vec<String> = gaps(["0-before", "1"]);
    let [gap] = &[one, other].concat()[..] else { panic!("one of both is a gap") };
    assert!(gap.contains("did not know of this"), "{gap}");
}

#[test]
fn parts_of_two_nights_are_refused_and_one_that_is_not_there_is_told() {
    let (simulated, folder) = (Simulated::demo(Vec::new()), TempDir::new().unwrap());
    let at = |name: &str| folder.path().join(name);
    shard(&simulated, "0/2", &at("0")).run();
    shard_at(&simulated, "1/2", &at("1"), "2026-11-26T09:30:00Z").run();
    refused(merge(&[&at("0"), &at("1")]).run(), &["two scans"]);
    let ran = merge(&[&at("1"), &at("nowhere")]).run().exits(3);
    assert!(ran.stderr.contains("nowhere: there is no such part"), "{}", ran.stderr);
}

#[test]
fn a_file_that_is_no_whole_part_is_refused() {
    let (simulated, folder) = (Simulated::demo(Vec::new()), TempDir::new().unwrap());
    let at = |name: &str| folder.path().join(name);
    shard(&simulated, "0/1", &at("whole")).run().exits(0);
    let whole = fs::read(at("whole")).unwrap();
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    assert!(lines.len() > 20, "{}", lines.len());
    let without_last = lines[..lines.len() - 1].concat();
    for (name, bytes) in [
        ("empty", &whole[..0]),
        ("within-its-head", &lines[0][..100]),
        ("in-the-middle", &whole[..whole.len() / 2]),
        ("before-its-end", &without_last),
        ("text", b"howler was here\n"),
        ("document", b"{\"schema\": \"howler.report/v1\"}\n"),
    ] {
        fs::write(at(name), bytes).unwrap();
        refused(merge(&[&at(name)]).run(), &[name]);
        refused(merge(&[&at("whole"), &at(name)]).run(), &[name]);
    }
    refused(merge(&[&at("missing")]).run(), &["missing"]);
    refused(merge(&[folder.path()]).run(), &[text(folder.path())]);
    merge(&[&at("whole")]).run().exits(1);
}

#[test]
fn more_parts_than_files_may_be_open_at_first() {
    const PARTS: usize = 80;
    let (simulated, folder) = (Simulated::demo(Vec::new()), TempDir::new().unwrap());
    let first = folder.path().join("0");
    shard(&simulated, &format!("0/{PARTS}"), &first).run();
    let part = fs::read_to_string(&first).unwrap();
    for index in 1..PARTS {
        let part = part.replacen("\"shard\":0", &format!("\"shard\":{index}"), 1);
        fs::write(folder.path().join(index.to_string()), part).unwrap();
    }
    let merge = "ulimit -Sn 64 && exec \"$0\" merge --format json \"$@\"";
    let parts = (0..PARTS).map(|index| folder.path().join(index.to_string()));
    let mut shell = std::process::Command::new("sh");
    let merged =
        shell.args(["-c", merge, env!("CARGO_BIN_EXE_howler")]).args(parts).env_clear().output().unwrap();
    let told = String::from_utf8_lossy(&merged.stderr);
    assert!(merged.status.success() && told.is_empty(), "{told}");
}

#[test]
fn a_part_that_lost_a_line_is_never_told_as_whole() {
    let (simulated, folder) = (Simulated::demo(Vec::new()), TempDir::new().unwrap());
    let path = folder.path().join("part");
    shard(&simulated, "0/1", &path).run().exits(0);
    let whole = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    for lost in [1, lines.len() / 2, lines.len() - 2] {
        let rest: Vec<&str> = [&lines[..lost], &lines[lost + 1..]].concat();
        fs::write(&path, rest.concat()).unwrap();
        let ran = merge(&[&path]).run().exits(4);
        assert!(Document::read(&ran.stdout).is_err(), "line {lost}");
        assert_eq!(ran.stderr.lines().count(), 2, "not remembered, not written: {}", ran.stderr);
        assert!(ran.stderr.lines().all(|line| line.starts_with("howler: ")), "{}", ran.stderr);
    }
}

#[test]
fn the_index_is_what_the_scheduler_says() {
    let (simulated, folder) = (Simulated::demo(Vec::new()), TempDir::new().unwrap());
    let path = folder.path().join("part");
    for (variables, index) in [
        (vec![("AWS_BATCH_JOB_ARRAY_INDEX", "3")], 3),
        (vec![("JOB_COMPLETION_INDEX", "0")], 0),
        (vec![("SLURM_ARRAY_TASK_ID", "15")], 15),
        (vec![("SLURM_ARRAY_TASK_ID", "7"), ("SLURM_ARRAY_TASK_MIN", "1")], 6),
    ] {
        let scan = shard(&simulated, "/16", &path);
        variables.iter().fold(scan, |scan, (name, value)| scan.env(name, value)).run().exits(0);
        let head = head(&path);
        assert_eq!((&head["shard"], &head["of"]), (&index.into(), &16.into()), "{variables:?}");
    }
    let said = shard(&simulated, "5/16", &path).env("AWS_BATCH_JOB_ARRAY_INDEX", "3").run().exits(0);
    assert!(said.stderr.is_empty() && head(&path)["shard"] == 5, "what is said comes first");
    refused(shard(&simulated, "/16", &path).run(), &["--shard /16", "0/16"]);
    let beyond = shard(&simulated, "/16", &path).env("JOB_COMPLETION_INDEX", "16").run();
    refused(beyond, &["no shard 16 of 16", "from 0"]);
    let bad = shard(&simulated, "16/16", &path).run().exits(2);
    assert!(bad.stderr.contains("3/16") && !bad.stderr.contains("panicked"), "{}", bad.stderr);
}

#[test]
fn a_shard_writes_a_part_and_nothing_else() {
    let folder = TempDir::new().unwrap();
    let part = folder.path().join("part");
    let report = format!("json={}", folder.path().join("report.json").display());
    let gateway = format!("alertmanager=http://127.0.0.1:{}", free_port());
    let shard = |args: &[&str]| howler(&["scan", "--shard", "0/2"]).args(args).run();
    let words = ["--shard", "-o PATH", "howler merge"];
    refused(shard(&[]), &words);
    refused(shard(&["-o", &report]), &words);
    refused(shard(&["-o", text(&part), "-o", &report]), &words);
    refused(shard(&["-o", text(&part), "--notify", &gateway]), &words);
    refused(shard(&["-o", "/no/such/folder/part"]), &["/no/such/folder/part"]);
    refused(howler(&["scan", "-o", text(&part)]).run(), &["--shard", "FORMAT=PATH"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was written");
}

#[test]
fn a_merge_tells_a_gateway_what_the_unsharded_scan_tells() {
    let (simulated, folder) = (Simulated::demo(Vec::new()), TempDir::new().unwrap());
    // An Alertmanager compares with its own clock, so this is the time at which all are judged.
    let now = Utc::now().trunc_subsecs(0).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let webhook = Webhook::start();
    let [by_scan, by_merge] = [(); 2].map(|()| Alertmanager::start(&webhook.url()));
    let to = |alertmanager: &Alertmanager| format!("alertmanager={}", alertmanager.url());
    scan(&simulated, &["--now", &now, "--notify", &to(&by_scan)]).run().exits(1);
    let parts = [0, 1].map(|index: usize| folder.path().join(index.to_string()));
    for (index, part) in parts.iter().enumerate() {
        shard_at(&simulated, &format!("{index}/2"), part, &now).run().exits(0);
    }
    assert!(by_merge.alerts().is_empty(), "a shard tells nobody");
    let ran = merge(&[&parts[0], &parts[1]]).args(&["--notify", &to(&by_merge)]).run().exits(1);
    assert_eq!(Document::parse(&ran.stdout).0["deliveries"][0]["error"], Value::Null);
    let told = |alertmanager: &Alertmanager| {
        let mut alerts = alertmanager.alerts();
        // When it heard of it, and through which of its receivers, is its own affair.
        alerts.iter_mut().for_each(|alert| alert["updatedAt"] = Value::Null);
        alerts.sort_by_key(|alert| alert["fingerprint"].to_string());
        alerts
    };
    assert!(told(&by_scan).len() > 2, "{:#?}", told(&by_scan));
    assert_eq!(told(&by_scan), told(&by_merge));
}
