//! A scan that is told to stop: what was seen until then is reported as a part, with the shell's exit code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::TcpListener;
use std::process::Command;
use std::time::{Duration, Instant};

use howler_simulator::{Fault, Outcome, Rule};
use serde_json::Value;

use crate::harness::{Document, Memory, Ran, Receiver, Simulated, assert_sums, howler, until};

/// How long a process may take that is told to end at once.
const AT_ONCE: Duration = Duration::from_secs(1);
/// An account and a region that do not answer.
const SILENT: (&str, &str) = ("333333333333", "eu-west-1");

#[track_caller]
fn send(signal: &str, process: &str) {
    assert!(Command::new("kill").args([signal, process]).status().unwrap().success());
}

/// A scan of an organisation that never answers `action`, stopped by a signal once it was asked for that.
fn stopped(signal: &str, action: &str) -> Ran {
    let simulated = Simulated::demo(vec![Rule::new(Fault::Hang).action(action)]);
    let asked = || simulated.simulator.requests().iter().any(|request| request.action == action);
    simulated.scan(&["--format", "json"]).run_and(|process| {
        until("the call that hangs", || asked().then_some(()));
        send(signal, process);
    })
}

#[test]
fn what_was_seen_until_a_signal_is_reported_as_a_part() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let ran = stopped(signal, "acm:ListCertificates").exits(code);
        let document = ran.document();
        assert!(document.0["complete"] == false && document.0["run"]["finished"] == false);
        let skipped = document.0["coverage"]["skipped"].as_u64().unwrap();
        assert!(skipped > 10, "the whole account is unseen: {skipped}");
        assert!(ran.took.as_secs() < 10, "{:?}", ran.took);
    }
}

#[test]
fn a_signal_also_ends_a_scan_that_does_not_know_yet_where_to_scan() {
    let ran = stopped("-TERM", "sts:GetCallerIdentity").exits(143);
    assert_eq!(ran.document().0["coverage"]["requested"], 0);
    assert_eq!(ran.document().0["complete"], false);
    assert!(ran.took.as_secs() < 10, "{:?}", ran.took);
}

#[test]
fn a_signal_ends_a_delivery_and_the_report_is_written_all_the_same() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let gateway = format!("alertmanager=http://{}", silent.local_addr().unwrap());
    let simulated = Simulated::demo(Vec::new());
    let ran = simulated.scan(&["--format", "json", "--notify", &gateway]).run_and(|process| {
        // The scan is over when the gateway is asked.
        let _held = silent.accept().unwrap();
        send("-TERM", process);
    });
    let document = ran.exits(143).document();
    let error = document.0["deliveries"][0]["error"].as_str().unwrap();
    assert!(error.contains("signal"), "{error}");
    assert!(!document.findings().is_empty());
}

#[test]
fn a_delivery_that_was_done_before_the_signal_is_told_as_done() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let (webhook, memory) = (Receiver::start(), Memory::new());
    let hanging = format!("alertmanager=http://{}", silent.local_addr().unwrap());
    let done = format!("webhook={}", webhook.url());
    let simulated = Simulated::demo(Vec::new());
    let args = ["--format", "json", "--state", &memory.text(), "--notify", &hanging, "--notify", &done];
    let ran = simulated.scan(&args).run_and(|process| {
        let _held = silent.accept().unwrap();
        let is_over = || webhook.taken().iter().any(|post| post.body.contains("io.howler.scan.finished"));
        until("the last event", || is_over().then_some(()));
        std::thread::sleep(Duration::from_millis(300)); // until the answer is read
        send("-TERM", process);
    });
    let document = ran.exits(143).document();
    let deliveries = &document.0["deliveries"];
    assert!(deliveries[0]["error"].as_str().unwrap().contains("signal"), "{deliveries:#}");
    assert_eq!((&deliveries[1]["gateway"], &deliveries[1]["error"]), (&"webhook".into(), &Value::Null));
    assert!(deliveries[1]["accepted"].as_u64().unwrap() > 0, "{deliveries:#}");
}

/// Waits until no call has come for a while: all that can be answered is.
fn quiet(simulated: &Simulated) {
    let mut before = (0, Instant::now());
    until("an end of calls", || {
        let calls = simulated.simulator.requests().len();
        if calls != before.0 {
            before = (calls, Instant::now());
        }
        (calls > 0 && before.1.elapsed() > Duration::from_secs(2)).then_some(())
    });
}

/// Which actions were answered in each account and region, but for one that never answers.
fn answers(simulated: &Simulated) -> BTreeSet<[String; 3]> {
    let elsewhere = simulated.simulator.requests().into_iter().filter(|request| {
        (request.account.as_str(), request.region.as_str()) != SILENT && request.outcome == Outcome::Answered
    });
    elsewhere.map(|request| [request.account, request.region, request.action]).collect()
}

/// Findings and scopes by account and region.
fn by_place(document: &Document) -> BTreeMap<String, Vec<&Value>> {
    let mut places: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    let findings = document.findings().iter().map(|finding| (&finding["scope"], finding));
    for (scope, told) in findings.chain(document.scopes().iter().map(|scope| (scope, scope))) {
        places.entry(format!("{} {}", scope["account"], scope["region"])).or_default().push(told);
    }
    places
}

#[test]
fn regions_that_were_seen_are_complete_and_the_one_that_was_not_is_skipped() {
    const ARGS: [&str; 3] = ["--org", "--format", "json"];
    let simulated = Simulated::demo(Vec::new());
    let calm = simulated.scan(&ARGS).run().exits(1).document();
    let all = answers(&simulated);
    let (account, region) = SILENT;
    let unseen = format!("\"{account}\" \"{region}\"");
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let hang = Rule::new(Fault::Hang).account(account).region(region);
        let simulated = Simulated::demo(vec![hang.action("acm:ListCertificates")]);
        let ran = simulated.scan(&ARGS).run_and(|process| {
            // Not how often: where the machine is busy, a call is made again that was answered too late.
            let answered = || all.is_subset(&answers(&simulated));
            until("all other answers", || answered().then_some(()));
            quiet(&simulated);
            // They also have to be read.
            std::thread::sleep(Duration::from_secs(1));
            send(signal, process);
        });
        let document = ran.exits(code).document();
        assert!(document.0["complete"] == false && document.0["run"]["finished"] == false);
        assert_sums(&document);
        let (mut before, mut after) = (by_place(&calm), by_place(&document));
        assert!(before.remove(&unseen).is_some() && before.len() == 11, "{:?}", before.keys());
        let skipped = after.remove(&unseen).unwrap();
        assert_eq!(before, after, "what was seen is told as if nothing had happened");
        let scopes = document.scopes().iter().filter(|it| skipped.contains(it)).collect::<Vec<_>>();
        assert!(!scopes.is_empty() && scopes.iter().all(|scope| scope["status"] == "skipped"), "{scopes:#?}");
        assert_eq!(document.0["coverage"]["skipped"], scopes.len());
    }
}

#[test]
fn a_list_of_accounts_that_a_signal_breaks_off_is_a_gap() {
    let simulated = Simulated::demo(vec![Rule::new(Fault::Hang).action("organizations:ListAccounts")]);
    let folder = tempfile::tempdir().unwrap();
    let part = folder.path().join("part");
    let args = ["--org", "-r", "eu-west-1", "--check", "certificate-expiry", "--shard", "0/1", "-o"];
    let ran = simulated.scan(&args).args(&[part.to_str().unwrap()]).run_and(|process| {
        // The caller's own account is scanned meanwhile.
        quiet(&simulated);
        send("-TERM", process);
    });
    ran.exits(143);
    let merged = howler(&["merge", "--format", "json", part.to_str().unwrap()]).run().exits(3);
    let document = merged.document();
    assert!(document.0["complete"] == false && document.0["run"]["finished"] == false);
    assert_eq!(document.scope(Some("eu-west-1"), "acm")["status"], "ok");
    assert_eq!(document.scope(Some("global"), "organizations")["status"], "skipped");
}

#[test]
fn what_the_first_pass_saw_outlives_a_second_one_that_a_signal_ends() {
    let fails = Rule::new(Fault::Fail(500)).action("ec2:DescribeAddresses");
    let simulated = Simulated::demo(vec![fails]);
    let again = || {
        let requests = simulated.simulator.requests();
        requests.iter().filter(|it| it.action == "ec2:DescribeInstances").count() > 1
    };
    let args = ["--source", "ec2-quotas", "-r", "eu-west-1", "--format", "json"];
    let cache = tempfile::tempdir().unwrap();
    let scan = simulated.scan(&args).env("XDG_CACHE_HOME", cache.path().to_str().unwrap());
    let ran = scan.run_and(|process| {
        until("the second pass", || again().then_some(()));
        send("-INT", process);
    });
    let document = ran.exits(130).document();
    let partial: Vec<_> = document.scopes().iter().filter(|it| it["status"] == "partial").collect();
    assert!(!partial.is_empty(), "{:#?}", document.scopes());
    for scope in partial {
        assert!(scope["facts"].as_u64() > Some(10), "{scope:#}");
        assert_eq!(scope["gaps"][0]["action"], "ec2:DescribeAddresses");
    }
    let calls = cache.path().join("howler/calls.json");
    assert!(!calls.exists(), "the next scan learns nothing from an account that was not done");
}

#[test]
fn a_second_signal_ends_at_once_whatever_hangs() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let gateway = format!("alertmanager=http://{}", silent.local_addr().unwrap());
    let simulated = Simulated::demo(vec![Rule::new(Fault::Hang).action("acm:ListCertificates")]);
    let ran = simulated.scan(&["--format", "json", "--notify", &gateway]).run_and(|process| {
        quiet(&simulated);
        send("-TERM", process);
        // What was seen is being told to somebody who never answers.
        let _held = silent.accept().unwrap();
        std::thread::sleep(Duration::from_millis(300));
        let told = Instant::now();
        send("-INT", process);
        until("its end", || (!is_running(process)).then_some(()));
        assert!(told.elapsed() < AT_ONCE, "{:?}", told.elapsed());
    });
    assert_eq!(ran.exits(130).stdout, "", "nothing is told in part");
}

#[test]
fn a_second_signal_ends_a_report_that_nobody_takes() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // Open for reading, so that it can be opened for writing, and never read.
    let open = fs::File::options().read(true).write(true).open(&pipe).unwrap();
    let output = format!("json={}", pipe.display());
    let simulated = Simulated::demo(Vec::new());
    let ran = simulated.scan(&["-o", &output]).run_and(|process| {
        quiet(&simulated);
        send("-INT", process);
        std::thread::sleep(Duration::from_millis(500));
        assert!(is_running(process), "a first signal lets the report be written");
        let told = Instant::now();
        send("-TERM", process);
        until("its end", || (!is_running(process)).then_some(()));
        assert!(told.elapsed() < AT_ONCE, "{:?}", told.elapsed());
    });
    drop((ran.exits(143), open));
}

#[test]
fn a_folder_without_end_does_not_hold_up_the_end() {
    let began = Instant::now();
    let ran = howler(&["scan", "--file", "/", "--format", "json"]).run_and(|process| {
        std::thread::sleep(Duration::from_millis(500));
        send("-INT", process);
    });
    let document = ran.exits(130).document();
    assert_eq!((document.scopes().len(), &document.0["coverage"]["skipped"]), (1, &1.into()));
    // Workers have three seconds to hand in what they have seen.
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
}

/// Whether a process has not ended; one that nobody has waited for yet has.
fn is_running(process: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z'))
}
