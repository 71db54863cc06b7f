//! The one table of what can be configured: names, meaning, defaults, and where each value goes. The file, the
//! variables, `config show` and `init` all come from it.

use chrono::TimeDelta;
use howler_checks::CHECKS;
use howler_model::Severity;
use howler_sources::{Asked, SOURCES};

use super::file::meant;
use super::{Config, Value, notify};
use crate::args::RegionChoice;

/// One thing that can be configured.
pub struct Key {
    /// `section.name`; a last part of `*` stands for any name.
    pub name: &'static str,
    /// What it means.
    pub about: &'static str,
    /// What it is if nobody sets it, or what it may look like.
    pub sample: Sample,
    /// The flag that has the last word.
    pub flag: Option<&'static str>,
    /// Puts a value into its place; `rest` is what stands for `*`.
    pub set: fn(&mut Config, rest: &str, &Value) -> Result<(), String>,
}

/// The value of a key as `init` shows it, in TOML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    /// The default.
    Default(&'static str),
    /// There is no default; something like this is expected. For `*`, with a name.
    Example(&'static str),
}

use Sample::{Default as Is, Example as Like};

macro_rules! keys {
    ($($name:literal, $flag:expr, $sample:expr, $about:literal, |$config:ident, $rest:pat_param, $value:ident| $set:expr;)*) => {
        &[$(Key {
            name: $name,
            about: $about,
            sample: $sample,
            flag: $flag,
            set: |$config, $rest, $value| {
                $set;
                Ok(())
            },
        }),*]
    };
}

/// Everything, in the order of the file.
#[rustfmt::skip]
pub static KEYS: &[Key] = keys! {
    "accounts.organization", Some("--org"), Is("false"),
        "Scan all accounts of the organisation. Whoever chooses no accounts scans the caller's own.",
        |config, _, value| config.accounts.organization = value.flag()?;
    "accounts.units", Some("--ou"), Like(r#"["ou-ab12-34cd56ef"]"#),
        "Scan all accounts in these organisational units, and in the units in them.",
        |config, _, value| config.accounts.units = value.list()?;
    "accounts.tags", Some("--tag"), Like(r#"["stage=production"]"#),
        "Scan all accounts of the organisation, or of the units above, that have all of these tags.",
        |config, _, value| config.accounts.tags = value.list()?;
    "accounts.ids", Some("--account"), Like(r#"["111111111111", "222222222222"]"#),
        "Scan these accounts.",
        |config, _, value| config.accounts.ids = value.list()?;
    "accounts.roles", Some("--role"), Like(r#"["arn:aws:iam::333333333333:role/audit"]"#),
        "Take these roles, beside the accounts above.",
        |config, _, value| config.accounts.roles = value.list()?;
    "accounts.skip", Some("--skip-account"), Like(r#"["555555555555"]"#),
        "Scan none of these, however they were chosen.",
        |config, _, value| config.accounts.left_out = value.list()?;
    "accounts.via", Some("--via"), Like(r#"["arn:aws:iam::444444444444:role/scanner"]"#),
        "Take these roles first, one after another; all others are taken as the last of them.",
        |config, _, value| config.accounts.via = value.list()?;
    "accounts.role_name", Some("--role-name"), Is(r#""howler""#),
        "The role to take in every account but the caller's own.",
        |config, _, value| config.accounts.role_name = value.parsed()?;
    "accounts.external_id", Some("--external-id"), Like(r#""d2f5a1c4-scan""#),
        "The external id that the trust policies of the roles ask for.",
        |config, _, value| config.accounts.external_id = Some(value.parsed()?);
    "accounts.external_ids.*", None, Like(r#"222222222222 = "another-id""#),
        "The external ids of single accounts, before the one above.",
        |config, account, value| {
            let account = account.parse().map_err(|error: howler_model::Error| error.to_string())?;
            config.accounts.external_ids.insert(account, value.parsed()?)
        };
    "scan.regions", Some("--region"), Is(r#"["all"]"#),
        "Regions, or \"all\" that are enabled in each account; \"!me-south-1\" leaves one out.",
        |config, _, value| config.regions = regions(value.list()?)?;
    "scan.skip_checks", Some("--skip-check"), Like(r#"["certificate-untrusted"]"#),
        "Checks that are left out; `howler checks` lists all.",
        |config, _, value| config.skipped = checks(value.list()?)?;
    "scan.with", Some("--with"), Like(r#"["route53-records"]"#),
        "Also ask these sources, which no scan asks that does not name them.",
        |config, _, value| config.with = optional_sources(value.list()?)?;
    "scan.probe", Some("--probe"), Is("false"),
        "Ask the endpoints, too, that are found in AWS, over TLS; otherwise a scan asks nothing but AWS itself.",
        |config, _, value| config.probing.on = value.flag()?;
    "scan.allow_private", Some("--allow-private"), Like(r#"["10.0.0.0/8"]"#),
        "Networks whose private addresses may be asked where they are found.",
        |config, _, value| config.probing.allowed = value.list()?;
    "scan.probe_rate", Some("--probe-rate"), Is("50"),
        "How many endpoints that are found are asked a second.",
        |config, _, value| config.probing.rate = value.count()?;
    "scan.probe_ports", Some("--probe-port"), Is("[443]"),
        "Ports of addresses that are found without one.",
        |config, _, value| config.probing.ports = value.ports()?;
    "thresholds.leaf_warn_days", None, Is("30"),
        "Warn of a certificate so many days before its end, or later if it lives short.",
        |config, _, value| config.thresholds.leaf.warn = value.days()?;
    "thresholds.leaf_critical_days", None, Is("7"),
        "Critical so many days before its end.",
        |config, _, value| config.thresholds.leaf.critical = value.days()?;
    "thresholds.manual_warn_days", None, Is("30"),
        "The same for a leaf that somebody renews by hand and that lives longer than 100 days.",
        |config, _, value| config.thresholds.manual.warn = value.days()?;
    "thresholds.manual_critical_days", None, Is("14"),
        "Critical, for a leaf that somebody renews by hand.",
        |config, _, value| config.thresholds.manual.critical = value.days()?;
    "thresholds.authority_warn_days", None, Is("180"),
        "The same for certificates that sign others.",
        |config, _, value| config.thresholds.authority.warn = value.days()?;
    "thresholds.authority_critical_days", None, Is("60"),
        "Critical, for certificates that sign others.",
        |config, _, value| config.thresholds.authority.critical = value.days()?;
    "thresholds.quota_warn_percent", None, Is("80"),
        "Warn of a quota from this share on.",
        |config, _, value| config.thresholds.quota.warn_percent = value.percent()?;
    "thresholds.quota_critical_percent", None, Is("95"),
        "Critical from this share on.",
        |config, _, value| config.thresholds.quota.critical_percent = value.percent()?;
    "thresholds.scan_interval_hours", None, Is("24"),
        "Hours between two scans: a certificate is warned of in more than one, and alerts stay open until the next.",
        |config, _, value| config.thresholds.scan_interval = value.hours()?;
    "report.fail_on", Some("--fail-on"), Is(r#""high""#),
        "The least severity that makes the exit code 1.",
        |config, _, value| config.fail_on = value.parsed::<Severity>()?;
    "rules.owners", None, Like(r#""/etc/howler/owners.toml""#),
        "Who owns what. Without it owners.toml beside this file, or in the folder that howler runs in.",
        |config, _, value| config.rules.owners = Some(value.text()?.into());
    "rules.suppressions", None, Like(r#""/etc/howler/suppressions.toml""#),
        "What need not be told, until when. Without it suppressions.toml, in the same places.",
        |config, _, value| config.rules.suppressions = Some(value.text()?.into());
    "rules.severities", None, Like(r#""/etc/howler/severities.toml""#),
        "What is worse or better here than its check says. Without it severities.toml, in the same places.",
        |config, _, value| config.rules.severities = Some(value.text()?.into());
    "rules.thresholds", None, Like(r#""/etc/howler/thresholds.toml""#),
        "Which certificates have limits of their own. Without it thresholds.toml, in the same places.",
        |config, _, value| config.rules.thresholds = Some(value.text()?.into());
    "notify.*", Some("--notify"), Like(r#"alertmanager = "https://alerts.example.com""#),
        "Gateways that findings are delivered to: an address, or a table that says more (docs/gateways.md). An address \
         with a password stays out of this file: { env = \"NAME\" } or { file = \"PATH\" } says where it is.",
        |config, gateway, value| config.notify.extend(notify::targets(gateway, value)?);
    "delivery.timeout_seconds", None, Is("10"),
        "How long one request to a gateway may take.",
        |config, _, value| config.delivery.pace.timeout = value.seconds()?;
    "delivery.attempts", None, Is("3"),
        "How often a request is sent before it waits for the next run.",
        |config, _, value| config.delivery.pace.attempts = value.count()?;
    "delivery.pause_seconds", None, Is("1"),
        "The pause before the second attempt; each later one is twice as long.",
        |config, _, value| config.delivery.pace.pause = value.seconds()?;
    "delivery.lease_seconds", None, Like("180000"),
        "How long an alert lives in a gateway that forgets; two scan intervals and two hours if it is not set.",
        |config, _, value| config.delivery.lease = Some(TimeDelta::from_std(value.seconds()?).map_err(|error| error.to_string())?);
    "delivery.remind_days", None, Is("7"),
        "Tell again what has been open for so many days, where people read it; 0 for never.",
        |config, _, value| config.delivery.remind = value.days_or_never()?;
    "state.path", Some("--state"), Like(r#""/var/lib/howler""#),
        "The folder in which earlier scans are remembered. Without it STATE_DIRECTORY, XDG_STATE_HOME/howler or \
         ~/.local/state/howler.",
        |config, _, value| config.state.path = Some(value.text()?.into());
    "state.keep_days", None, Is("90"),
        "How long documents of earlier scans are kept.",
        |config, _, value| config.state.keep = value.days()?;
    "state.follow_days", None, Is("30"),
        "How long a finding that no scan can see any more is followed.",
        |config, _, value| config.state.follow = value.days()?;
    "state.spool_days", None, Is("14"),
        "How long what a gateway could not take waits for it.",
        |config, _, value| config.state.spool = value.days()?;
    "state.spool_megabytes", None, Is("64"),
        "How much may wait; the oldest goes first.",
        |config, _, value| config.state.spool_most = u64::from(value.count()?) << 20;
};

impl Key {
    /// The key of a dotted name, and what stands for its `*`.
    pub fn find(name: &str) -> Option<(&'static Self, &str)> {
        KEYS.iter().find_map(|key| key.matches(name).map(|rest| (key, rest)))
    }

    fn matches<'n>(&self, name: &'n str) -> Option<&'n str> {
        match self.name.strip_suffix('*') {
            Some(section) => {
                name.strip_prefix(section).filter(|rest| !rest.is_empty() && !rest.contains('.'))
            }
            None => (self.name == name).then_some(""),
        }
    }

    /// Whether a name is that of a section.
    pub fn is_section(name: &str) -> bool {
        KEYS.iter().any(|key| key.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
    }

    /// Whether a name with `_` in place of every `.` is that of a key: `accounts_role_name`, `notify_alertmanager`.
    pub fn find_flattened(name: &str) -> Option<String> {
        let found = |key: &Self| match key.name.strip_suffix('*') {
            None => (key.name.replace('.', "_") == name).then(|| key.name.to_owned()),
            Some(section) => {
                let rest = name.strip_prefix(&section.replace('.', "_"))?;
                // Other variables may begin like this; the name of a gateway or an account is no accident.
                let fits = (key.set)(&mut Config::default(), rest, &Value::from("x")).is_ok();
                fits.then(|| format!("{section}{rest}"))
            }
        };
        KEYS.iter().find_map(found)
    }

    /// The key or section that a misspelt name was most likely meant to be.
    pub fn near(name: &str) -> Option<&'static str> {
        let names =
            KEYS.iter().flat_map(|key| [Some(key.name), key.name.rsplit_once('.').map(|(above, _)| above)]);
        nearest(name, names.flatten().filter(|name| !name.ends_with('*')))
    }
}

/// Names of checks that are left out, if they all exist and are not all that there are.
fn checks(names: Vec<String>) -> Result<Vec<String>, String> {
    let unknown = names.iter().find(|name| howler_checks::find(name).is_none());
    match unknown {
        None if CHECKS.iter().all(|check| names.iter().any(|name| name == check.id)) => {
            Err("no check is left: nothing would be judged".to_owned())
        }
        None => Ok(names),
        Some(name) => {
            let near = nearest(name, CHECKS.iter().map(|check| check.id));
            Err(format!("there is no check '{}'{}", name.escape_debug(), meant(near)))
        }
    }
}

/// Names of sources that are asked only by name.
fn optional_sources(names: Vec<String>) -> Result<Vec<String>, String> {
    let optional = || SOURCES.iter().filter(|source| source.asked == Asked::OnRequest);
    let Some(other) = names.iter().find(|name| !optional().any(|source| source.id == **name)) else {
        return Ok(names);
    };
    match SOURCES.iter().find(|source| source.id == *other) {
        Some(_) => Err(format!("{other} is asked by every scan that needs it")),
        None => {
            let near = nearest(other, optional().map(|source| source.id));
            Err(format!(
                "there is no source '{}' to ask beside the others{}",
                other.escape_debug(),
                meant(near)
            ))
        }
    }
}

/// Regions of which none is both asked for and left out: nobody would scan it, and nobody would be told.
fn regions(choices: Vec<RegionChoice>) -> Result<Vec<RegionChoice>, String> {
    let left_out = |choice: &&RegionChoice| match choice {
        RegionChoice::Not(region) => choices.contains(&RegionChoice::Named(region.clone())),
        _ => false,
    };
    match choices.iter().find(left_out) {
        Some(RegionChoice::Not(region)) => Err(format!("{region} is both asked for and left out")),
        _ => Ok(choices),
    }
}

/// The name that is most like another, if any is like it at all.
fn nearest(name: &str, names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let close = |candidate| (strsim::normalized_damerau_levenshtein(name, candidate), candidate);
    let best = names.map(close).max_by(|(one, _), (other, _)| one.total_cmp(other));
    best.filter(|(likeness, _)| *likeness > 0.6).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_name_is_found_and_a_misspelt_one_has_a_near_one() {
        assert_eq!(Key::find("accounts.role_name").unwrap().0.name, "accounts.role_name");
        assert_eq!(Key::find("notify.alertmanager").unwrap().1, "alertmanager");
        assert!(Key::find("notify").is_none() && Key::find("notify.").is_none());
        assert!(Key::is_section("accounts") && Key::is_section("accounts.external_ids"));
        assert!(!Key::is_section("account") && !Key::is_section("accounts.ids"));
        assert_eq!(Key::near("accounts.role_nmae"), Some("accounts.role_name"));
        assert_eq!(Key::near("treshholds"), Some("thresholds"));
        assert_eq!(Key::near("account.ids"), Some("accounts.ids"));
        assert_eq!(Key::near("wholly.different.thing"), None);
    }

    #[test]
    fn a_name_with_single_underscores_is_recognised() {
        let found = |name| Key::find_flattened(name);
        assert_eq!(found("accounts_role_name").as_deref(), Some("accounts.role_name"));
        assert_eq!(found("notify_alertmanager").as_deref(), Some("notify.alertmanager"));
        for other in ["notify_", "notify_password", "config", "accounts_external_ids_prod"] {
            assert_eq!(found(other), None, "{other}");
        }
    }

    #[test]
    fn every_flag_of_the_table_is_one_of_the_scan() {
        let command = <crate::args::Howler as clap::CommandFactory>::command();
        let scan = command.find_subcommand("scan").unwrap();
        let flags: BTreeSet<&str> = scan.get_arguments().filter_map(clap::Arg::get_long).collect();
        for flag in KEYS.iter().filter_map(|key| key.flag) {
            assert!(flags.contains(flag.trim_start_matches("--")), "{flag}");
        }
    }

    #[test]
    fn every_key_has_a_name_of_its_own_and_says_what_it_means() {
        let names: BTreeSet<&str> = KEYS.iter().map(|key| key.name).collect();
        assert_eq!(names.len(), KEYS.len());
        assert!(KEYS.iter().all(|key| key.about.ends_with('.') && key.name.contains('.')));
    }
}
