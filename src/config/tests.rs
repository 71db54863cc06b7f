//! Layers over each other, and what is said about mistakes.

use chrono::TimeDelta;
use howler_model::Severity;

use super::*;
use crate::config::{KEYS, Sample};

fn file(text: &str) -> Option<(PathBuf, String)> {
    Some((FILE_NAME.into(), text.to_owned()))
}

fn variables(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn flag(key: &str, flag: &'static str, value: impl Into<Value>) -> Layer {
    vec![(key.to_owned(), Entry { value: value.into(), origin: Origin::Flag(flag) })]
}

/// The lines about what is wrong with a file.
fn wrong(text: &str) -> Vec<String> {
    let error = stack(file(text), &[], vec![]).map(|_| ()).unwrap_err().to_string();
    error.lines().map(str::to_owned).collect()
}

#[test]
fn nothing_said_is_the_default() {
    assert_eq!(stack(None, &[], vec![]).unwrap().0, Config::default());
}

#[test]
fn the_later_layer_holds_and_the_others_stay() {
    let text = "[report]\nfail_on = \"low\"\n[thresholds]\nleaf_warn_days = 45\nleaf_critical_days = 10\n";
    let set = [("HOWLER_THRESHOLDS__LEAF_WARN_DAYS", "60"), ("HOWLER_REPORT__FAIL_ON", "medium")];
    let (config, _) =
        stack(file(text), &variables(&set), flag("report.fail_on", "--fail-on", "critical")).unwrap();
    assert_eq!(config.fail_on, Severity::Critical);
    assert_eq!(config.thresholds.leaf.warn, TimeDelta::days(60));
    assert_eq!(config.thresholds.leaf.critical, TimeDelta::days(10));
    assert_eq!(config.thresholds.authority, Config::default().thresholds.authority);
}

#[test]
fn who_chooses_accounts_leaves_nothing_of_the_choice_below() {
    let text = "[accounts]\norganization = true\nrole_name = \"audit\"\n";
    let ids = flag("accounts.ids", "--account", "111111111111");
    let (config, _) = stack(file(text), &[], ids).unwrap();
    assert!(!config.accounts.organization);
    assert_eq!(config.accounts.ids.len(), 1);
    assert_eq!(config.accounts.role_name.as_str(), "audit");
    assert!(stack(file(text), &[], vec![]).unwrap().0.accounts.organization);
}

#[test]
fn a_variable_with_nothing_in_it_chooses_nothing() {
    let text = "[accounts]\nids = [\"111111111111\"]\n[scan]\nskip_checks = [\"certificate-untrusted\"]\n";
    let plain = stack(file(text), &[], vec![]).unwrap().0;
    for (name, value) in [
        ("HOWLER_ACCOUNTS__IDS", ""),
        ("HOWLER_ACCOUNTS__UNITS", " , "),
        ("HOWLER_ACCOUNTS__ORGANIZATION", "false"),
        ("HOWLER_SCAN__SKIP_CHECKS", ""),
    ] {
        assert_eq!(stack(file(text), &variables(&[(name, value)]), vec![]).unwrap().0, plain, "{name}");
    }
    let chosen = variables(&[("HOWLER_ACCOUNTS__ORGANIZATION", "true")]);
    assert!(stack(file(text), &chosen, vec![]).unwrap().0.accounts.ids.is_empty());
}

#[test]
fn a_scan_without_any_check_is_refused() {
    let all: Vec<&str> = howler_checks::CHECKS.iter().map(|check| check.id).collect();
    let lines = wrong(&format!("[scan]\nskip_checks = {all:?}\n"));
    assert_eq!(lines, ["howler.toml:2: scan.skip_checks: no check is left: nothing would be judged"]);
}

#[test]
fn an_account_has_its_own_external_id_before_the_one_of_all() {
    let text = "[accounts]\nexternal_id = \"for-all\"\n[accounts.external_ids]\n222222222222 = \"own\"\n";
    let accounts = stack(file(text), &[], vec![]).unwrap().0.accounts;
    let of = |id: &str| accounts.external_id_of(&id.parse().unwrap()).unwrap();
    assert_eq!((of("222222222222").as_str(), of("111111111111").as_str()), ("own", "for-all"));
}

#[test]
fn a_misspelt_key_is_told_with_its_line_and_a_near_name() {
    let lines = wrong("# mine\n[accounts]\nrole_nmae = \"x\"\n");
    assert_eq!(
        lines,
        ["howler.toml:3: accounts.role_nmae: there is no such key; did you mean accounts.role_name?"]
    );
    let lines = wrong("[treshholds]\nleaf_warn_days = 3\n");
    assert_eq!(lines, ["howler.toml:1: treshholds: there is no such key; did you mean thresholds?"]);
    let set = variables(&[("HOWLER_REPORT__FAIL_OFF", "low"), ("HOWLER_UNRELATED", "x")]);
    let error = stack(None, &set, vec![]).map(|_| ()).unwrap_err().to_string();
    assert_eq!(error, "HOWLER_REPORT__FAIL_OFF: there is no such key; did you mean HOWLER_REPORT__FAIL_ON?");
    let set = variables(&[("HOWLER_ACCOUNTS_ROLE_NAME", "audit")]);
    let error = stack(None, &set, vec![]).map(|_| ()).unwrap_err().to_string();
    assert!(error.ends_with("did you mean HOWLER_ACCOUNTS__ROLE_NAME?"), "{error}");
    let set = variables(&[("HOWLER_NOTIFY_ALERTMANAGER", "http://u:pa55@h")]);
    let error = stack(None, &set, vec![]).map(|_| ()).unwrap_err().to_string();
    assert!(error.ends_with("did you mean HOWLER_NOTIFY__ALERTMANAGER?"), "{error}");
}

#[test]
fn every_mistake_is_told_at_once() {
    let lines = wrong(
        "[accounts]\nids = [\"12345678901\"]\nrole = 1\n[scan]\nskip_checks = [\"certificate-expirey\"]\n\
         [thresholds]\nquota_warn_percent = 99\n",
    );
    let [role, ids, skip, quota] = &lines[..] else { panic!("{lines:?}") };
    assert!(role.starts_with("howler.toml:3: accounts.role: ") && role.contains("accounts.roles"), "{role}");
    assert!(ids.starts_with("howler.toml:2: accounts.ids: ") && ids.contains("12 digits"), "{ids}");
    assert!(skip.contains("howler.toml:5") && skip.contains("certificate-expiry"), "{skip}");
    assert!(quota.starts_with("howler.toml:7: ") && quota.contains("quota_critical_percent"), "{quota}");
}

#[test]
fn a_file_that_is_no_toml_is_told_with_its_line() {
    let lines = wrong("[accounts]\nids = [\n");
    assert!(lines[0].starts_with("howler.toml:"), "{lines:?}");
    assert!(wrong("accounts = 5\n")[0].contains("howler.toml:1: accounts: [accounts] is a section"));
}

#[test]
fn a_password_stays_out_of_the_file() {
    let lines = wrong("[notify]\nalertmanager = \"https://me:pa55@alerts.example.com\"\n");
    assert!(
        lines[0].starts_with("howler.toml:2: notify.alertmanager: ") && lines[0].contains("env"),
        "{lines:?}"
    );
    assert!(!lines.join("\n").contains("pa55"));
    let text = "[notify]\nalertmanager = [\"http://a\", { env = \"B\" }]\n";
    let targets = |told| stack(file(text), &[], told).unwrap().0.notify;
    assert_eq!(targets(vec![])[0].addresses.len(), 2, "members of one cluster");
    let told = flag("notify.alertmanager", "--notify", "http://u:p@c");
    assert_eq!(targets(told)[0].addresses.len(), 1, "--notify takes the place of all");
}

#[test]
fn every_default_of_the_table_is_the_default() {
    for key in KEYS {
        let Sample::Default(sample) = key.sample else { continue };
        let (section, name) = key.name.split_once('.').unwrap();
        let text = format!("[{section}]\n{name} = {sample}\n");
        let mut config = stack(file(&text), &[], vec![]).unwrap().0;
        config.regions.retain(|region| *region != crate::args::RegionChoice::All);
        assert_eq!(config, Config::default(), "{}", key.name);
    }
}

#[test]
fn what_is_shown_of_a_value_can_be_read_again() {
    let text = "[scan]\nregions = [\"eu-west-1\", \"us-east-1\"]\n";
    let (_, layers) = stack(file(text), &[], vec![]).unwrap();
    let key = KEYS.iter().find(|key| key.name == "scan.regions").unwrap();
    let (name, entry) = layers.of(key).next().unwrap();
    assert_eq!((name, entry.value.to_string().as_str()), ("scan.regions", r#"["eu-west-1", "us-east-1"]"#));
    assert_eq!(entry.origin.to_string(), "howler.toml:2");
}
