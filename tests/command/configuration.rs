//! `howler.toml`, its variables and its commands.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::harness::{Child, Ran, Simulated, howler, program};

#[track_caller]
fn one_line(ran: &Ran) -> &str {
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
    let lines: Vec<&str> = ran.stderr.lines().collect();
    let [line] = lines[..] else { panic!("{}", ran.stderr) };
    line
}

fn show() -> crate::harness::Howler {
    howler(&["config", "show"])
}

/// What holds for a key, and where it came from.
#[track_caller]
fn held(ran: &Ran, key: &str) -> (String, String) {
    let line = ran.stdout.lines().find(|line| line.starts_with(&format!("{key} = ")));
    let line = line.unwrap_or_else(|| panic!("no {key} in:\n{}{}", ran.stdout, ran.stderr));
    let (value, origin) = line.split_once("  # ").unwrap();
    (value.trim_start_matches(key).trim_start_matches(" = ").trim().to_owned(), origin.to_owned())
}

#[test]
fn each_value_is_shown_with_where_it_came_from() {
    let text = "[thresholds]\nleaf_warn_days = 45\nleaf_critical_days = 10\n";
    let ran = show().file("howler.toml", text).env("HOWLER_THRESHOLDS__LEAF_WARN_DAYS", "60").run().exits(0);
    let said = |key: &str| held(&ran, key);
    let variable = "HOWLER_THRESHOLDS__LEAF_WARN_DAYS";
    assert_eq!(said("thresholds.leaf_warn_days"), ("\"60\"".into(), variable.into()));
    assert_eq!(said("thresholds.leaf_critical_days"), ("10".into(), "howler.toml:3".into()));
    assert_eq!(said("thresholds.quota_warn_percent"), ("80".into(), "default".into()));
}

#[test]
fn the_file_is_the_one_that_is_named_or_the_one_here_or_the_users_own() {
    let own = |text: &str| format!("[report]\nfail_on = \"{text}\"\n");
    let fail_on = |ran: Ran| held(&ran.exits(0), "report.fail_on").0;
    let three = || {
        let here = show().file("howler.toml", &own("low")).file(".config/howler/howler.toml", &own("info"));
        here.file("named.toml", &own("critical"))
    };
    assert_eq!(fail_on(three().run()), "\"low\"");
    assert_eq!(fail_on(three().env("HOWLER_CONFIG", "named.toml").run()), "\"critical\"");
    assert_eq!(fail_on(three().args(&["--config", "named.toml"]).run()), "\"critical\"");
    assert_eq!(fail_on(three().args(&["--no-config"]).run()), "\"high\"");
    assert_eq!(fail_on(show().file(".config/howler/howler.toml", &own("info")).run()), "\"info\"");
    assert!(one_line(&show().args(&["--config", "missing.toml"]).run()).contains("missing.toml"));
}

#[test]
fn a_misspelt_key_an_account_of_eleven_digits_and_a_bad_value_are_one_line_each() {
    let scan = |text: &str| howler(&["scan"]).file("howler.toml", text).run();
    let ran = scan("[accounts]\nrole_nmae = \"x\"\n");
    let line = one_line(&ran);
    assert_eq!(
        line,
        "howler: howler.toml:2: accounts.role_nmae: there is no such key; did you mean accounts.role_name?"
    );
    let ran = scan("[accounts]\nids = [\"12345678901\"]\n");
    assert!(one_line(&ran).contains("howler.toml:2: accounts.ids: '12345678901'"), "{}", ran.stderr);
    let ran = scan("[accounts\n");
    assert!(one_line(&ran).contains("howler.toml:1: "), "{}", ran.stderr);
    let ran = howler(&["scan"]).env("HOWLER_SCAN__REGION", "eu-west-1").run();
    assert!(one_line(&ran).contains("did you mean HOWLER_SCAN__REGIONS?"), "{}", ran.stderr);
    let ran = howler(&["scan", "--account", "12345678901"]).run().exits(2);
    assert!(ran.stderr.contains("12 digits"), "{}", ran.stderr);
    let ran = howler(&["scan", "--ou", "production"]).run().exits(2);
    assert!(ran.stderr.contains("ou-ab12-34cd56ef"), "{}", ran.stderr);
}

#[test]
fn a_password_is_not_taken_from_the_file_and_never_shown() {
    let ran = howler(&["scan"]).file("howler.toml", "[notify]\nalertmanager = \"http://u:pa55@h\"\n").run();
    assert!(one_line(&ran).contains("env") && !ran.stderr.contains("pa55"), "{}", ran.stderr);
    let ran = show().env("HOWLER_NOTIFY__ALERTMANAGER", "http://u:pa55@h").run().exits(0);
    assert_eq!(held(&ran, "notify.alertmanager").0, "\"(hidden)\"");
    let kept = "[notify]\nalertmanager = { env = \"NOWHERE\" }\n";
    let ran = howler(&["scan"]).file("howler.toml", kept).run();
    assert!(one_line(&ran).contains("NOWHERE"), "{}", ran.stderr);
}

#[test]
fn a_scan_is_judged_by_the_thresholds_of_the_file_and_told_to_its_gateways() {
    let simulated = Simulated::demo(Vec::new());
    let scan = |text: &str, args: &[&str]| {
        let args = [&["-r", "us-east-1", "--check", "quota-utilization", "--format", "json"], args].concat();
        simulated.scan(&args).file("howler.toml", text).run()
    };
    let warned = |ran: &Ran| {
        let open = |finding: &&Value| finding["status"] != "pass";
        ran.document().findings().iter().filter(open).count()
    };
    let few = scan("[thresholds]\nquota_warn_percent = 100\nquota_critical_percent = 100\n", &[]);
    let some = scan("", &[]);
    let many = scan("[thresholds]\nquota_warn_percent = 1\n", &[]);
    assert!(warned(&few) < warned(&some) && warned(&some) < warned(&many), "{}", warned(&some));
    let asked = scan("[scan]\nskip_checks = [\"quota-utilization\"]\n", &[]);
    assert_eq!(warned(&asked), warned(&some), "--check comes before the file");
    let undelivered = "[notify]\nalertmanager = \"http://127.0.0.1:9\"\n[report]\nfail_on = \"critical\"\n";
    let ran = scan(undelivered, &[]).exits(4);
    assert_eq!(ran.document().0["deliveries"].as_array().unwrap().len(), 1);
}

#[test]
fn the_demo_reads_no_configuration() {
    let demo = || howler(&["demo", "--allow-gaps"]);
    let refused = "[notify]\nalertmanager = { env = \"NOWHERE\" }\n[thresholds]\nquota_warn_percent = 1\n";
    let plain = demo().args(&["--now", crate::harness::NOW]).run().exits(1);
    let beside = demo().args(&["--now", crate::harness::NOW]).file("howler.toml", refused).run().exits(1);
    assert_eq!(plain.stdout, beside.stdout);
}

#[test]
fn init_writes_a_file_that_changes_nothing_and_never_over_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("howler.toml");
    let path = path.to_str().unwrap();
    howler(&["init", path]).run().exits(0);
    let written = std::fs::read_to_string(path).unwrap();
    let shown = |args: &[&str]| show().args(args).run().exits(0).stdout;
    assert_eq!(shown(&["--config", path]), shown(&["--no-config"]));
    let again = howler(&["init", path]).run();
    assert!(one_line(&again).contains("there already"), "{}", again.stderr);
    assert_eq!(std::fs::read_to_string(path).unwrap(), written);
}

/// An empty moto server: its answers have a date, which those of the simulator have not.
fn moto() -> (Child, String) {
    let mut python = program("python");
    python.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/moto/serve.py")).stdout(Stdio::piped());
    let mut server = Child::start(python);
    let mut url = String::new();
    BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut url).unwrap();
    (server, url.trim().to_owned())
}

#[test]
fn the_doctor_says_ok_or_what_to_do() {
    let (_server, url) = moto();
    let ran = howler(&["doctor"]).aws(&url, "moto").run().exits(0);
    for word in ["ok     clock: ", "ok     identity: account ", "ok     regions of "] {
        assert!(ran.stdout.contains(word), "{}", ran.stdout);
    }
    let (mut organization, _) = howler_simulator::demo(crate::harness::now());
    organization.accounts.get_mut("222222222222").unwrap().roles.clear();
    let simulated = Simulated::start(organization, vec![]);
    let ran = simulated.howler(&["doctor", "--org"]).run().exits(3);
    let line = |start: &str| ran.stdout.lines().any(|line| line.starts_with(start));
    assert!(line("ok     organisation: 3 accounts") && line("ok     account 333333333333"), "{}", ran.stdout);
    assert!(line("to do  account 222222222222"), "{}", ran.stdout);
    assert!(ran.stdout.contains("create the role"), "{}", ran.stdout);
    let text = "[notify]\nalertmanager = \"http://a\"\nwebhook = { env = \"NOWHERE\" }\n";
    let ran = simulated.howler(&["doctor"]).file("howler.toml", text).run().exits(3);
    let line = |start: &str| ran.stdout.lines().any(|line| line.starts_with(start));
    assert!(line("ok     gateway alertmanager") && line("to do  gateway webhook"), "{}", ran.stdout);
    let mistakes = "[[owner]]\naccount = \"12\"\nowner = \"a\"\n";
    let ran = simulated.howler(&["doctor"]).file("owners.toml", mistakes).run().exits(3);
    for wrong in ["to do  rules: owners.toml:1: default is missing", "to do  rules: owners.toml:2: account: "]
    {
        assert!(ran.stdout.contains(wrong), "{}", ran.stdout);
    }
    let ran = simulated.howler(&["doctor"]).file("owners.toml", "default = \"a\"").run();
    assert!(ran.stdout.contains("ok     rules: owners.toml\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("/howler: no scan is remembered yet\n"), "{}", ran.stdout);
    let ran = simulated.howler(&["doctor"]).file(".local/state/howler/howler.db", "broken").run().exits(3);
    assert!(ran.stdout.contains("to do  memory of earlier scans: "), "{}", ran.stdout);
    let ran = simulated.howler(&["doctor", "-r", "eu-west-9"]).run().exits(3);
    assert!(
        ran.stdout.contains("to do  regions of 111111111111: there is no region eu-west-9"),
        "{}",
        ran.stdout
    );
    let ran = howler(&["doctor"]).run().exits(3);
    assert!(ran.stdout.contains("to do  identity: sts:GetCallerIdentity"), "{}", ran.stdout);
}

#[test]
fn what_is_left_out_is_not_scanned_and_no_gap() {
    let simulated = Simulated::demo(vec![]);
    let text =
        "[accounts]\norganization = true\nskip = [\"333333333333\"]\n[scan]\nregions = [\"!us-east-1\"]\n";
    let check = ["--check", "certificate-expiry", "--format", "json"];
    let ran = simulated.howler(&["scan"]).args(&check).file("howler.toml", text).run().exits(1);
    let document = ran.document();
    let of = |name: &str| {
        let scopes = document.scopes().iter().filter(|scope| scope["service"] == "acm");
        scopes
            .map(|scope| scope[name].as_str().unwrap().to_owned())
            .collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(of("account").into_iter().collect::<Vec<_>>(), ["111111111111", "222222222222"]);
    assert_eq!(of("region").into_iter().collect::<Vec<_>>(), ["ap-southeast-2", "eu-west-1"]);
    assert!(document.0["complete"] == true, "{:#}", document.0["coverage"]);
}
