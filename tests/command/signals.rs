//! A scan that is told to stop: what was seen until then is reported as a part, with the shell's exit code.

use std::process::Command;

use howler_simulator::{Fault, Rule};

use crate::harness::{Ran, Simulated, until};

/// A scan of an organisation that never answers `action`, stopped by a signal once it was asked for that.
fn stopped(signal: &str, action: &str) -> Ran {
    let simulated = Simulated::demo(vec![Rule::new(Fault::Hang).action(action)]);
    let asked = || simulated.simulator.requests().iter().any(|request| request.action == action);
    simulated.scan(&["--format", "json"]).run_and(|process| {
        until("the call that hangs", || asked().then_some(()));
        assert!(Command::new("kill").args([signal, process]).status().unwrap().success());
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
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let gateway = format!("alertmanager=http://{}", silent.local_addr().unwrap());
    let simulated = Simulated::demo(Vec::new());
    let ran = simulated.scan(&["--format", "json", "--notify", &gateway]).run_and(|process| {
        // The scan is over when the gateway is asked.
        let _held = silent.accept().unwrap();
        assert!(Command::new("kill").args(["-TERM", process]).status().unwrap().success());
    });
    let document = ran.exits(143).document();
    let error = document.0["deliveries"][0]["error"].as_str().unwrap();
    assert!(error.contains("signal"), "{error}");
    assert!(!document.findings().is_empty());
}
