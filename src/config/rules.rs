//! The files of rules: where they are, and what they say.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use howler_checks::CHECKS;
use howler_rules::{Files, Rules, Text};
use howler_sources::ParentId;

use super::Config;

/// The names of the files where nobody says another one.
const OWNERS: &str = "owners.toml";
const SUPPRESSIONS: &str = "suppressions.toml";
const SEVERITIES: &str = "severities.toml";
const THRESHOLDS: &str = "thresholds.toml";

/// Where the files of rules are said to be.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RulesAt {
    pub owners: Option<PathBuf>,
    pub suppressions: Option<PathBuf>,
    pub severities: Option<PathBuf>,
    pub thresholds: Option<PathBuf>,
    /// Where a file is looked for that nobody says: beside howler.toml, then here. Nowhere, where no file is read.
    pub folders: Vec<PathBuf>,
}

impl RulesAt {
    /// The folders that go with a file of the configuration, or with none.
    pub fn beside(file: Option<&Path>) -> Vec<PathBuf> {
        let here = PathBuf::new();
        let beside = file.and_then(Path::parent).filter(|folder| **folder != *here);
        beside.map(Path::to_owned).into_iter().chain([here]).collect()
    }

    /// The file that is said, or the first of the folders that has one.
    fn find(&self, said: Option<&PathBuf>, name: &str) -> Option<PathBuf> {
        let there = || self.folders.iter().map(|folder| folder.join(name)).find(|path| path.exists());
        said.cloned().or_else(there)
    }
}

/// The files of rules that there are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RulesFiles {
    pub owners: Option<PathBuf>,
    pub suppressions: Option<PathBuf>,
    pub severities: Option<PathBuf>,
    pub thresholds: Option<PathBuf>,
}

/// Finds the files of rules. One that is said need not exist; whoever reads it will tell.
pub fn rules_files(config: &Config) -> RulesFiles {
    let at = &config.rules;
    RulesFiles {
        owners: at.find(at.owners.as_ref(), OWNERS),
        suppressions: at.find(at.suppressions.as_ref(), SUPPRESSIONS),
        severities: at.find(at.severities.as_ref(), SEVERITIES),
        thresholds: at.find(at.thresholds.as_ref(), THRESHOLDS),
    }
}

/// Reads the files of rules.
///
/// # Errors
/// A file that cannot be read, and every mistake in them, each with its line.
pub fn rules(config: &Config, now: DateTime<Utc>) -> Result<Rules> {
    let RulesFiles { owners, suppressions, severities, thresholds } = rules_files(config);
    let checks: Vec<_> = CHECKS.iter().map(|check| check.id).collect();
    let files = Files {
        owners: owners.as_deref().map(text).transpose()?,
        suppressions: suppressions.as_deref().map(text).transpose()?,
        severities: severities.as_deref().map(text).transpose()?,
        thresholds: thresholds.as_deref().map(text).transpose()?,
        checks: &checks,
        today: now.date_naive(),
    };
    let rules = Rules::read(&files)?;
    units(&rules)?;
    Ok(rules)
}

/// The organisational units that rules name.
///
/// # Errors
/// A name that is no id of a unit: no account would ever be in it.
pub fn units(rules: &Rules) -> Result<Vec<ParentId>> {
    let parse = |unit: String| unit.parse().with_context(|| format!("a rule names the unit {unit}"));
    rules.units().into_iter().map(parse).collect()
}

fn text(path: &Path) -> Result<Text> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).with_context(|| name.clone())?;
    Ok(Text { name, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_said_goes_before_one_that_lies_there() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join(OWNERS);
        let mut config = Config::default();
        config.rules.folders = RulesAt::beside(Some(&folder.path().join("howler.toml")));
        assert_eq!(rules_files(&config).owners, None, "none is there");
        fs::write(&there, "").unwrap();
        assert_eq!(rules_files(&config).owners, Some(there));
        config.rules.owners = Some("elsewhere.toml".into());
        assert_eq!(rules_files(&config).owners, Some("elsewhere.toml".into()));
        assert!(
            rules(&config, DateTime::UNIX_EPOCH).unwrap_err().to_string().contains("elsewhere.toml"),
            "it does not exist"
        );
    }

    #[test]
    fn folders_are_that_of_the_configuration_and_this_one() {
        let folders = |file: Option<&str>| RulesAt::beside(file.map(Path::new));
        assert_eq!(folders(Some("/etc/howler/howler.toml")), [PathBuf::from("/etc/howler"), PathBuf::new()]);
        assert_eq!(folders(Some("howler.toml")), [PathBuf::new()]);
        assert_eq!(folders(None), [PathBuf::new()]);
        assert_eq!(Config::default().rules.folders, Vec::<PathBuf>::new(), "no file is read");
    }
}
